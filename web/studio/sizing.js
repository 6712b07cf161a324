// What a picture of the size that is asked for would take on this machine: asked of the open model when that has changed, and it rests. It
// touches no element.

import { problemOf } from "./named.js";

/** @import { Bus } from "./bus.js" */
/** @import { State, Store } from "./state.js" */
/** @import { Spoken } from "../words/program.js" */
/** @typedef {{ key: string, bytes: number, problem: Spoken | null }} Weighed `key` is what it was asked for */

/** Milliseconds of rest after which a change counts. */
const REST = 150;

/** @param {Store} store @param {Bus} bus */
export function createSizing({ get, change }, { model }) {
  let asked = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let resting;

  /** @param {State} state */
  function watchSize(state) {
    const key = sizeKey(state);
    // During a run the model is at work, and is asked afterwards.
    if (key === asked || state.phase !== "ready") return;
    asked = key;
    clearTimeout(resting);
    resting = setTimeout(() => weigh(key), REST);
  }

  /** @param {string} key */
  async function weigh(key) {
    const {
      settings: { width, height, guidance },
      info,
      phase,
    } = get();
    if (!info || phase !== "ready" || key !== sizeKey(get())) return void (asked = "");
    try {
      const choices = (await model()?.weigh({ width, height, guidance })) ?? [];
      const own = choices.find(({ weights }) => weights === info.weights) ?? choices[0];
      if (own && key === sizeKey(get())) change({ weighed: { key, bytes: own.peakBytes, problem: problemOf(own) } });
    } catch {
      asked = ""; // a run came between; or what was asked for cannot be, which its own field says
    }
  }

  return { watchSize };
}

/** What the answer depends on. @param {State} state */
export function sizeKey({ settings: { width, height, guidance }, info }) {
  return info ? `${info.family} ${info.device} ${info.weights} ${width} ${height} ${guidance > 1}` : "";
}
