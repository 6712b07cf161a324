// A run as a video of its steps, drawn on a canvas and recorded by the browser (MediaRecorder) at the pace at which it will be watched.
// Noisy latents on the left, what the model predicts on the right, and the finished picture at the end.

import { spokenError } from "../words/say.js";

/** @import { Trace } from "../api/decant.d.ts" */

/** What browsers record, the most widely played first. @type {{ type: string, name: string, end: string }[]} */
const KINDS = [
  { type: "video/webm;codecs=vp9", name: "WebM", end: ".webm" },
  { type: "video/webm;codecs=vp8", name: "WebM", end: ".webm" },
  { type: "video/webm", name: "WebM", end: ".webm" },
  { type: "video/mp4", name: "MP4", end: ".mp4" },
];
/** Milliseconds of all steps, of one at least and at most, and of the finished picture. */
const LENGTH = 5000;
const SHORTEST = 40;
const LONGEST = 160;
const LAST = 1200;
/** Small pictures are enlarged to this many pixels, since players blur them. */
const TALL = 256;

/** What this browser can record; null where it cannot. */
export function filmKind() {
  if (!("MediaRecorder" in globalThis) || !("captureStream" in HTMLCanvasElement.prototype)) return null;
  return KINDS.find(({ type }) => MediaRecorder.isTypeSupported(type)) ?? null;
}

/** @param {Trace} trace finished, with its steps @param {{ type: string }} kind @returns {Promise<Blob>} */
export async function film({ steps, image }, { type }) {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  const [first] = steps;
  if (!image || !first || !context) throw spokenError("error.film.steps");
  const scale = Math.max(1, Math.ceil(TALL / image.height));
  const [width, height] = [image.width * scale, image.height * scale];
  Object.assign(canvas, { width: width * 2, height });
  context.imageSmoothingEnabled = scale === 1;
  const draw = async (/** @type {ImageData} */ left, /** @type {ImageData} */ right) => {
    for (const [place, picture] of [left, right].entries()) {
      const bitmap = await createImageBitmap(picture);
      context.drawImage(bitmap, place * width, 0, width, height);
      bitmap.close();
    }
  };
  await draw(first.previewNoisy, first.previewDenoised);
  const recorder = new MediaRecorder(canvas.captureStream(30), { mimeType: type, videoBitsPerSecond: 6e6 });
  /** @type {Blob[]} */
  const parts = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  const stopped = new Promise((resolve, reject) => {
    recorder.onstop = resolve;
    recorder.onerror = () => reject(spokenError("error.film"));
  });
  recorder.start();
  const each = Math.min(LONGEST, Math.max(SHORTEST, LENGTH / steps.length));
  for (const { previewNoisy, previewDenoised } of steps) {
    await draw(previewNoisy, previewDenoised);
    await new Promise((done) => setTimeout(done, each));
  }
  await draw(first.previewNoisy, image);
  await new Promise((done) => setTimeout(done, LAST));
  recorder.stop();
  await stopped;
  return new Blob(parts, { type });
}
