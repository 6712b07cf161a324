// The sheet for opening a model: where one may come from (a file, a folder, a drop anywhere on the page, an address), then what is seen of
// it while it is looked at. What is on offer is in shelf.js, what was found in found.js.

import { byId, write, writeSpoken } from "../dom.js";
import { dropped } from "../../api/source.js";
import { paceOf } from "../stage/opening.js";
import { sentenceOf } from "../../studio/sentences.js";
import { say } from "../../words/say.js";
import { ofProgram } from "../../words/program.js";

/** @import { Model } from "../../api/decant.d.ts" */
/** @import { Asking, LookProblem, Looking } from "../../studio/state.js" */
/** @import { Studio } from "../../studio/studio.js" */
/** @import { View } from "../views.js" */
/** Of the studio. @typedef {"imports" | "library" | "messages"} Used */

/** @type {View<Used>} */
export function openerView(studio) {
  const dialog = byId("opener", HTMLDialogElement);
  const address = byId("address", HTMLInputElement);
  const parts = {
    ask: byId("ask", HTMLDivElement),
    choose: byId("choose", HTMLDivElement),
    looking: byId("looking", HTMLDivElement),
    found: byId("found", HTMLFormElement),
  };
  const look = (/** @type {Model | null} */ model) => {
    if (model) studio.library.look(model);
  };

  byId("open-model", HTMLButtonElement).addEventListener("click", studio.library.openOpener);
  byId("close-opener", HTMLButtonElement).addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => shown && studio.library.shutOpener());
  byId("by-address", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    look(address.value.trim());
  });
  chooser(byId("choose-file", HTMLButtonElement), byId("file", HTMLInputElement), "showOpenFilePicker", look);
  chooser(byId("choose-folder", HTMLButtonElement), byId("folder", HTMLInputElement), "showDirectoryPicker", look);
  byId("agree", HTMLButtonElement).addEventListener("click", studio.library.lookAtLink);
  byId("decline", HTMLButtonElement).addEventListener("click", studio.library.shutOpener);
  byId("stop-looking", HTMLButtonElement).addEventListener("click", studio.library.leave);
  byId("look-again", HTMLButtonElement).addEventListener("click", studio.library.tryAgain);
  hearDrops(studio);

  let seen = "choose";
  let shown = false;
  return ({ opener, look: now, lookProblem }) => {
    const part = now?.phase ?? "choose";
    for (const [name, element] of Object.entries(parts)) element.hidden = name !== part;
    shown = opener;
    if (opener && !dialog.open) dialog.showModal();
    if (!opener && dialog.open) dialog.close();
    if (part !== seen) firstOf(part, lookProblem !== null, address)?.focus();
    seen = part;
    drawProblem(lookProblem);
    if (now?.phase === "ask") drawAsking(now);
    if (now?.phase === "looking") drawLooking(now);
  };
}

/**
 * Where the focus goes when another part is shown.
 * @param {string} part
 * @param {boolean} wrong whether what was chosen cannot be opened
 * @param {HTMLInputElement} address
 */
function firstOf(part, wrong, address) {
  if (part === "choose") return wrong && address.value ? address : null;
  return byId({ found: "load", looking: "stop-looking" }[part] ?? "agree", HTMLButtonElement);
}

/** @param {Asking} asking */
function drawAsking({ host, address }) {
  write(byId("ask-host", HTMLParagraphElement), say("ask.host", { host }));
  write(byId("ask-address", HTMLElement), address);
  write(byId("ask-how", HTMLParagraphElement), say("ask.how", { host }));
  write(byId("agree", HTMLButtonElement), say("ask.agree", { host }));
}

/** @param {LookProblem | null} problem */
function drawProblem(problem) {
  byId("look-problem", HTMLDivElement).hidden = problem === null;
  writeSpoken(byId("look-problem-text", HTMLParagraphElement), problem ?? { text: "" });
  byId("look-details", HTMLDetailsElement).hidden = !problem?.details;
  writeSpoken(byId("look-said", HTMLParagraphElement), problem?.details ?? { text: "" });
}

/** @param {Looking} look */
function drawLooking({ name, progress, interrupted }) {
  write(byId("looking-at", HTMLParagraphElement), say("opener.looking-at", { name }));
  const going = progress ? `${ofProgram(progress.label)} · ${paceOf(progress)}` : say("opener.starting");
  writeSpoken(byId("looking-detail", HTMLParagraphElement), interrupted ?? { text: going });
  byId("look-again", HTMLButtonElement).hidden = interrupted === null;
}

/**
 * A button that lets a person choose: with the browser's own picker where that gives handles, which can be opened again another day; else
 * with a field for files.
 * @param {HTMLButtonElement} button @param {HTMLInputElement} field @param {string} picker @param {(model: Model | null) => void} take
 */
export function chooser(button, field, picker, take) {
  button.addEventListener("click", async () => {
    const pick = /** @type {any} */ (globalThis)[picker];
    if (!pick) return field.click();
    try {
      take(await pick.call(globalThis, picker === "showOpenFilePicker" ? { multiple: true } : {}));
    } catch (error) {
      // A picker that was closed chose nothing.
      if (!(error instanceof DOMException && error.name === "AbortError")) field.click();
    }
  });
  field.addEventListener("change", () => {
    const files = Array.from(field.files ?? []);
    field.value = "";
    take(files.length > 0 ? files : null);
  });
}

/** @param {Pick<Studio, Used>} studio */
function hearDrops(studio) {
  const target = byId("drop", HTMLDivElement);
  addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    target.hidden = false;
  });
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) target.hidden = true;
  });
  addEventListener("drop", async (event) => {
    target.hidden = true;
    // What is shown may have taken it already: a lesson's picture.
    if (event.defaultPrevented || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    try {
      studio.imports.takeDropped(await dropped(event.dataTransfer));
    } catch (error) {
      studio.messages.tell(sentenceOf(error, "open"));
    }
  });
}
