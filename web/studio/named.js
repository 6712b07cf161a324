// What the program says, with the page's own labels in the place of the names that settings have in it and in settings files: “Keep the rest
// unchanged”, not keepUnmasked. Such names are for those who write settings files; the page shows none.

import { NAMES, labelOf } from "./settings.js";
import { say } from "../words/say.js";

/** @import { Settings } from "../api/decant.d.ts" */
/** @import { Message } from "./state.js" */

/**
 * What is no word of a language is a name wherever it stands; other names are also words, and are the setting's where a sentence begins
 * with them.
 */
const NO_WORD = ["cfgpp", "hires", "rng", "pad", "eta", "loras"];

/** How a name is spelled: as the page's, as Python would, as the command's flag. @param {string} name */
function spellings(name) {
  const dashed = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const whole = name !== dashed || NO_WORD.includes(name);
  return [
    ...(whole ? [`(?<![\\w-])${name}(?![\\w-])`, `(?<![\\w-])${dashed.replaceAll("-", "_")}(?![\\w-])`] : []),
    `--${dashed}(?![\\w-])`,
  ];
}

/** @type {[RegExp, RegExp, keyof Settings][]} */
const PATTERNS = NAMES.map((name) => [
  new RegExp(spellings(name).join("|"), "g"),
  new RegExp(`^(?:settings: )?${name}(?=:| is | holds | [^\\s:]+:| \\d)`, "i"),
  name,
]);

/** @param {string} sentence */
export function named(sentence) {
  return PATTERNS.reduce((text, [anywhere, first, name]) => {
    const label = say("problem.setting", { label: labelOf(name) });
    return text.replace(first, label).replaceAll(anywhere, label);
  }, sentence).replace(/^settings: /i, "");
}

/** What the program says by the way, as what is said to a person. @param {string} sentence @returns {Message} */
export function noteOf(sentence) {
  return { tone: "note", text: named(sentence), lang: "en" };
}
