// What the program says, in the language that is spoken. What that has no words for stays English.

import { LANGUAGES } from "./languages.js";
import { fill, inBytes, inList, language } from "./say.js";

/** @import { Sentence, SentenceValue } from "../api/decant.d.ts" */
/** @import { Text } from "./languages.js" */

/** A text, and its language where that is not the page's. @typedef {{ text: string, lang?: "en" }} Spoken */

/** The language's rows of sentences; a refusal before they are there is said in English. @type {Record<string, Text>} */
let sentences = {};
LANGUAGES[language].sentences().then(
  ({ SENTENCES }) => (sentences = SENTENCES),
  () => {},
);

/** What it does now. @param {string} label such as a `Progress` has */
export function ofProgram(label) {
  return LANGUAGES[language].program[label] ?? label;
}

/**
 * A refusal or a note, where the language has words for every part of it; else null: nothing is said half in one language and half in another.
 * @param {Sentence} sentence @param {(name: string) => string} named what a setting is called
 * @returns {string | null}
 */
export function ofSentence({ template, values }, named) {
  const row = sentences[template];
  if (row === undefined) return null;
  /** @type {Record<string, string | number>} */
  const said = {};
  for (const [name, value] of Object.entries(values)) {
    const text = ofValue(value, named);
    if (text === null) return null;
    said[name] = text;
  }
  return fill(row, said);
}

/** @param {SentenceValue} value @param {(name: string) => string} named @returns {string | number | null} */
function ofValue(value, named) {
  if (typeof value !== "object") return value;
  if (Array.isArray(value)) {
    const each = value.map((one) => ofValue(one, named));
    return each.includes(null) ? null : inList(each.map(String));
  }
  if ("template" in value) return ofSentence(value, named);
  return "bytes" in value ? inBytes(value.bytes) : named(value.setting);
}
