// Settings as text: one row per setting says how a field's or an address's text becomes what a run can have, and how that is written again.
// The text is what the command's flags take. What a row does not know, the program says when it makes the picture.

import { readMix, readSwap, readUse, writeSwap } from "./lists.js";

/** @import { Catalog, Entry, Info, Settings } from "./decant.d.ts" */
/** @typedef {{ value: unknown } | { problem: string }} Parsed a value of `undefined` is as usual */

/**
 * @typedef {object} Row
 * @property {(text: string, info: Info | null) => Parsed} read
 * @property {(value: any) => string} [write] by itself as JavaScript writes it
 * @property {string} [usual] what a menu shows for what is as usual
 */

const MOST_STEPS = 1000;
const LARGEST_SEED = 4294967295;
const LARGEST_SIDE = 4096;
const MOST_PICTURES = 64;

/** @type {{ [K in keyof Required<Settings>]: Row }} */
const SETTINGS = {
  prompt: { read: (text) => ({ value: text }) },
  negative: { read: (text) => ({ value: text }) },
  steps: { read: (text) => whole(text, "Steps", 1, MOST_STEPS) },
  guidance: { read: (text) => number(text, "Guidance", 0, 100) },
  seed: { read: (text) => whole(text, "The seed", 0, LARGEST_SEED) },
  sampler: { read: (text, info) => entry(text, "sampler", info, "samplers") },
  width: { read: (text, info) => side(text, "Width", info) },
  height: { read: (text, info) => side(text, "Height", info) },

  sigmas: { read: sigmas },
  spacing: { read: orUsual((text, info) => entry(text, "spacing", info, "spacings")) },
  eta: { read: orUsual((text) => number(text, "Eta", 0, 1)) },
  order: { read: orUsual((text) => whole(text, "The order", 1, 4)) },
  rng: { read: orUsual((text, info) => entry(text, "generator", info, "rngs"), "cpu"), usual: "cpu" },

  rescale: { read: orUsual((text) => number(text, "The rescaling", 0, 1)) },
  guidanceFrom: { read: orUsual((text) => number(text, "Where guidance begins", 0, 1)) },
  guidanceUntil: { read: orUsual((text) => number(text, "Where guidance ends", 0, 1)) },
  guidanceCurve: { read: orUsual((text) => numbers(text, "A scale of the curve")), write: (value) => value.join(",") },
  cfgpp: { read: flag },

  clipSkip: { read: orUsual((text) => whole(text, "The layers to skip", 0, 24)) },
  long: { read: orUsual((text, info) => entry(text, "way with long prompts", info, "longs"), "truncate"), usual: "truncate" },
  emphasis: { read: flag },
  swaps: { read: (text) => lines(text, readSwap), write: (value) => value.map(writeSwap).join("\n") },
  mixes: { read: (text) => lines(text, readMix), write: (value) => value.map((/** @type {any} */ { prompt, factor }) => `${prompt}:${factor}`).join("\n") },

  loras: { read: (text) => lines(text, readUse), write: (value) => value.map((/** @type {any} */ { name, weight = 1 }) => `${name}:${weight}`).join("\n") },

  strength: { read: orUsual((text) => number(text, "The strength", 0, 1)) },
  startStep: { read: orUsual((text) => whole(text, "The starting step", 0, MOST_STEPS)) },
  pad: { read: orUsual(margins), write: (value) => value.join(",") },
  keepUnmasked: { read: flag },
  decoder: { read: orUsual((text) => choice(text, "The decoder", ["model", "tiny"]), "model") },
  count: { read: orUsual((text) => whole(text, "The number of pictures", 1, MOST_PICTURES)) },
};

/** The names of all settings. */
export const NAMES = /** @type {(keyof Settings)[]} */ (Object.keys(SETTINGS));

/** @param {string} name @returns {name is keyof Settings} */
export function isSetting(name) {
  return Object.hasOwn(SETTINGS, name);
}

/** @param {keyof Settings} name @param {string} text @param {Info | null} info @returns {Parsed} */
export function readSetting(name, text, info) {
  return SETTINGS[name].read(text.trim(), info);
}

/** What `readSetting` reads the same from; "" for what is as usual. @param {keyof Settings} name @param {Settings} settings */
export function writeSetting(name, settings) {
  const value = settings[name];
  return value === undefined ? "" : (SETTINGS[name].write ?? String)(value);
}

