// What the worker says to the page about a call while it answers, and the page's verdicts, for which whoever asked waits: that is how a call is
// paused and cancelled.

import { Pace } from "./pace.js";

/** @import { FromWorker, RawStep, Tell, ToWorker, Verdict } from "../api/protocol.d.ts" */
/** @import { Watch } from "./line.js" */
/** @typedef {Extract<FromWorker, { event: unknown }>["event"]} Event */

/** Milliseconds between two words on how far it is. */
const SELDOM = 100;

/** For which call bytes are being read now, and how far that is. */
let reading = { call: 0, pace: new Pace(), lastTime: -Infinity };
/**
 * The calls that are waiting for the page, and those told to stop before they reached a place to wait at.
 * @type {Map<number, (verdict: Verdict) => void>}
 */
const waiting = new Map();
/** @type {Set<number>} */
const stopped = new Set();

/** Bytes are read for this call from now on. @param {number} call @param {string} label */
export function beginReading(call, label) {
  reading = { call, pace: new Pace(label), lastTime: -Infinity };
}

/** @param {Extract<ToWorker, { verdict: Verdict }>} message */
export function hear({ call, verdict }) {
  if (waiting.has(call)) waiting.get(call)?.(verdict);
  else if (verdict === "stop") stopped.add(call);
}

/** A call is answered: nothing can stop it any more. @param {number} call */
export function forget(call) {
  stopped.delete(call);
}

/** The module's own word on how far it is; it does not wait. @type {Tell} */
export function tell(label, loaded, total) {
  reading.pace.report(label, loaded, total);
  if (!due()) return;
  say({ call: reading.call, event: { progress: reading.pace.at(performance.now()) } });
}

/** Whoever reads bytes waits here for the page, which may have paused. @type {Watch} */
export const watch = {
  async arrived(file, from, bytes) {
    reading.pace.arrived(file, from, bytes);
    if (due()) await askToGoOn(reading.call, { progress: reading.pace.at(performance.now()) });
  },
  interrupted: (reason) => askToGoOn(reading.call, { interrupted: reason }),
  note: ({ message, sentence }) => say({ call: reading.call, event: { note: message, sentence } }),
};

function due() {
  const time = performance.now();
  if (time - reading.lastTime < SELDOM) return false;
  reading.lastTime = time;
  return true;
}

/** Tells the page of each tile, and waits for its verdict. @param {number} call */
export function tilesOf(call) {
  return (/** @type {number} */ done, /** @type {number} */ of) => askToGoOn(call, { tiles: [done, of] });
}

/** @param {number} call @param {RawStep} step */
export function showStep(call, step) {
  const { pass, previewNoisy, previewDenoised } = step;
  const own = [step.latents, step.modelInput, step.prediction, step.denoised, step.next, step.epsCond, step.epsUncond, step.epsGuided];
  const begun = [pass?.textEmbeddings.values, pass?.noise, pass?.schedule.timesteps, pass?.schedule.sigmas];
  const moved = [...own, step.attention?.values, step.lossGradient?.values, ...begun, previewNoisy.rgba, previewDenoised.rgba];
  return askToGoOn(
    call,
    { step },
    moved.flatMap((values) => (values ? [values.buffer] : [])),
  );
}

/**
 * Sends an event and waits for the page's verdict; rejecting is how a call is cancelled.
 * @param {number} call
 * @param {Event} event
 * @param {Transferable[]} [moved]
 */
async function askToGoOn(call, event, moved) {
  /** @type {Promise<Verdict>} */
  const verdict = stopped.has(call) ? Promise.resolve("stop") : new Promise((resolve) => waiting.set(call, resolve));
  say({ call, event, awaited: true }, moved);
  const decided = await verdict;
  waiting.delete(call);
  if (decided === "stop") throw { code: "cancelled", message: "It was cancelled." };
}

/** @param {FromWorker} message @param {Transferable[]} [moved] */
export function say(message, moved = []) {
  /** @type {Worker} */ (/** @type {unknown} */ (self)).postMessage(message, moved);
}
