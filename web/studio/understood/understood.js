// What the open model makes of a prompt's words, before anything is painted: which of them it does not know, whether it knows any thing in it at
// all, and, where the prompt is Spanish and the model's words are English, what is read instead. Only of models whose files list their words.

import { phraseAt, phrasesOf, plain, wordsOf } from "./phrases.js";
import { SMALL_WORDS } from "./spanish.js";
import { inEnglish } from "./translate.js";

/** @import { Info } from "../../api/decant.d.ts" */
/** @import { Word } from "./phrases.js" */

/**
 * @typedef {object} Understood
 * @property {string} prompt what the model is given
 * @property {boolean} translated whether that is not what was typed
 * @property {string[]} unknown words that it does not know, as they were typed
 * @property {boolean} nothing whether the prompt has words, and none of them is a thing that it can paint
 */

const SMALL = new Set(SMALL_WORDS.split("|"));
/** More words than these are not named. */
const MOST = 8;

/**
 * @param {string} prompt
 * @param {Pick<Info, "words" | "grammar"> | null} info
 * @param {string[]} [learnt] words that were loaded beside the model
 * @returns {Understood}
 */
export function understand(prompt, info, learnt = []) {
  const asTyped = { prompt, translated: false, unknown: /** @type {string[]} */ ([]), nothing: false };
  if (!info || info.words.length === 0) return asTyped;
  const words = wordsOf(prompt);
  const english = sift(words, info, learnt);
  if (english.unknown.length > 0) {
    const read = inEnglish(words, info, new Set(english.unknown));
    if (read && read.unknown.length < english.unknown.length) return { ...summary(read, info), prompt: read.prompt, translated: true };
  }
  return { ...asTyped, ...summary(english, info) };
}

/** @param {{ unknown: Word[], things: number, words: number }} read @param {Pick<Info, "grammar">} info */
function summary({ unknown, things, words }, { grammar }) {
  const named = [...new Map(unknown.filter((word) => !SMALL.has(word.plain)).map(({ plain: key, text }) => [key, text])).values()].slice(
    0,
    MOST,
  );
  return { unknown: grammar ? named : [], nothing: words > 0 && things === 0 };
}

/** @param {Word[]} words @param {Pick<Info, "words" | "grammar">} info @param {string[]} learnt */
function sift(words, info, learnt) {
  const known = vocabularyOf(info);
  const own = new Set(learnt.map(plain));
  /** @type {Word[]} */
  const unknown = [];
  let things = 0;
  for (let at = 0; at < words.length;) {
    const word = /** @type {Word} */ (words[at]);
    const found = phraseAt(words, at, known);
    const learned = own.has(word.plain) || /^[\d.]+$/.test(word.plain); // a weight
    if (found?.is || own.has(word.plain)) things++;
    if (!found && !learned) unknown.push(word);
    at += found?.length ?? 1;
  }
  return { unknown, things, words: words.length };
}

/** All that it knows, and whether each is a thing. @type {WeakMap<object, Map<string, boolean>>} */
const vocabularies = new WeakMap();

/** @param {Pick<Info, "words" | "grammar">} info */
function vocabularyOf(info) {
  const known = vocabularies.get(info.words) ?? new Map();
  if (known.size > 0) return known;
  const { styles = [], backgrounds = [], words = [] } = info.grammar ?? {};
  for (const word of [...styles, ...backgrounds, ...words]) known.set(plain(word), false);
  for (const [name] of phrasesOf(Object.fromEntries(info.words.map((word) => [word, word])))) known.set(name, true);
  vocabularies.set(info.words, known);
  return known;
}

/** The words that came with what is loaded beside a model. @param {{ name: string, words: string[] }[]} loaded */
export function learntOf(loaded) {
  return loaded.flatMap(({ name, words }) => [name, ...words]);
}
