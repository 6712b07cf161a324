// What was changed underneath a prompt's words, in one line: “blue → red; a green one:0.5”.

import { writeSetting } from "../studio/settings.js";
import { say } from "../words/say.js";

/** @import { Settings } from "../api/decant.d.ts" */
/** @typedef {Pick<Settings, "swaps" | "mixes">} Edits */

/** A prompt as the model read it, with what was changed underneath its words. @param {Settings} settings */
export function promptOf(settings) {
  const change = editsOf(settings);
  return change ? say("inside.words.edited", { prompt: settings.prompt, change }) : settings.prompt;
}

/** @param {Edits} edits */
export function editsOf({ swaps, mixes }) {
  const lines = [writeSetting("swaps", /** @type {Settings} */ ({ swaps })), writeSetting("mixes", /** @type {Settings} */ ({ mixes }))];
  return lines.filter(Boolean).join("\n").replaceAll("\n", "; ").replaceAll("=", " → ");
}
