// Variations of the picture that is shown: the seeds beside its own, four more, or begun anew from itself with more or less noise.

import { drawSeed } from "../api/decant.js";
import { resembleOf, startOf } from "./init-image.js";
import { otherPrompts } from "./understood/others.js";

/** @import { createQueue } from "./queue.js" */
/** @import { Store } from "./state.js" */

/** Which part of the steps a picture goes through again. */
export const STRENGTHS = { little: 0.3, some: 0.5, much: 0.7 };
const SEEDS = 2 ** 32;

/** @param {Store} store @param {Pick<ReturnType<typeof createQueue>, "enqueue">} queue */
export function createVariations({ get, change }, { enqueue }) {
  let asked = 0;
  /** What made the picture that is shown. */
  const made = () => {
    const { trace } = get();
    return trace?.image ? { image: trace.image, settings: { ...trace.settings, count: undefined } } : null;
  };

  return {
    /** The picture of a seed beside this one's. The form follows, so that what is made next is like what is seen. @param {1 | -1} by */
    seedBy(by) {
      const shown = made();
      if (!shown) return;
      const settings = { ...shown.settings, seed: (shown.settings.seed + by + SEEDS) % SEEDS };
      change({ settings, problems: {}, watching: true });
      enqueue(startOf(settings, get().start));
    },
    /** Those of the next four seeds; of a model that draws a thing in one way whatever the seed, with what the prompt left open. */
    fourMore() {
      const shown = made();
      if (!shown) return;
      const { settings } = shown;
      const prompts = otherPrompts(settings.prompt, get().info?.grammar ?? null, settings.seed);
      if (!prompts) return void enqueue(startOf({ ...settings, seed: (settings.seed + 1) % SEEDS, count: 4 }, get().start));
      const series = ++asked;
      for (const [i, prompt] of prompts.entries())
        enqueue({ ...startOf({ ...settings, prompt, seed: (settings.seed + 1 + i) % SEEDS }, get().start), series });
    },
    /** Begun from the picture itself. @param {keyof typeof STRENGTHS} how */
    vary(how) {
      const shown = made();
      if (!shown) return;
      const settings = {
        ...shown.settings,
        seed: drawSeed(),
        strength: STRENGTHS[how],
        startStep: undefined,
        pad: undefined,
        keepUnmasked: undefined,
      };
      enqueue({ settings, inputs: { image: shown.image, ...resembleOf(settings, get().start) } });
    },
  };
}
