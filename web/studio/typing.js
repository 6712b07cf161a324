// A picture while one types: every change of the settings makes it anew, in the place of the one that is being made. Such pictures pass: they
// are shown, and kept only when a person asks for one.

import { gearOf, shifted } from "./gears.js";
import { startOf } from "./init-image.js";
import { canAsk } from "./state.js";

/** @import { createMaker } from "./maker.js" */
/** @import { createQueue } from "./queue.js" */
/** @import { State, Store } from "./state.js" */

/** Milliseconds of rest after which a change counts. */
const REST = 150;

/**
 * @param {Store} store @param {Pick<ReturnType<typeof createQueue>, "enqueue" | "unqueue">} queue
 * @param {Pick<ReturnType<typeof createMaker>, "cancel">} maker
 */
export function createTyping({ get, change }, { enqueue, unqueue }, { cancel }) {
  let made = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let resting;

  /** What passes makes room for what stays. */
  function giveWay() {
    clearTimeout(resting);
    unqueue(({ passing }) => passing === true);
    if (get().running?.passing) cancel();
  }

  function make() {
    const { settings: asked, start, info } = get();
    if (!canAsk(get())) return;
    giveWay();
    // A picture that passes need not be the best.
    const fast = info?.gears[0];
    const settings = info && fast && !gearOf(asked, info) ? shifted(asked, info, fast.name) : asked;
    enqueue({ ...startOf({ ...settings, count: undefined }, start), passing: true });
  }

  /** @param {State} state */
  function watchTyping({ asTyped, info, settings }) {
    const wanted = asTyped && info ? JSON.stringify(settings) : "";
    if (wanted === made) return;
    made = wanted;
    clearTimeout(resting);
    if (wanted) resting = setTimeout(make, REST);
  }

  return {
    watchTyping,
    giveWay,
    toggleTyping() {
      change({ asTyped: !get().asTyped });
      if (!get().asTyped) giveWay();
    },
  };
}
