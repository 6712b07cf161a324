// Which line is which: a piece of it with its sign and dashes, and its name.

import { h } from "../ui/dom.js";
import { say } from "../words/say.js";
import { lookOf } from "./numbers.js";

const SVG = "http://www.w3.org/2000/svg";
/** The signs as paths around zero, as Plot draws them. */
const SIGNS = {
  circle: "M4 0A4 4 0 1 1-4 0A4 4 0 1 1 4 0Z",
  square: "M-3.5-3.5H3.5V3.5H-3.5Z",
  triangle: "M0-4.5L4.5 3.5H-4.5Z",
  diamond: "M0-5L4 0L0 5L-4 0Z",
  star: "M0-5L1.2-1.6H4.8L1.9.6L3 4L0 2L-3 4L-1.9.6L-4.8-1.6H-1.2Z",
  cross: "M-1.4-4.4H1.4V-1.4H4.4V1.4H1.4V4.4H-1.4V1.4H-4.4V-1.4H-1.4Z",
};

/** @param {string[]} names @returns {HTMLElement} */
export function legend(names) {
  return h("ul", { className: "legend", aria: { label: say("figure.legend") } }, ...names.map((name, n) => h("li", {}, sign(n), name)));
}

/** @param {number} n */
function sign(n) {
  const { colour, symbol, dash } = lookOf(n);
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", "-17 -7 34 14");
  picture.setAttribute("aria-hidden", "true");
  const part = (/** @type {string} */ d, /** @type {string} */ style) => {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    path.setAttribute("style", style);
    picture.append(path);
  };
  part("M-17 0H17", `stroke:${colour};stroke-width:1.75;stroke-dasharray:${dash}`);
  part(SIGNS[symbol], `fill:var(--ground);stroke:${colour};stroke-width:1.5`);
  return picture;
}
