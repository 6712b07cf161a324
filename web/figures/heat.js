// Where the denoiser looks for each token. Over a token: how its share of attention is spread over the picture. Over a place in the picture: how
// that place's attention is spread over the tokens. Both also by keyboard.

import { h, inSquares, write } from "../ui/dom.js";
import { say } from "../words/say.js";
import { FROM_NOTHING, colourBar, place } from "./colours.js";
import { percent } from "./numbers.js";
import { whenSeen } from "./seen.js";
import { namesOf } from "./tokens.js";

/** @import { Attention, TokenCount } from "../api/decant.d.ts" */

/**
 * @typedef {object} Heat
 * @property {ImageData | null} image what lies under the heat
 * @property {Attention | null} attention
 * @property {TokenCount | null} tokens of the prompt
 * @property {number | null} token the row of `attention` that is shown: 0 is the start of the text, 1 the prompt's first token; null for none
 */

/** @param {HTMLElement} host @param {{ onToken?: (token: number | null) => void }} [acts] @returns {(data: Heat) => void} */
export function heatFigure(host, { onToken } = {}) {
  const canvas = h("canvas");
  canvas.setAttribute("role", "img");
  const spot = h("div", { className: "spot", hidden: true });
  const field = h("div", { className: "heat-field", tabIndex: 0, aria: { label: say("figure.heat.label") } }, canvas, spot);
  field.setAttribute("role", "application");
  const list = h("ul", { className: "chips heat-tokens", aria: { label: say("figure.heat.tokens") } });
  const bar = colourBar(FROM_NOTHING);
  const words = h("p", { className: "summary hint numbers" });
  // What somebody chose is spoken; what follows the steps of a run is not.
  const speak = (/** @type {boolean} */ chosen) => words.setAttribute("aria-live", chosen ? "polite" : "off");
  speak(false);
  host.append(h("div", { className: "figure-heat" }, field, list, bar.element, words));
  /** @type {Heat | null} */
  let now = null;
  /** @type {[number, number] | null} */
  let at = null;

  const look = () => {
    if (!now?.attention) return;
    const { attention } = now;
    field.style.setProperty("--aspect", String(now.image ? now.image.width / now.image.height : attention.shape[2] / attention.shape[1]));
    const token = at ? null : now.token;
    paintHeat(canvas, now.image, attention, token);
    const [least, most] = token === null ? [0, 1] : endsOf(attention, token);
    bar.element.hidden = token === null;
    bar.label(percent(least), percent(most));
    const shares = sharesOf(attention, at);
    Array.from(list.children).forEach((item) => drawShare(/** @type {HTMLElement} */ (item), shares, token));
    spot.hidden = at === null;
    if (at)
      spot.style.cssText = `left:${(100 * at[0]) / attention.shape[2]}%;top:${(100 * at[1]) / attention.shape[1]}%;width:${100 / attention.shape[2]}%;height:${100 / attention.shape[1]}%`;
    const names = namesOf(now.tokens, attention.shape[0]);
    const summary = at ? placeWords(names, shares, at) : token === null ? say("figure.heat.hint") : tokenWords(names, attention, token);
    write(words, summary);
    canvas.setAttribute("aria-label", summary);
  };
  const show = (/** @type {[number, number] | null} */ cell) => {
    if (String(cell) === String(at)) return;
    at = cell;
    speak(true);
    look();
  };
  placesOf(
    field,
    () => now?.attention?.shape ?? null,
    () => at,
    show,
  );

  return whenSeen(host, (data) => {
    const before = now;
    now = data;
    host.classList.toggle("empty-figure", !data.attention);
    if (!data.attention) return;
    if (data.attention !== before?.attention) speak(false);
    else if (data.token !== before.token) speak(true);
    if (data.tokens !== before?.tokens || data.attention.shape[0] !== before?.attention?.shape[0]) {
      list.replaceChildren(...namesOf(data.tokens, data.attention.shape[0]).map((name) => chip(name, onToken)));
    }
    look();
  });
}

/** @param {import("./tokens.js").Name} name @param {((token: number | null) => void) | undefined} onToken */
function chip({ text, rows }, onToken) {
  const [row = 0] = rows;
  const act = () => onToken?.(row);
  const button = h(
    "button",
    { type: "button", className: "chip token" },
    h("span", {}, text),
    h("i", { className: "share" }),
    h("span", { className: "id numbers" }),
  );
  for (const event of /** @type {const} */ (["pointerenter", "focus", "click"])) button.addEventListener(event, act);
  return h("li", { data: { rows: rows.join() } }, button);
}

/** @param {HTMLElement} item @param {Float64Array} shares @param {number | null} token */
function drawShare(item, shares, token) {
  const rows = (item.dataset["rows"] ?? "").split(",").map(Number);
  const share = rows.reduce((sum, row) => sum + Number(shares[row]), 0);
  const [button] = item.children;
  const [, bar, number] = button?.children ?? [];
  button?.setAttribute("aria-pressed", String(token !== null && rows.includes(token)));
  if (bar instanceof HTMLElement) bar.style.setProperty("--part", String(share));
  if (number) write(number, percent(share));
}

