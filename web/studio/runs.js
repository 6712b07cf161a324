// Runs as wholes: one loaded from a file, one kept to be compared with another, and whether the next ones tell where the denoiser looks.

import { readTrace } from "../trace/format.js";
import { sentenceOf } from "./sentences.js";
import { say } from "../words/say.js";

/** @import { Info, Trace } from "../api/decant.d.ts" */
/** @import { Bus } from "./bus.js" */
/** @import { createStage } from "./stage.js" */
/** @import { Store } from "./state.js" */

/** @param {Store} store @param {Bus} bus @param {Pick<ReturnType<typeof createStage>, "show">} stage */
export function createRuns({ get, change }, { tell }, { show }) {
  /** Shows a run that was kept as a file, in the place that shows all of it. @param {File} file */
  async function openRun(file) {
    try {
      const trace = await readTrace(file);
      show(trace);
      location.hash = "inside";
      tell({ tone: "note", text: say("runs.opened", { name: file.name, n: trace.steps.length }), about: "record" });
    } catch (error) {
      tell(sentenceOf(error, "run"));
    }
  }

  /** Takes a run from a file to compare with the one that is shown. @param {Blob} file */
  async function compareFile(file) {
    try {
      change({ other: await readTrace(file) });
    } catch (error) {
      tell(sentenceOf(error, "run"));
    }
  }

  return {
    openRun,
    compareFile,
    /** @param {Trace | null} other */
    compareWith: (other) => change({ other }),
    /** The run that was kept is shown, and the one that was shown is kept. */
    exchangeRuns() {
      const { trace, other } = get();
      if (!trace?.image || !other) return;
      show(other);
      change({ other: trace });
    },
    /** @param {boolean} attention */
    recordAttention: (attention) => change({ attention }),
  };
}

/** Bytes of one step's maps up to which every run tells where the denoiser looks, unasked: those of 40 by 40 places. */
const SMALL = 512 * 1024;
const TOKENS = 77;

/** Whether a model's pictures are small enough for their maps to be kept with every run. @param {Info} info */
export function tellsCheaply({ defaults: { width, height }, factor }) {
  return 4 * TOKENS * (width / factor) * (height / factor) <= SMALL;
}
