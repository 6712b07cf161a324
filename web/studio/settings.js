// Settings as text: one row per setting says how a field's or an address's text becomes what a run can have, and how that is written again.
// The text is what the command's flags take. What a row does not know, the program says when it makes the picture.

import { readMix, readSwap, readUse, writeSwap } from "./lists.js";
import { inList, say } from "../words/say.js";

/** @import { Catalog, Entry, Info, Settings } from "../api/decant.d.ts" */
/** @import { Key } from "../words/languages.js" */
/** @typedef {{ value: unknown } | { problem: string }} Parsed a value of `undefined` is as usual */

/**
 * @typedef {object} Row
 * @property {Key} label what a person calls it
 * @property {(text: string, info: Info | null) => Parsed} read
 * @property {(value: any) => string} [write] by itself as JavaScript writes it
 * @property {string} [usual] what a menu shows for what is as usual
 */

const MOST_WORDS = 65_536;
const MOST_STEPS = 1000;
const LARGEST_SEED = 4294967295;
const LARGEST_SIDE = 4096;
const MOST_PICTURES = 64;
/** Ways to enlarge between two passes: `HIRES_WAYS` of the program. */
const ENLARGED = ["latent", "latent_nearest", "latent_bicubic", "lanczos"];

/** @type {{ [K in keyof Required<Settings>]: Row }} */
const SETTINGS = {
  prompt: { label: "form.prompt", read: words },
  negative: { label: "form.negative", read: words },
  steps: { label: "form.steps", read: (text) => whole(text, "name.steps", 1, MOST_STEPS) },
  guidance: { label: "form.guidance", read: (text) => number(text, "name.guidance", 0, 100) },
  seed: { label: "form.seed", read: (text) => whole(text, "name.seed", 0, LARGEST_SEED) },
  sampler: { label: "form.sampler", read: (text, info) => entry(text, info, "samplers", "problem.sampler") },
  width: { label: "form.width", read: (text, info) => side(text, "name.width", info) },
  height: { label: "form.height", read: (text, info) => side(text, "name.height", info) },

  sigmas: { label: "form.sigmas", read: sigmas },
  spacing: { label: "form.timesteps", read: orUsual((text, info) => entry(text, info, "spacings", "problem.spacing")) },
  eta: { label: "form.eta", read: orUsual((text) => number(text, "name.eta", 0, 1)) },
  order: { label: "form.order", read: orUsual((text) => whole(text, "name.order", 1, 4)) },
  rng: { label: "form.rng", read: orUsual((text, info) => entry(text, info, "rngs", "problem.rng"), "cpu"), usual: "cpu" },
  zeroSnr: { label: "form.zero-snr", read: flag },

  rescale: { label: "form.rescale", read: orUsual((text) => number(text, "name.rescale", 0, 1)) },
  guidanceFrom: { label: "form.guidance-from-whole", read: orUsual((text) => number(text, "name.guidance-from", 0, 1)) },
  guidanceUntil: { label: "form.guidance-until-whole", read: orUsual((text) => number(text, "name.guidance-until", 0, 1)) },
  guidanceCurve: { label: "form.curve-whole", read: orUsual((text) => numbers(text, "name.curve")), write: (value) => value.join(",") },
  cfgpp: { label: "form.cfgpp-name", read: flag },

  clipSkip: { label: "form.skip", read: orUsual((text) => whole(text, "name.skip", 0, 24)) },
  long: { label: "form.long", read: orUsual((text, info) => entry(text, info, "longs", "problem.long"), "truncate"), usual: "truncate" },
  emphasis: { label: "form.emphasis", read: flag },
  swaps: { label: "form.swaps", read: (text) => lines(text, readSwap), write: (value) => value.map(writeSwap).join("\n") },
  mixes: { label: "form.mixes", read: (text) => lines(text, readMix), write: (value) => value.map((/** @type {any} */ { prompt, factor }) => `${prompt}:${factor}`).join("\n") },

  loras: { label: "form.loras", read: (text) => lines(text, readUse), write: (value) => value.map((/** @type {any} */ { name, weight = 1 }) => `${name}:${weight}`).join("\n") },

  strength: { label: "form.strength", read: orUsual((text) => number(text, "name.strength", 0, 1)) },
  startStep: { label: "form.first-step-whole", read: orUsual((text) => whole(text, "name.start-step", 0, MOST_STEPS)) },
  pad: { label: "form.margins", read: orUsual(margins), write: (value) => value.join(",") },
  keepUnmasked: { label: "form.keep", read: flag },
  hires: { label: "form.hires", read: orUsual((text) => number(text, "name.hires", 1, 8)) },
  hiresBy: { label: "form.hires-by", read: orUsual((text) => oneOf(text, ENLARGED, "problem.hires-by"), "latent"), usual: "latent" },
  hiresStrength: { label: "form.hires-strength-whole", read: orUsual((text) => number(text, "name.hires-strength", 0, 1)) },
  hiresSteps: { label: "form.hires-steps-whole", read: orUsual((text) => whole(text, "name.hires-steps", 1, MOST_STEPS)) },
  decoder: { label: "form.decoder", read: orUsual((text) => oneOf(text, ["model", "tiny"], "problem.decoder"), "model") },
  count: { label: "form.count", read: orUsual((text) => whole(text, "name.count", 1, MOST_PICTURES)) },
};

