// Where there is no picture yet: what is being opened, how far that is and how long it takes, the buttons that pause and cancel it, and
// then what to do.

import { byId, inBytes, inTime, write } from "./elements.js";

/** @import { Progress } from "../decant.d.ts" */
/** @import { State } from "../state.js" */
/** @import { View } from "./index.js" */

/** Where bytes come from. @type {Record<string, string>} */
const FROM = { network: "from the network", storage: "kept in this browser", disk: "from this machine" };

/** @type {View} */
export function openingView(studio, state) {
  const bar = byId("loading", HTMLDivElement);
  const problem = byId("interrupted", HTMLParagraphElement);
  const buttons = byId("opening-buttons", HTMLParagraphElement);
  const pause = byId("pause-opening", HTMLButtonElement);
  pause.addEventListener("click", () => (state().interrupted === null ? studio.togglePause() : studio.reconnect()));
  byId("cancel-opening", HTMLButtonElement).addEventListener("click", studio.cancel);

  return (now) => {
    const { phase, opening, interrupted, paused } = now;
    bar.hidden = phase !== "opening";
    const part = opening?.total ? opening.loaded / opening.total : 0;
    bar.style.setProperty("--part", String(part));
    bar.classList.toggle("unknown", !opening?.total && !paused && interrupted === null);
    bar.setAttribute("aria-valuenow", String(Math.round(part * 100)));
    write(byId("opening", HTMLParagraphElement), headline(now));
    write(byId("loaded", HTMLParagraphElement), phase === "opening" && opening ? paceOf(opening, paused) : "");
    const file = phase === "opening" && opening?.file && opening.from ? `${opening.file}, ${FROM[opening.from]}` : "";
    write(byId("loaded-from", HTMLParagraphElement), file);
    problem.hidden = interrupted === null;
    write(problem, interrupted ?? "");
    buttons.hidden = phase !== "opening";
    write(pause, interrupted !== null || paused ? "Resume" : "Pause");
  };
}

/** @param {State} state */
function headline({ phase, opening, model, trace, paused }) {
  const words = {
    opening: `${opening?.label ?? "Opening"} ${opening ? "" : model}…`,
    ready: trace ? "No step was finished." : "Your picture appears here.",
    running: "Reading the prompt…",
    failed: "No model is open.",
  };
  return phase === "opening" && paused ? "Paused" : words[phase].replace(" …", "…");
}

/** “1.2 GB of 4.3 GB · 24 MB/s · 2 min left”. @param {Progress} progress @param {boolean} [paused] */
export function paceOf({ loaded, total, bytesPerSecond, secondsLeft }, paused = false) {
  const parts = [total === null ? inBytes(loaded) : `${inBytes(loaded)} of ${inBytes(total)}`];
  if (bytesPerSecond && !paused) parts.push(`${inBytes(bytesPerSecond)}/s`);
  if (secondsLeft !== null && secondsLeft > 1 && !paused) parts.push(`${inTime(Math.round(secondsLeft) * 1000)} left`);
  return parts.join(" · ");
}
