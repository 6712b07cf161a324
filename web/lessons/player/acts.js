// The button that makes a step's calls, how far they are, and what went wrong.

import { button, h, write, writeSpoken } from "../../ui/dom.js";
import { say } from "../../words/say.js";

/** @import { LessonStep } from "../index.js" */
/** @import { Playing } from "./playing.js" */
/** @import { State } from "../../studio/state.js" */

/** @param {LessonStep} step @param {{ play: (how?: { recorded?: boolean }) => void, cancel: () => void }} playing */
export function actsView(step, { play, cancel }) {
  const act = h("button", { type: "button", className: "main-button act" });
  const recorded = button(say("lessons.show.recording"), () => play({ recorded: true }));
  const stop = button(say("lessons.cancel"), cancel);
  const fill = h("span");
  const bar = h("div", { className: "loading", aria: { label: say("lessons.working"), valuemin: "0", valuemax: "100" } }, fill);
  bar.setAttribute("role", "progressbar");
  const problem = h("p", { className: "problem", role: "alert" });
  const waiting = h("p", { className: "hint", role: "status" });
  act.addEventListener("click", () => play());
  return {
    element: h(
      "div",
      { className: "acts" },
      step.act ? act : null,
      recorded,
      h("div", { className: "working" }, bar, stop),
      waiting,
      problem,
    ),
    /** @param {Playing} now @param {State} state */
    draw({ phase, part, problem: sentence, recorded: isRecorded, shown }, { phase: model, interrupted }) {
      const opening = model === "opening" && !interrupted;
      const none = model === "failed" || Boolean(interrupted);
      act.hidden = phase === "running" || (none && Boolean(shown));
      act.className = shown && !isRecorded ? "quiet-button act" : "main-button act";
      act.disabled = opening;
      write(act, !step.act ? "" : none ? say("lessons.show.recording") : shown && !isRecorded ? say("lessons.again") : step.act);
      recorded.hidden = !(step.calls && phase !== "running" && !shown && (opening || phase === "failed"));
      bar.parentElement?.toggleAttribute("hidden", phase !== "running");
      bar.setAttribute("aria-valuenow", String(Math.round(part * 100)));
      fill.style.setProperty("--part", String(part));
      bar.style.setProperty("--part", String(part));
      write(waiting, opening && step.calls && phase !== "running" ? say("lessons.opening") : "");
      writeSpoken(problem, sentence);
    },
  };
}
