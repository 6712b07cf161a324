// Guidance at the cursor.

import { h } from "../ui/dom.js";
import { guidanceFigure } from "../figures/guidance.js";
import { say } from "../words/say.js";

/** @type {import("./inside.js").Part<never>} */
export function guidancePart(section) {
  const missing = h("p", { className: "hint" }, say("inside.untold"));
  const host = h("div");
  section.append(missing, host);
  const draw = guidanceFigure(host);
  return ({ step, trace }) => {
    const hasNoise = Boolean(step.epsCond?.length);
    missing.hidden = hasNoise;
    host.hidden = !hasNoise;
    if (hasNoise) draw({ step, negative: Boolean(trace.settings.negative?.trim()) });
  };
}
