// How a text becomes a setting's value, one reader for each kind of value: a number within a form's limits, a row of a table, a list. Limits and
// choices are the program's own, from the open model's catalogue (`Setting` in decant.d.ts). Which setting is read how, settings.js says.

import { inList, say } from "../words/say.js";

/** @import { Entry, Info, Settings } from "../api/decant.d.ts" */
/** @import { Key } from "../words/languages.js" */
/** @typedef {{ value: unknown } | { problem: string }} Parsed a value of `undefined` is as usual */
/** @typedef {(text: string, info: Info | null, name: keyof Settings) => Parsed} Read */

/**
 * The least and the most that a form takes; before a model is open anything, which the program then judges.
 * @param {keyof Settings} name
 * @param {Info | null} info
 * @returns {[number, number]}
 */
export function limitsOf(name, info) {
  return rowOf(name, info)?.form ?? [-Infinity, Infinity];
}

/** @param {keyof Settings} name @param {Info | null} info */
export function rowOf(name, info) {
  return info?.catalog.settings.find((row) => row.name === name);
}

/** An empty field is as usual, and what the program's table says is. @param {Read} read @returns {Read} */
export function orUsual(read) {
  return (text, info, name) => (text === "" || text === rowOf(name, info)?.usual ? { value: undefined } : read(text, info, name));
}

/** @param {Key} what @returns {Read} */
export function number(what) {
  return (text, info, name) => {
    const value = Number(text);
    if (text === "" || !Number.isFinite(value)) return { problem: say("problem.number", { what: say(what) }) };
    const [least, most] = limitsOf(name, info);
    if (value < least || value > most) return { problem: say("problem.range", { what: say(what), least, most }) };
    return { value };
  };
}

/** @param {Key} what @returns {Read} */
export function whole(what) {
  return (text, info, name) => {
    const read = number(what)(text, info, name);
    if ("value" in read && !Number.isInteger(read.value)) return { problem: say("problem.whole", { what: say(what) }) };
    return read;
  };
}

/** @param {Key} what @returns {Read} */
export function numbers(what) {
  return (text, info, name) => {
    const read = text.split(",").map((part) => number(what)(part.trim(), info, name));
    return read.find((one) => "problem" in one) ?? { value: read.map((one) => "value" in one && one.value) };
  };
}

/** @param {Key} what @returns {Read} */
export function side(what) {
  return (text, info, name) => {
    if (!info) return { problem: say("problem.closed") };
    const { factor } = info;
    const read = whole(what)(text, info, name);
    if (!("value" in read)) return read;
    const value = Number(read.value);
    if (value < factor) return { problem: say("problem.range", { what: say(what), least: factor, most: limitsOf(name, info)[1] }) };
    const below = Math.floor(value / factor) * factor;
    return value === below ? read : { problem: say("problem.multiple", { what: say(what), factor, below, above: below + factor }) };
  };
}

/**
 * A row of one of the program's tables.
 * @param {"samplers" | "sigmas" | "spacings" | "longs" | "rngs"} table
 * @param {Key} problem where it is none
 * @returns {Read}
 */
export function entry(table, problem) {
  return (text, info) => {
    if (!info) return { problem: say("problem.closed") };
    /** @type {Entry[]} */
    const entries = info.catalog[table];
    return among(
      text,
      entries.map(({ id }) => id),
      problem,
    );
  };
}

/** What the program's table lists. @param {Key} problem where it is none of that @returns {Read} */
export function oneOf(problem) {
  return (text, info, name) => (info ? among(text, rowOf(name, info)?.choices ?? [], problem) : { problem: say("problem.closed") });
}

/** @param {string} text @param {string[]} choices @param {Key} problem @returns {Parsed} */
function among(text, choices, problem) {
  return choices.includes(text) ? { value: text } : { problem: say(problem, { text, all: inList(choices) }) };
}

/** A row's id, or falling numbers. @type {Read} */
export function sigmas(text, info, name) {
  if (text === "" || text === "config") return { value: undefined };
  if (!/^[\d.,\s]+$/.test(text)) return entry("sigmas", "problem.sigmas")(text, info, name);
  const list = text.split(",").map(Number);
  const falls = list.every((sigma, i) => Number.isFinite(sigma) && (i === 0 || sigma < Number(list[i - 1])));
  if (list.length < 2 || !falls) return { problem: say("problem.sigma-list") };
  return { value: list.join(",") };
}

/** @param {string} text @returns {Parsed} */
export function flag(text) {
  return { value: ["1", "true", "on"].includes(text) ? true : undefined };
}

/** Above, right, below, left; one number is all four. @type {Read} */
export function margins(text, info, name) {
  const list = text.split(",").map((part) => whole("name.margin")(part.trim(), info, name));
  const wrong = list.find((one) => "problem" in one);
  if (wrong) return wrong;
  const sides = list.map((one) => "value" in one && one.value);
  if (sides.length !== 1 && sides.length !== 4) return { problem: say("problem.margins") };
  return { value: sides.length === 1 ? Array(4).fill(sides[0]) : sides };
}

/** One thing a line; none is as usual. @param {string} text @param {(line: string) => Parsed} read @returns {Parsed} */
export function lines(text, read) {
  const all = text
    .split("\n")
    .filter((line) => line.trim())
    .map(read);
  const value = all.map((one) => "value" in one && one.value);
  return all.find((one) => "problem" in one) ?? { value: value.length > 0 ? value : undefined };
}
