// The languages that the page speaks: each has a folder here, and a row. English is the one that the others are held to.

import { ENGLISH } from "./en/index.js";
import { SPANISH } from "./es/index.js";

/**
 * Where it counts something (`{n}`), a form for each kind of number that the language tells apart, by `Intl.PluralRules`.
 * @typedef {string | ({ other: string } & Partial<Record<Intl.LDMLPluralRule, string>>)} Text
 */
/** By key; `{name}` stands for a value, `<kbd>` and the like for themselves. @typedef {Record<string, Text>} Words */
/** The same keys in another language. @template {Words} W @typedef {Record<keyof W, Text>} Like */
/** What is said in each lesson, by its id. @typedef {typeof import("./en/lessons/index.js").LESSONS} LessonTexts */
/** Tables of `Catalog` that menus are made of. @typedef {"samplers" | "sigmas" | "spacings" | "longs" | "rngs"} Menu */
/**
 * By table and id; `name` where it is not the same as in English.
 * @typedef {Record<Menu, Record<string, { name?: string, docs: string }>>} Catalogue
 */
/**
 * @typedef {object} Language
 * @property {string} name in itself
 * @property {Like<typeof import("./en/index.js").ROWS>} rows
 * @property {() => Promise<{ LESSONS: LessonTexts }>} lessons fetched when a lesson is first entered
 * @property {Record<string, string>} program what the program says while it works, by its English
 * @property {() => Promise<{ SENTENCES: Record<string, Text> }>} sentences what it refuses and notes, by the English template (`Sentence` in
 *   api/decant.d.ts), with the same values; what is not there is said in English
 * @property {Catalogue | null} catalogue the program's tables; null: as they are
 */

/** By their codes (BCP 47). */
export const LANGUAGES = { en: ENGLISH, es: SPANISH };

/** @typedef {keyof typeof LANGUAGES} Code */
/** @typedef {keyof typeof import("./en/index.js").ROWS} Key */
