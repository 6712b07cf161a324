// Runs as paths in the plane in which they differ most. Each run has a colour, a sign and dashes of its own.

import { say } from "../words/say.js";
import { chart } from "./chart.js";
import { figures, lookOf, percent } from "./numbers.js";

/** @typedef {{ name: string, points: [number, number][] }} Path */

/** @param {HTMLElement} host @returns {(data: { runs: Path[], explained: [number, number] }) => void} */
export function planeFigure(host) {
  return chart(host, optionsOf);
}

/** @param {import("./chart.js").Plot} plot @param {{ runs: Path[], explained: [number, number] }} data @param {number} width */
function optionsOf(plot, { runs, explained }, width) {
  const marks = runs.flatMap(({ name, points }, n) => {
    const { colour, symbol, dash } = lookOf(n);
    const rows = points.map(([x, y], step) => ({ x, y, step, name }));
    const many = rows.length > 24;
    return [
      plot.line(rows, { x: "x", y: "y", stroke: colour, strokeWidth: 1.75, strokeDasharray: dash, strokeLinejoin: "round" }),
      plot.dot(rows.slice(0, -1), {
        x: "x",
        y: "y",
        symbol,
        r: many ? 2 : 3,
        fill: "var(--ground)",
        stroke: colour,
        title: (row) => `${row.name}: ${row.step}`,
      }),
      plot.dot(rows.slice(-1), { x: "x", y: "y", symbol, r: 5.5, fill: colour, stroke: "var(--ground)" }),
    ];
  });
  const height = Math.min(460, Math.max(260, width * 0.72));
  return {
    height,
    ...MARGINS,
    x: { label: say("figure.plane.x", { part: percent(explained[0]) }), labelArrow: /** @type {const} */ ("none"), grid: true, ticks: 6 },
    y: { label: say("figure.plane.y", { part: percent(explained[1]) }), labelArrow: /** @type {const} */ ("none"), grid: true, ticks: 6 },
    marks,
    names: runs.map(({ name }) => name),
    summary: say("figure.plane.summary", {
      runs: runs.map(({ name, points }) => `${name} (${points.length})`).join(", "),
      part: percent(explained[0] + explained[1]),
      stretch: figures(stretchOf(runs, width, height), { most: 2 }),
    }),
  };
}

const MARGINS = { marginLeft: 48, marginRight: 20, marginTop: 20, marginBottom: 42, inset: 10 };

/**
 * How many times larger the second axis is drawn than the first: what looks like a wide bend may be a slight one.
 * @param {Path[]} runs
 * @param {number} width
 * @param {number} height
 */
function stretchOf(runs, width, height) {
  const range = (/** @type {0 | 1} */ axis) => {
    const values = runs.flatMap(({ points }) => points.map((point) => point[axis]));
    return Math.max(...values) - Math.min(...values);
  };
  const { marginLeft, marginRight, marginTop, marginBottom, inset } = MARGINS;
  const across = (width - marginLeft - marginRight - 2 * inset) / range(0);
  const up = (height - marginTop - marginBottom - 2 * inset) / range(1);
  return up / across;
}
