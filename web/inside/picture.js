// The picture at the cursor: what the model predicts (x0) and the noisy latents that it predicts it from. What x0 is drawn with is chosen, and said.

import { h, writeSpoken } from "../ui/dom.js";
import { pictureFigure } from "../figures/picture.js";
import { whenSeen } from "../figures/seen.js";
import { sentenceOf } from "../studio/sentences.js";
import { isRough } from "../ui/stage/picture.js";
import { say, spokenError } from "../words/say.js";
import { promptOf } from "./edits.js";

/** @import { Step } from "../api/decant.d.ts" */
/** @import { Moment } from "./inside.js" */
/** @import { Studio } from "../studio/studio.js" */
/** Of the studio. @typedef {"model"} Used */
/** @typedef {"told" | "projection" | "tiny" | "model"} By */

const WAYS = /** @type {const} */ (["told", "projection", "tiny", "model"]);
/** A scrubbing hand is let pass before a large decoder is asked. */
const CALM = 180;

/** @type {import("./inside.js").Part<Used>} */
export function picturePart(section, studio, state) {
  const [large, small] = [h("div", { className: "x0" }), h("div", { className: "noisy" })];
  const drawLarge = pictureFigure(large);
  const drawSmall = pictureFigure(small);
  const choice = h("select", { id: "inside-by" }, ...WAYS.map((by) => h("option", { value: by }, say(`inside.by.${by}`))));
  const problem = h("p", { className: "hint", role: "status" });
  section.append(
    large,
    h(
      "div",
      { className: "beneath" },
      small,
      h(
        "div",
        {},
        h("label", { htmlFor: choice.id, className: "label" }, say("inside.by")),
        choice,
        problem,
        h("p", { className: "hint" }, say("inside.picture.hint")),
      ),
    ),
  );
  const decoded = createDecoder(studio);
  /** @type {Moment | null} */
  let now = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let calm;
  const look = () => {
    if (!now) return;
    const { trace, step, finished } = now;
    const by = /** @type {By} */ (choice.value);
    clearTimeout(calm);
    const ready = by === "told" ? null : decoded.ready(step, by);
    if (finished && trace.image) drawLarge({ image: trace.image, caption: say("inside.finished", { prompt: promptOf(trace.settings) }) });
    else
      drawLarge({
        image: ready ?? step.previewDenoised,
        caption: say("inside.x0", { step: step.index + 1, by: ready ? say(`inside.madeBy.${by}`) : madeBy(step) }),
      });
    drawSmall({ image: step.previewNoisy, caption: say("inside.noisy", { step: step.index + 1 }) });
    writeSpoken(problem, { text: "" });
    if (by === "told" || ready || finished) return;
    writeSpoken(problem, { text: say(state().phase === "running" ? "inside.decodes.later" : "inside.decodes") });
    calm = setTimeout(
      () =>
        decoded.ask(step, by).then(
          () => now?.step === step && look(),
          (error) => now?.step === step && writeSpoken(problem, sentenceOf(error, "run")),
        ),
      CALM,
    );
  };
  choice.addEventListener("change", look);
  return whenSeen(section, (/** @type {Moment} */ moment) => {
    now = moment;
    look();
  });
}

/** What the run itself drew a step with. @param {Step} step */
function madeBy(step) {
  return say(isRough(step) ? "inside.madeBy.projection" : "inside.madeBy.told");
}

/** Asks the model for each picture once. @param {Pick<Studio, Used>} studio */
function createDecoder(studio) {
  /** @type {WeakMap<Step, Partial<Record<By, ImageData>>>} */
  const known = new WeakMap();
  return {
    /** @param {Step} step @param {By} by */
    ready: (step, by) => known.get(step)?.[by] ?? null,
    /** @param {Step} step @param {Exclude<By, "told">} by */
    async ask(step, by) {
      const model = studio.model.decant();
      if (!model) throw spokenError("inside.noModel");
      const image = await model.decode({ values: step.denoised, shape: step.shape, level: "clean" }, by);
      known.set(step, { ...known.get(step), [by]: image });
    },
  };
}
