// What the program says while it works, in the language that is spoken. What that has no words for stays English.

import { LANGUAGES } from "./languages.js";
import { language } from "./say.js";

/** @param {string} label such as a `Progress` has */
export function ofProgram(label) {
  return LANGUAGES[language].program[label] ?? label;
}
