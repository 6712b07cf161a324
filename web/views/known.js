// What a small model knows: prompts to begin with, and things, each a button that puts it into the prompt, in the place of the one that stands there.

import { button, byId, h, write } from "./elements.js";
import { say } from "../words.js";

/** @import { Info } from "../decant.d.ts" */
/** @import { View } from "./index.js" */

/** @type {View} */
export function knownView(studio, state) {
  const details = byId("known", HTMLDetailsElement);
  const list = byId("known-list", HTMLUListElement);
  const examples = byId("known-examples", HTMLUListElement);
  /** @type {Info | null | undefined} */
  let drawn;
  const put = (/** @type {string} */ word) => studio.edit("prompt", withWord(state().settings.prompt, word, drawn?.words ?? []));
  return ({ info }) => {
    if (info === drawn) return;
    drawn = info;
    details.hidden = !info || info.words.length === 0;
    if (!info || details.hidden) return;
    write(byId("known-title", HTMLElement), say("form.known", { n: info.words.length }));
    examples.hidden = info.examples.length === 0;
    examples.replaceChildren(...info.examples.map((prompt) => chip(prompt, () => studio.edit("prompt", prompt))));
    list.replaceChildren(...info.words.map((word) => chip(word, () => put(word))));
  };
}

/** @param {string} text @param {() => void} act */
function chip(text, act) {
  return h("li", { lang: "en" }, button(text, act));
}

/** A prompt with another thing in it, and its article. @param {string} prompt @param {string} word @param {string[]} known */
export function withWord(prompt, word, known) {
  const article = /^[aeiou]/.test(word) ? "an" : "a";
  const longest = known.toSorted((a, b) => b.length - a.length).map((one) => one.replace(/[^\w\s]/g, "\\$&"));
  const there = new RegExp(`(\\ban? )?\\b(?:${longest.join("|")})\\b`, "i");
  if (!there.test(prompt)) return `${article} ${word}`;
  return prompt.replace(there, (_, before) => (before ? `${article} ${word}` : word));
}
