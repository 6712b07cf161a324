// The picture at the cursor, the latents it came from, and the numbers of that step: a function of (trace, cursor).

import { sentenceOf } from "../sentences.js";
import { byId, inTime, paint, within, write } from "./elements.js";

/** @import { Step, Trace } from "../decant.d.ts" */
/** @import { State } from "../state.js" */
/** @import { Studio } from "../studio.js" */
/** @import { View } from "./index.js" */

/** @type {View} */
export function pictureView(studio, state) {
  const figure = byId("picture", HTMLElement);
  const canvas = within(figure, "canvas", HTMLCanvasElement);
  const specimen = byId("specimen", HTMLDivElement);
  const small = within(specimen, "canvas", HTMLCanvasElement);
  const caption = within(specimen, "figcaption", HTMLElement);
  const numbers = Array.from(specimen.querySelectorAll("dd"));
  const download = byId("download", HTMLAnchorElement);
  const empty = within(figure, ".empty", HTMLDivElement);
  const drawLink = linkTo(download, studio);
  const animate = byId("animate", HTMLButtonElement);
  const goOn = byId("go-on", HTMLButtonElement);
  goOn.addEventListener("click", () => {
    const { trace } = state();
    if (trace?.image) studio.startFromPixels(trace.image, `The picture with the seed ${trace.settings.seed}`);
  });
  animate.addEventListener("click", () => saveSteps(studio, state()));
  let running = false;

  return (now) => {
    const { trace, cursor, settings } = now;
    const { width, height } = trace?.settings ?? settings;
    figure.parentElement?.style.setProperty("--aspect", String(width / height));
    if (now.phase === "running" && !running) bringIntoView(figure);
    running = now.phase === "running";
    const step = trace?.steps[cursor] ?? trace?.steps.at(-1);
    const finished = trace?.image && cursor >= trace.steps.length ? trace.image : null;
    const shown = finished ?? step?.previewDenoised;
    const first = trace?.steps[0];
    figure.classList.toggle("waiting", Boolean(trace) && !shown);
    if (shown && step && first && trace) {
      paint(canvas, shown);
      canvas.hidden = false;
      empty.hidden = true;
      canvas.setAttribute("aria-label", finished ? `The picture: ${trace.settings.prompt || "without words"}` : `What the model predicts at step ${step.index + 1}`);
      paint(small, (finished ? first : step).previewNoisy);
      write(caption, finished ? "began as this noise" : "noisy latents");
      small.setAttribute("aria-label", finished ? "The noise that it began with" : `Noisy latents at step ${step.index + 1}`);
    }
    specimen.classList.toggle("blank", !shown);
    const shownNumbers = step && !finished ? ofStep(step) : finished && trace ? ofRun(trace) : {};
    for (const number of numbers) write(number, shownNumbers[number.dataset["of"] ?? ""] ?? "–");
    drawLink(now);
    animate.hidden = goOn.hidden = !trace?.image;
  };
}

/** On a phone the picture is below the words: whoever starts a run wants to see it. @param {HTMLElement} figure */
function bringIntoView(figure) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  figure.scrollIntoView({ block: "nearest", behavior: calm ? "instant" : "smooth" });
}

/** Saves a finished run as an animation. @param {Studio} studio @param {State} state */
async function saveSteps(studio, { trace, model }) {
  try {
    const png = trace && (await studio.animate(trace));
    if (!trace || !png) return;
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(png), download: nameOf(model, trace, "steps.png") });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  } catch (error) {
    studio.tell(sentenceOf(error, "run"));
  }
}

/** @param {string} model @param {Trace} trace @param {string} end */
function nameOf(model, trace, end) {
  return `decant ${model} ${trace.settings.seed} ${end}`.replace(/ png$/, ".png").replace(/[^\w.]+/g, "-");
}

/** @param {Step} step @returns {Record<string, string>} */
function ofStep({ index, total, sigma, timestep, milliseconds }) {
  return { step: `${index + 1} / ${total}`, sigma: sigma.toPrecision(4), timestep: String(Math.round(timestep)), milliseconds: inTime(milliseconds) };
}

/** @param {Trace} trace @returns {Record<string, string>} */
function ofRun({ steps, timings }) {
  return { step: `${steps.length} done`, sigma: "0", timestep: "0", milliseconds: timings ? inTime(timings.total) : "–" };
}

/** A link to the finished picture as a PNG that says how it was made; made once per picture. @param {HTMLAnchorElement} link @param {Studio} studio */
function linkTo(link, studio) {
  /** @type {ImageData | null} */
  let linked = null;
  return (/** @type {State} */ { trace, model }) => {
    const image = trace?.image ?? null;
    link.hidden = image === null;
    if (!trace || !image || image === linked) return;
    linked = image;
    link.removeAttribute("download");
    studio.savePicture(trace).then((png) => {
      if (!png || linked !== image) return;
      URL.revokeObjectURL(link.href);
      link.href = URL.createObjectURL(png);
      link.download = nameOf(model, trace, "png");
    }, (error) => linked === image && studio.tell(sentenceOf(error, "run")));
  };
}
