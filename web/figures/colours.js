// Colour scales for maps of numbers, each as a table of 256 colours, and the bar that says which colour is which number.

import { h } from "../ui/dom.js";

/** @typedef {Uint8ClampedArray} Scale red, green, blue of 256 colours, one after the other */

/** From below zero (blue) over zero (pale) to above (claret): of one lightness on both sides, and told apart by the colour-blind. */
export const AROUND_ZERO = scale(["#0a3a6b", "#3f83b8", "#a9cbe2", "#f5f3ef", "#e3a9b9", "#bb4a72", "#6f0c31"]);
/** From nothing (dark) to much (bright); its lightness rises all the way. */
export const FROM_NOTHING = scale(["#0d0b1c", "#3f1466", "#8f2469", "#d8503f", "#f6a02b", "#fcf5a6"]);

/** Where in a scale a colour stands. @param {number} part from 0 to 1; what lies beyond is drawn as the end */
export function place(part) {
  return Math.min(Math.max(Math.round(part * 255), 0), 255) * 3;
}

/** @param {string[]} stops as #rrggbb, evenly spread @returns {Scale} */
function scale(stops) {
  const colours = stops.map((stop) => [1, 3, 5].map((at) => parseInt(stop.slice(at, at + 2), 16)));
  const table = new Uint8ClampedArray(256 * 3);
  for (let i = 0; i < 256; i++) {
    const at = (i / 255) * (colours.length - 1);
    const below = Math.min(Math.floor(at), colours.length - 2);
    for (let c = 0; c < 3; c++)
      table[i * 3 + c] = Number(colours[below]?.[c]) * (below + 1 - at) + Number(colours[below + 1]?.[c]) * (at - below);
  }
  return table;
}

/**
 * A bar with the scale's colours and its ends in numbers.
 * @param {Scale} colours
 * @returns {{ element: HTMLElement, label: (...texts: string[]) => void }}
 */
export function colourBar(colours) {
  const stops = Array.from({ length: 9 }, (_, i) => {
    const at = place(i / 8);
    return `rgb(${colours[at]} ${colours[at + 1]} ${colours[at + 2]})`;
  });
  const ends = h("span", { className: "colour-ends numbers" });
  const bar = h("span", { className: "colour-stripe" });
  bar.style.background = `linear-gradient(90deg, ${stops.join(", ")})`;
  const label = (/** @type {string[]} */ ...texts) => {
    if (ends.textContent !== texts.join("")) ends.replaceChildren(...texts.map((text) => h("span", {}, text)));
  };
  return { element: h("p", { className: "colour-bar" }, bar, ends), label };
}