/** What a field shows. @param {keyof Settings} name @param {Settings} settings */
export function fieldText(name, settings) {
  return writeSetting(name, settings) || (SETTINGS[name].usual ?? "");
}

/** An empty field is as usual. @param {Row["read"]} read @param {string} [usual] @returns {Row["read"]} */
function orUsual(read, usual = "") {
  return (text, info) => (text === "" || text === usual ? { value: undefined } : read(text, info));
}

/** @param {string} text @param {string} what @param {number} least @param {number} most @returns {Parsed} */
function number(text, what, least, most) {
  const value = Number(text);
  if (text === "" || !Number.isFinite(value)) return { problem: `${what} must be a number.` };
  if (value < least || value > most) return { problem: `${what} must be from ${least} to ${most}.` };
  return { value };
}

/** @param {string} text @param {string} what @param {number} least @param {number} most @returns {Parsed} */
function whole(text, what, least, most) {
  const read = number(text, what, least, most);
  if ("value" in read && !Number.isInteger(read.value)) return { problem: `${what} must be a whole number.` };
  return read;
}

/** @param {string} text @param {string} what @returns {Parsed} */
function numbers(text, what) {
  const read = text.split(",").map((part) => number(part.trim(), what, 0, 100));
  return read.find((one) => "problem" in one) ?? { value: read.map((one) => "value" in one && one.value) };
}

/** @param {string} text @param {string} what @param {Info | null} info @returns {Parsed} */
function side(text, what, info) {
  if (!info) return CLOSED;
  const read = whole(text, what, info.factor, LARGEST_SIDE);
  if (!("value" in read) || Number(read.value) % info.factor === 0) return read;
  const below = Math.floor(Number(read.value) / info.factor) * info.factor;
  return { problem: `${what} must be a multiple of ${info.factor}: ${below} or ${below + info.factor}.` };
}

const CLOSED = { problem: "No model is open." };

/** A row of one of the program's tables. @param {string} text @param {string} what @param {Info | null} info @param {keyof Catalog} table @returns {Parsed} */
function entry(text, what, info, table) {
  if (!info) return CLOSED;
  /** @type {Entry[]} */
  const entries = info.catalog[table];
  if (entries.some(({ id }) => id === text)) return { value: text };
  return { problem: `There is no ${what} “${text}”; there are ${entries.map(({ id }) => id).join(", ")}.` };
}

/** A row's id, or falling numbers. @param {string} text @param {Info | null} info @returns {Parsed} */
function sigmas(text, info) {
  if (text === "" || text === "config") return { value: undefined };
  if (!/^[\d.,\s]+$/.test(text)) return entry(text, "choice of sigmas", info, "sigmas");
  const list = text.split(",").map(Number);
  const falls = list.every((sigma, i) => Number.isFinite(sigma) && (i === 0 || sigma < Number(list[i - 1])));
  if (list.length < 2 || !falls) return { problem: "Sigmas are two or more falling numbers, such as 14.6, 3, 0.5, 0." };
  return { value: list.join(",") };
}

/** @param {string} text @param {string} what @param {string[]} choices @returns {Parsed} */
function choice(text, what, choices) {
  return choices.includes(text) ? { value: text } : { problem: `${what} is one of ${choices.join(", ")}, not “${text}”.` };
}

/** @param {string} text @returns {Parsed} */
function flag(text) {
  return { value: ["1", "true", "on"].includes(text) ? true : undefined };
}

/** Above, right, below, left; one number is all four. @param {string} text @returns {Parsed} */
function margins(text) {
  const list = text.split(",").map((part) => whole(part.trim(), "A margin", 0, LARGEST_SIDE));
  const wrong = list.find((one) => "problem" in one);
  if (wrong) return wrong;
  const sides = list.map((one) => "value" in one && one.value);
  if (sides.length !== 1 && sides.length !== 4) return { problem: "Margins are one number, or four: above, right, below, left." };
  return { value: sides.length === 1 ? Array(4).fill(sides[0]) : sides };
}

/** One thing a line; none is as usual. @param {string} text @param {(line: string) => Parsed} read @returns {Parsed} */
function lines(text, read) {
  const all = text.split("\n").filter((line) => line.trim()).map(read);
  const value = all.map((one) => "value" in one && one.value);
  return all.find((one) => "problem" in one) ?? { value: value.length > 0 ? value : undefined };
}
