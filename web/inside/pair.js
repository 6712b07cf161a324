// Two runs in lock-step: the same step of both side by side, and how far apart they are, in numbers and over the whole run.

import { button, fileButton, h, write } from "../ui/dom.js";
import { linesFigure } from "../figures/lines.js";
import { measure } from "../figures/measure.js";
import { figures } from "../figures/numbers.js";
import { pictureFigure } from "../figures/picture.js";
import { whenSeen } from "../figures/seen.js";
import { sliderFigure } from "../figures/slider.js";
import { say } from "../words/say.js";
import { editsOf } from "./edits.js";

/** @import { Step, Trace } from "../api/decant.d.ts" */
/** @import { Moment } from "./inside.js" */

/** @type {import("./inside.js").Part<"runs">} */
export function pairPart(section, studio, state) {
  const none = h(
    "div",
    {},
    h("p", { className: "hint" }, say("inside.pair.none")),
    h(
      "p",
      { className: "sources" },
      button(say("inside.keep"), () => studio.runs.compareWith(state().trace)),
      fileButton(say("inside.pair.open"), ".safetensors", studio.runs.compareFile),
    ),
  );
  const hosts = { ownNoisy: h("div"), own: h("div"), other: h("div"), otherNoisy: h("div"), slider: h("div"), lines: h("div") };
  const words = h("p", { className: "lead numbers", id: "inside-apart" });
  const [ownName, otherName] = [h("p", { className: "run-name" }), h("p", { className: "run-name" })];
  const runs = h(
    "div",
    { className: "two-runs" },
    h("div", { className: "run" }, ownName, h("div", { className: "run-pictures" }, hosts.ownNoisy, hosts.own)),
    h("div", { className: "run" }, otherName, h("div", { className: "run-pictures" }, hosts.otherNoisy, hosts.other)),
  );
  const some = h(
    "div",
    { className: "pair", hidden: true },
    runs,
    words,
    h("div", { className: "two-figures" }, hosts.slider, hosts.lines),
    h(
      "p",
      { className: "sources" },
      button(say("inside.pair.exchange"), studio.runs.exchangeRuns),
      button(say("inside.pair.forget"), () => studio.runs.compareWith(null)),
    ),
  );
  section.append(none, some);
  const draws = {
    ownNoisy: pictureFigure(hosts.ownNoisy),
    own: pictureFigure(hosts.own),
    other: pictureFigure(hosts.other),
    otherNoisy: pictureFigure(hosts.otherNoisy),
    slider: sliderFigure(hosts.slider),
    lines: linesFigure(hosts.lines),
  };
  /** The step and the other run whose numbers are wanted: those of an earlier pair may come later. @type {Step | null} */
  let wanted = null;
  /** @type {Trace | null} */
  let against = null;

  const drawStep = (/** @type {Step} */ step, /** @type {Step} */ twin) => {
    draws.ownNoisy({ image: step.previewNoisy, caption: say("inside.noisy", { step: step.index + 1 }) });
    draws.own({ image: step.previewDenoised, caption: say("inside.pair.x0", { step: step.index + 1 }) });
    draws.otherNoisy({ image: twin.previewNoisy, caption: say("inside.noisy", { step: twin.index + 1 }) });
    draws.other({ image: twin.previewDenoised, caption: say("inside.pair.x0", { step: twin.index + 1 }) });
    draws.slider({ before: step.previewDenoised, after: twin.previewDenoised, labels: [say("inside.pair.own"), say("inside.pair.other")] });
  };
  const drawNumbers = async (/** @type {Trace} */ trace, /** @type {Trace} */ other, /** @type {Step} */ step) => {
    [wanted, against] = [step, other];
    const all = await Promise.all(trace.steps.map(async (own) => ({ own, apart: await apartOf(own, twinOf(own, trace, other)) })));
    if (wanted !== step || against !== other) return;
    const here = all.find(({ own }) => own === step)?.apart;
    write(
      words,
      here
        ? say("inside.pair.apart", {
            latents: figures(here.latents.rms),
            cosine: figures(here.latents.cosine),
            denoised: figures(here.denoised.rms),
          })
        : say("inside.pair.sizes"),
    );
    hosts.lines.hidden = !here;
    if (here)
      draws.lines({
        series: [
          { name: say("inside.pair.x0.short"), points: all.map(({ own, apart }) => [own.index + 1, apart?.denoised.rms ?? NaN]) },
          { name: say("inside.pair.latents.short"), points: all.map(({ own, apart }) => [own.index + 1, apart?.latents.rms ?? NaN]) },
        ],
        x: { label: say("inside.distance.x") },
        y: { label: say("inside.pair.y") },
      });
  };
  return whenSeen(section, (/** @type {Moment} */ { state: { other, phase }, trace, step }) => {
    none.hidden = other !== null;
    some.hidden = other === null;
    const twin = other && twinOf(step, trace, other);
    if (!other || !twin) return;
    write(ownName, say("inside.pair.ownName", named(trace)));
    write(otherName, say("inside.pair.otherName", named(other)));
    drawStep(step, twin);
    if (phase !== "running" || trace.image) drawNumbers(trace, other, step);
  });
}

/**
 * The same step of another run; of a run with another number of steps, the one nearest in time.
 * @param {Step} step
 * @param {Trace} trace
 * @param {Trace} other
 */
function twinOf(step, trace, other) {
  if (other.steps.length === trace.steps.length) return other.steps[trace.steps.indexOf(step)] ?? null;
  const { timestep } = step;
  const gaps = other.steps.map((twin) => Math.abs(twin.timestep - timestep));
  return other.steps[gaps.indexOf(Math.min(...gaps))] ?? null;
}

/** Null where the pictures are of different sizes. @param {Step} step @param {Step | null} twin */
async function apartOf(step, twin) {
  if (!twin || twin.next.length !== step.next.length) return null;
  const [latents, denoised] = await Promise.all([measure(step.next, twin.next), measure(step.denoised, twin.denoised)]);
  return { latents, denoised };
}

/** What a run was made with, its edited words too. @param {Trace} trace */
function named({ settings, steps }) {
  const edits = editsOf(settings);
  return {
    prompt: edits ? `${settings.prompt} (${edits})` : settings.prompt,
    sampler: settings.sampler,
    seed: settings.seed,
    guidance: settings.guidance,
    n: steps.length,
  };
}
