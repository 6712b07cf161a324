// The latents' channels at the cursor: as they are after the step, or as the model predicts them without noise; on one scale for all steps.

import { h } from "../ui/dom.js";
import { channelsFigure } from "../figures/channels.js";
import { say } from "../words/say.js";

/** @import { Step, Trace } from "../api/decant.d.ts" */
/** @import { Moment } from "./inside.js" */

const KINDS = /** @type {const} */ (["next", "denoised"]);

/** @type {import("./inside.js").Part<never>} */
export function channelsPart(section) {
  /** @type {typeof KINDS[number]} */
  let kind = "next";
  /** @type {Moment | null} */
  let now = null;
  const radios = KINDS.map((one) => {
    const radio = h("input", { type: "radio", name: "inside-channels", value: one, checked: one === kind });
    radio.addEventListener("change", () => ((kind = one), look()));
    return h("label", {}, radio, h("span", {}, say(`inside.channels.${one}`)));
  });
  const host = h("div");
  section.append(
    h("fieldset", { className: "switch" }, h("legend", { className: "unseen" }, say("inside.channels.which")), ...radios),
    host,
    h("p", { className: "hint" }, say("inside.channels.hint")),
  );
  const draw = channelsFigure(host);
  const look = () => {
    if (!now) return;
    const { trace, step } = now;
    draw({ values: step[kind], shape: step.shape, statistics: step.channels?.[kind], range: rangeOf(trace, kind) });
  };
  return (moment) => {
    now = moment;
    look();
  };
}

/** What holds all steps so far, in coarse strides. @param {Trace} trace @param {typeof KINDS[number]} kind */
function rangeOf({ steps }, kind) {
  const ends = steps
    .flatMap((/** @type {Step} */ { channels }) => channels?.[kind] ?? [])
    .map(({ least, largest }) => Math.max(-least, largest));
  return ends.length > 0 ? Math.ceil(Math.max(...ends)) : undefined;
}
