// What was changed underneath a prompt's words, in one line: “blue → red; a green one:0.5”.

import { writeSetting } from "../settings.js";

/** @import { Settings } from "../decant.d.ts" */
/** @typedef {Pick<Settings, "swaps" | "mixes">} Edits */

/** @param {Edits} edits */
export function editsOf({ swaps, mixes }) {
  const lines = [writeSetting("swaps", /** @type {Settings} */ ({ swaps })), writeSetting("mixes", /** @type {Settings} */ ({ mixes }))];
  return lines.filter(Boolean).join("\n").replaceAll("\n", "; ").replaceAll("=", " → ");
}
