// What was found out about a model before it is loaded: what it is, and what each way to keep its weights would take.

import { byId, element, write, writeSpoken } from "../dom.js";
import { chooser } from "./opener.js";
import { modelName } from "../../api/source.js";
import { inBytes, say } from "../../words/say.js";
import { problemOf } from "../../studio/named.js";

/** @import { Choice, Model } from "../../api/decant.d.ts" */
/** @import { Found } from "../../studio/state.js" */
/** @import { View } from "../views.js" */

/** @type {View<"library" | "model">} */
export function foundView(studio) {
  const form = byId("found", HTMLFormElement);
  const choices = byId("choices", HTMLTableSectionElement);
  const address = byId("preview-address", HTMLInputElement);
  /** @type {Model | null} */
  let preview = null;

  byId("back", HTMLButtonElement).addEventListener("click", studio.library.leave);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    studio.model.take(preview ?? (address.value.trim() || null));
  });
  const families = byId("taken-for", HTMLSelectElement);
  families.addEventListener("change", () => studio.library.takeFor(families.value));
  choices.addEventListener("change", ({ target }) =>
    studio.library.pick(/** @type {Choice["weights"]} */ (/** @type {HTMLInputElement} */ (target).value)),
  );
  for (const side of /** @type {const} */ (["width", "height"])) {
    const field = byId(`found-${side}`, HTMLInputElement);
    field.addEventListener("change", () => studio.library.resize(side, field.value));
  }
  chooser(byId("choose-preview", HTMLButtonElement), byId("preview-file", HTMLInputElement), "showOpenFilePicker", (model) => {
    preview = model;
    address.value = "";
    write(byId("preview-name", HTMLParagraphElement), model ? say("found.previews", { name: modelName(model) || say("model.own") }) : "");
  });

  /** @type {Found | null} */
  let drawn = null;
  return ({ look }) => {
    const found = look?.phase === "found" ? look : null;
    if (found === drawn) return;
    if (found && found.info !== drawn?.info) {
      preview = null;
      address.value = "";
      write(byId("preview-name", HTMLParagraphElement), "");
      describe(found);
    }
    if (found && found.choices !== drawn?.choices) choices.replaceChildren(...found.choices.map((choice) => line(choice)));
    drawn = found;
    if (found) draw(found);
  };
}

/** What does not depend on a choice. @param {Found} found */
function describe({ name, info, size }) {
  write(byId("found-name", HTMLElement), name);
  write(byId("found-family", HTMLElement), info.family);
  byId("take-for", HTMLDivElement).hidden = info.families.length < 2;
  byId("taken-for", HTMLSelectElement).replaceChildren(
    ...info.families.map(({ id, title }) => new Option(title, id, false, id === info.takenFor)),
  );
  write(byId("found-layout", HTMLElement), info.why ? `${info.layout}: ${info.why}` : info.layout);
  write(byId("found-adapter", HTMLElement), info.adapter);
  write(byId("peak-head", HTMLTableCellElement), say(info.device === "gpu" ? "found.gpu-peak" : "found.peak"));
  for (const side of /** @type {const} */ (["width", "height"])) {
    const field = byId(`found-${side}`, HTMLInputElement);
    field.step = field.min = String(info.factor);
    field.value = String(size[side]);
  }
}

/** @param {Found} found */
function draw({ choices, weights, problem, size, info }) {
  for (const radio of byId("choices", HTMLTableSectionElement).querySelectorAll("input")) radio.checked = radio.value === weights;
  write(byId("found-problem", HTMLParagraphElement), problem);
  const choice = choices.find((one) => one.weights === weights);
  const usual = [
    say(info.defaults.guidance > 1 ? "found.for-guided" : "found.for", size),
    say(choices.length > 1 ? "found.others" : "found.smallest"),
  ];
  writeSpoken(byId("choice-note", HTMLParagraphElement), (choice && problemOf(choice)) ?? { text: usual.join(" ") });
  byId("choice-note", HTMLParagraphElement).classList.toggle("warning", Boolean(choice?.problem));
  byId("load", HTMLButtonElement).disabled = Boolean(problem);
}

/** @param {Choice} choice */
function line({ weights, title, readBytes, peakBytes, problem, suggested }) {
  const row = document.createElement("tr");
  const radio = Object.assign(document.createElement("input"), { type: "radio", name: "weights", value: weights });
  const label = document.createElement("label");
  label.append(radio, ` ${title}`);
  if (suggested) label.append(element("span", say("found.suggested"), "badge"));
  const head = document.createElement("th");
  head.scope = "row";
  head.append(label);
  row.append(
    head,
    element("td", inBytes(readBytes)),
    element("td", inBytes(peakBytes)),
    element("td", say(problem ? "found.no" : "found.yes"), problem ? "short" : ""),
  );
  return row;
}
