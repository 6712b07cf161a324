// The keyboard: one row per key, and the sheet that names them (in index.html).

import { byId } from "./elements.js";
import { places } from "../state.js";
import { toggleProjector } from "./colours.js";

/** @import { State } from "../state.js" */
/** @import { Studio } from "../studio.js" */
/** @import { View } from "./index.js" */

/** Keys that act wherever nothing is being typed. @type {Record<string, (studio: Studio, state: State) => void>} */
const KEYS = {
  " ": (studio, { phase }) => phase === "running" && studio.togglePause(),
  ".": (studio) => studio.step(),
  ArrowLeft: (studio, { cursor }) => studio.scrub(cursor - 1),
  ArrowRight: (studio, { cursor }) => studio.scrub(cursor + 1),
  Home: (studio) => studio.scrub(0),
  End: (studio, { trace }) => studio.scrub(places(trace) - 1),
  p: toggleProjector,
  "?": () => byId("keys", HTMLDialogElement).showModal(),
};

/** @type {View} */
export function keysView(studio, state) {
  byId("show-keys", HTMLButtonElement).addEventListener("click", () => byId("keys", HTMLDialogElement).showModal());
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      studio.generate();
    } else if (event.key === "Escape") {
      studio.cancel();
    } else if (!event.ctrlKey && !event.metaKey && !event.altKey && !takesKeys(event.target, event.key)) {
      const act = KEYS[event.key];
      if (!act) return;
      event.preventDefault();
      act(studio, state());
    }
  });
  return () => {};
}

/** Whether the focused element has its own use for that key. @param {EventTarget | null} target @param {string} key */
function takesKeys(target, key) {
  if (!(target instanceof HTMLElement)) return false;
  if (target.matches("input, textarea, select")) return true;
  return key === " " && target.matches("button, a, summary");
}
