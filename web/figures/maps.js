// Numbers as coloured squares on a canvas: one square a number.

import { AROUND_ZERO, place } from "./colours.js";

/** @import { Scale } from "./colours.js" */

/** What a canvas shows, so that nothing is painted twice. @type {WeakMap<HTMLCanvasElement, string>} */
const shown = new WeakMap();
/** @type {WeakMap<Float32Array, number>} */
const numbers = new WeakMap();
let count = 0;

/**
 * @typedef {object} Map
 * @property {Float32Array} values
 * @property {number} width
 * @property {number} height
 * @property {number} [from] where in `values` it begins
 * @property {[number, number]} range what the scale's ends stand for
 */

/** @param {HTMLCanvasElement} canvas @param {Map} map @param {Scale} [colours] */
export function paintMap(canvas, { values, width, height, from = 0, range }, colours = AROUND_ZERO) {
  const wanted = [numberOf(values), width, height, from, ...range].join();
  if (shown.get(canvas) === wanted) return;
  shown.set(canvas, wanted);
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) put(image, i, Number(values[from + i]), range, colours);
  show(canvas, image);
}

/**
 * Four channels as one picture, two by two, with a line of nothing between them.
 * @param {HTMLCanvasElement} canvas
 * @param {Float32Array} values
 * @param {[number, number, number]} shape
 * @param {[number, number]} range
 */
export function paintTiles(canvas, values, [channels, height, width], range) {
  const wanted = [numberOf(values), channels, height, width, ...range, "tiles"].join();
  if (shown.get(canvas) === wanted) return;
  shown.set(canvas, wanted);
  const columns = Math.ceil(Math.sqrt(channels));
  const rows = Math.ceil(channels / columns);
  const gap = Math.max(1, Math.round(width / 32));
  const image = new ImageData(columns * (width + gap) - gap, rows * (height + gap) - gap);
  for (let i = 0; i < channels * height * width; i++) {
    const [channel, y, x] = [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
    const at = (Math.floor(channel / columns) * (height + gap) + y) * image.width + (channel % columns) * (width + gap) + x;
    put(image, at, Number(values[i]), range, AROUND_ZERO);
  }
  show(canvas, image);
}

/** The largest of all, without its sign: a scale of both sides that holds everything. @param {ArrayLike<number>[]} lists */
export function reach(...lists) {
  let most = 0;
  for (const list of lists) for (let i = 0; i < list.length; i++) most = Math.max(most, Math.abs(Number(list[i])));
  return most || 1;
}

/** @param {ImageData} image @param {number} at @param {number} value @param {[number, number]} range @param {Scale} colours */
function put(image, at, value, [least, most], colours) {
  const colour = place((value - least) / (most - least));
  for (let c = 0; c < 3; c++) image.data[at * 4 + c] = Number(colours[colour + c]);
  image.data[at * 4 + 3] = 255;
}

/** @param {HTMLCanvasElement} canvas @param {ImageData} image */
function show(canvas, image) {
  canvas.width = image.width;
  canvas.height = image.height;
  canvas.classList.add("squares");
  canvas.getContext("2d")?.putImageData(image, 0, 0);
}

/** @param {Float32Array} values */
function numberOf(values) {
  const known = numbers.get(values);
  if (known) return known;
  numbers.set(values, ++count);
  return count;
}
