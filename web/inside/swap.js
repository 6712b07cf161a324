// The form that puts other vectors in a word's place: words with weights, the nearest neighbours to choose from, a vector from a file.

import { button, crossButton, fileButton, h, write, writeSpoken } from "../ui/dom.js";
import { figures } from "../figures/numbers.js";
import { sentenceOf } from "../studio/sentences.js";
import { say } from "../words/say.js";

/** @import { Swap } from "../api/decant.d.ts" */
/** @import { Studio } from "../studio/studio.js" */
/** @import { State } from "../studio/state.js" */
/** Of the studio. @typedef {"adapters" | "model"} Used */

const NEIGHBOURS = 10;

/**
 * @param {Pick<Studio, Used>} studio
 * @param {() => State} state
 * @param {(swap: Swap) => void} use
 * @param {(token: string) => void} putBack
 */
export function swapForm(studio, state, use, putBack) {
  const title = h("h4");
  const rows = h("ul", { className: "swap-rows" });
  const near = h("ul", { className: "chips near", tabIndex: 0, aria: { label: say("inside.swap.near") } });
  const nearWords = h("p", { className: "hint", role: "status" });
  const apply = h("button", { type: "submit", className: "quiet-button", id: "inside-use-swap" }, say("inside.swap.use"));
  const back = button(say("inside.swap.back"), () => putBack(token));
  const vector = fileButton(say("inside.swap.vector"), ".safetensors,.pt,.bin", async (file) => {
    await studio.adapters.addBeside(file, "inversion");
    suggest();
  });
  const form = h(
    "form",
    { className: "swap-form", hidden: true },
    title,
    rows,
    h(
      "p",
      { className: "sources" },
      button(say("inside.swap.add"), () => add("", 0.5).querySelector("input")?.focus()),
      apply,
      back,
      vector,
    ),
    nearWords,
    near,
  );
  let token = "";
  /** How often neighbours were asked for: only the last answer counts. */
  let asked = 0;

  /** @param {string} word @param {number} weight */
  function add(word, weight) {
    const row = h(
      "li",
      {},
      h("input", { type: "text", value: word, spellcheck: false, aria: { label: say("inside.swap.word") } }),
      h("input", { type: "number", step: "any", value: String(weight), aria: { label: say("inside.swap.weight") } }),
    );
    row.append(crossButton(say("inside.swap.remove"), () => row.remove()));
    rows.append(row);
    return row;
  }

  /** Neighbours of the word, and the words that were loaded beside the model. */
  async function suggest() {
    const own = token;
    const turn = ++asked;
    const model = studio.model.decant();
    const learnt = state().loaded.flatMap(({ what, words }) => (what === "inversion" ? words : []));
    const chip = (/** @type {string} */ word, /** @type {string} */ note) => {
      const one = button(word, () => {
        rows.replaceChildren();
        add(word, 1);
        apply.focus();
      });
      one.className = "chip token";
      one.append(h("span", { className: "id numbers" }, note));
      return h("li", {}, one);
    };
    near.replaceChildren(...learnt.map((word) => chip(word, say("inside.swap.learnt"))));
    writeSpoken(nearWords, { text: say("inside.swap.asking") });
    try {
      const found = (await model?.neighbours(token, NEIGHBOURS)) ?? [];
      if (turn !== asked) return;
      writeSpoken(nearWords, { text: say("inside.swap.near") });
      const others = found
        .map(({ token: near, cosine }) => ({ word: near.replace("</w>", ""), cosine }))
        .filter(({ word }) => word !== own);
      near.append(...others.map(({ word, cosine }) => chip(word, figures(cosine))));
    } catch (error) {
      if (turn === asked) writeSpoken(nearWords, sentenceOf(error, "run"));
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const parts = Array.from(rows.children, (row) => Array.from(row.querySelectorAll("input"))).map(([word, weight]) => ({
      token: word?.value.trim() ?? "",
      weight: weight?.valueAsNumber ?? NaN,
    }));
    const whole = parts.filter((part) => part.token && Number.isFinite(part.weight));
    if (whole.length > 0) use({ token, with: whole });
  });
  return {
    element: form,
    /** @param {string} word */
    open(word) {
      token = word;
      form.hidden = false;
      const swap = state().settings.swaps?.find((one) => one.token === word);
      write(title, say("inside.swap.title", { token }));
      rows.replaceChildren();
      for (const part of swap?.with ?? [{ token: word, weight: 1 }]) add(part.token, part.weight);
      back.hidden = !swap;
      rows.querySelector("input")?.select();
      form.scrollIntoView({ block: "nearest" });
      suggest();
    },
    /** @param {boolean} ready */
    allow(ready) {
      apply.disabled = back.disabled = !ready;
      back.hidden = !state().settings.swaps?.some((one) => one.token === token);
    },
  };
}
