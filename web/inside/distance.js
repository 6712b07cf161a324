// How far each step goes, and how far it still is to the end. The module counts; each number is asked for once, while nothing runs.

import { h } from "../ui/dom.js";
import { linesFigure } from "../figures/lines.js";
import { measure } from "../figures/measure.js";
import { whenSeen } from "../figures/seen.js";
import { say } from "../words/say.js";

/** @import { Trace } from "../api/decant.d.ts" */

/** @type {import("./inside.js").Part<never>} */
export function distancePart(section) {
  const host = h("div");
  section.append(host, h("p", { className: "hint" }, say("inside.distance.hint")));
  const draw = linesFigure(host);
  /** @type {Trace | null} */
  let measured = null;
  return whenSeen(section, ({ trace, state: { phase } }) => {
    if (trace === measured || (phase === "running" && !trace.image)) return;
    measured = trace;
    distancesOf(trace).then(
      (rows) => {
        if (trace !== measured) return;
        const series = [
          { name: say("inside.distance.step"), points: rows.map(({ step, moved }) => pair(step, moved)) },
          { name: say("inside.distance.left"), points: rows.map(({ step, left }) => pair(step, left)) },
        ];
        draw({ series, x: { label: say("inside.distance.x") }, y: { label: say("inside.distance.y") } });
      },
      () => (measured = null),
    );
  });
}

/** Root mean square over all numbers of the latents. @param {Trace} trace */
export async function distancesOf({ steps }) {
  const end = steps.at(-1)?.next;
  return Promise.all(
    steps.map(async ({ index, latents, next }) => ({
      step: index + 1,
      moved: latents?.length ? (await measure(latents, next)).rms : NaN,
      left: end ? (await measure(next, end)).rms : NaN,
    })),
  );
}

/** @param {number} x @param {number} y @returns {[number, number]} */
function pair(x, y) {
  return [x, y];
}
