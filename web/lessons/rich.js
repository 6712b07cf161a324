// A paragraph of a lesson: plain words, *stress* and `code`. And a formula, in MathML.

import { h } from "../views/elements.js";

/** @param {string} text @param {string} [kind] the paragraph's class */
export function paragraph(text, kind = "") {
  const parts = text.split(/(\*[^*]+\*|`[^`]+`)/).map((part) => {
    if (part.startsWith("*")) return h("em", {}, part.slice(1, -1));
    if (part.startsWith("`")) return h("code", {}, part.slice(1, -1));
    return part;
  });
  return h("p", { className: kind }, ...parts);
}

/** @param {string} mathml what is in the element `math` @param {string} reads how it is read aloud */
export function formula(mathml, reads) {
  const frame = h("div", { className: "formula" });
  frame.innerHTML = `<math display="block">${mathml}</math>`;
  frame.firstElementChild?.setAttribute("aria-label", reads);
  return frame;
}

/** A number as it is written in the page's language. @param {number} value @param {number} [digits] after the point, at most */
export function numeral(value, digits = 2) {
  return value.toLocaleString(document.documentElement.lang, { maximumFractionDigits: digits });
}
