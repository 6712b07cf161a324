// The studio's timeline: the strip of all steps, as wide as the rule above it.

import { byId } from "../dom.js";
import { stripFigure } from "../../figures/strip.js";
import { isRough } from "./picture.js";
import { say } from "../../words/say.js";

/** @import { View } from "../views.js" */

/** @type {View<"stage">} */
export function filmstripView(studio) {
  const strip = byId("filmstrip", HTMLDivElement);
  const draw = stripFigure(strip, { onScrub: studio.stage.scrub });
  const legend = byId("strip-legend", HTMLParagraphElement);
  const gone = byId("strip-gone", HTMLParagraphElement);
  let wasRough = false;
  return ({ trace, cursor, settings: { steps } }) => {
    // Of an older picture of the gallery only the end is known.
    gone.hidden = !trace?.image || trace.steps.length > 0;
    strip.style.visibility = gone.hidden ? "" : "hidden"; // its place is kept
    legend.hidden = !gone.hidden;
    const rough = trace?.steps[0] !== undefined && isRough(trace.steps[0]);
    if (rough !== wasRough) legend.innerHTML = say((wasRough = rough) ? "strip.legend-rough" : "strip.legend"); // rows of our own
    draw({ trace, cursor, total: steps });
    const columns = String(strip.children.length - 1);
    if (strip.parentElement?.style.getPropertyValue("--columns") !== columns) strip.parentElement?.style.setProperty("--columns", columns);
  };
}