/**
 * The picture in grey, and the heat upon it: the more, the less of the picture.
 * @param {HTMLCanvasElement} canvas
 * @param {ImageData | null} image
 * @param {Attention} attention
 * @param {number | null} token
 */
function paintHeat(canvas, image, { shape: [, height, width], values }, token) {
  const [w, h] = image ? [image.width, image.height] : [width * 8, height * 8];
  const [least, most] = token === null ? [0, 1] : endsOf({ shape: [0, height, width], values }, token);
  const shown = new ImageData(w, h);
  for (let i = 0; i < w * h; i++) {
    const [x, y] = [i % w, Math.floor(i / w)];
    const cell = Math.floor((y * height) / h) * width + Math.floor((x * width) / w);
    const heat = token === null ? 0 : (Number(values[token * height * width + cell]) - least) / (most - least || 1);
    const colour = place(heat);
    const own = image ? image.data.subarray(i * 4, i * 4 + 3) : [128, 128, 128];
    const grey = 0.3 * Number(own[0]) + 0.59 * Number(own[1]) + 0.11 * Number(own[2]);
    for (let c = 0; c < 3; c++)
      shown.data[i * 4 + c] = token === null ? Number(own[c]) : 0.25 * grey + 0.75 * Number(FROM_NOTHING[colour + c]);
    shown.data[i * 4 + 3] = 255;
  }
  canvas.width = w;
  canvas.height = h;
  canvas.classList.toggle("squares", inSquares(shown));
  canvas.getContext("2d")?.putImageData(shown, 0, 0);
}

/**
 * The least and the largest share: what the colours' ends stand for.
 * @param {Attention} attention
 * @param {number} token
 * @returns {[number, number]}
 */
function endsOf({ shape: [, height, width], values }, token) {
  let [least, most] = [Infinity, 0];
  for (const value of values.subarray(token * height * width, (token + 1) * height * width))
    [least, most] = [Math.min(least, value), Math.max(most, value)];
  return [least, most];
}

/** What each token gets at one place; or of all places together. @param {Attention} attention @param {[number, number] | null} at */
function sharesOf({ shape: [tokens, height, width], values }, at) {
  const area = height * width;
  return Float64Array.from({ length: tokens }, (_, token) => {
    if (at) return Number(values[token * area + at[1] * width + at[0]]);
    let sum = 0;
    for (let i = 0; i < area; i++) sum += Number(values[token * area + i]);
    return sum / area;
  });
}

/** @param {import("./tokens.js").Name[]} names @param {Float64Array} shares @param {[number, number]} at */
function placeWords(names, shares, [x, y]) {
  const rows = names
    .map(({ text, rows }) => ({ text, share: rows.reduce((sum, row) => sum + Number(shares[row]), 0) }))
    .sort((a, b) => b.share - a.share);
  return say("figure.heat.place", {
    x: x + 1,
    y: y + 1,
    tokens: rows
      .slice(0, 4)
      .map(({ text, share }) => `${text} ${percent(share)}`)
      .join(", "),
  });
}

/** @param {import("./tokens.js").Name[]} names @param {Attention} attention @param {number} token */
function tokenWords(names, attention, token) {
  const {
    shape: [, height, width],
    values,
  } = attention;
  const own = values.subarray(token * height * width, (token + 1) * height * width);
  const [, most] = endsOf(attention, token);
  const best = own.indexOf(most);
  const text = names.find(({ rows }) => rows.includes(token))?.text ?? "";
  return say("figure.heat.token", {
    token: text,
    x: (best % width) + 1,
    y: Math.floor(best / width) + 1,
    most: percent(most),
    mean: percent(own.reduce((sum, value) => sum + value, 0) / own.length),
  });
}

/**
 * Pointer and arrow keys over the picture.
 * @param {HTMLElement} field
 * @param {() => [number, number, number] | null} shape
 * @param {() => [number, number] | null} at
 * @param {(cell: [number, number] | null) => void} show
 */
function placesOf(field, shape, at, show) {
  const under = (/** @type {PointerEvent} */ { clientX, clientY }) => {
    const [, height, width] = shape() ?? [0, 1, 1];
    const { left, top, width: w, height: h } = field.getBoundingClientRect();
    const inside = (/** @type {number} */ value, /** @type {number} */ count) =>
      Math.min(Math.max(Math.floor(value * count), 0), count - 1);
    show([inside((clientX - left) / w, width), inside((clientY - top) / h, height)]);
  };
  field.addEventListener("pointermove", under);
  field.addEventListener("pointerdown", under);
  field.addEventListener("pointerleave", ({ pointerType }) => pointerType === "mouse" && show(null));
  field.addEventListener("blur", () => show(null));
  field.addEventListener("keydown", (event) => {
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    const grid = shape();
    if (event.key === "Escape" && at()) return (event.preventDefault(), show(null));
    if (!move || !grid) return;
    event.preventDefault();
    const [x, y] = at() ?? [Math.floor(grid[2] / 2) - Number(move[0]), Math.floor(grid[1] / 2) - Number(move[1])];
    show([Math.min(Math.max(x + Number(move[0]), 0), grid[2] - 1), Math.min(Math.max(y + Number(move[1]), 0), grid[1] - 1)]);
  });
}
