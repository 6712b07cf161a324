// Latents as files: those that a run ended with, written; and whether a file holds latents, told from its first bytes. What they mean is the
// program's affair (crates/sd/src/latents.rs).

import { peekTensors, writeSafetensors } from "./safetensors.js";

/** @import { Trace } from "../api/decant.d.ts" */

/** No latents are larger: 16384 × 16384 pixels. */
const MOST_CHANNELS = 16;

/** The latents of the finished picture; null where its steps are not kept. @param {Trace} trace */
export function lastLatents({ steps, image }) {
  const last = steps.at(-1);
  return image && last ? { values: last.next, shape: last.shape, statistics: last.channels?.next } : null;
}

/** @param {{ values: Float32Array, shape: [number, number, number] }} latents of a picture without noise */
export function latentsFile({ values, shape }) {
  const tensors = new Map([["latents", { dtype: /** @type {const} */ ("F32"), shape: [1, ...shape], values }]]);
  return writeSafetensors({ tensors, metadata: { format: "decant latents", level: "clean" } });
}

/** @param {Blob} file */
export async function isLatents(file) {
  const start = new Uint8Array(await file.slice(0, 6).arrayBuffer());
  if (String.fromCharCode(...start) === "\x93NUMPY") return true;
  const tensors = await peekTensors(file);
  const shape = tensors?.get("latents") ?? (tensors?.size === 1 ? [...tensors.values()][0] : undefined);
  if (!shape) return false;
  const [channels = 0, ...sides] = shape.length === 4 && shape[0] === 1 ? shape.slice(1) : shape;
  return sides.length === 2 && channels <= MOST_CHANNELS;
}
