// What is loaded beside the model: a row for each LoRA, with its weight, and for each textual inversion, with the words it is used by.

import { ACCEPT_WEIGHTS } from "../../api/endings.js";
import { absentLoras } from "../../studio/gears.js";
import { byId, crossButton, element, write } from "../dom.js";
import { Decant } from "../../api/decant.js";
import { sentenceOf } from "../../studio/sentences.js";
import { say } from "../../words/say.js";

/** @import { LoraUse } from "../../api/decant.d.ts" */
/** @import { Loaded } from "../../studio/adapters.js" */
/** @import { State } from "../../studio/state.js" */
/** @import { Studio } from "../../studio/studio.js" */
/** @import { View } from "../views.js" */
/** Of the studio. @typedef {"adapters" | "enlarging" | "messages" | "model"} Used */

/** @type {View<Used>} */
export function loadedView(studio) {
  const list = byId("beside-list", HTMLUListElement);
  const input = byId("beside-file", HTMLInputElement);
  input.accept = ACCEPT_WEIGHTS;
  byId("add-beside", HTMLButtonElement).addEventListener("click", () => input.click());
  input.addEventListener("change", async () => {
    const files = Array.from(input.files ?? []);
    input.value = "";
    for (const file of files) await add(studio, file);
  });
  /** @type {{ loaded: State["loaded"], names: string } | null} */
  let drawn = null;
  return ({ loaded, settings, problems, phase, info }) => {
    const uses = settings.loras ?? [];
    const absent = absentLoras(settings, { loaded, info });
    const names = absent.join("\n");
    if (loaded.length > (drawn?.loaded.length ?? 0)) byId("beside", HTMLDetailsElement).open = true;
    if (drawn?.loaded !== loaded || drawn.names !== names) {
      drawn = { loaded, names };
      list.replaceChildren(
        ...loaded.map((one) => row(studio, one)),
        ...absent.map((name) => row(studio, { what: "lora", name, facts: say("beside.absent"), words: [], file: null })),
      );
    }
    for (const field of list.querySelectorAll("input")) drawWeight(field, uses);
    byId("add-beside", HTMLButtonElement).disabled = phase !== "ready";
    write(byId("loras-problem", HTMLParagraphElement), problems.loras ?? "");
  };
}

/** @param {Pick<Studio, Used>} studio @param {File} file */
async function add(studio, file) {
  try {
    const kind = await Decant.recognise(file);
    if (kind === "upscaler") return await studio.enlarging.addUpscaler(file);
    if (kind === "preview") return await studio.model.attachPreview(file);
    if (kind !== "model") return await studio.adapters.addBeside(file, kind);
    studio.messages.tell({ tone: "error", text: say("beside.neither", { name: file.name }) });
  } catch (error) {
    studio.messages.tell(sentenceOf(error, "run"));
  }
}

/** @param {Pick<Studio, Used>} studio @param {Loaded} one */
function row(studio, one) {
  const item = document.createElement("li");
  const words = document.createElement("div");
  const what = one.what === "vae" ? say("beside.vae") : say(one.what === "lora" ? "beside.lora" : "beside.inversion", { facts: one.facts });
  words.append(element("strong", one.name), element("span", what, "hint"));
  if (one.words.length > 0) words.append(wordsOf(one.words));
  item.append(words);
  if (one.what === "lora") item.append(...weightFields(studio, one.name));
  item.append(crossButton(say("beside.remove", { name: one.name }), () => studio.adapters.removeBeside(one)));
  return item;
}

/** @param {string[]} words */
function wordsOf(words) {
  const line = element("span", `${say("beside.words")} `, "hint");
  words.forEach((word, i) => line.append(i > 0 ? ", " : "", element("code", word)));
  return line;
}

/** A number, and a slider below. @param {Pick<Studio, Used>} studio @param {string} name */
function weightFields(studio, name) {
  const range = Object.assign(document.createElement("input"), { type: "range", min: "-1", max: "2", step: "0.05", tabIndex: -1 });
  range.setAttribute("aria-label", say("beside.weight-coarse", { name }));
  return [weightField(studio, name), weighs(studio, name, range)];
}

/** @param {Pick<Studio, Used>} studio @param {string} name */
export function weightField(studio, name) {
  const number = Object.assign(document.createElement("input"), { type: "number", step: "any" });
  number.setAttribute("aria-label", say("beside.weight", { name }));
  return weighs(studio, name, number);
}

/** @param {Pick<Studio, Used>} studio @param {string} name @param {HTMLInputElement} field */
function weighs(studio, name, field) {
  field.dataset["name"] = name;
  field.addEventListener("input", (event) => {
    event.stopPropagation();
    studio.adapters.weigh(name, field.value);
  });
  return field;
}

/** @param {HTMLInputElement} field @param {LoraUse[]} uses */
export function drawWeight(field, uses) {
  const weight = uses.find(({ name }) => name === field.dataset["name"])?.weight ?? 1;
  field.disabled = !uses.some(({ name }) => name === field.dataset["name"]);
  // What is being typed is left alone: "0." is on the way to "0.5".
  if (field.type === "range" || (field !== document.activeElement && Number(field.value) !== weight)) field.value = String(weight);
  if (field.type === "range") field.style.setProperty("--part", String((field.valueAsNumber + 1) / 3));
}
