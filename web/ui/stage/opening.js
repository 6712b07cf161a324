// Where there is no picture yet: what is being opened, how far that is and how long it takes, the buttons that pause and cancel it, and
// then what to do.

import { byId, inTime, write, writeSpoken } from "../dom.js";
import { inBytes, say } from "../../words/say.js";
import { ofProgram } from "../../words/program.js";

/** @import { Progress } from "../../api/decant.d.ts" */
/** @import { State } from "../../studio/state.js" */
/** @import { View } from "../views.js" */

/** Where bytes come from. */
const FROM = /** @type {const} */ ({ network: "opening.network", storage: "opening.storage", disk: "opening.disk" });

/** @type {View<"model" | "run">} */
export function openingView(studio, state) {
  const bar = byId("loading", HTMLDivElement);
  const problem = byId("interrupted", HTMLParagraphElement);
  const buttons = byId("opening-buttons", HTMLParagraphElement);
  const pause = byId("pause-opening", HTMLButtonElement);
  pause.addEventListener("click", () => (state().interrupted === null ? studio.run.togglePause() : studio.model.reconnect()));
  byId("cancel-opening", HTMLButtonElement).addEventListener("click", studio.run.cancel);

  return (now) => {
    const { phase, opening, interrupted, paused } = now;
    bar.hidden = phase !== "opening";
    const part = opening?.total ? opening.loaded / opening.total : 0;
    bar.style.setProperty("--part", String(part));
    bar.classList.toggle("unknown", !opening?.total && !paused && interrupted === null);
    bar.setAttribute("aria-valuenow", String(Math.round(part * 100)));
    write(byId("opening", HTMLParagraphElement), headline(now));
    write(byId("loaded", HTMLParagraphElement), phase === "opening" && opening ? paceOf(opening, paused) : "");
    const file = phase === "opening" && opening?.file && opening.from ? say(FROM[opening.from], { file: opening.file }) : "";
    write(byId("loaded-from", HTMLParagraphElement), file);
    problem.hidden = interrupted === null;
    writeSpoken(problem, interrupted ?? { text: "" });
    buttons.hidden = phase !== "opening";
    write(pause, say(interrupted !== null || paused ? "do.resume" : "do.pause"));
  };
}

/** @param {State} state */
function headline({ phase, opening, model, trace, paused }) {
  if (phase === "opening" && paused) return say("opening.paused");
  const words = {
    opening: opening ? say("opening.part", { label: ofProgram(opening.label) }) : model ? say("opening.named", { model }) : say("opening"),
    ready: say(trace ? "opening.no-step" : "opening.ready"),
    running: say("run.prompt"),
    failed: say("opening.failed"),
  };
  return words[phase];
}

/** “1.2 GB of 4.3 GB · 24 MB/s · 2 min left”. @param {Progress} progress @param {boolean} [paused] */
export function paceOf({ loaded, total, bytesPerSecond, secondsLeft }, paused = false) {
  const parts = [total === null ? inBytes(loaded) : say("pace.of", { loaded: inBytes(loaded), total: inBytes(total) })];
  if (bytesPerSecond && !paused) parts.push(`${inBytes(bytesPerSecond)}/s`);
  if (secondsLeft !== null && secondsLeft > 1 && !paused) parts.push(say("pace.left", { time: inTime(Math.round(secondsLeft) * 1000) }));
  return parts.join(" · ");
}
