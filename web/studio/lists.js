// Settings that are lists, one thing a line, in the words of the command's flags: `puppy=skunk:0.5+cat`, `a red four:0.3`, `style:0.8`.

import { say } from "../words/say.js";

/** @import { Loss, LoraUse, Mix, Swap } from "../api/decant.d.ts" */
/** @import { Parsed } from "./readers.js" */

/** @param {string} line @returns {Parsed} a `Swap`; where no weight is given, in equal shares */
export function readSwap(line) {
  const [token = "", others] = cutAt(line, line.indexOf("="));
  if (!token || !others) return { problem: say("problem.swap", { line }) };
  const all = others.split("+");
  const parts = all.map((part) => weighted(part, 1 / all.length));
  const wrong = parts.find(({ words, weight }) => !words || !Number.isFinite(weight));
  if (wrong) return { problem: say("problem.swap-words", { words: others }) };
  return { value: /** @type {Swap} */ ({ token, with: parts.map(({ words, weight }) => ({ token: words, weight })) }) };
}

/** @param {Swap} swap */
export function writeSwap({ token, with: others }) {
  return `${token}=${others.map(({ token: other, weight = 1 }) => (weight === 1 && others.length === 1 ? other : `${other}:${weight}`)).join("+")}`;
}

/** @param {string} line @returns {Parsed} a `Mix` */
export function readMix(line) {
  const { words: prompt, weight: factor } = weighted(line, NaN);
  if (!Number.isFinite(factor)) return { problem: say("problem.mix", { line }) };
  return { value: /** @type {Mix} */ ({ prompt, factor }) };
}

/**
 * An expression, colours or the word “picture” with its blur, and behind a colon how strongly it pulls: `mean(abs(blue - 0.9)):200`,
 * `#204080,#e0c080:50`, `picture/8:100`.
 * @param {string} line
 * @returns {Parsed} a `Loss`
 */
export function readLoss(line) {
  const { words, weight: scale } = weighted(line, 1);
  if (!words || !Number.isFinite(scale)) return { problem: say("problem.loss", { line }) };
  const blurred = /^picture(?:\/(\S+))?$/.exec(words);
  if (blurred) return { value: /** @type {Loss} */ ({ picture: true, ...(blurred[1] && { blur: Number(blurred[1]) }), scale }) };
  const palette = words.startsWith("#") ? words.split(",").map((colour) => colour.trim()) : null;
  return { value: /** @type {Loss} */ (palette ? { palette, scale } : { expression: words, scale }) };
}

/** @param {Loss} loss */
export function writeLoss({ expression, palette, picture, blur, scale = 1 }) {
  const what = expression ?? palette?.join(",") ?? (picture && blur ? `picture/${blur}` : "picture");
  return `${what}:${scale}`;
}

/** @param {string} line `style:0.8`, or as in the desktop tools' tags `style:te=0.5:unet=0.8` @returns {Parsed} a `LoraUse` */
export function readUse(line) {
  const both = line.match(/^(.*):te=([^:]+):unet=([^:]+)$/);
  const { words: name, weight } = both ? { words: both[1]?.trim(), weight: Number(both[3]) } : weighted(line, 1);
  const text = both ? { text: Number(both[2]) } : {};
  if (!name || ![weight, ...Object.values(text)].every(Number.isFinite)) return { problem: say("problem.lora", { line }) };
  return { value: /** @type {LoraUse} */ ({ name, weight, ...text }) };
}

/** @param {LoraUse} use */
export function writeUse({ name, weight = 1, text }) {
  return text === undefined ? `${name}:${weight}` : `${name}:te=${text}:unet=${weight}`;
}

/** “words:number”; words alone have the usual weight. @param {string} text @param {number} usual */
function weighted(text, usual) {
  const [words = "", number] = cutAt(text, text.lastIndexOf(":"));
  return { words, weight: number === undefined ? usual : number === "" ? NaN : Number(number) };
}

/** @param {string} text @param {number} place @returns {string[]} both sides of a sign, or all of it where there is none */
function cutAt(text, place) {
  return place < 0 ? [text.trim()] : [text.slice(0, place).trim(), text.slice(place + 1).trim()];
}
