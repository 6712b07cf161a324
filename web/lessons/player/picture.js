// The learner's picture: a file of their own, or one that the model made.

import { readPicture } from "../../api/inputs.js";
import { spokenError } from "../../words/say.js";

/** @import { Decant, Info } from "../../api/decant.d.ts" */

/** A small model sees a photograph larger than its own pictures, since its autoencoder takes any size; but no larger than this. */
const ENOUGH = 128;

/** @type {ImageData | null} */
let own = null;
let ownName = "";
/** How many were chosen so far: two files may have one name. */
let choices = 0;
/** What the model made, for the seed that it was made with. @type {{ of: Decant, seed: number, image: ImageData } | null} */
let made = null;

export const pictureName = () => (own ? ownName : null);
/** Which of the learner's pictures it is; 0 for the model's. */
export const pictureChoice = () => (own ? choices : 0);

/** The middle square of a picture's file, as large as the model bears. @param {File} file @param {Info | null} info */
export async function choosePicture(file, info) {
  const pixels = await readPicture(file);
  const side = Math.min(pixels.width, pixels.height);
  const wanted = Math.max(ENOUGH, info?.defaults.width ?? 0);
  const context = new OffscreenCanvas(wanted, wanted).getContext("2d", { willReadFrequently: true });
  if (!context) throw spokenError("error.memory");
  const bitmap = await createImageBitmap(pixels, Math.floor((pixels.width - side) / 2), Math.floor((pixels.height - side) / 2), side, side);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, wanted, wanted);
  bitmap.close();
  own = context.getImageData(0, 0, wanted, wanted);
  ownName = file.name;
  choices += 1;
}

export function removePicture() {
  own = null;
}

/**
 * The picture that a lesson is about; the model makes one where the learner chose none.
 * @param {Decant} decant
 * @param {{ prompt: string, seed: number }} of
 * @param {AbortSignal} signal
 */
export async function lessonPicture(decant, { prompt, seed }, signal) {
  if (own) return own;
  if (made?.of !== decant || made.seed !== seed)
    made = { of: decant, seed, image: (await decant.generate({ prompt, seed, signal })).image };
  return made.image;
}
