// What the lessons showed with the embedded model, for a page that cannot compute: fetched when it is first wanted. tests/browser/record.mjs
// makes recording.js by playing every lesson; pictures are one sheet, numbers are 16-bit floats, texts are where they stand in a language's folder.

import { know } from "../../figures/measure.js";
import { lessonTexts } from "../../words/lessons.js";
import { spokenError } from "../../words/say.js";

/** @import { Shown } from "../index.js" */
/** @typedef {{ shown: Shown, javascript: string, commands: string }} Recorded */

/** @type {Promise<Record<string, Recorded>> | null} */
let fetched = null;

/** @param {string} key "lesson/step" @returns {Promise<Recorded>} */
export async function recordedOf(key) {
  fetched ??= unpack().catch((error) => {
    fetched = null;
    throw error;
  });
  const all = await fetched;
  const one = all[key];
  if (!one) throw new Error(`There is no recording of ${key}.`);
  return one;
}

/** @returns {Promise<Record<string, Recorded>>} */
async function unpack() {
  const [{ RECORDING }, says] = await Promise.all([import("./recording.js"), lessonTexts()]);
  const sheet = await drawSheet(RECORDING.pictures);
  const numbers = Uint8Array.from(atob(RECORDING.numbers), (letter) => letter.charCodeAt(0));
  const halves = new Uint16Array(numbers.buffer);
  return JSON.parse(JSON.stringify(RECORDING.shown), (_, value) => {
    if (value?.measured)
      (know(value.epsUncond, value.epsCond, value.measured.apart), know(value.epsGuided, value.epsCond, value.measured.taken));
    if (value?.says) return textAt(says, value.says, value.with);
    if (value?.picture === undefined && value?.halves === undefined) return value;
    if (value.picture) return sheet.getImageData(.../** @type {[number, number, number, number]} */ (value.picture));
    const [from, length] = value.halves;
    return Float32Array.from(halves.subarray(from, from + length), asFloat);
  });
}

/**
 * A text of the lessons in the language that is spoken, where the recording says which.
 * @param {import("../../words/languages.js").LessonTexts} says @param {string} path "noise.drown.figures.noisy"
 * @param {(string | number)[]} [values] where it is a function of some
 * @returns {string}
 */
function textAt(says, path, values) {
  const text = path.split(".").reduce((/** @type {any} */ part, name) => part[name], says);
  return values ? text(...values) : text;
}

/** @param {string} address of the sheet: a data: URL */
async function drawSheet(address) {
  const picture = new Image();
  picture.src = address;
  await picture.decode();
  const context = new OffscreenCanvas(picture.width, picture.height).getContext("2d", { willReadFrequently: true });
  if (!context) throw spokenError("error.memory");
  context.drawImage(picture, 0, 0);
  return context;
}

/** IEEE 754 binary16. @param {number} half */
function asFloat(half) {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}
