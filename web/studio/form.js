// The settings as a person types them, and the tokens of their words. It touches no element.

import { drawSeed } from "../api/decant.js";
import { shifted } from "./gears.js";
import { sentenceOf } from "./sentences.js";
import { readSetting } from "./settings.js";
import { learntOf, understand } from "./understood/understood.js";

/** @import { Decant, Settings } from "../api/decant.d.ts" */
/** @import { Bus } from "./bus.js" */
/** @import { createInitImage } from "./init-image.js" */
/** @import { State, Store } from "./state.js" */

/** @param {Store} store @param {Bus} bus @param {Pick<ReturnType<typeof createInitImage>, "padBy">} initImage */
export function createForm({ get, change }, { model: open }, { padBy }) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let counting;

  /** @param {keyof Settings} name @param {string} text */
  function edit(name, text) {
    const { info, settings, problems } = get();
    const read = readSetting(name, text, info);
    if ("problem" in read) return change({ problems: { ...problems, [name]: read.problem } });
    change({ settings: { ...settings, ...(name !== "pad" && { [name]: read.value }) }, problems: { ...problems, [name]: undefined } });
    if (name === "pad") padBy(/** @type {Settings["pad"]} */ (read.value));
    if (!["prompt", "negative", "long", "emphasis"].includes(name)) return;
    clearTimeout(counting);
    counting = setTimeout(count, 150);
  }

  /** Counts the tokens of both texts; a text that changed meanwhile is counted again by its own edit. */
  async function count() {
    const model = open();
    try {
      const counts = model && (await readTokens(model, asRead(get().settings, get())));
      if (counts && model === open()) change({ tokens: counts, problems: { ...get().problems, prompt: undefined } });
    } catch (error) {
      // Of a worker that is gone, the words are not at fault.
      const { code } = /** @type {Partial<import("../api/decant.d.ts").DecantError>} */ (error);
      if (model === open() && code === "request") change({ problems: { ...get().problems, prompt: sentenceOf(error, "run").text } });
    }
  }

  return {
    edit,
    count,
    throwDice: () => edit("seed", String(drawSeed())),
    /** Puts the settings into one of the model's gears, or into none. @param {string | null} gear */
    shift(gear) {
      const { info, settings } = get();
      if (info) change({ settings: shifted(settings, info, gear), problems: {} });
    },
  };
}

/**
 * What the model is given: its own words for those of another language, which the page has said.
 * @param {Settings} settings
 * @param {Pick<State, "info" | "loaded">} state
 * @returns {Settings}
 */
export function asRead(settings, { info, loaded }) {
  return { ...settings, prompt: understand(settings.prompt, info, learntOf(loaded)).prompt };
}

/** @param {Decant} model @param {Settings} settings */
async function readTokens(model, { prompt, negative, long, emphasis }) {
  const how = { long, emphasis };
  return { prompt: await model.tokenize(prompt, how), negative: await model.tokenize(negative, how) };
}
