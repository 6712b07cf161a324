// What pulled the steps: the loss at each pulled step, and its gradient at the cursor, as latents are drawn. Where nothing pulled, the part is not
// there.

import { h, write } from "../ui/dom.js";
import { channelsFigure } from "../figures/channels.js";
import { linesFigure } from "../figures/lines.js";
import { say } from "../words/say.js";

/** @import { Step } from "../api/decant.d.ts" */

/** @type {import("./inside.js").Part<never>} */
export function pulledPart(section) {
  section.hidden = true;
  const curve = h("div");
  const which = h("p", { className: "hint" });
  const host = h("div");
  section.append(curve, which, host, h("p", { className: "hint" }, say("inside.pulled.hint")));
  const drawCurve = linesFigure(curve);
  const drawGradient = channelsFigure(host);
  return ({ trace, step }) => {
    const pulled = trace.steps.filter(({ loss }) => typeof loss === "number");
    section.hidden = pulled.length === 0;
    if (section.hidden) return;
    const points = pulled.map(({ index, loss }) => /** @type {[number, number]} */ ([index + 1, loss ?? NaN]));
    const axes = { x: { label: say("inside.distance.x") }, y: { label: say("inside.pulled.loss") } };
    drawCurve({ series: [{ name: say("inside.pulled.loss"), points }], ...axes });
    const shown = lastUpTo(pulled, step);
    host.hidden = which.hidden = !shown?.lossGradient;
    if (!shown?.lossGradient) return;
    write(which, say("inside.pulled.which", { step: shown.index + 1, loss: (shown.loss ?? NaN).toPrecision(4) }));
    drawGradient({ values: shown.lossGradient.values, shape: shown.lossGradient.shape });
  };
}

/** The step at the cursor, or the last one before it that was pulled. @param {Step[]} pulled @param {Step} step */
function lastUpTo(pulled, step) {
  return pulled.findLast(({ index }) => index <= step.index) ?? pulled[0];
}
