// What the page says, in the language that was chosen. Every text that a person reads is a row of `words/*.js`, with all languages side by
// side. What the program itself says (its refusals, the notes of its tables) is English.

import { INSIDE } from "./words/inside.js";
import { LESSONS } from "./words/lessons.js";
import { REACH } from "./words/reach.js";
import { SHARED } from "./words/shared.js";
import { STUDIO } from "./words/studio.js";

/** @typedef {"en" | "es"} Language */
/** @typedef {Record<string, Record<Language, string>>} Table rows by key; `{name}` stands for a value */

export const LANGUAGES = /** @type {const} */ ({ en: "English", es: "Español" });

const ROWS = { ...SHARED, ...STUDIO, ...INSIDE, ...LESSONS, ...REACH };

/** @typedef {keyof typeof ROWS} Key */

const KEPT = "decant.language";

/** What is spoken; it is chosen before the page draws and lasts until the page is opened again. @type {Language} */
export const language = chosen();

/**
 * A text of the page. @param {Key} key @param {Record<string, string | number>} [values] for what stands in braces
 */
export function say(key, values = {}) {
  return ROWS[key][language].replaceAll(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** Of two languages, the one that is spoken. @template T @param {Record<Language, T>} both @returns {T} */
export function spoken(both) {
  return both[language];
}

/** Puts the language's texts into what stands in the page: `data-say` (text), `data-say-label` (aria-label), `-title`, `-placeholder`. @param {ParentNode} root */
export function translate(root) {
  for (const [attribute, put] of PLACES) {
    for (const element of root.querySelectorAll(`[data-say${attribute && `-${attribute}`}]`)) {
      put(element, say(/** @type {Key} */ (element.getAttribute(`data-say${attribute && `-${attribute}`}`))));
    }
  }
}

/** @type {[string, (element: Element, text: string) => void][]} */
const PLACES = [
  ["", (element, text) => void (element.textContent = text)],
  ["label", (element, text) => element.setAttribute("aria-label", text)],
  ["title", (element, text) => element.setAttribute("title", text)],
  ["placeholder", (element, text) => element.setAttribute("placeholder", text)],
];

/** Speaks another language from now on: the page opens anew. @param {Language} wanted */
export function speak(wanted) {
  try {
    localStorage.setItem(KEPT, wanted);
  } catch {
    // Then it is the browser's language again.
  }
  location.reload();
}

/** @returns {Language} */
function chosen() {
  const known = /** @type {Language[]} */ (Object.keys(LANGUAGES));
  let kept = null;
  try {
    kept = localStorage.getItem(KEPT);
  } catch {
    // Storage is refused to some private windows.
  }
  return known.find((one) => one === kept) ?? known.find((one) => navigator.languages.some((wanted) => wanted.startsWith(one))) ?? "en";
}
