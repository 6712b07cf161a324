// A figure of a run with a cursor of its own: where a lesson shows a run there is no timeline to follow.

import { h } from "../../ui/dom.js";
import { figures } from "../../figures/numbers.js";
import { pictureFigure } from "../../figures/picture.js";
import { say } from "../../words/say.js";

/** @import { Trace } from "../../api/decant.d.ts" */
/** @typedef {(host: HTMLElement, onScrub: (place: number) => void) => (data: { trace: Trace, cursor: number }) => void} OfRun */

/**
 * @param {OfRun} figure
 * @param {boolean} pictures whether the step's two pictures stand above it; else a range moves the cursor
 * @returns {(host: HTMLElement) => (data: { trace: Trace, cursor?: number }) => void}
 */
export function withCursor(figure, pictures) {
  return (host) => {
    let cursor = 0;
    /** @type {Trace | null} */
    let trace = null;
    const pair = pictures ? twoPictures(host) : null;
    const range = h("input", { type: "range", min: "1", value: "1", aria: { label: say("lessons.step.shown") } });
    const place = h("p", { className: "hint numbers" });
    const draw = figure(host, moveTo);
    if (!pictures) host.prepend(h("div", { className: "cursor" }, range, place));
    range.addEventListener("input", () => moveTo(Number(range.value) - 1));

    function moveTo(/** @type {number} */ wanted) {
      cursor = wanted;
      if (!trace) return;
      const step = trace.steps[Math.min(cursor, trace.steps.length - 1)];
      range.max = String(trace.steps.length);
      range.value = String(cursor + 1);
      range.style.setProperty("--part", String(trace.steps.length > 1 ? cursor / (trace.steps.length - 1) : 1));
      const words = step ? say("lessons.step.at", { step: step.index + 1, total: step.total, sigma: figures(step.sigma) }) : "";
      range.setAttribute("aria-valuetext", words);
      place.textContent = words;
      pair?.(trace, cursor);
      draw({ trace, cursor });
    }
    return (data) => {
      const same = data.trace === trace;
      trace = data.trace;
      moveTo(same ? cursor : (data.cursor ?? trace.steps.length - 1));
    };
  };
}

/** @param {HTMLElement} host @returns {(trace: Trace, cursor: number) => void} */
function twoPictures(host) {
  const [left, right] = [h("div", { className: "figure of-picture" }), h("div", { className: "figure of-picture" })];
  host.append(h("div", { className: "two-pictures" }, left, right));
  const [noisy, clean] = [pictureFigure(left), pictureFigure(right)];
  return (trace, cursor) => {
    const step = trace.steps[Math.min(cursor, trace.steps.length - 1)];
    if (!step) return;
    const finished = cursor >= trace.steps.length ? trace.image : null;
    const at = { step: step.index + 1, sigma: figures(step.sigma) };
    noisy({ image: step.previewNoisy, caption: say("lessons.noisy", at) });
    clean({ image: finished ?? step.previewDenoised, caption: finished ? say("lessons.finished") : say("lessons.predicted", at) });
  };
}
