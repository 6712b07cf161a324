// A plot with axes, drawn by Observable Plot: fetched when the first one is wanted, drawn anew a few times a second at most, as wide as its host.

import { h } from "../ui/dom.js";
import { legend } from "./legend.js";
import { whenSeen } from "./seen.js";

/** @typedef {typeof import("../vendor/plot.js")} Plot */
/** @typedef {ReturnType<Plot["plot"]>} Drawn */

/** Milliseconds between two drawings of one plot. */
const PAUSE = 250;

/** @type {Promise<Plot> | null} */
let fetched = null;
/** Without a network it fails, and is tried again for the next drawing. */
const fetchPlot = () =>
  (fetched ??= import("../vendor/plot.js").catch((error) => {
    fetched = null;
    throw error;
  }));

/**
 * @template {object} Data
 * @param {HTMLElement} host
 * @param {(plot: Plot, data: Data, width: number) => import("@observablehq/plot").PlotOptions & { summary: string, names?: string[] }} options `summary` is what is to be seen, in words; `names` of the lines, where there are several
 * @param {(drawn: Drawn, data: Data) => void} [after] what is put on top
 * @param {HTMLElement} [below] where the caption stands, if not under the plot: a slider's children are not read
 * @returns {(data: Data) => void}
 */
export function chart(host, options, after = () => {}, below = host) {
  const frame = h("div", { className: "chart" });
  const caption = h("p", { className: "summary hint" });
  host.append(frame);
  below.append(caption);
  /** @type {Data | null} */
  let data = null;
  let width = 0;
  let last = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let later;
  const draw = async () => {
    const plot = await fetchPlot();
    if (!data || !width) return;
    last = performance.now();
    const { summary, names = [], ...rest } = options(plot, data, width);
    const drawn = plot.plot({ width, style: { fontSize: "12px", fontFamily: "var(--sans)" }, ...rest });
    // Plot names its groups for screen readers, where a picture has one name.
    for (const group of drawn.querySelectorAll("[aria-label], [aria-description]")) {
      group.setAttribute("data-mark", group.getAttribute("aria-label") ?? "");
      for (const name of ["aria-label", "aria-description"]) group.removeAttribute(name);
    }
    drawn.setAttribute("role", "img");
    drawn.setAttribute("aria-label", summary);
    // A picture is named once, and not each of its marks.
    for (const mark of drawn.querySelectorAll("[aria-label], [aria-description]"))
      for (const name of ["label", "description"]) mark.removeAttribute(`aria-${name}`);
    caption.textContent = summary;
    frame.replaceChildren(...(names.length > 0 ? [legend(names)] : []), drawn);
    after(drawn, data);
  };
  const soon = () => {
    clearTimeout(later);
    later = setTimeout(draw, Math.max(0, last + PAUSE - performance.now()));
  };
  new ResizeObserver(([entry]) => {
    const now = Math.round(entry?.contentRect.width ?? 0);
    if (now === width || now === 0) return;
    width = now;
    soon();
  }).observe(frame);
  return whenSeen(host, (wanted) => {
    data = wanted;
    soon();
  });
}
