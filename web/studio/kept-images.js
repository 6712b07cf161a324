// Kept pictures as pixels and as files: what is shown of one, and what is written of a new one.

import { readPng, readTrace } from "../store/pictures.js";
import { newTrace } from "../api/trace.js";
import { readPicture } from "../api/inputs.js";

/** @import { Trace } from "../api/decant.d.ts" */
/** @import { Kept } from "../store/pictures.js" */

/** A thumbnail's longer side. */
const THUMB = 256;

/** Which kept picture an image on the stage is. @type {WeakMap<ImageData, number>} */
const numbers = new WeakMap();

/** The kept picture that a run ended with, where it is kept. @param {Trace | null} trace */
export function shownIn(trace) {
  return trace?.image ? numbers.get(trace.image) : undefined;
}

/** From now on this image is known as that kept picture. @param {ImageData} image @param {number} id */
export function markKept(image, id) {
  numbers.set(image, id);
}

/** A kept picture's run, with its steps where they are kept. @param {Kept} kept @returns {Promise<Trace>} */
export async function runOf(kept) {
  const trace = (await readTrace(kept.id).catch(() => undefined)) ?? (await traceOf(kept));
  if (trace.image) markKept(trace.image, kept.id);
  return trace;
}

/** A run with its steps, where they are kept. @param {Trace} trace @returns {Promise<Trace>} */
export async function wholeOf(trace) {
  const id = shownIn(trace);
  const kept = id === undefined || trace.steps.length > 0 ? undefined : await readTrace(id).catch(() => undefined);
  return kept ? { ...kept, image: trace.image } : trace;
}

/** The file of a picture that is kept. @param {Trace} trace */
export async function pngOfKept(trace) {
  const id = shownIn(trace);
  return id === undefined ? undefined : readPng(id).catch(() => undefined);
}

/** A run of which only the end is known. @param {Kept} kept @returns {Promise<Trace>} */
async function traceOf(kept) {
  const timings = { text: 0, steps: 0, picture: 0, total: kept.milliseconds };
  return { ...newTrace(kept.settings), image: await imageOf(kept), timings };
}

/** @param {Kept} kept */
export async function imageOf({ id, thumb }) {
  return readPicture((await readPng(id)) ?? thumb);
}

/** @param {ImageData} image */
export function pngOf(image) {
  return scaled(image, 1).convertToBlob({ type: "image/png" });
}

/** Small pictures stay as they are. @param {ImageData} image */
export function thumbOf(image) {
  const scale = Math.min(1, THUMB / Math.max(image.width, image.height));
  return scaled(image, scale).convertToBlob(scale === 1 ? { type: "image/png" } : { type: "image/webp", quality: 0.85 });
}

/** @param {ImageData} image @param {number} scale */
function scaled(image, scale) {
  const whole = new OffscreenCanvas(image.width, image.height);
  whole.getContext("2d")?.putImageData(image, 0, 0);
  if (scale === 1) return whole;
  const small = new OffscreenCanvas(Math.max(1, Math.round(image.width * scale)), Math.max(1, Math.round(image.height * scale)));
  const context = small.getContext("2d");
  if (context) context.imageSmoothingQuality = "high";
  context?.drawImage(whole, 0, 0, small.width, small.height);
  return small;
}
