// Four prompts beside one, for a model that draws a thing in one way whatever the seed: each says something of what the prompt left open, or
// draws it on another background.

import { phraseAt, phrasesOf, wordsOf } from "./phrases.js";

/** @import { Grammar } from "../../api/decant.d.ts" */

const FOUR = 4;
/** Backgrounds that show little of a difference, or hide dark things. */
const DULL = ["white", "black", "gray"];
/** Between two backgrounds that follow each other in a list, there is too little difference, too. */
const STRIDE = 2;

/**
 * Null where the model's files do not say of what its prompts were made.
 * @param {string} prompt in the model's own words
 * @param {Grammar | null} grammar
 * @param {number} seed others for each
 * @returns {string[] | null}
 */
export function otherPrompts(prompt, grammar, seed) {
  if (!grammar) return null;
  const behind = backgroundOf(prompt, grammar.backgrounds);
  const colours = grammar.backgrounds.filter((colour) => !DULL.includes(colour) && colour !== behind?.colour);
  const styles = says(prompt, grammar.styles) ? [] : grammar.styles;
  if (colours.length < STRIDE * FOUR) return null;
  return Array.from({ length: FOUR }, (_, i) => {
    const colour = /** @type {string} */ (colours[(seed + i * STRIDE) % colours.length]);
    const style = styles.length > 0 ? `, ${styles[i % styles.length]}` : "";
    // Each style once on the background that was asked for.
    const scene =
      behind && i < styles.length
        ? prompt
        : behind
          ? `${behind.before}${behind.article ? `${article(colour)} ` : ""}${colour}${behind.after}`
          : `${prompt} on ${article(colour)} ${colour} background`;
    return `${scene}${style}`;
  });
}

/** @param {string} prompt @param {string[]} words */
function says(prompt, words) {
  const [all, phrases] = [wordsOf(prompt), phrasesOf(Object.fromEntries(words.map((word) => [word, word])))];
  return all.some((_, at) => phraseAt(all, at, phrases));
}

/** The colour that stands before “background”, or after “on”. @param {string} prompt @param {string[]} backgrounds */
function backgroundOf(prompt, backgrounds) {
  const any = backgrounds.toSorted((a, b) => b.length - a.length).join("|");
  const found = new RegExp(`\\b(an? )?(${any})(?= background\\b)|(?<=\\bon )(an? )?(${any})\\b`, "i").exec(prompt);
  if (!found) return null;
  const [whole, one, before, other, after] = found;
  return {
    colour: (before ?? after ?? "").toLowerCase(),
    article: Boolean(one ?? other),
    before: prompt.slice(0, found.index),
    after: prompt.slice(found.index + whole.length),
  };
}

/** @param {string} word */
function article(word) {
  return /^[aeiou]/.test(word) ? "an" : "a";
}
