// A Spanish prompt in a small model's English: names for names, adjectives before their noun, and the forms that its prompts have. It knows no
// grammar beyond that, and what it does not know stays as it was typed.

import { ARTICLES, BEHIND, BETWEEN, COLOURS, SIZES, STYLES, THINGS } from "./spanish.js";
import { phraseAt, phrasesOf, plain } from "./phrases.js";

/** @import { Info } from "../../api/decant.d.ts" */
/** @import { Word } from "./phrases.js" */
/** @typedef {"thing" | "colour" | "style" | "size" | "between" | "article" | "on" | "background"} Kind */
/** @typedef {{ kind: Kind | "english" | "unknown", text: string, before: string }} Unit */

/** Spanish names by kind: of what is in more than one, the first that fits its place counts. @type {[Kind, Map<string, string>][]} */
const KINDS = [
  ["background", new Map(BEHIND.background.split("|").map((name) => [plain(name), "background"]))],
  ["thing", phrasesOf(THINGS)],
  ["colour", phrasesOf(COLOURS)],
  ["style", phrasesOf(STYLES)],
  ["size", phrasesOf(SIZES)],
  ["between", phrasesOf(BETWEEN)],
  ["article", new Map(ARTICLES.split("|").map((name) => [name, "a"]))],
  ["on", new Map(BEHIND.on.split("|").map((name) => [name, "on"]))],
];

/** Kinds that make a text Spanish: a lone article is no more than a slip. */
const SAYS = ["thing", "colour", "style", "background"];

/**
 * What the model would read, or null where nothing of it is Spanish.
 * @param {Word[]} words @param {Pick<Info, "words" | "grammar">} info @param {Set<Word>} strange the words that are not its English
 */
export function inEnglish(words, info, strange) {
  const { units, unknown } = unitsOf(words, info, strange);
  if (!units.some(({ kind }) => SAYS.includes(kind))) return null;
  const things = units.filter(({ kind, text }) => kind === "thing" || (kind === "english" && info.words.includes(text))).length;
  return { prompt: write(units), unknown, things, words: words.length };
}

/** @param {Word[]} words @param {Pick<Info, "words" | "grammar">} info @param {Set<Word>} strange */
function unitsOf(words, info, strange) {
  /** @type {Unit[]} */
  const units = [];
  /** @type {Word[]} */
  const unknown = [];
  const own = new Map(info.words.map((word) => [plain(word), word]));
  for (let at = 0; at < words.length;) {
    const word = /** @type {Word} */ (words[at]);
    const found = spanishAt(words, at, units.at(-1), info);
    const english = phraseAt(words, at, own);
    if (found && (!english || found.length >= english.length)) {
      units.push({ kind: found.kind, text: found.is, before: word.before });
      at += found.length;
    } else {
      if (strange.has(word)) unknown.push(word);
      units.push({ kind: strange.has(word) ? "unknown" : "english", text: english ? english.is : word.text, before: word.before });
      at += english?.length ?? 1;
    }
  }
  return { units, unknown };
}

/**
 * The longest Spanish name at a word that its place allows.
 * @param {Word[]} words
 * @param {number} at
 * @param {Unit | undefined} last
 * @param {Pick<Info, "words">} info
 */
function spanishAt(words, at, last, { words: known }) {
  /** @type {{ kind: Kind, is: string, length: number } | null} */
  let best = null;
  const afterNoun = last !== undefined && ["thing", "background", "colour", "size"].includes(last.kind) && words[at]?.before === "";
  for (const [kind, phrases] of KINDS) {
    const found = phraseAt(words, at, phrases);
    if (!found || (kind === "thing" && (!known.includes(found.is) || (afterNoun && phraseAt(words, at, colours))))) continue;
    if (kind === "colour" && !afterNoun && known.includes(things.get(/** @type {Word} */ (words[at]).plain) ?? "")) continue;
    // “sobre” before a background is no place above something, and neither is “con” something that is worn.
    if (kind === "between" && leadsBehind(words, at + found.length)) continue;
    if (kind === "on" && !leadsBehind(words, at + found.length)) continue;
    if (!best || found.length > best.length) best = { kind, ...found };
  }
  return best;
}

const things = phrasesOf(THINGS);
const colours = phrasesOf(COLOURS);

/** @param {Word[]} words @param {number} at */
function leadsBehind(words, at) {
  const next = words[at]?.plain;
  return next === "fondo" || (ARTICLES.split("|").includes(next ?? "") && words[at + 1]?.plain === "fondo");
}

/** @param {Unit[]} units */
function write(units) {
  const ordered = inOrder(units);
  return ordered.reduce((text, unit, i) => {
    const shown = unit.kind === "article" ? (/^[aeiou]/i.test(ordered[i + 1]?.text ?? "") ? "an" : "a") : unit.text;
    const sign = unit.before && i > 0 ? unit.before : unit.kind === "style" && i > 0 && !/,$/.test(text) ? "," : "";
    return `${text}${sign}${text === "" || shown === "" ? "" : " "}${shown}`;
  }, "");
}

/** English order: sizes and colours come before what they belong to, a background has “on a” before its colour. @param {Unit[]} units */
function inOrder(units) {
  /** @type {Unit[]} */
  const ordered = [];
  for (let at = 0; at < units.length; at++) {
    const unit = /** @type {Unit} */ (units[at]);
    const next = units[at + 1];
    if (unit.text === "emoji" && next?.kind === "style" && next.before === "") {
      ordered.push({ ...next, kind: "english", before: unit.before }, { ...unit, before: "" }); // “flat emoji”
      at++;
      continue;
    }
    if (unit.kind !== "thing" && unit.kind !== "background") {
      ordered.push(unit);
      continue;
    }
    const after = [];
    while (["colour", "size"].includes(units[at + 1]?.kind ?? "") && units[at + 1]?.before === "")
      after.push(/** @type {Unit} */ (units[++at]));
    const adjectives = [...after.filter(({ kind }) => kind === "size"), ...after.filter(({ kind }) => kind === "colour")];
    const leads = unit.kind === "background" ? beforeBackground(ordered, unit) : [];
    ordered.push(...leads, ...adjectives, { ...unit, before: leads.length + adjectives.length > 0 ? "" : unit.before });
  }
  return ordered;
}

/** Takes back what leads to a background, and gives it in full. @param {Unit[]} ordered @param {Unit} unit @returns {Unit[]} */
function beforeBackground(ordered, unit) {
  let { before } = unit;
  for (const kind of ["article", "on"]) {
    if (ordered.at(-1)?.kind === kind) before = /** @type {Unit} */ (ordered.pop()).before || before;
  }
  // “…, yellow background” is as good as “on a yellow background”.
  return before === "," && ordered.length > 0
    ? [{ kind: "on", text: "", before }]
    : [
        { kind: "on", text: "on", before },
        { kind: "article", text: "a", before: "" },
      ];
}
