// What was dropped or chosen, shown at once: a line over the page's lower edge, with what can be done next, and gone after a while; and below the
// prompt, for as long as it counts, everything that the picture is made from besides words and numbers.

import { overlay } from "../stage/brush.js";
import { button, byId, crossButton, element, h, paint } from "../dom.js";
import { drawWeight, weightField } from "../form/loaded.js";
import { passes } from "./passing.js";
import { say } from "../../words/say.js";

/** @import { Loaded } from "../../studio/adapters.js" */
/** @import { State, Taken } from "../../studio/state.js" */
/** @import { Studio } from "../../studio/studio.js" */
/** @import { View } from "../views.js" */
/** Of the studio. @typedef {"adapters" | "enlarging" | "form" | "initImage" | "messages" | "model" | "run" | "undo"} Used */

/** @type {View<Used>} */
export function takenView(studio, state) {
  const line = byId("taken", HTMLDivElement);
  /** @type {Taken | null} */
  let drawn = null;
  /** How many changes there were with it: at the next one its “Undo” would mean another. */
  let changes = 0;
  const passing = passes(line, studio.messages.forgetTaken);
  const drawUsed = usedList(studio, state);
  return (now) => {
    drawUsed(now);
    const { taken } = now;
    if (taken && taken === drawn && state().steps.undo !== changes) return studio.messages.forgetTaken();
    if (taken === drawn) return;
    drawn = taken;
    changes = state().steps.undo;
    line.hidden = taken === null;
    if (!taken) return passing.stay();
    line.classList.toggle("refused", taken.what === "refused");
    line.replaceChildren(
      ...[
        taken.image ? thumbOf(taken.image) : null,
        element("p", taken.text),
        ...deedsOf(studio, taken),
        crossButton(say("do.dismiss"), studio.messages.forgetTaken),
      ].filter((one) => one !== null),
    );
    passing.again();
  };
}

/** What can be done with it next. @param {Pick<Studio, Used>} studio @param {Taken} taken */
function deedsOf(studio, { what, word = "" }) {
  const start = button(say("picture.go-on"), () => {
    location.hash = "studio";
    studio.run.generate();
  });
  const undo = button(say("gallery.undo"), studio.undo.undo);
  const deeds = {
    picture: [start, button(say("easel.paint"), () => paintPart(studio)), undo],
    mask: [undo],
    latents: [start, undo],
    lora: [undo],
    inversion: [button(say("taken.insert", { word }), () => insert(studio, word)), undo],
    vae: [undo],
    preview: [button(say("taken.preview-off"), () => studio.model.attachPreview(null))],
    upscaler: [button(say("larger.use"), () => studio.enlarging.enlarge(word))],
    settings: [button(say("form.generate"), () => studio.run.generate()), undo],
    model: [button(say("taken.back", { name: word }), () => studio.model.openBefore())],
    run: [],
    refused: [],
  };
  return deeds[what];
}

/** @param {Pick<Studio, Used>} studio @param {() => State} state */
function usedList(studio, state) {
  const list = byId("in-use", HTMLUListElement);
  /** @type {unknown[]} */
  let drawn = [];
  return (/** @type {State} */ { start, loaded, settings }) => {
    const uses = settings.loras ?? [];
    const now = [start.image, start.mask, start.latents, ...loaded];
    if (now.length !== drawn.length || now.some((one, i) => one !== drawn[i])) {
      drawn = now;
      list.replaceChildren(...[startItem(studio, state), ...loaded.map((one) => besideItem(studio, one))].filter((one) => one !== null));
      list.hidden = list.children.length === 0;
    }
    for (const field of list.querySelectorAll("input")) drawWeight(field, uses);
  };
}

/** @param {Pick<Studio, Used>} studio @param {() => State} state */
function startItem(studio, state) {
  const { image, mask, latents } = state().start;
  const cross = crossButton(say("do.remove"), studio.initImage.startFromNoise);
  if (latents) return h("li", {}, words(latents.name, say("in-use.latents")), cross);
  if (!image) return null;
  const thumb = h("canvas");
  overlay(thumb, image.pixels, mask?.pixels ?? null);
  return h(
    "li",
    {},
    h("span", { className: "small" }, thumb),
    words(image.name, say(mask ? "in-use.masked" : "in-use.picture")),
    button(say("easel.paint"), () => paintPart(studio)),
    cross,
  );
}

/** @param {Pick<Studio, Used>} studio @param {Loaded} one */
function besideItem(studio, one) {
  const [word] = one.words;
  const does =
    one.what === "lora" ? weightField(studio, one.name) : word ? button(say("taken.insert", { word }), () => insert(studio, word)) : null;
  return h(
    "li",
    {},
    words(one.name, one.what === "lora" ? "LoRA" : ""),
    does,
    crossButton(say("beside.remove", { name: one.name }), () => studio.adapters.removeBeside(one)),
  );
}

/** @param {string} name @param {string} does */
function words(name, does) {
  return h("span", { className: "words" }, element("strong", name), does ? element("span", does, "hint") : null);
}

/** @param {ImageData} image */
function thumbOf(image) {
  const canvas = h("canvas");
  paint(canvas, image);
  return h("span", { className: "small" }, canvas);
}

/** Where the person writes, or behind what stands there. @param {Pick<Studio, Used>} studio @param {string} word */
function insert(studio, word) {
  location.hash = "studio";
  const field = byId("prompt", HTMLTextAreaElement);
  const { value, selectionStart, selectionEnd } = field;
  const at = document.activeElement === field || selectionEnd > 0 ? [selectionStart, selectionEnd] : [value.length, value.length];
  const [before, after] = [value.slice(0, at[0]), value.slice(at[1])];
  const put = `${before && !/\s$/.test(before) ? " " : ""}${word}${after && !/^[\s,.]/.test(after) ? " " : ""}`;
  studio.form.edit("prompt", before + put + after);
  field.value = before + put + after;
  field.focus();
  field.setSelectionRange((before + put).length, (before + put).length);
}

/** The brush, over the picture on the stage. @param {Pick<Studio, Used>} studio */
function paintPart(studio) {
  location.hash = "studio";
  studio.initImage.showEasel("painting");
  byId("picture", HTMLElement).scrollIntoView({ block: "nearest" });
}
