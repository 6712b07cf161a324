// A lesson's calls of the module, made one after the other: each may use what those before it answered.

import { Decant } from "../../api/decant.js";

/** @import { Decant as Model, Made, Step } from "../../api/decant.d.ts" */
/** @import { At, Call } from "../index.js" */

/** What needs no model. */
const ALONE = ["plane", "distance"];

/**
 * Rejects with the signal's reason when aborted, else as the module does.
 * @param {Model} decant @param {Call[]} calls @param {At} at
 * @param {{ signal: AbortSignal, onProgress: (part: number) => void }} hearing `part` of the work that is done, 0 to 1
 * @returns {Promise<Record<string, any>>} each answer by its call's name
 */
export async function makeCalls(decant, calls, at, { signal, onProgress }) {
  /** @type {Record<string, any>} */
  const made = {};
  for (const [index, call] of calls.entries()) {
    signal.throwIfAborted();
    const within = (/** @type {number} */ part) => onProgress((index + part) / calls.length);
    within(0);
    made[call.as] = await makeCall(decant, call, call.with(made, at), { signal, within });
  }
  signal.throwIfAborted();
  onProgress(1);
  return made;
}

/**
 * @param {Model} decant
 * @param {Call} call
 * @param {any[]} given
 * @param {{ signal: AbortSignal, within: (part: number) => void }} hearing
 */
function makeCall(decant, { call }, given, { signal, within }) {
  const onStep = (/** @type {Step} */ { index, total }) => within((index + 1) / total);
  if (call === "generate") return runOnce(decant, given[0], () => decant.generate({ ...given[0], signal, onStep }));
  const whose = /** @type {Record<string, (...given: any[]) => Promise<any>>} */ (
    /** @type {unknown} */ (ALONE.includes(call) ? Decant : decant)
  );
  const method = whose[call];
  if (!method) throw new Error(`A lesson asks for ${call}, which the module does not have.`);
  return method.apply(whose, given);
}

/** Runs of small pictures are remembered, the last so many of each model: steps of a lesson share them, and a dial turns only some. */
const MOST = 24;
const SMALL = 64 * 64;

/**
 * Whether a model's runs are small enough to be kept beside what is shown: all the steps of one are a megabyte or so.
 * @param {Model} decant
 */
export const keepsRuns = ({ info: { defaults } }) => defaults.width * defaults.height <= SMALL;
/** @type {WeakMap<Model, Map<string, Made>>} */
const runs = new WeakMap();

/** @param {Model} decant @param {Record<string, any>} settings @param {() => Promise<Made>} run @returns {Promise<Made>} */
async function runOnce(decant, settings, run) {
  if (settings.image || !keepsRuns(decant)) return run();
  const known = runs.get(decant) ?? new Map();
  runs.set(decant, known);
  const key = JSON.stringify(settings);
  const made = known.get(key) ?? (await run());
  known.delete(key);
  known.set(key, made);
  if (known.size > MOST) known.delete(known.keys().next().value);
  return made;
}

/** @param {Call} call */
export const whoseCall = ({ call }) => (ALONE.includes(call) ? "Decant" : "decant");
