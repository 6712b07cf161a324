// What a small model knows: prompts to begin with, and things, each a button that puts it into the prompt, in the place of the one that stands there;
// and below the prompt, what of its words the model does not know, and what it is given where they are Spanish.

import { button, byId, h, write } from "../dom.js";
import { EXAMPLES, THINGS } from "../../studio/understood/spanish.js";
import { learntOf, understand } from "../../studio/understood/understood.js";
import { inList, language, say } from "../../words/say.js";

/** @import { Info } from "../../api/decant.d.ts" */
/** @import { State } from "../../studio/state.js" */
/** @import { View } from "../views.js" */

/** @type {View<"form">} */
export function knownView(studio, state) {
  const details = byId("known", HTMLDetailsElement);
  const list = byId("known-list", HTMLUListElement);
  const examples = byId("examples", HTMLUListElement);
  const drawWords = wordsLine();
  /** @type {Info | null | undefined} */
  let drawn;
  const put = (/** @type {string} */ word) => studio.form.edit("prompt", withWord(state().settings.prompt, word, drawn?.words ?? []));
  return (now) => {
    const { info } = now;
    drawWords(now);
    if (info === drawn || !info) return; // while another is opened, its own stay
    drawn = info;
    details.hidden = info.words.length === 0;
    examples.hidden = info.examples.length === 0;
    write(byId("known-title", HTMLElement), say("form.known", { n: info.words.length }));
    examples.replaceChildren(
      ...info.examples.map(inLanguage).map(([prompt, spoken]) =>
        Object.assign(
          chip(prompt, spoken, () => studio.form.edit("prompt", prompt)),
          { title: prompt },
        ),
      ),
    );
    list.replaceChildren(
      ...info.words.map((word) => {
        const called = language === "es" ? THINGS[word]?.split("|")[0] : undefined;
        return chip(called ?? word, called ? language : "en", () => put(word));
      }),
    );
  };
}

/** Milliseconds of rest after which a prompt's words are told: who is in the middle of one is not interrupted. */
const REST = 400;

/** The line below the prompt. */
function wordsLine() {
  const line = byId("prompt-words", HTMLParagraphElement);
  /** @type {unknown[]} */
  let drawn = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let resting;
  return (/** @type {State} */ { settings: { prompt }, info, loaded }) => {
    if ([prompt, info, loaded].every((one, i) => one === drawn[i])) return;
    drawn = [prompt, info, loaded];
    clearTimeout(resting);
    resting = setTimeout(() => {
      const { unknown, nothing, translated, prompt: read } = understand(prompt, info, learntOf(loaded));
      write(
        line,
        [
          translated ? say("form.read-as", { prompt: read }) : "",
          unknown.length > 0 ? say("form.not-words", { n: unknown.length, words: inList(unknown) }) : "",
          nothing ? say("form.nothing", { n: info?.words.length ?? 0 }) : "",
        ]
          .filter(Boolean)
          .join(" "),
      );
      line.classList.toggle("warning", unknown.length > 0 || nothing);
    }, REST);
  };
}

/**
 * What a prompt that the model proposes is in the language that is spoken.
 * @param {string} prompt
 * @returns {[string, import("../../words/languages.js").Code]}
 */
function inLanguage(prompt) {
  const spoken = language === "es" ? EXAMPLES[prompt] : undefined;
  return spoken ? [spoken, language] : [prompt, "en"];
}

/** @param {string} text @param {string} lang @param {() => void} act */
function chip(text, lang, act) {
  return h("li", { lang }, button(text, act));
}

/** A prompt with another thing in it, and its article. @param {string} prompt @param {string} word @param {string[]} known */
export function withWord(prompt, word, known) {
  const article = /^[aeiou]/.test(word) ? "an" : "a";
  const longest = known.toSorted((a, b) => b.length - a.length).map((one) => one.replace(/[^\w\s]/g, "\\$&"));
  const there = new RegExp(`(\\ban? )?\\b(?:${longest.join("|")})\\b`, "i");
  if (!there.test(prompt)) return `${article} ${word}`;
  return prompt.replace(there, (_, before) => (before ? `${article} ${word}` : word));
}
