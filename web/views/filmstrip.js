// The studio's timeline: the strip of all steps, as wide as the rule above it.

import { byId } from "./elements.js";
import { stripFigure } from "../figures/strip.js";

/** @import { View } from "./index.js" */

/** @type {View} */
export function filmstripView(studio) {
  const strip = byId("filmstrip", HTMLDivElement);
  const draw = stripFigure(strip, { onScrub: studio.scrub });
  return ({ trace, cursor, settings: { steps } }) => {
    draw({ trace, cursor, total: steps });
    strip.parentElement?.style.setProperty("--columns", String(strip.children.length - 1));
  };
}
