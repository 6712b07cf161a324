// How far the run is and how long it still takes, and the buttons that pause, step and cancel it.

import { byId, inTime, write } from "../dom.js";
import { paceOf } from "./opening.js";
import { inBytes, say } from "../../words/say.js";
import { ofProgram } from "../../words/program.js";

/** @import { Trace } from "../../api/decant.d.ts" */
/** @import { State } from "../../studio/state.js" */
/** @import { View } from "../views.js" */

/** Steps whose time is taken for that of those to come. */
const RECENT = 8;

/** @type {View<"run" | "stage">} */
export function progressView(studio) {
  const bar = byId("progress", HTMLDivElement);
  const status = byId("status", HTMLParagraphElement);
  const memory = byId("memory", HTMLParagraphElement);
  const announce = byId("announce", HTMLParagraphElement);
  const pause = byId("pause", HTMLButtonElement);
  const step = byId("step", HTMLButtonElement);
  const cancel = byId("cancel", HTMLButtonElement);
  pause.addEventListener("click", studio.run.togglePause);
  step.addEventListener("click", studio.run.step);
  cancel.addEventListener("click", studio.run.cancel);
  const watch = byId("watch", HTMLButtonElement);
  watch.addEventListener("click", () => {
    studio.stage.watch();
    cancel.focus(); // the button goes
  });

  const generate = byId("generate", HTMLButtonElement);
  /** Whether the button was pressed that begins a run: the focus goes on to Pause, so that a space pauses it and queues no other. */
  let pressed = false;
  byId("settings", HTMLFormElement).addEventListener("submit", () => (pressed = document.activeElement === generate));
  /** @type {State["info"]} */
  let model = null;
  return (state) => {
    const { phase, paused, settings } = state;
    const trace = state.live ?? state.trace;
    if (state.info !== model) decoding.clear();
    model = state.info;
    if (trace?.timings?.picture) decoding.set(sizeOf(trace.settings), trace.timings.picture);
    const total = trace?.steps[0]?.total ?? trace?.settings.steps ?? settings.steps;
    const done = trace?.steps.length ?? 0;
    bar.setAttribute("aria-valuemax", String(total));
    bar.setAttribute("aria-valuenow", String(done));
    bar.style.setProperty("--part", String(done / total));
    const sentence = whichOf(state, statusOf(state, done, total));
    bar.setAttribute("aria-valuetext", sentence);
    write(status, sentence || "\u00a0");
    write(memory, memoryOf(trace));
    memory.hidden = Boolean(trace?.image) && !trace?.memory;
    write(announce, announcement(state, done, total));
    const running = phase === "running";
    // A button that is switched off under a person's finger hands the focus on, to where that finger begins nothing.
    if (!running && (document.activeElement === pause || document.activeElement === cancel))
      byId("filmstrip", HTMLDivElement).focus({ preventScroll: true });
    watch.hidden = !running || state.watching;
    pause.disabled = cancel.disabled = !running;
    step.disabled = !running && phase !== "ready";
    write(pause, say(paused ? "do.resume" : "do.pause"));
    if (pressed && running && document.activeElement === generate) pause.focus({ preventScroll: true });
    if (running || phase !== "ready") pressed = false;
  };
}

/** Which of several pictures is being made. @param {State} state @param {string} status of that one */
function whichOf({ running, series }, status) {
  const count = running?.settings.count ?? 1;
  return count > 1 ? say("run.which", { n: Math.min(series.length + 1, count), count, status }) : status;
}

/** @param {State} state @param {number} done @param {number} total */
function statusOf({ phase, paused, trace: shown, live, reading }, done, total) {
  const trace = live ?? shown;
  if (!trace) return "";
  if (trace.image && trace.steps.length === 0) return say("gallery.noSteps");
  if (trace.timings) return say("run.finished", { n: done, time: inTime(trace.timings.total) });
  if (phase !== "running") return done === 0 ? say("run.stopped-early") : say("run.stopped", { done, total });
  if (paused && done > 0) return say("run.paused", { done, total });
  if (reading) return say("run.reading", { label: ofProgram(reading.label), pace: paceOf(reading) });
  if (done === 0) return say("run.prompt");
  if (done === total) return say("run.decoding");
  return say("run.at", { done, total, time: inTime(timeLeft(trace, total)) });
}

/** What the run took, beside what it was going to take. @param {Trace | null} trace */
function memoryOf(trace) {
  if (!trace?.memory) return "";
  const { predicted, measured, heap } = trace.memory;
  if (heap === null) return "";
  const bytes = { predicted: inBytes(predicted), heap: inBytes(heap) };
  return measured === null ? say("run.memory", bytes) : say("run.memory-measured", { ...bytes, measured: inBytes(measured) });
}

/** What decoding took, by the picture's size: it comes after the last step, and can be as long as several. @type {Map<string, number>} */
const decoding = new Map();

/**
 * The steps to come are taken to be as long as the last few; the first warms up, and counts only while it is alone. To it comes what decoding
 * took when a picture of this size was made before. @param {Trace} trace @param {number} total
 */
function timeLeft({ steps, settings }, total) {
  const typical = steps.length > 1 ? steps.slice(1).slice(-RECENT) : steps;
  const sum = typical.reduce((time, { milliseconds }) => time + milliseconds, 0);
  return (sum / typical.length) * (total - steps.length) + (decoding.get(sizeOf(settings)) ?? 0);
}

/** @param {import("../../api/decant.d.ts").Settings} settings */
function sizeOf({ width, height }) {
  return `${width} ${height}`;
}

/**
 * For people who listen: the beginning, each quarter, and the end; not each step.
 * @param {State} state
 * @param {number} done
 * @param {number} total
 */
function announcement(state, done, total) {
  const quarter = Math.floor((done / total) * 4);
  if (state.reading) return ofProgram(state.reading.label); // once, and not each of its bytes
  if (state.phase !== "running" || state.paused || done === 0 || done === total) return statusOf(state, done, total);
  return quarter === 0 ? say("run.generating") : say("run.percent", { n: quarter * 25 });
}
