// The run's steps on the noise schedule. The model's own curve is asked for once; a loaded run shows its steps alone until a model is open.

import { h } from "../ui/dom.js";
import { scheduleFigure } from "../figures/schedule.js";
import { whenSeen } from "../figures/seen.js";
import { say } from "../words/say.js";

/** @import { Schedule, Trace } from "../api/decant.d.ts" */
/** @import { Moment } from "./inside.js" */

/** @type {import("./inside.js").Part<"model" | "stage">} */
export function schedulePart(section, studio) {
  const host = h("div");
  section.append(host, h("p", { className: "hint" }, say("inside.schedule.hint")));
  const draw = scheduleFigure(host, { onScrub: studio.stage.scrub });
  /** The model that was asked last. @type {unknown} */
  let asked = null;
  /** @type {Float32Array | undefined} */
  let curve;
  /**
   * @type {{ key: string, curve: unknown, schedule: Pick<Schedule, "timesteps" | "sigmas"> & { alphasCumprod?: Float32Array | undefined } } | null}
   */
  let made = null;
  /** @type {Moment | null} */
  let now = null;
  const look = () => {
    if (!now) return;
    const {
      trace,
      state: { cursor },
    } = now;
    const key = `${trace.settings.seed} ${trace.steps.length} ${trace.steps[0]?.sigma} ${trace.steps.at(-1)?.sigma}`;
    if (made?.key !== key || made.curve !== curve)
      made = { key, curve, schedule: { ...stepsOf(trace), ...(curve && { alphasCumprod: curve }) } };
    draw({ schedule: made.schedule, cursor });
  };
  return whenSeen(section, (/** @type {Moment} */ moment) => {
    now = moment;
    const model = studio.model.decant();
    if (model && asked !== model && moment.state.phase === "ready") {
      // Until it answers there is no curve: the last model's may be another.
      [asked, curve] = [model, undefined];
      model.schedule({ steps: 4 }).then(
        ({ alphasCumprod }) => {
          if (asked !== model) return;
          curve = alphasCumprod;
          look();
        },
        () => {},
      );
    }
    look();
  });
}

/** @param {Trace} trace */
function stepsOf({ steps, schedule }) {
  return {
    timesteps: Float32Array.from(steps, ({ timestep }) => timestep),
    sigmas: Float32Array.of(...steps.map(({ sigma }) => sigma), schedule?.sigmas.at(-1) ?? 0),
  };
}
