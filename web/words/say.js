// What the page says, in the language that was chosen. Every text that a person reads is a row of a language's folder (languages.js). What the
// program itself says (its refusals, its notes, its tables) is English, unless the language knows it (program.js, catalogue.js).

import { LANGUAGES } from "./languages.js";
import { remember, remembered } from "../store/local.js";

/** @import { Code, Key, Text } from "./languages.js" */

const KEPT = "decant.language";

/** What is spoken; it is chosen before the page draws and lasts until the page is opened again. @type {Code} */
export const language = chosen();

const FORMS = new Intl.PluralRules(language);

/**
 * A text of the page. @param {Key} key
 * @param {Record<string, string | number>} [values] for what stands in braces; numbers are written as the language does
 */
export function say(key, values = {}) {
  return fill(LANGUAGES[language].rows[key], values);
}

/** A row with its values, in the form that `n` asks for. @param {Text} row @param {Record<string, string | number>} values */
export function fill(row, values) {
  const text = typeof row === "string" ? row : (row[FORMS.select(Number(values["n"]))] ?? row.other);
  return text.replaceAll(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name];
    return value === undefined ? whole : typeof value === "number" ? inNumber(value) : value;
  });
}

/** What the page could not do, as an error in the language that is spoken. @param {Key} key */
export function spokenError(key) {
  return Object.assign(new Error(say(key)), { spoken: true });
}

/**
 * A number as the language writes it, without marks between thousands. @param {number} value
 * @param {Pick<Intl.NumberFormatOptions, "minimumFractionDigits" | "maximumFractionDigits" | "minimumSignificantDigits" | "maximumSignificantDigits">} [digits]
 */
export function inNumber(value, digits = { maximumFractionDigits: 20 }) {
  return new Intl.NumberFormat(language, { useGrouping: false, ...digits }).format(value);
}

const UNITS = ["bytes", "KB", "MB", "GB"];

/** @param {number} bytes */
export function inBytes(bytes) {
  const unit = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1);
  return `${inDigits(bytes / 1000 ** unit, unit > 1 ? 1 : 0)} ${UNITS[unit]}`;
}

/** @param {number} value @param {number} digits after the point */
export function inDigits(value, digits) {
  return inNumber(value, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Things one after another: “a, b, c”. @param {string[]} things */
export function inList(things) {
  return new Intl.ListFormat(language, { type: "unit" }).format(things);
}

/**
 * Puts the language's texts into what stands in the page: `data-say` (text), `data-say-label` (aria-label), `-title`, `-placeholder`,
 * `-content`.
 * @param {ParentNode} root
 */
export function translate(root) {
  for (const [attribute, put] of PLACES) {
    for (const element of root.querySelectorAll(`[data-say${attribute && `-${attribute}`}]`)) {
      put(element, say(/** @type {Key} */ (element.getAttribute(`data-say${attribute && `-${attribute}`}`))));
    }
  }
}

/** @type {[string, (element: Element, text: string) => void][]} */
const PLACES = [
  // Only rows of our own come here, never a value that somebody typed.
  ["", (element, text) => void (text.includes("<") ? (element.innerHTML = text) : (element.textContent = text))],
  ["label", (element, text) => element.setAttribute("aria-label", text)],
  ["title", (element, text) => element.setAttribute("title", text)],
  ["placeholder", (element, text) => element.setAttribute("placeholder", text)],
  ["content", (element, text) => element.setAttribute("content", text)],
];

/** Speaks another language from now on: the page opens anew. @param {Code} wanted */
export function speak(wanted) {
  remember(KEPT, wanted);
  const url = new URL(location.href);
  url.searchParams.delete("lang");
  history.replaceState(history.state, "", url);
  location.reload();
}

/** The address's language (`?lang=es`), or what was chosen before, or the first of the browser's that is known. @returns {Code} */
function chosen() {
  const known = /** @type {Code[]} */ (Object.keys(LANGUAGES));
  const asked = new URLSearchParams(location.search).get("lang");
  const found = [asked, remembered(KEPT), ...navigator.languages].map((wanted) =>
    known.find((one) => wanted?.toLowerCase().startsWith(one)),
  );
  return found.find(Boolean) ?? "en";
}
