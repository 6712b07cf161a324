// Where the denoiser looks, at the cursor; and the button that makes a run tell it.

import { button, h } from "../ui/dom.js";
import { heatFigure } from "../figures/heat.js";
import { say } from "../words/say.js";

/** @import { Attention, TokenCount } from "../api/decant.d.ts" */
/** @import { Moment } from "./inside.js" */

/** @type {import("./inside.js").Part<"run" | "runs">} */
export function lookingPart(section, studio) {
  const again = button(say("inside.looking.again"), () => {
    studio.runs.recordAttention(true);
    studio.run.generate();
  });
  const missing = h("div", { className: "untold" }, h("p", { className: "hint" }, say("inside.looking.missing")), again);
  const host = h("div");
  section.append(missing, host);
  /** Which token a person chose; before, the one that looks at one place most. @type {number | null} */
  let token = null;
  /** @type {Moment | null} */
  let now = null;
  const figure = heatFigure(host, { onToken: (chosen) => ((token = chosen), look()) });
  const look = () => {
    if (!now?.step.attention) return;
    const { trace, step, finished } = now;
    const tokens = trace.tokens?.prompt ?? null;
    const { attention } = step;
    if (!attention) return;
    figure({
      image: finished ? trace.image : step.previewDenoised,
      attention,
      tokens,
      token: token !== null && token < attention.shape[0] ? token : sharpest(attention, tokens),
    });
  };
  return (moment) => {
    now = moment;
    missing.hidden = Boolean(moment.step.attention);
    host.hidden = !missing.hidden;
    again.disabled = moment.state.phase !== "ready";
    look();
  };
}

/** Of the prompt's tokens, the one with the largest share of one place. @param {Attention} attention @param {TokenCount | null} tokens */
function sharpest({ shape: [, height, width], values }, tokens) {
  const count = tokens?.pieces.filter(({ chunk }) => chunk === 0).length ?? 1;
  let [best, most] = [1, 0];
  for (let row = 1; row <= count; row++)
    for (const value of values.subarray(row * height * width, (row + 1) * height * width)) if (value > most) [best, most] = [row, value];
  return best;
}
