// The fields of settings that need no more than their row of the program's table and a word of the page's (“setting.NAME”): made once a model is
// open, below those of their group that index.html has. What a field shows, and what becomes of a text, is form.js's.

import { h } from "../dom.js";
import { isPlain, labelOf } from "../../studio/settings.js";

/** @import { Info, Setting } from "../../api/decant.d.ts" */

/** @param {HTMLFormElement} form @param {Info} info */
export function makeFields(form, info) {
  for (const row of info.catalog.settings) {
    if (!isPlain(row.name) || form.elements.namedItem(row.name)) continue;
    form.querySelector(`[data-group="${row.group}"]`)?.append(fieldOf(row, labelOf(row.name)));
  }
}

/** @param {Setting} row @param {string} label */
function fieldOf({ name, kind, usual, form }, label) {
  if (kind === "switch")
    return h("div", { className: "field minor check" }, h("label", {}, h("input", { type: "checkbox", id: name, name }), ` ${label}`));
  // A phone's keyboards of digits have no minus.
  const keyboard = form && form[0] < 0 ? "text" : kind === "whole" ? "numeric" : "decimal";
  const counts = { type: "number", step: kind === "whole" ? "1" : "any", inputMode: keyboard };
  const input = h("input", {
    id: name,
    name,
    placeholder: usual,
    aria: { describedby: `${name}-problem` },
    ...(kind === "text" ? { type: "text" } : counts),
  });
  return h(
    "div",
    { className: "field", id: `${name}-field` },
    h("label", { htmlFor: name }, label),
    input,
    h("p", { className: "problem", id: `${name}-problem` }),
  );
}
