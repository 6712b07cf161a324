// Before there is a run: one button that makes one here, with everything told.

import { button, fileButton, h, write } from "../ui/dom.js";
import { say } from "../words/say.js";

/** @import { Studio } from "../studio/studio.js" */
/** @import { State } from "../studio/state.js" */
/** Of the studio. @typedef {"run" | "runs"} Used */

/** @param {HTMLElement} section @param {Pick<Studio, Used>} studio */
export function emptyPart(section, studio) {
  const begin = button(say("inside.begin"), () => {
    studio.runs.recordAttention(true);
    studio.run.generate();
  });
  begin.className = "main-button";
  begin.id = "inside-begin";
  const words = h("p", { className: "lead" });
  const open = fileButton(say("inside.open"), ".safetensors", (file) => studio.runs.openRun(file));
  section.append(words, h("p", { className: "sources" }, begin, open), h("p", { className: "hint" }, say("inside.empty.hint")));
  let focused = false;
  return (/** @type {State | null} null when the place is left */ now) => {
    if (!now) return void (focused = false);
    const { phase, live, trace } = now;
    const starting = phase === "running" && !live?.steps.length;
    const key =
      phase === "opening"
        ? "inside.opening"
        : phase === "failed"
          ? "inside.failed"
          : starting
            ? "inside.starting"
            : trace?.image
              ? "inside.noSteps"
              : "inside.empty";
    write(words, say(key));
    begin.disabled = phase !== "ready";
    // Once, so that whoever enters can begin with a key.
    if (focused || phase !== "ready") return;
    focused = true;
    if (document.activeElement === document.body) begin.focus({ preventScroll: true });
  };
}
