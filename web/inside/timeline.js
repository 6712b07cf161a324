// The timeline of the run, always in view: every step, the numbers of the one that is shown, and the buttons that make and move.

import { button, h, inTime, write } from "../ui/dom.js";
import { figures } from "../figures/numbers.js";
import { stripFigure } from "../figures/strip.js";
import { say } from "../words/say.js";

/** @type {import("./inside.js").Part<"run" | "runs" | "stage">} */
export function timelinePart(section, studio, state) {
  const strip = h("div", { className: "inside-strip" });
  const draw = stripFigure(strip, { onScrub: studio.stage.scrub });
  const numbers = h("p", { className: "numbers moment" });
  const run = button("", () => (state().phase === "running" ? studio.run.togglePause() : studio.run.generate()));
  run.id = "inside-run";
  const cancel = button(say("inside.cancel"), studio.run.cancel);
  const tell = h("input", { type: "checkbox", id: "inside-attention" });
  tell.addEventListener("change", () => studio.runs.recordAttention(tell.checked));
  const keep = button(say("inside.keep"), () => studio.runs.compareWith(state().trace));
  keep.id = "inside-keep";
  const buttons = h(
    "p",
    { className: "sources" },
    h("label", { className: "inside-tick", htmlFor: tell.id }, tell, say("inside.attention")),
    keep,
    cancel,
    run,
  );
  section.append(strip, h("div", { className: "moment-line" }, numbers, buttons));

  return ({ state: now, trace, step, finished }) => {
    draw({ trace, cursor: now.cursor });
    section.dataset["at"] = finished ? "end" : String(step.index);
    write(
      numbers,
      finished
        ? say("inside.atEnd", { n: trace.steps.length, time: trace.timings ? inTime(trace.timings.total) : "–" })
        : say("inside.at", {
            step: step.index + 1,
            total: step.total,
            timestep: Math.round(step.timestep),
            sigma: figures(step.sigma),
            scale: figures(step.guidance ?? trace.settings.guidance),
            time: inTime(step.milliseconds),
          }),
    );
    const running = now.phase === "running";
    write(run, say(running ? (now.paused ? "inside.resume" : "inside.pause") : "inside.run"));
    run.disabled = now.phase !== "running" && now.phase !== "ready";
    cancel.hidden = !running;
    tell.checked = now.attention;
    keep.disabled = !trace.image || now.other === trace;
  };
}
