// Words of a text, and the longest phrases of a list that stand among them.

/** @typedef {{ text: string, plain: string, before: string }} Word `before`: what stands between it and the one before, without spaces */
/** @template T @typedef {Map<string, T>} Phrases by their words in plain letters, with one space between them */

/** Longest phrase of any list, in words. */
const LONGEST = 5;

/** Small letters without accents; ñ is a letter of its own. @param {string} text */
export function plain(text) {
  return text.toLowerCase().replaceAll("ñ", "\u0001").normalize("NFD").replaceAll(/\p{M}/gu, "").replaceAll("\u0001", "ñ");
}

/** The words of a prompt. What stands in <> is no word; Spanish “del” is two. @param {string} text @returns {Word[]} */
export function wordsOf(text) {
  const words = [];
  let before = "";
  for (const [, tag, word, other = ""] of text.matchAll(/(<[^<>]*>)|([\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*)|([^\p{L}\p{N}])/gu)) {
    if (word === undefined) {
      before += tag ? "" : other.trim();
      continue;
    }
    const parts = plain(word) === "del" ? ["de", "el"] : [word];
    for (const part of parts) words.push({ text: part, plain: plain(part), before });
    before = "";
  }
  return words;
}

/** Rows of names parted by bars. @param {Record<string, string>} table @returns {Phrases<string>} the row's key by each of its names */
export function phrasesOf(table) {
  return new Map(Object.entries(table).flatMap(([key, names]) => names.split("|").map((name) => [plain(name), key])));
}

/**
 * The longest phrase that begins at a word, in one number or the other: its length in words and what it stands for.
 * @template T @param {Word[]} words @param {number} at @param {Phrases<T>} phrases @returns {{ length: number, is: T } | null}
 */
export function phraseAt(words, at, phrases) {
  for (let length = Math.min(LONGEST, words.length - at); length > 0; length--) {
    const some = words.slice(at, at + length);
    // A sign between two words parts them.
    if (some.some(({ before }, i) => i > 0 && before !== "")) continue;
    for (const text of inNumbers(some.map((word) => word.plain))) {
      const is = phrases.get(text);
      if (is !== undefined) return { length, is };
    }
  }
  return null;
}

/** How plurals end, and what their singulars have instead. @type {[string, string][]} */
const ENDS = [
  ["s", ""],
  ["es", ""],
  ["ces", "z"],
  ["ies", "y"],
];

/** As it stands, and its singular, of English and of Spanish; in Spanish the first word is what changes. @param {string[]} words */
function* inNumbers(words) {
  yield words.join(" ");
  for (const place of new Set([words.length - 1, 0])) {
    for (const [end, instead] of ENDS) {
      const word = /** @type {string} */ (words[place]);
      if (word.length > end.length + 1 && word.endsWith(end)) yield words.with(place, word.slice(0, -end.length) + instead).join(" ");
    }
  }
}
