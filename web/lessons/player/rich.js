// A paragraph of a lesson: plain words, *stress* and `code`.

import { h } from "../../ui/dom.js";

/** @param {string} text @param {string} [kind] the paragraph's class */
export function paragraph(text, kind = "") {
  const parts = text.split(/(\*[^*]+\*|`[^`]+`)/).map((part) => {
    if (part.startsWith("*")) return h("em", {}, part.slice(1, -1));
    if (part.startsWith("`")) return h("code", {}, part.slice(1, -1));
    return part;
  });
  return h("p", { className: kind }, ...parts);
}
