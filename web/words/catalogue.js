// The program's tables in the language that is spoken.

import { LANGUAGES } from "./languages.js";
import { language } from "./say.js";

/** @import { Entry } from "../api/decant.d.ts" */
/** @import { Menu } from "./languages.js" */

/** An entry of one of them. @template {Entry} T @param {Menu} table @param {T} entry @returns {T} */
export function inWords(table, entry) {
  return { ...entry, ...LANGUAGES[language].catalogue?.[table][entry.id] };
}
