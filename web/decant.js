// The module API (described in decant.d.ts): a model in a worker, as promises. It knows no page: no element, no form, no view.

import { modelSource } from "./source.js";
import { WorkerCalls } from "./calls.js";

/** @import * as api from "./decant.d.ts" */
/** @import { Info, Settings, Step, TokenCount, Trace } from "./decant.d.ts" */
/** @import { Pixels, RawResult, RawStep } from "./protocol.d.ts" */

export const Decant = { load };

/** @type {typeof api.Decant["load"]} */
async function load({ model, device = "auto", onProgress }) {
  const source = await modelSource(model);
  const calls = new WorkerCalls(new Worker(new URL("./worker/worker.js", import.meta.url), { type: "module", name: "decant" }));
  try {
    const info = await calls.ask({ kind: "open", source, device }, (event) => {
      if ("progress" in event) onProgress?.(event.progress);
    });
    return new Model(calls, /** @type {Info} */ (info));
  } catch (error) {
    calls.close();
    throw error;
  }
}

/** @implements {api.Decant} */
class Model {
  #calls;
  /** The run before, for the next to wait on. @type {Promise<unknown>} */
  #last = Promise.resolve();

  /** @param {WorkerCalls} calls @param {Info} info */
  constructor(calls, info) {
    this.#calls = calls;
    this.info = info;
  }

  /** @type {api.Decant["generate"]} */
  generate(request) {
    const run = this.#last.then(() => this.#run(request));
    this.#last = run.catch(() => {});
    return run;
  }

  /** @param {api.Request} request @returns {Promise<api.Result>} */
  async #run({ signal, onStep, ...asked }) {
    signal?.throwIfAborted();
    const settings = complete(asked, this.info);
    /** @type {Trace} */
    const trace = { settings, tokens: null, noise: null, steps: [], image: null, timings: null };
    const result = await this.#calls.ask({ kind: "generate", settings }, async (event) => {
      if (!("step" in event)) return;
      const step = readStep(event.step);
      trace.steps.push(step);
      await onStep?.(step, trace);
    }, signal);
    const { image, ...rest } = /** @type {RawResult} */ (result);
    const picture = readPixels(image);
    Object.assign(trace, rest, { image: picture });
    return { image: picture, trace };
  }

  /** @type {api.Decant["tokenize"]} */
  async tokenize(text) {
    return /** @type {TokenCount} */ (await this.#calls.ask({ kind: "tokenize", text }));
  }

  close() {
    this.#calls.close();
  }
}

/** @param {Partial<Settings> & { prompt: string }} asked @param {Info} info @returns {Settings} */
function complete(asked, { defaults }) {
  const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
  return { negative: "", seed: drawSeed(), ...defaults, ...given, prompt: asked.prompt };
}

/** A seed by lot. */
export function drawSeed() {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
}

/** @param {RawStep} raw @returns {Step} */
function readStep(raw) {
  return { ...raw, previewNoisy: readPixels(raw.previewNoisy), previewDenoised: readPixels(raw.previewDenoised) };
}

/** @param {Pixels} pixels */
function readPixels({ rgba, width, height }) {
  return new ImageData(rgba, width, height);
}
