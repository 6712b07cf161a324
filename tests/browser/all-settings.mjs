// Every setting that an address can have, at something else than is usual: made from the program's table, so that a new row is tested with the others.

import { readFileSync } from "node:fs";

/** The rows of `SETTINGS`, written by `DECANT_WRITE=1 cargo test -p decant-sd settings_json`. */
const ROWS = JSON.parse(readFileSync(new URL("fake/settings.json", import.meta.url), "utf8"));

/** What a row's kind does not tell: texts, and what fits the rest. */
const OWN = {
  prompt: "a puppy",
  negative: "red",
  width: "32",
  height: "48",
  // It reads an order, and no eta.
  sampler: "lms",
  sigmas: "karras",
  guidanceUntil: "0.9",
  guidanceCurve: "1,7,3",
  losses: "mean(abs(blue - 0.9)):200\n#204080,#e0c080:50",
  swaps: "puppy=skunk:0.5+cat:0.5\nred=blue",
  mixes: "a cat: big:0.25",
};
/** What no link says by itself: how steps are shown, what needs a file or a picture beside it, and what this sampler does not read. */
const GROUPS_LEFT_OUT = ["preview", "decoder", "loras", "start"];
const LEFT_OUT = ["eta"];

/** By name, as an address writes them. @type {Record<string, string>} */
export const EVERYTHING = Object.fromEntries(
  ROWS.filter(({ name, group }) => !GROUPS_LEFT_OUT.includes(group) && !LEFT_OUT.includes(name)).map((row) => [
    row.name,
    OWN[row.name] ?? another(row),
  ]),
);

/** Of the rows of some groups, those that an address has here. @param {string[]} groups */
export const namesIn = (...groups) =>
  ROWS.filter(({ name, group }) => groups.includes(group) && name in EVERYTHING).map(({ name }) => name);

/** @param {{ name: string, kind: string, form: [number, number], choices: string[], usual: string }} row */
function another({ name, kind, form, choices, usual }) {
  if (kind === "switch") return String(usual !== "true");
  if (kind === "choice") return choices.findLast((id) => id !== usual);
  if (kind === "whole") return String(form[0] + 2);
  if (kind === "real") return String(form[0] + (form[1] - form[0]) / 4);
  throw new Error(`all-settings.mjs needs an example of ${name}: its kind is ${kind}.`);
}