/** The names of all settings. */
export const NAMES = /** @type {(keyof Settings)[]} */ (Object.keys(SETTINGS));

/** What the page calls it. @param {keyof Settings} name */
export function labelOf(name) {
  return say(SETTINGS[name].label);
}

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

/** As the program reads them: `MOST_BYTES` in crates/sd/src/prompt.rs. @param {string} text @returns {Parsed} */
function words(text) {
  // Of a text that is much too long, not even the bytes are counted.
  const bytes = text.length > MOST_WORDS ? text.length : new TextEncoder().encode(text).length;
  return bytes > MOST_WORDS ? { problem: say("problem.words", { most: MOST_WORDS }) } : { value: text };
}

/** @param {string} text @param {Key} what @param {number} least @param {number} most @returns {Parsed} */
function number(text, what, least, most) {
  const value = Number(text);
  if (text === "" || !Number.isFinite(value)) return { problem: say("problem.number", { what: say(what) }) };
  if (value < least || value > most) return { problem: say("problem.range", { what: say(what), least, most }) };
  return { value };
}

/** @param {string} text @param {Key} what @param {number} least @param {number} most @returns {Parsed} */
function whole(text, what, least, most) {
  const read = number(text, what, least, most);
  if ("value" in read && !Number.isInteger(read.value)) return { problem: say("problem.whole", { what: say(what) }) };
  return read;
}

/** @param {string} text @param {Key} what @returns {Parsed} */
function numbers(text, what) {
  const read = text.split(",").map((part) => number(part.trim(), what, 0, 100));
  return read.find((one) => "problem" in one) ?? { value: read.map((one) => "value" in one && one.value) };
}

/** @param {string} text @param {Key} what @param {Info | null} info @returns {Parsed} */
function side(text, what, info) {
  if (!info) return { problem: say("problem.closed") };
  const read = whole(text, what, info.factor, LARGEST_SIDE);
  if (!("value" in read) || Number(read.value) % info.factor === 0) return read;
  const below = Math.floor(Number(read.value) / info.factor) * info.factor;
  return { problem: say("problem.multiple", { what: say(what), factor: info.factor, below, above: below + info.factor }) };
}

/** A row of one of the program's tables. @param {string} text @param {Info | null} info @param {keyof Catalog} table @param {Key} problem where it is none @returns {Parsed} */
function entry(text, info, table, problem) {
  if (!info) return { problem: say("problem.closed") };
  /** @type {Entry[]} */
  const entries = info.catalog[table];
  if (entries.some(({ id }) => id === text)) return { value: text };
  return { problem: say(problem, { text, all: inList(entries.map(({ id }) => id)) }) };
}

/** A row's id, or falling numbers. @param {string} text @param {Info | null} info @returns {Parsed} */
function sigmas(text, info) {
  if (text === "" || text === "config") return { value: undefined };
  if (!/^[\d.,\s]+$/.test(text)) return entry(text, info, "sigmas", "problem.sigmas");
  const list = text.split(",").map(Number);
  const falls = list.every((sigma, i) => Number.isFinite(sigma) && (i === 0 || sigma < Number(list[i - 1])));
  if (list.length < 2 || !falls) return { problem: say("problem.sigma-list") };
  return { value: list.join(",") };
}

/** @param {string} text @param {string[]} choices @param {Key} problem @returns {Parsed} */
function oneOf(text, choices, problem) {
  return choices.includes(text) ? { value: text } : { problem: say(problem, { text, all: inList(choices) }) };
}

/** @param {string} text @returns {Parsed} */
function flag(text) {
  return { value: ["1", "true", "on"].includes(text) ? true : undefined };
}

/** Above, right, below, left; one number is all four. @param {string} text @returns {Parsed} */
function margins(text) {
  const list = text.split(",").map((part) => whole(part.trim(), "name.margin", 0, LARGEST_SIDE));
  const wrong = list.find((one) => "problem" in one);
  if (wrong) return wrong;
  const sides = list.map((one) => "value" in one && one.value);
  if (sides.length !== 1 && sides.length !== 4) return { problem: say("problem.margins") };
  return { value: sides.length === 1 ? Array(4).fill(sides[0]) : sides };
}

/** One thing a line; none is as usual. @param {string} text @param {(line: string) => Parsed} read @returns {Parsed} */
function lines(text, read) {
  const all = text.split("\n").filter((line) => line.trim()).map(read);
  const value = all.map((one) => "value" in one && one.value);
  return all.find((one) => "problem" in one) ?? { value: value.length > 0 ? value : undefined };
}
