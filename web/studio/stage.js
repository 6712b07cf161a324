// What is shown: which place of the page, which run, and which of its steps. It touches no element.

import { places } from "./state.js";

/** @import { Trace } from "../api/decant.d.ts" */
/** @import { Place, Store } from "./state.js" */

/** @param {Store} store */
export function createStage({ get, change }) {
  /** Shows a picture that is finished. @param {Trace} trace */
  function show(trace) {
    change({ trace, cursor: trace.steps.length, watching: get().phase !== "running", following: false, easel: null });
  }

  /** Shows the run that goes on, after something else was looked at. */
  function watch() {
    const { live } = get();
    if (live) change({ easel: null, trace: live, watching: true, following: true, cursor: places(live) - 1 });
  }

  /** @param {number} place */
  function scrub(place) {
    const { trace, phase } = get();
    const last = places(trace) - 1;
    const cursor = Math.min(Math.max(place, 0), last);
    if (last >= 0) change({ cursor, following: phase === "running" && cursor === last });
  }

  return {
    show,
    watch,
    scrub,
    /** Shows another place of the page. @param {{ place: Place, path: string }} where */
    enter(where) {
      const { place, messages } = get();
      change({
        ...where,
        ...(place !== where.place && { taken: null, messages: messages.filter(({ tone, stays }) => tone === "error" || stays) }),
      });
    },
  };
}
