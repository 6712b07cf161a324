// Every step of a run from left to right: noisy latents above, predicted picture below, the finished picture at the end.
// A function of (trace, cursor); dragging, tapping and arrow keys move the cursor.

import { byId, paint } from "./elements.js";
import { places } from "../state.js";
import { inNumber, say } from "../words.js";

/** @import { Trace } from "../decant.d.ts" */
/** @import { View } from "./index.js" */

/** More columns than this are too thin to see; then each stands for several steps. */
const MOST_COLUMNS = 100;

/** @type {View} */
export function filmstripView(studio, state) {
  const strip = byId("filmstrip", HTMLDivElement);
  const follow = (/** @type {PointerEvent} */ event) => studio.scrub(placeAt(strip, event.clientX, state().trace));
  strip.addEventListener("pointerdown", (event) => {
    strip.setPointerCapture(event.pointerId);
    follow(event);
  });
  strip.addEventListener("pointermove", (event) => {
    if (strip.hasPointerCapture(event.pointerId)) follow(event);
  });

  return ({ trace, cursor, settings }) => {
    const total = totalOf(trace) || settings.steps;
    drawColumns(strip, Math.min(total, MOST_COLUMNS));
    strip.parentElement?.style.setProperty("--columns", String(Math.min(total, MOST_COLUMNS)));
    const current = trace && cursor >= trace.steps.length && trace.image ? strip.children.length - 1 : columnOf(cursor, total);
    Array.from(strip.children).forEach((column, place) => {
      const last = place === strip.children.length - 1;
      const step = trace?.steps[stepOf(place, total)];
      const pictures = last ? [trace?.image] : [step?.previewNoisy, step?.previewDenoised];
      column.classList.toggle("done", Boolean(pictures[0]));
      column.classList.toggle("current", places(trace) > 0 && place === current);
      Array.from(column.children).forEach((canvas, row) => {
        const picture = pictures[row];
        if (picture) paint(/** @type {HTMLCanvasElement} */ (canvas), picture);
      });
    });
    describe(strip, trace, cursor);
  };
}

/** @param {HTMLElement} strip @param {number} columns */
function drawColumns(strip, columns) {
  if (strip.children.length === columns + 1) return;
  const column = (/** @type {string} */ kind, /** @type {number} */ rows) => {
    const element = document.createElement("div");
    element.className = kind;
    element.append(...Array.from({ length: rows }, () => document.createElement("canvas")));
    return element;
  };
  strip.replaceChildren(...Array.from({ length: columns }, () => column("frame", 2)), column("last", 1));
}

/** What a screen reader says of the cursor. @param {HTMLElement} strip @param {Trace | null} trace @param {number} cursor */
function describe(strip, trace, cursor) {
  const step = trace?.steps[cursor];
  strip.setAttribute("aria-disabled", String(places(trace) === 0));
  strip.setAttribute("aria-valuemax", String(Math.max(places(trace), 1)));
  strip.setAttribute("aria-valuenow", String(cursor + 1));
  const words = step
    ? say("strip.step", { n: step.index + 1, total: step.total, sigma: inNumber(step.sigma, { maximumSignificantDigits: 3 }), timestep: Math.round(step.timestep) })
    : say(trace?.image ? "strip.picture" : "strip.none");
  strip.setAttribute("aria-valuetext", words);
}

/** @param {HTMLElement} strip @param {number} x @param {Trace | null} trace */
function placeAt(strip, x, trace) {
  const [first, last] = [strip.firstElementChild, strip.lastElementChild].map((column) => column?.getBoundingClientRect());
  if (!first || !last || x >= last.left) return Infinity;
  return Math.floor(((x - first.left) / (last.left - first.left)) * totalOf(trace));
}

/** @param {Trace | null} trace */
function totalOf(trace) {
  return trace ? (trace.steps[0]?.total ?? trace.settings.steps) : 0;
}

/** @param {number} column @param {number} total */
function stepOf(column, total) {
  return total <= MOST_COLUMNS ? column : Math.round((column * (total - 1)) / (MOST_COLUMNS - 1));
}

/** @param {number} step @param {number} total */
function columnOf(step, total) {
  return total <= MOST_COLUMNS ? step : Math.round((step * (MOST_COLUMNS - 1)) / (total - 1));
}
