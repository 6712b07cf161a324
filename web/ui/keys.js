// The keyboard: one row per key, and the sheet that names them (in index.html).

import { byId } from "./dom.js";
import { places } from "../studio/state.js";
import { toggleProjector } from "./bar/colours.js";
import { remember, remembered } from "../store/local.js";

/** @import { State } from "../studio/state.js" */
/** @import { Studio } from "../studio/studio.js" */
/** @import { View } from "./views.js" */
/** Of the studio. @typedef {"run" | "stage" | "undo" | "variations"} Used */

/** Keys that act wherever nothing is being typed. @type {Record<string, (studio: Pick<Studio, Used>, state: State) => unknown>} */
const KEYS = {
  " ": (studio, { phase }) => phase === "running" && studio.run.togglePause(),
  ".": (studio) => studio.run.step(),
  ArrowLeft: (studio, { cursor }) => studio.stage.scrub(cursor - 1),
  ArrowRight: (studio, { cursor }) => studio.stage.scrub(cursor + 1),
  Home: (studio) => studio.stage.scrub(0),
  End: (studio, { trace }) => studio.stage.scrub(places(trace) - 1),
  "[": (studio, { place }) => place === "studio" && studio.variations.seedBy(-1),
  "]": (studio, { place }) => place === "studio" && studio.variations.seedBy(1),
  m: (studio, { place }) => place === "studio" && studio.variations.fourMore(),
  v: (studio, { place }) => place === "studio" && studio.variations.vary("some"),
  s: (_studio, { place }) => place === "studio" && byId("download", HTMLButtonElement).click(),
  g: (_studio, { place }) => place === "studio" && goToGallery(),
  p: toggleProjector,
  "?": () => byId("keys", HTMLDialogElement).showModal(),
};

/** What acts on the run that is shown, and no lesson shows it. */
const OF_RUN = [" ", ".", "ArrowLeft", "ArrowRight", "Home", "End"];

/** Single keys can be switched off, by whoever dictates or rests a hand on the keyboard (WCAG 2.1.4). */
const KEPT = "decant.keys";

/** @type {View<Used>} */
export function keysView(studio, state) {
  const box = byId("single-keys", HTMLInputElement);
  const single = () => box.checked;
  box.checked = remembered(KEPT) !== "0";
  box.addEventListener("change", () => remember(KEPT, box.checked ? "1" : "0"));
  byId("show-keys", HTMLButtonElement).addEventListener("click", () => byId("keys", HTMLDialogElement).showModal());
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      studio.run.generate();
    } else if ((event.ctrlKey || event.metaKey) && !event.altKey && "zy".includes(event.key.toLowerCase()) && !takesText(event.target)) {
      event.preventDefault();
      if (event.shiftKey || event.key.toLowerCase() === "y") studio.undo.redo();
      else studio.undo.undo();
    } else if (event.key === "Escape") {
      if (!takesEscape(event) && !document.querySelector(":popover-open")) studio.run.cancel();
    } else if (!event.ctrlKey && !event.metaKey && !event.altKey && single() && !takesKeys(event.target, event.key)) {
      const act = KEYS[event.key] ?? KEYS[event.key.toLowerCase()];
      if (!act || (OF_RUN.includes(event.key) && state().place === "lessons")) return;
      event.preventDefault();
      act(studio, state());
    }
  });
  return () => {};
}

/** Its first picture, or its search where there is none to see. */
function goToGallery() {
  const gallery = byId("gallery", HTMLElement);
  gallery.scrollIntoView({ block: "nearest" });
  /** @type {HTMLElement | null} */ (gallery.querySelector(".tile") ?? gallery.querySelector("input"))?.focus();
}

/** Whether it undoes its own text. @param {EventTarget | null} target */
function takesText(target) {
  return target instanceof HTMLElement && target.matches("textarea, input:not([type=range], [type=checkbox], [type=radio])");
}

/** Whether Escape means a text, a menu, or letters that are being composed, and no run. @param {KeyboardEvent} event */
export function takesEscape({ target, isComposing }) {
  return isComposing || takesText(target) || (target instanceof HTMLElement && target.matches("select"));
}

/** Whether the focused element has its own use for that key. @param {EventTarget | null} target @param {string} key */
function takesKeys(target, key) {
  if (!(target instanceof HTMLElement)) return false;
  if (target.matches("input, textarea, select")) return true;
  return key === " " && target.matches("button, a, summary");
}
