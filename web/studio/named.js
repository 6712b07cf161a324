// What the program says, with the page's own labels in the place of the names that settings have in it and in settings files: “Keep the rest
// unchanged”, not keepUnmasked. Such names are for those who write settings files; the page shows none.

import { NAMES, labelOf } from "./settings.js";
import { ofSentence } from "../words/program.js";
import { say } from "../words/say.js";

/** @import { Choice, Sentence, Settings } from "../api/decant.d.ts" */
/** @import { Message } from "./state.js" */
/** @import { Spoken } from "../words/program.js" */

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

/**
 * What the program says, in the language that is spoken where that has words for all of it, else in English, which is said of it.
 * @param {{ message: string, sentence?: Sentence | null | undefined }} said @returns {Spoken}
 */
export function spoken({ message, sentence }) {
  const text = sentence ? ofSentence(sentence, labelled) : null;
  return text === null ? { text: named(message), lang: "en" } : { text: named(finished(text)) };
}

/** Why this machine cannot hold a choice. @param {Choice} choice @returns {Spoken | null} */
export function problemOf({ problem, sentence }) {
  return problem === null ? null : spoken({ message: problem, sentence });
}

/** The page's label of a setting, as Rust or JavaScript spell its name. @param {string} name */
function labelled(name) {
  const known = NAMES.find((one) => one === name.replaceAll(/_(\w)/g, (_, letter) => letter.toUpperCase()));
  return known ? say("problem.setting", { label: labelOf(known) }) : name;
}

/** As the program finishes its English: it begins with a capital where it begins with a word, and ends with a full stop. @param {string} text */
function finished(text) {
  const begun = text.replace(/^\p{Ll}+(?= |$)/u, (word) => word.charAt(0).toUpperCase() + word.slice(1));
  return /[.!?”»]$/.test(begun) ? begun : `${begun}.`;
}

/** What it says by the way, as what is said to a person. @param {string} message @param {Sentence} [sentence] @returns {Message} */
export function noteOf(message, sentence) {
  return { tone: "note", ...spoken({ message, sentence }) };
}
