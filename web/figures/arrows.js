// The arrows of guidance, with axes: from nothing to the prediction without the prompt, to the one with it, and the difference between them
// drawn out to where guidance goes. Both axes have one scale, so that lengths and angles are true. By hand, not by Plot: it moves with the cursor.

import { say } from "../words/say.js";
import { figures } from "./numbers.js";

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [520, 250];
const MARGIN = { left: 44, right: 22, top: 24, bottom: 50 };

/** @typedef {[number, number]} Point */
/**
 * @typedef {{ without: Point | null, with: Point, result: Point | null, negative: boolean }} Geometry `negative`: “without” is the answer to a negative prompt
 */

/** @returns {{ element: SVGSVGElement, draw: (geometry: Geometry, summary: string) => void }} */
export function arrows() {
  const element = node("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", class: "arrows" });
  return {
    element,
    draw(geometry, summary) {
      element.setAttribute("aria-label", summary);
      const to = scaleOf(geometry);
      element.replaceChildren(...axes(to, geometry.negative), ...bodies(geometry, to));
    },
  };
}

/** Where a point is drawn: one scale for both axes, and nothing outside. @param {Geometry} geometry */
function scaleOf(geometry) {
  const points = [/** @type {Point} */ ([0, 0]), geometry.with, geometry.without, geometry.result].filter((point) => point !== null);
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, right] = [Math.min(...xs), Math.max(...xs, 0.1)];
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  const unit = Math.min(
    (WIDTH - MARGIN.left - MARGIN.right) / (right - left),
    (HEIGHT - MARGIN.top - MARGIN.bottom) / Math.max(high - low, 0.15),
  );
  const middle = (HEIGHT - MARGIN.top - MARGIN.bottom) / 2 + MARGIN.top + ((high + low) / 2) * unit;
  const base = high - low < 0.15 ? middle : HEIGHT - MARGIN.bottom + low * unit;
  return {
    unit,
    left,
    right,
    low,
    high,
    at: (/** @type {Point} */ [x, y]) => /** @type {Point} */ ([MARGIN.left + (x - left) * unit, base - y * unit]),
  };
}

/** @param {ReturnType<typeof scaleOf>} to @param {boolean} negative */
function axes({ unit, left, right, at }, negative) {
  const bottom = HEIGHT - MARGIN.bottom + 6;
  const stride = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50].find((one) => one * unit >= 46) ?? 100;
  const across = Array.from(
    { length: Math.floor(right / stride) - Math.ceil(left / stride) + 1 },
    (_, i) => (Math.ceil(left / stride) + i) * stride,
  );
  const origin = at([0, 0])[1];
  const up = Array.from({ length: 41 }, (_, i) => (i - 20) * stride).filter(
    (y) => y !== 0 && origin - y * unit > MARGIN.top - 8 && origin - y * unit < bottom - 6,
  );
  return [
    node("path", { class: "axis", d: `M${MARGIN.left} ${bottom}H${WIDTH - MARGIN.right}M${MARGIN.left - 8} ${MARGIN.top - 8}V${bottom}` }),
    ...across.flatMap((x) => [
      node("path", { class: "axis", d: `M${at([x, 0])[0]} ${bottom}v5` }),
      label(at([x, 0])[0], bottom + 16, figures(Number(x.toFixed(6))), "middle"),
    ]),
    ...[0, ...up].flatMap((y) => [
      node("path", { class: "axis", d: `M${MARGIN.left - 8} ${origin - y * unit}h-5` }),
      label(MARGIN.left - 17, origin - y * unit + 4, figures(Number(y.toFixed(6))), "end"),
    ]),
    label(WIDTH - MARGIN.right, HEIGHT - 6, say(negative ? "figure.guidance.xNegative" : "figure.guidance.x"), "end"),
    label(2, 10, say("figure.guidance.y"), "start"),
  ];
}

/** @param {Geometry} geometry @param {ReturnType<typeof scaleOf>} to */
function bodies({ without, with: towards, result, negative }, { at }) {
  const zero = at([0, 0]);
  const tip = at(towards);
  if (!without || !result) return [arrow(zero, tip, "with"), name(tip, say("figure.guidance.with.short"), "with", -8)];
  const [start, end] = [at(without), at(result)];
  return [
    node("path", { class: "reach", d: `M${tip}L${end}` }),
    arrow(zero, start, "without"),
    arrow(zero, end, "result"),
    arrow(zero, tip, "with"),
    arrow(start, tip, "difference"),
    name(start, say(negative ? "figure.guidance.negative.short" : "figure.guidance.without.short"), "without", 15),
    name(tip, say("figure.guidance.with.short"), "with", -8),
    name(end, say("figure.guidance.result.short"), "result", -8),
  ];
}

/** @param {Point} from @param {Point} to @param {string} kind */
function arrow([x1, y1], [x2, y2], kind) {
  const length = Math.hypot(x2 - x1, y2 - y1);
  const head = Math.min(9, length * 0.6);
  const turn = Math.atan2(y2 - y1, x2 - x1);
  const side = (/** @type {number} */ by) => `${x2 - head * Math.cos(turn + by)} ${y2 - head * Math.sin(turn + by)}`;
  return node("path", { class: `arrow ${kind}`, d: `M${x1} ${y1}L${x2} ${y2}M${side(0.45)}L${x2} ${y2}L${side(-0.45)}` });
}

/** @param {Point} at @param {string} text @param {string} kind @param {number} dy */
function name([x, y], text, kind, dy) {
  const room = x > WIDTH - 120;
  const element = label(
    room ? Math.min(x, WIDTH - 4) : x + 4,
    Math.min(Math.max(y + dy, 12), HEIGHT - MARGIN.bottom),
    text,
    room ? "end" : "start",
  );
  element.setAttribute("class", `name ${kind}`);
  return element;
}

/** @param {number} x @param {number} y @param {string} text @param {"start" | "middle" | "end"} anchor */
function label(x, y, text, anchor) {
  const element = node("text", { x, y, "text-anchor": anchor });
  element.textContent = text;
  return element;
}

/**
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string | number>} attributes
 * @returns {SVGElementTagNameMap[K]}
 */
function node(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}
