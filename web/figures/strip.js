// Every step of a run from left to right: noisy latents above, predicted picture below, the finished picture at the end. It is also the
// timeline: mouse, finger and arrow keys move the cursor.

import { h, paint } from "../ui/dom.js";
import { say } from "../words/say.js";
import { figures } from "./numbers.js";
import { sayPlace, scrubs } from "./scrub.js";

/** @import { Trace } from "../api/decant.d.ts" */

/**
 * Pixels below which a frame is too small to be seen; where there are more steps than that leaves room for, each frame stands for several.
 */
const LEAST = 26;

/**
 * @typedef {{ trace: Trace | null, cursor: number, total?: number }} Strip `total` is how many steps there are going to be, where none is yet
 */

/**
 * @param {HTMLElement} host where the strip comes to stand, or the strip itself
 * @param {{ onScrub?: (place: number) => void }} [acts]
 * @returns {(data: Strip) => void}
 */
export function stripFigure(host, { onScrub } = {}) {
  const strip = host.matches(".filmstrip") ? host : h("div", { className: "filmstrip", aria: { label: say("strip") } });
  if (strip !== host) host.append(strip);
  /** @type {Strip} */
  let now = { trace: null, cursor: -1 };
  let most = 100;
  const arrived = scrubs(strip, {
    at: (x) => placeAt(strip, x, now.trace),
    last: () => places(now.trace) - 1,
    cursor: () => now.cursor,
    onScrub,
  });
  sayPlace(strip, 0, 0, say("strip.none"));
  new ResizeObserver(() => {
    const before = most;
    most = roomOf(strip);
    if (most !== before) draw();
  }).observe(strip.parentElement ?? strip);

  return (data) => {
    arrived();
    if (data.trace === now.trace && data.cursor === now.cursor && data.total === now.total) return;
    now = data;
    draw();
  };

  function draw() {
    const { trace, cursor } = now;
    const total = totalOf(trace) || (now.total ?? 0);
    const columns = Math.min(total, most);
    drawColumns(strip, columns);
    const current = trace && cursor >= trace.steps.length && trace.image ? strip.children.length - 1 : columnOf(cursor, total, columns);
    Array.from(strip.children).forEach((column, place) => {
      const last = place === strip.children.length - 1;
      const step = trace?.steps[stepOf(place, total, columns)];
      const pictures = last ? [trace?.image] : [step?.previewNoisy, step?.previewDenoised];
      column.classList.toggle("done", Boolean(pictures[0]));
      column.classList.toggle("current", places(trace) > 0 && place === current);
      Array.from(column.children).forEach((canvas, row) => {
        const picture = pictures[row];
        if (picture) paint(/** @type {HTMLCanvasElement} */ (canvas), picture);
      });
    });
    sayPlace(strip, places(trace), cursor, wordsOf(trace, cursor));
  }
}

/** How many places the cursor has: each step, and the picture when there is one. @param {Trace | null} trace */
function places(trace) {
  return trace ? trace.steps.length + (trace.image ? 1 : 0) : 0;
}

/** How many frames there is room for, beside the finished picture. @param {HTMLElement} strip */
function roomOf(strip) {
  const last = strip.lastElementChild?.getBoundingClientRect().width ?? 0;
  return Math.max(4, Math.floor(((strip.parentElement ?? strip).clientWidth - last) / LEAST));
}

/** @param {Trace | null} trace @param {number} cursor */
function wordsOf(trace, cursor) {
  const step = trace?.steps[cursor];
  if (step)
    return say("strip.step", { n: step.index + 1, total: step.total, sigma: figures(step.sigma), timestep: Math.round(step.timestep) });
  return say(trace?.image ? "strip.picture" : "strip.none");
}

/** @param {HTMLElement} strip @param {number} columns */
function drawColumns(strip, columns) {
  if (strip.children.length === columns + 1) return;
  const column = (/** @type {string} */ kind, /** @type {number} */ rows) =>
    h("div", { className: kind }, ...Array.from({ length: rows }, () => h("canvas")));
  strip.replaceChildren(...Array.from({ length: columns }, () => column("frame", 2)), column("last", 1));
}

/** @param {HTMLElement} strip @param {number} x @param {Trace | null} trace */
function placeAt(strip, x, trace) {
  const [first, last] = [strip.firstElementChild, strip.lastElementChild].map((column) => column?.getBoundingClientRect());
  if (!first || !last || x >= last.left) return Infinity;
  return Math.floor(((x - first.left) / (last.left - first.left)) * totalOf(trace));
}

/** How many steps the run has; one that starts from a picture leaves out the first. @param {Trace | null} trace */
function totalOf(trace) {
  const [first] = trace?.steps ?? [];
  return first ? first.total - first.index : (trace?.settings.steps ?? 0);
}

/** @param {number} column @param {number} total @param {number} columns */
function stepOf(column, total, columns) {
  return total <= columns ? column : Math.round((column * (total - 1)) / (columns - 1));
}

/** @param {number} step @param {number} total @param {number} columns */
function columnOf(step, total, columns) {
  return total <= columns ? step : Math.round((step * (columns - 1)) / (total - 1));
}
