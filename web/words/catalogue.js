// The program's tables in the language that is spoken.

import { LANGUAGES } from "./languages.js";
import { language } from "./say.js";

/** @import { Catalog, Entry } from "../api/decant.d.ts" */

/** An entry of one of them. @template {Entry} T @param {keyof Catalog} table @param {T} entry @returns {T} */
export function inWords(table, entry) {
  return { ...entry, ...LANGUAGES[language].catalogue?.[table][entry.id] };
}
