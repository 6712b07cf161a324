// What the gallery knows of the pictures that are kept: which of them there are, which is looked for, and what each is called.

import { fileName } from "../trace/file-name.js";

/** @import { Settings } from "../api/decant.d.ts" */
/** @import { Kept, Whole } from "../store/pictures.js" */
/** @import { Room } from "../store/opfs.js" */

/**
 * @typedef {object} Gallery
 * @property {Kept[]} pictures the last one first
 * @property {string} search
 * @property {number[]} selected ids, in the order in which they were chosen
 * @property {Whole[]} removed what was deleted last, and can come back
 * @property {{ kept: Kept, image: ImageData }[]} compared two, side by side; else none
 * @property {Room | null} room
 * @property {string} problem why a picture could not be kept, in a sentence; else ""
 */

/** @type {Gallery} */
export const EMPTY_GALLERY = { pictures: [], search: "", selected: [], removed: [], compared: [], room: null, problem: "" };

/** The pictures that hold every word that is looked for. @param {Gallery} gallery */
export function found({ pictures, search }) {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return words.length === 0 ? pictures : pictures.filter((kept) => words.every((word) => textOf(kept).includes(word)));
}

/** What a picture is found by. @param {Kept} kept */
function textOf({ settings, model, made }) {
  const { prompt, negative, sampler, seed, width, height } = settings;
  return [prompt, negative, sampler, seed, model, `${width}×${height}`, new Date(made).toISOString().slice(0, 10)].join(" ").toLowerCase();
}

/** @param {Kept} kept */
export function nameOf({ id, model, settings: { seed } }) {
  return fileName(model, seed, `-${id}.png`);
}

/** Whether a picture was made from another one, which its settings do not hold. @param {Settings} settings */
export function startsFromPicture({ strength, startStep }) {
  return strength !== undefined || startStep !== undefined;
}
