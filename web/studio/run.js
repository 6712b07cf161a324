// What a person does with the run: begins it, pauses it, lets it go on by one step, cancels it. The queue says when it is made (queue.js), and
// maker.js makes it.

import { startOf } from "./init-image.js";
import { canAsk } from "./state.js";

/** @import { createMaker } from "./maker.js" */
/** @import { createModel } from "./model.js" */
/** @import { createQueue } from "./queue.js" */
/** @import { createStage } from "./stage.js" */
/** @import { createTyping } from "./typing.js" */
/** @import { Store } from "./state.js" */

/**
 * @typedef {object} Others
 * @property {ReturnType<typeof createMaker>} maker
 * @property {ReturnType<typeof createModel>} model
 * @property {ReturnType<typeof createQueue>} queue
 * @property {ReturnType<typeof createStage>} stage
 * @property {ReturnType<typeof createTyping>} typing
 */

/** @param {Store} store @param {Others} others */
export function createRun({ get, change }, { maker, model, queue, stage, typing }) {
  /**
   * Makes a picture as the form says, behind those that wait already. Resolves when it is made, or given up.
   * @param {boolean} [paused] begins a run that stops after its first step
   */
  async function generate(paused = false) {
    typing.giveWay();
    if (get().phase === "running") change({ watching: true });
    if (!canAsk(get())) return;
    change({ easel: null });
    await queue.enqueue({ ...startOf(get().settings, get().start), paused });
  }

  /** One step and no more, from wherever the run is. */
  function step() {
    if (get().phase !== "running") return void generate(true);
    stage.watch();
    if (get().paused) maker.once();
    else maker.pause();
    change({ following: true });
  }

  return {
    generate,
    step,
    togglePause: () => (get().paused ? maker.resume() : maker.pause()),
    /** The opening of a model is cancelled as a run is. */
    cancel: () => (get().phase === "opening" ? model.stopOpening() : maker.cancel()),
  };
}
