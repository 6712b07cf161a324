// What a run starts from besides noise: whatever a caller or a person gave, as opaque pixels of a bearable size. The browser decodes (and turns
// photographs the right way up); resizing to the run's size is the program's, which does it as diffusers does.

import { breaksOff } from "./breaks-off.js";
import { refusal } from "./client.js";
import { dimensionsOf } from "./dimensions.js";

/** @import { ImageSource, Latents, Request, SentenceValue } from "./decant.d.ts" */
/** @import { Inputs, RawLatents } from "./protocol.d.ts" */

/** More pixels than this are made fewer here: no run asks for more, and each takes 12 bytes in the program. */
const ENOUGH = 2048 * 2048;
/** More than this no browser decodes reliably. */
const MOST = 16384 * 8192;

/** @param {Pick<Request, "image" | "mask" | "latents" | "resemble">} given @returns {Promise<Inputs>} */
export async function readInputs({ image, mask, latents, resemble }) {
  return {
    image: image ? pixelsOf(await readPicture(image, "the starting picture")) : null,
    mask: mask ? pixelsOf(await readPicture(mask, "the mask")) : null,
    latents: latents ? await readLatents(latents) : null,
    resemble: resemble ? pixelsOf(await readPicture(resemble, "the picture to resemble")) : null,
  };
}

/** @param {ImageData} image */
export function pixelsOf({ data, width, height }) {
  return { rgba: /** @type {Uint8ClampedArray<ArrayBuffer>} */ (data), width, height };
}

/** @param {Blob | Latents} latents @returns {Promise<RawLatents>} */
async function readLatents(latents) {
  if (!(latents instanceof Blob)) return latents;
  return { file: new Uint8Array(await latents.arrayBuffer()), name: latents instanceof File ? latents.name : "the latents" };
}

/**
 * The pixels of a picture. Transparent parts show white, as paper would.
 * @param {ImageSource} source @param {string} [what] for messages: "the starting picture" @param {number} [enough] more pixels become fewer @returns {Promise<ImageData>}
 */
export async function readPicture(source, what = "the picture", enough = ENOUGH) {
  const name = source instanceof File ? `“${source.name}”` : { template: what, values: {} };
  const size = source instanceof Blob ? await dimensionsOf(source) : null;
  if (size) checkSize(size, name);
  const bitmap = await decode(source, name);
  try {
    const { width, height } = bitmap;
    checkSize(bitmap, name);
    const scale = Math.min(1, Math.sqrt(enough / (width * height)));
    return draw(bitmap, Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
  } finally {
    bitmap.close();
  }
}

/** @param {{ width: number, height: number }} picture @param {SentenceValue} name */
function checkSize({ width, height }, name) {
  if (width * height > MOST)
    throw refusal("request", "{name} has {width} × {height} pixels, which is more than a browser can hold; make it smaller first.", {
      name,
      width,
      height,
    });
}

/** @param {ImageSource} source @param {SentenceValue} name @returns {Promise<ImageBitmap>} one of our own, to be closed */
async function decode(source, name) {
  if (source instanceof Blob && breaksOff(new Uint8Array(await source.arrayBuffer()))) {
    throw refusal("request", "{name} is damaged or breaks off; save or download it again.", { name });
  }
  try {
    return await createImageBitmap(source, { imageOrientation: "from-image" });
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/\.$/, "") : String(error);
    throw refusal("request", "{name} could not be read as a picture ({reason}); PNG, JPEG and WebP are read everywhere.", { name, reason });
  }
}

/** @param {ImageBitmap} bitmap @param {number} width @param {number} height */
function draw(bitmap, width, height) {
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (!context)
    throw refusal("memory", "There is no memory for a picture of {width} × {height} pixels; take a smaller one.", { width, height });
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}
