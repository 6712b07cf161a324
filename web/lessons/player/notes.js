// The teacher's notes of a step: what to say, what to ask, what goes wrong, and how long it takes.

import { button, h } from "../../ui/dom.js";
import { say } from "../../words/say.js";
import { notesOpen, setNotes } from "./progress.js";
import { paragraph } from "./rich.js";

/** @param {import("../index.js").Notes} notes */
export function notesView({ minutes, say: tell, ask, wrong }) {
  const part = (/** @type {string} */ name, /** @type {string} */ text) => h("div", {}, h("h4", {}, name), paragraph(text));
  const element = h(
    "aside",
    { className: "notes", id: "notes", tabIndex: 0, aria: { label: say("lessons.notes") } },
    h("p", { className: "hint numbers" }, say("lessons.notes.minutes", { minutes })),
    part(say("lessons.notes.say"), tell),
    part(say("lessons.notes.ask"), ask),
    part(say("lessons.notes.wrong"), wrong),
  );
  const opener = button(say("lessons.notes"), toggle);
  opener.classList.add("notes-button");
  opener.setAttribute("aria-controls", "notes");
  opener.setAttribute("aria-keyshortcuts", "t");
  const draw = () => {
    element.hidden = !notesOpen();
    opener.setAttribute("aria-expanded", String(notesOpen()));
  };
  function toggle() {
    setNotes(!notesOpen());
    draw();
  }
  draw();
  return { element, button: opener, toggle };
}
