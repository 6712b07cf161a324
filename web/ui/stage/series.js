// The pictures of a run that was asked for several, as buttons that show each one and its steps.

import { byId, paint } from "../dom.js";
import { say } from "../../words/say.js";

/** @import { Trace } from "../../api/decant.d.ts" */
/** @import { View } from "../views.js" */

/** @type {View<"gallery">} */
export function seriesView(studio) {
  const list = byId("series", HTMLUListElement);
  /** @type {Trace[]} */
  let drawn = [];
  return ({ series, trace }) => {
    list.hidden = series.length < 2;
    if (series !== drawn) {
      drawn = series;
      list.replaceChildren(...series.map((one) => item(one, () => studio.gallery.showOne(one))));
    }
    for (const [index, child] of Array.from(list.children).entries()) {
      child.firstElementChild?.setAttribute("aria-current", String(series[index]?.image === trace?.image));
    }
  };
}

/** @param {Trace} trace @param {() => void} show */
function item(trace, show) {
  const row = document.createElement("li");
  const button = Object.assign(document.createElement("button"), { type: "button" });
  button.setAttribute("aria-label", say("picture.seed", { seed: trace.settings.seed }));
  button.title = say("picture.seed-short", { seed: trace.settings.seed });
  const canvas = document.createElement("canvas");
  if (trace.image) paint(canvas, trace.image);
  button.append(canvas);
  button.addEventListener("click", show);
  row.append(button);
  return row;
}
