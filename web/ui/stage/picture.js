// The picture at the cursor, the latents it came from, and the numbers of that step: a function of (trace, cursor).

import { byId, inTime, paint, within, write } from "../dom.js";
import { figures } from "../../figures/numbers.js";
import { say } from "../../words/say.js";

/** @import { Step, Trace } from "../../api/decant.d.ts" */
/** @import { View } from "../views.js" */

/** @type {View<never>} */
export function pictureView() {
  const figure = byId("picture", HTMLElement);
  const canvas = within(figure, "canvas", HTMLCanvasElement);
  const specimen = byId("specimen", HTMLDivElement);
  const small = within(specimen, "canvas", HTMLCanvasElement);
  const caption = within(specimen, "figcaption", HTMLElement);
  const beginning = within(specimen, "figure", HTMLElement);
  const numbers = Array.from(specimen.querySelectorAll("dd"));
  const empty = within(figure, ".empty", HTMLDivElement);
  const rough = byId("rough", HTMLParagraphElement);
  let running = false;

  return (state) => {
    const { trace, cursor, settings } = state;
    const { width, height } = (state.easel && state.start.image?.pixels) || (trace?.settings ?? settings);
    figure.closest("main")?.style.setProperty("--aspect", String(width / height));
    if (state.phase === "running" && !running && !state.running?.passing) bringIntoView(figure); // whoever types stays where they are
    running = state.phase === "running";
    const step = trace?.steps[cursor] ?? trace?.steps.at(-1);
    const finished = trace?.image && cursor >= trace.steps.length ? trace.image : null;
    const shown = finished ?? step?.previewDenoised;
    const first = trace?.steps[0];
    // What passes while one types leaves the last sharp picture until there is another.
    const keeps = Boolean(state.running?.passing) && trace === state.live && !finished && (!step || isRough(step)) && !canvas.hidden;
    figure.classList.toggle("waiting", Boolean(trace) && !shown && !keeps);
    if (shown && trace && !keeps) {
      paint(canvas, shown);
      canvas.hidden = false;
      canvas.setAttribute(
        "aria-label",
        finished
          ? say("picture.this", { prompt: trace.settings.prompt || say("picture.wordless") })
          : say("picture.predicted", { n: (step?.index ?? 0) + 1 }),
      );
    }
    rough.hidden = keeps || Boolean(finished) || !step || !isRough(step);
    // While another model opens, how far it is lies over the picture that is there.
    empty.hidden = !canvas.hidden && state.phase !== "opening";
    if (shown && step && first) {
      paint(small, (finished ? first : step).previewNoisy);
      write(caption, say(finished ? "picture.began" : "picture.noisy"));
      small.setAttribute("aria-label", finished ? say("picture.noise") : say("picture.noisy-at", { n: step.index + 1 }));
    }
    specimen.classList.toggle("blank", !shown || !first);
    beginning.hidden = Boolean(finished) && !first; // nobody kept what it came from, which the strip's line says
    const shownNumbers = step && !finished ? ofStep(step) : finished && trace ? ofRun(trace) : {};
    for (const number of numbers) write(number, shownNumbers[number.dataset["of"] ?? ""] ?? "–");
  };
}

/** Whether a step's picture is the straight line from the latents, one pixel a place; a decoder's has more. @param {Step} step */
export function isRough({ previewDenoised, shape }) {
  return previewDenoised.width === shape[2];
}

/** On a phone the picture is below the words: whoever starts a run wants to see it. @param {HTMLElement} figure */
function bringIntoView(figure) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  figure.scrollIntoView({ block: "nearest", behavior: calm ? "instant" : "smooth" });
}

/** @param {Step} step @returns {Record<string, string>} */
function ofStep({ index, total, sigma, timestep, milliseconds }) {
  return {
    step: `${index + 1} / ${total}`,
    sigma: figures(sigma, { least: 3 }),
    timestep: String(Math.round(timestep)),
    milliseconds: inTime(milliseconds),
  };
}

/** @param {Trace} trace @returns {Record<string, string>} */
function ofRun({ steps, timings }) {
  return {
    step: steps.length > 0 ? say("picture.done", { n: steps.length }) : "–",
    sigma: "0",
    timestep: "0",
    milliseconds: timings ? inTime(timings.total) : "–",
  };
}
