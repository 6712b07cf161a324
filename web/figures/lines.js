// Numbers against numbers: some series as lines with their points, and the same as a table.

import { h } from "../ui/dom.js";
import { say } from "../words/say.js";
import { chart } from "./chart.js";
import { figures, lookOf } from "./numbers.js";

/** @typedef {{ name: string, points: [number, number][] }} Series */
/** @typedef {{ label: string, log?: boolean }} Axis */
/** @typedef {{ series: Series[], x: Axis, y: Axis }} Lines */

/** @param {HTMLElement} host @returns {(data: Lines) => void} */
export function linesFigure(host) {
  const draw = chart(host, optionsOf);
  const body = h("div", { className: "wide", tabIndex: 0, role: "group", aria: { label: say("figure.lines.table") } });
  const details = h("details", { className: "as-table" }, h("summary", {}, say("figure.lines.table")), body);
  host.append(details);
  /** @type {Lines | null} */
  let now = null;
  const fill = () => now && details.open && body.replaceChildren(table(now));
  details.addEventListener("toggle", fill);
  return (data) => {
    now = data;
    draw(data);
    fill();
  };
}

/** @param {import("./chart.js").Plot} plot @param {Lines} data @param {number} width */
function optionsOf(plot, { series, x, y }, width) {
  const shown = series.map((one) => ({
    ...one,
    points: one.points.filter(
      ([across, up]) => Number.isFinite(across) && Number.isFinite(up) && (!x.log || across > 0) && (!y.log || up > 0),
    ),
  }));
  const marks = shown.flatMap(({ points }, n) => {
    const { colour, symbol, dash } = lookOf(n);
    return [
      plot.line(points, { x: "0", y: "1", stroke: colour, strokeWidth: 1.75, strokeDasharray: dash }),
      plot.dot(points, {
        x: "0",
        y: "1",
        symbol,
        r: points.length > 40 ? 1.8 : 3,
        fill: "var(--ground)",
        stroke: colour,
        title: ([across, up]) => `${figures(across)}, ${figures(up)}`,
      }),
    ];
  });
  const tickFormat = (/** @type {number} */ value) => figures(value);
  const scale = (/** @type {Axis} */ { label, log }) => ({
    label,
    labelArrow: /** @type {const} */ ("none"),
    ...(log && { type: /** @type {const} */ ("log") }),
  });
  return {
    height: Math.min(300, Math.max(190, width * 0.6)),
    marginLeft: 52,
    marginRight: 20,
    marginBottom: 42,
    x: { ...scale(x), ...(x.log && { tickFormat, ticks: 5 }) },
    y: { ...scale(y), grid: true, tickFormat, ticks: 5 },
    marks,
    names: shown.length > 1 ? shown.map(({ name }) => name) : [],
    summary: shown
      .map(({ name, points }) =>
        say("figure.lines.summary", {
          name,
          first: figures(points[0]?.[1] ?? NaN),
          last: figures(points.at(-1)?.[1] ?? NaN),
          count: points.length,
        }),
      )
      .join(" "),
  };
}

/** @param {Lines} data */
function table({ series, x, y }) {
  const places = [...new Set(series.flatMap(({ points }) => points.map(([across]) => across)))].sort((a, b) => a - b);
  const head = h(
    "tr",
    {},
    h("th", { scope: "col" }, x.label),
    ...series.map(({ name }) => h("th", { scope: "col" }, series.length > 1 ? name : y.label)),
  );
  const rows = places.map((place) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, figures(place)),
      ...series.map(({ points }) => h("td", {}, figures(points.find(([across]) => across === place)?.[1] ?? NaN))),
    ),
  );
  return h("table", { className: "numbers" }, h("thead", {}, head), h("tbody", {}, ...rows));
}
