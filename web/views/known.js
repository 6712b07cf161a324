// The things that a small model knows: each a button that puts it into the prompt, in the place of the one that stands there.

import { button, byId, h, write } from "./elements.js";
import { say } from "../words.js";

/** @import { View } from "./index.js" */

/** @type {View} */
export function knownView(studio, state) {
  const details = byId("known", HTMLDetailsElement);
  const list = byId("known-list", HTMLUListElement);
  /** @type {string[] | null} */
  let drawn = null;
  const put = (/** @type {string} */ word) => studio.edit("prompt", withWord(state().settings.prompt, word, drawn ?? []));
  return ({ info }) => {
    const words = info?.words ?? [];
    if (words === drawn || (words.length === 0 && drawn?.length === 0)) return;
    drawn = words;
    details.hidden = words.length === 0;
    write(byId("known-title", HTMLElement), say("form.known", { n: words.length }));
    list.replaceChildren(...words.map((word) => h("li", { lang: "en" }, button(word, () => put(word)))));
  };
}

/** A prompt with another thing in it, and its article. @param {string} prompt @param {string} word @param {string[]} known */
export function withWord(prompt, word, known) {
  const article = /^[aeiou]/.test(word) ? "an" : "a";
  const longest = known.toSorted((a, b) => b.length - a.length).map((one) => one.replace(/[^\w\s]/g, "\\$&"));
  const there = new RegExp(`(\\ban? )?\\b(?:${longest.join("|")})\\b`, "i");
  if (!there.test(prompt)) return `${article} ${word}`;
  return prompt.replace(there, (_, before) => (before ? `${article} ${word}` : word));
}
