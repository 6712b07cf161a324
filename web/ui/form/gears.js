// The switch between the open model's gears, where it has some.

import { byId, h } from "../dom.js";
import { gearOf } from "../../studio/gears.js";
import { language, say } from "../../words/say.js";

/** @import { Gear, Info } from "../../api/decant.d.ts" */
/** @import { View } from "../views.js" */
/** @import { Studio } from "../../studio/studio.js" */
/** Of the studio. @typedef {"form"} Used */

/** @type {View<Used>} */
export function gearsView(studio) {
  const root = byId("gears", HTMLFieldSetElement);
  /** @type {Info | null} */
  let known = null;
  return ({ info, settings }) => {
    root.hidden = !info || info.gears.length === 0;
    if (!info || root.hidden) return;
    if (info !== known)
      root.replaceChildren(
        h("legend", { className: "unseen" }, say("gear.title")),
        ...[null, ...info.gears].map((gear) => choice(studio, gear, info)),
      );
    known = info;
    const now = gearOf(settings, info)?.name ?? "";
    for (const input of root.querySelectorAll("input")) input.checked = input.value === now;
  };
}

/** @param {Pick<Studio, Used>} studio @param {Gear | null} gear @param {Info} info */
function choice(studio, gear, { defaults }) {
  const { steps, guidance } = gear ?? defaults;
  const numbers = new Intl.NumberFormat(language);
  const title = guidance > 1 ? say("gear.guided", { n: steps, guidance: numbers.format(guidance) }) : say("gear.unguided", { n: steps });
  const input = h("input", { type: "radio", name: "gear", value: gear?.name ?? "" });
  input.addEventListener("change", () => studio.form.shift(gear?.name ?? null));
  const name = gear === null ? say("gear.full") : gear.name === "fast" ? say("gear.fast") : gear.name;
  return h("label", { title }, input, h("span", {}, name));
}
