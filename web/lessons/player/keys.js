// The classroom's keys, and what is dropped on it: while a lesson is shown they are the lesson's and not the studio's.

import { byId } from "../../ui/dom.js";
import { takesEscape } from "../../ui/keys.js";

/**
 * @typedef {{ back: () => void, on: () => void, notes: () => void, play: () => void, stop: () => void, drop?: ((file: File) => void) | undefined }} Acts
 */

/** @type {Record<string, "back" | "on" | "notes">} */
const KEYS = { n: "on", b: "back", PageDown: "on", PageUp: "back", ArrowRight: "on", ArrowLeft: "back", t: "notes" };
/** Keys of the studio's that would act on what is not seen. */
const OTHERS = [" ", ".", "Home", "End"];

/** @param {HTMLElement} root @param {Acts} acts @returns {() => void} stops hearing */
export function hearKeys(root, acts) {
  const down = (/** @type {KeyboardEvent} */ event) => {
    if (root.hidden || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      return acts.play();
    }
    if (event.key === "Escape" && !takesEscape(event)) {
      // The studio's run, which is not seen, goes on.
      event.preventDefault();
      return acts.stop();
    }
    if (event.ctrlKey || event.metaKey || event.altKey || takes(event.target, event.key)) return;
    // Single letters can be switched off, on the sheet of keys.
    if (event.key.length === 1 && !byId("single-keys", HTMLInputElement).checked) return;
    const act = KEYS[event.key];
    if (OTHERS.includes(event.key)) return event.stopImmediatePropagation();
    if (!act) return;
    event.preventDefault();
    acts[act]();
  };
  const drop = (/** @type {DragEvent} */ event) => {
    const [file] = event.dataTransfer?.files ?? [];
    if (root.hidden || !acts.drop || !file?.type.startsWith("image/")) return;
    // The page's own hearing puts its sign away, and takes nothing that was taken.
    event.preventDefault();
    acts.drop(file);
  };
  addEventListener("keydown", down, { capture: true });
  addEventListener("drop", drop, { capture: true });
  return () => {
    removeEventListener("keydown", down, { capture: true });
    removeEventListener("drop", drop, { capture: true });
  };
}

/** Whether what is focused has its own use for that key. @param {EventTarget | null} target @param {string} key */
function takes(target, key) {
  if (!(target instanceof HTMLElement)) return false;
  if (target.matches("textarea, select, input:not([type=range])")) return true;
  const arrows = key.startsWith("Arrow") || key.startsWith("Page") || key === "Home" || key === "End";
  if (arrows && target.closest("[role=slider], input[type=range], pre, [role=grid], [data-keys]")) return true;
  return key === " " && target.matches("button, a, summary");
}
