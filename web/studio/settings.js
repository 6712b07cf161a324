// Settings as text: one row per setting says how a field's or an address's text becomes what a run can have, and how that is written again.
// The text is what the command's flags take; how one is read is readers.js's. What a row does not know, the program says when it makes the picture.

import { readLoss, readMix, readSwap, readUse, writeLoss, writeSwap, writeUse } from "./lists.js";
import { LANGUAGES } from "../words/languages.js";
import { say } from "../words/say.js";
import { entry, flag, limitsOf, lines, margins, number, numbers, oneOf, orUsual, rowOf, side, sigmas, whole } from "./readers.js";

/** @import { Info, Setting, Settings } from "../api/decant.d.ts" */
/** @import { Key } from "../words/languages.js" */
/** @import { Parsed, Read } from "./readers.js" */

/**
 * @typedef {object} Row
 * @property {Key} label what a person calls it
 * @property {Read} read
 * @property {(value: any) => string} [write] by itself as JavaScript writes it
 * @property {string} [usual] what a menu shows for what is as usual
 */

/** What a key of the words “setting.NAME” names. @template K @typedef {K extends `setting.${infer N}` ? N : never} NamedBy */
/**
 * Settings that are read as their kind alone says, and whose field is made from their row (ui/form/fields.js).
 * @typedef {NamedBy<Key>} Plain
 */

/** The others. @type {{ [K in Exclude<keyof Required<Settings>, Plain>]: Row }} */
const OWN = {
  prompt: { label: "form.prompt", read: words },
  negative: { label: "form.negative", read: words },
  steps: { label: "form.steps", read: whole("name.steps") },
  guidance: { label: "form.guidance", read: number("name.guidance") },
  seed: { label: "form.seed", read: whole("name.seed") },
  sampler: { label: "form.sampler", read: entry("samplers", "problem.sampler") },
  width: { label: "form.width", read: side("name.width") },
  height: { label: "form.height", read: side("name.height") },

  sigmas: { label: "form.sigmas", read: sigmas },
  spacing: { label: "form.timesteps", read: orUsual(entry("spacings", "problem.spacing")) },
  eta: { label: "form.eta", read: orUsual(number("name.eta")) },
  order: { label: "form.order", read: orUsual(whole("name.order")) },
  rng: { label: "form.rng", read: orUsual(entry("rngs", "problem.rng")), usual: "cpu" },
  zeroSnr: { label: "form.zero-snr", read: flag },

  rescale: { label: "form.rescale", read: orUsual(number("name.rescale")) },
  guidanceFrom: { label: "form.guidance-from-whole", read: orUsual(number("name.guidance-from")) },
  guidanceUntil: { label: "form.guidance-until-whole", read: orUsual(number("name.guidance-until")) },
  guidanceCurve: { label: "form.curve-whole", read: orUsual(numbers("name.curve")), write: (value) => value.join(",") },
  cfgpp: { label: "form.cfgpp-name", read: flag },

  losses: { label: "form.losses", read: (text) => lines(text, readLoss), write: (value) => value.map(writeLoss).join("\n") },

  clipSkip: { label: "form.skip", read: orUsual(whole("name.skip")) },
  long: { label: "form.long", read: orUsual(entry("longs", "problem.long")), usual: "truncate" },
  emphasis: { label: "form.emphasis", read: flag },
  swaps: { label: "form.swaps", read: (text) => lines(text, readSwap), write: (value) => value.map(writeSwap).join("\n") },
  mixes: {
    label: "form.mixes",
    read: (text) => lines(text, readMix),
    write: (value) => value.map((/** @type {any} */ { prompt, factor }) => `${prompt}:${factor}`).join("\n"),
  },

  loras: { label: "form.loras", read: (text) => lines(text, readUse), write: (value) => value.map(writeUse).join("\n") },

  strength: { label: "form.strength", read: orUsual(number("name.strength")) },
  startStep: { label: "form.first-step-whole", read: orUsual(whole("name.start-step")) },
  pad: { label: "form.margins", read: orUsual(margins), write: (value) => value.join(",") },
  keepUnmasked: { label: "form.keep", read: flag },
  hires: { label: "form.hires", read: orUsual(number("name.hires")) },
  hiresBy: { label: "form.hires-by", read: orUsual(oneOf("problem.hires-by")), usual: "latent" },
  hiresStrength: { label: "form.hires-strength-whole", read: orUsual(number("name.hires-strength")) },
  decoder: { label: "form.decoder", read: orUsual(oneOf("problem.decoder")) },
  count: { label: "form.count", read: orUsual(whole("name.count")) },
};

/** @type {Record<string, Row>} */
const PLAIN = Object.fromEntries(
  Object.keys(LANGUAGES.en.rows)
    .filter((key) => key.startsWith("setting."))
    .map((key) => {
      const name = key.slice("setting.".length);
      return [name, { label: /** @type {Key} */ (`setting.${name}`), read: asItsKind(/** @type {Key} */ (key)) }];
    }),
);

const SETTINGS = /** @type {Record<keyof Settings, Row>} */ ({ ...OWN, ...PLAIN });

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

/** @param {string} name @returns {name is keyof Settings} */
export function isPlain(name) {
  return Object.hasOwn(PLAIN, name);
}

/** @param {keyof Settings} name @param {string} text @param {Info | null} info @returns {Parsed} */
export function readSetting(name, text, info) {
  return SETTINGS[name].read(text.trim(), info, name);
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

/**
 * The names of those settings that the program's table says something of.
 * @param {Info | null} info
 * @param {(row: Setting) => boolean} what
 */
export function namesOf(info, what) {
  const rows = info?.catalog.settings.filter(({ name }) => isSetting(name)) ?? [];
  return /** @type {(keyof Settings)[]} */ (rows.filter(what).map(({ name }) => name));
}

/** Of the settings those alone. @param {Settings} settings @param {(keyof Settings)[]} names */
export function only(settings, names) {
  return /** @type {Settings} */ (/** @type {unknown} */ (Object.fromEntries(names.map((name) => [name, settings[name]]))));
}

/** @param {Key} what @returns {Read} */
function asItsKind(what) {
  return (text, info, name) => {
    const row = rowOf(name, info);
    if (!row) return { problem: say("problem.closed") };
    if (text === "" || text === row.usual) return { value: undefined };
    if (row.kind === "switch") return flag(text);
    return row.kind === "text" ? words(text, info, name) : (row.kind === "whole" ? whole : number)(what)(text, info, name);
  };
}

/** @type {Read} */
function words(text, info, name) {
  const [, most] = limitsOf(name, info);
  // Of a text that is much too long, not even the bytes are counted.
  const bytes = text.length > most ? text.length : new TextEncoder().encode(text).length;
  return bytes > most ? { problem: say("problem.words", { most }) } : { value: text };
}
