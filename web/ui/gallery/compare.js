// Two pictures of the gallery side by side, under one slider, and which of their settings differ.

import { byId, h } from "../dom.js";
import { NAMES, labelOf, writeSetting } from "../../studio/settings.js";
import { say } from "../../words/say.js";
import { sliderFigure } from "../../figures/slider.js";

/** @import { Gallery } from "../../studio/kept.js" */
/** @import { Kept } from "../../store/pictures.js" */
/** @import { View } from "../views.js" */

/** @type {View<"gallery">} */
export function compareView(studio) {
  const dialog = byId("compare", HTMLDialogElement);
  const stage = h("div");
  const table = h("table", { className: "numbers differences" });
  const close = h("button", { type: "submit", className: "quiet-button close", textContent: say("do.close") });
  dialog.append(
    h(
      "form",
      { method: "dialog" },
      h("h2", { id: "compare-title", textContent: say("compare.title") }),
      stage,
      h("div", { className: "wide" }, table),
      close,
    ),
  );
  const draw = sliderFigure(stage);
  dialog.addEventListener("close", () => studio.gallery.compare([]));
  /** @type {Gallery["compared"] | null} */
  let drawn = null;
  return ({ gallery: { compared } }) => {
    if (compared === drawn) return;
    drawn = compared;
    const [before, after] = compared;
    if (!before || !after) return dialog.open ? dialog.close() : undefined;
    draw({ before: before.image, after: after.image, labels: [headOf(before.kept), headOf(after.kept)] });
    table.replaceChildren(...differences(before.kept, after.kept));
    if (!dialog.open) dialog.showModal();
  };
}

/** @param {Kept} kept */
function headOf({ settings }) {
  return say("compare.label", { seed: settings.seed, sampler: settings.sampler, steps: settings.steps });
}

/** @param {Kept} before @param {Kept} after */
function differences(before, after) {
  /** @type {[string, string, string][]} */
  const rows = NAMES.filter((name) => name !== "count").map((name) => [
    labelOf(name),
    writeSetting(name, before.settings),
    writeSetting(name, after.settings),
  ]);
  const other = /** @type {[string, string, string][]} */ ([[say("compare.model"), before.model, after.model], ...rows]).filter(
    ([, one, two]) => one !== two,
  );
  if (other.length === 0) return [h("caption", { textContent: say("compare.same") })];
  return [
    h("caption", { textContent: say("compare.differ") }),
    h(
      "tbody",
      {},
      ...other.map(([name, one, two]) =>
        h(
          "tr",
          {},
          Object.assign(h("th", { textContent: name }), { scope: "row" }),
          h("td", { textContent: one || "–" }),
          h("td", { textContent: two || "–" }),
        ),
      ),
    ),
  ];
}
