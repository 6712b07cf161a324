// What a learner sets in a step: numbers by a range, texts by a field, and the picture that the lesson is about.

import { figures } from "../../figures/numbers.js";
import { button, fileButton, h } from "../../ui/dom.js";
import { say } from "../../words/say.js";
import { choosePicture, pictureName, removePicture } from "./picture.js";

/** @import { Dial } from "../index.js" */
/** @import { State } from "../../studio/state.js" */

/** Milliseconds after the last letter or movement until a step is played again. */
const PAUSE = 180;

/**
 * @param {Dial[]} dials
 * @param {Record<string, any>} values what they are at
 * @param {(name: string, value: number | string) => void} turned
 */
export function dialsView(dials, values, turned) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let later;
  const soon = (/** @type {string} */ name, /** @type {number | string} */ value) => {
    clearTimeout(later);
    later = setTimeout(() => turned(name, value), PAUSE);
  };
  return h("div", { className: "dials" }, ...dials.map((dial) => field(dial, values[dial.name], (value) => soon(dial.name, value))));
}

/** @param {Dial} dial @param {number | string} value @param {(value: number | string) => void} soon */
function field(dial, value, soon) {
  const id = `dial-${dial.name}`;
  if ("text" in dial) {
    const input = h("textarea", { id, rows: 2, value: String(value), spellcheck: false });
    input.addEventListener("input", () => soon(input.value));
    return h("div", { className: "field prompt minor" }, h("label", { htmlFor: id }, dial.label), input);
  }
  const output = h("output", { className: "numbers" });
  const input = h("input", {
    type: "range",
    id,
    min: String(dial.from),
    max: String(dial.to),
    step: String(dial.by),
    value: String(value),
  });
  const write = () => {
    output.textContent = figures(Number(input.value));
    input.style.setProperty("--part", String((Number(input.value) - dial.from) / (dial.to - dial.from)));
  };
  write();
  input.addEventListener("input", () => {
    write();
    soon(Number(input.value));
  });
  return h("div", { className: "field dial" }, h("label", { htmlFor: id }, dial.label), output, input);
}

/** @param {() => State} state @param {() => void} changed */
export function pictureField(state, changed) {
  const name = h("p", { className: "hint" });
  const problem = h("p", { className: "problem", role: "status" });
  const remove = button(say("lessons.picture.remove"), () => {
    removePicture();
    write();
    changed();
  });
  const write = () => {
    const own = pictureName();
    name.textContent = own ? say("lessons.picture.own", { name: own }) : say("lessons.picture.usual");
    remove.hidden = own === null;
  };
  /** @param {File} chosen */
  const take = async (chosen) => {
    try {
      problem.textContent = "";
      await choosePicture(chosen, state().info);
      write();
      changed();
    } catch (error) {
      problem.textContent = error instanceof Error ? error.message : String(error);
    }
  };
  write();
  const element = h(
    "div",
    { className: "picture-field" },
    name,
    h("p", { className: "sources" }, fileButton(say("lessons.picture.choose"), "image/*", take), remove),
    problem,
  );
  return { element, take };
}
