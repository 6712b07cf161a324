// The module API (described in decant.d.ts): a model in a worker, as promises. It knows no page: no element, no form, no view.

import { modelName, modelSource } from "./source.js";
import { WorkerCalls, failure } from "./calls.js";
import { Turns } from "./turns.js";
import { pixelsOf, readInputs } from "./inputs.js";

/** @import * as api from "./decant.d.ts" */
/** @import { Catalog, Choice, FileKind, FoundRecord, Info, Inversion, LoraInfo, OpeningEvents, Settings, Step, TokenCount, Trace } from "./decant.d.ts" */
/** @import { Ask, Inputs, Pixels, RawResult, RawStep } from "./protocol.d.ts" */
/** @import { WorkerEvent } from "./calls.js" */

export const Decant = { load, inspect, catalog, recognise, readRecord };

/** @type {typeof api.Decant["load"]} */
async function load({ model, weights, preview, device, family, prediction, ...events }) {
  const found = await inspect(model, { device, family, prediction, ...events });
  return found.load({ weights, preview, ...events });
}

/** @type {typeof api.Decant["inspect"]} */
async function inspect(model, { device = "auto", family, prediction, ...events } = {}) {
  const source = await modelSource(model);
  events.signal?.throwIfAborted();
  const calls = startWorker();
  return orClosed(calls, events.signal, async () => {
    const info = await calls.ask({ kind: "inspect", source, wanted: { device, family, prediction } }, hearer(events));
    return new Found(calls, /** @type {Info} */ (info), modelName(model));
  });
}

/** @type {typeof api.Decant["catalog"]} */
async function catalog() {
  return /** @type {Catalog} */ (await askOnce({ kind: "catalog" }));
}

/** @type {typeof api.Decant["recognise"]} */
async function recognise(file) {
  return /** @type {FileKind} */ (await askOnce({ kind: "recognise", source: await modelSource(file) }));
}

/** @type {typeof api.Decant["readRecord"]} */
async function readRecord(file) {
  return /** @type {FoundRecord | null} */ (await askOnce({ kind: "readRecord", bytes: new Uint8Array(await file.arrayBuffer()) }));
}

/** A question that needs no model, to a worker of its own. @param {Ask} ask */
async function askOnce(ask) {
  const calls = startWorker();
  try {
    return await calls.ask(ask, unmended);
  } finally {
    calls.close();
  }
}

function startWorker() {
  return new WorkerCalls(new Worker(new URL("./worker/worker.js", import.meta.url), { type: "module", name: "decant" }));
}

/** @implements {api.Inspection} */
class Found {
  #calls;
  #name;

  /** @param {WorkerCalls} calls @param {Info} info @param {string} name what the model is called */
  constructor(calls, info, name) {
    this.#calls = calls;
    this.#name = name;
    this.info = info;
  }

  /** @type {api.Inspection["weigh"]} */
  async weigh({ width, height, guidance }) {
    return /** @type {Choice[]} */ (await this.#calls.ask({ kind: "weigh", width, height, guidance }));
  }

  /** @type {api.Inspection["load"]} */
  async load({ weights = "auto", preview, ...events } = {}) {
    const source = preview === undefined ? null : await modelSource(preview);
    return orClosed(this.#calls, events.signal, async () => {
      const info = await this.#calls.ask({ kind: "load", weights, preview: source }, hearer(events));
      return new Model(this.#calls, /** @type {Info} */ (info), this.#name);
    });
  }

  close() {
    this.#calls.close();
  }
}

/** A model that is not wanted any more, or cannot be had, leaves no worker behind. @template T @param {WorkerCalls} calls @param {AbortSignal | undefined} signal @param {() => Promise<T>} act */
async function orClosed(calls, signal, act) {
  const stop = () => calls.close(signal?.reason);
  signal?.addEventListener("abort", stop);
  try {
    signal?.throwIfAborted();
    return await act();
  } catch (error) {
    calls.close();
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

/** @param {OpeningEvents} events @returns {(event: WorkerEvent) => void | Promise<void>} */
function hearer({ onProgress, onInterrupted, onNote }) {
  return (event) => {
    if ("progress" in event) return onProgress?.(event.progress);
    if ("note" in event) return onNote?.(event.note);
    if ("interrupted" in event) return interrupted(event.interrupted, onInterrupted);
  };
}

/** @param {string} reason @param {OpeningEvents["onInterrupted"]} [decide] @returns {Promise<void>} */
function interrupted(reason, decide) {
  const error = failure("network", `The connection broke: ${reason}. What has come is kept.`);
  return decide ? decide(error) : Promise.reject(error);
}

/** What is only read on the side does not wait for a connection that broke. @param {WorkerEvent} event */
function unmended(event) {
  if ("interrupted" in event) return interrupted(event.interrupted);
}

/** @implements {api.Decant} */
class Model {
  #calls;
  #name;
  /** @type {Promise<string> | null} */
  #fingerprint = null;
  /** Runs, and what changes the model for the next, come one after the other. */
  #turns = new Turns();

  /** @param {WorkerCalls} calls @param {Info} info @param {string} name */
  constructor(calls, info, name) {
    this.#calls = calls;
    this.#name = name;
    this.info = info;
  }

  /** @type {api.Decant["generate"]} */
  generate(request) {
    return this.#turns.next(() => this.#run(request));
  }

  /** @type {api.Decant["addLora"]} */
  async addLora(file, name = stem(modelName(file))) {
    const source = await modelSource(file);
    return this.#turns.next(async () => /** @type {LoraInfo} */ (await this.#calls.ask({ kind: "addLora", source, name }, unmended)));
  }

  /** @type {api.Decant["removeLora"]} */
  async removeLora(name) {
    await this.#turns.next(() => this.#calls.ask({ kind: "removeLora", name }));
  }

  /** @type {api.Decant["addTextualInversion"]} */
  async addTextualInversion(file, name = stem(file.name)) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    return this.#turns.next(async () => /** @type {Inversion} */ (await this.#calls.ask({ kind: "addTextualInversion", bytes, name })));
  }

  /** @type {api.Decant["removeTextualInversion"]} */
  async removeTextualInversion(name) {
    await this.#turns.next(() => this.#calls.ask({ kind: "removeTextualInversion", name }));
  }

  /** @type {api.Decant["writePicture"]} */
  async writePicture({ image, trace }) {
    const about = { model: stem(this.#name), hash: await this.fingerprint(), device: this.info.adapter, weights: this.info.weights === "stored" ? "" : this.info.weights };
    const bytes = await this.#calls.ask({ kind: "writePicture", image: pixelsOf(image), settings: trace.settings, about });
    return new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (bytes)], { type: "image/png" });
  }

  /** @type {api.Decant["animate"]} */
  async animate({ image, trace: { steps } }) {
    const [noisy, denoised] = [steps.map((step) => pixelsOf(step.previewNoisy)), steps.map((step) => pixelsOf(step.previewDenoised))];
    const bytes = await this.#calls.ask({ kind: "animate", noisy, denoised, image: pixelsOf(image) });
    return new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (bytes)], { type: "image/apng" });
  }

  /** @type {api.Decant["fingerprint"]} */
  fingerprint() {
    this.#fingerprint ??= this.#turns.next(async () => /** @type {string} */ (await this.#calls.ask({ kind: "fingerprint" }, unmended))).catch(() => "");
    return this.#fingerprint;
  }

  /** Each picture's seed is one more than the last one's. @param {api.Request} request @returns {Promise<api.Result>} */
  async #run({ signal, onStep, onPicture, onProgress, image, mask, latents, count = 1, ...asked }) {
    signal?.throwIfAborted();
    const settings = complete(asked, this.info, Boolean(image || latents));
    const inputs = await readInputs({ image, mask, latents });
    const pictures = [];
    for (let index = 0; index < count; index++) {
      const made = await this.#make({ ...settings, seed: settings.seed + index }, inputs, { onStep, onProgress, signal });
      pictures.push(made);
      await onPicture?.(made, index);
      signal?.throwIfAborted();
    }
    const [first] = pictures;
    if (!first) throw failure("request", `${count} pictures cannot be made; ask for 1 or more.`);
    return { ...first, pictures };
  }

  /** @param {Settings} settings @param {Inputs} inputs @param {Pick<api.Request, "onStep" | "onProgress" | "signal">} events @returns {Promise<api.Made>} */
  async #make(settings, inputs, { onStep, onProgress, signal }) {
    /** @type {Trace} */
    const trace = { settings, tokens: null, noise: null, steps: [], image: null, timings: null, memory: null };
    const result = await this.#calls.ask({ kind: "generate", settings, inputs }, async (event) => {
      // Parts of a model that did not stay on the device are read again.
      if ("interrupted" in event) await interrupted(event.interrupted);
      if ("progress" in event) await onProgress?.(event.progress);
      if (!("step" in event)) return;
      const step = readStep(event.step);
      trace.steps.push(step);
      await onStep?.(step, trace);
    }, signal);
    const { image, settings: settled, ...rest } = /** @type {RawResult} */ (result);
    const picture = readPixels(image);
    Object.assign(trace, rest, { image: picture, settings: { ...settings, ...settled } });
    return { image: picture, trace };
  }

  /** @type {api.Decant["tokenize"]} */
  async tokenize(text, how = {}) {
    return /** @type {TokenCount} */ (await this.#calls.ask({ kind: "tokenize", text, how }));
  }

  close() {
    this.#calls.close();
  }
}

/** What is started from has a size of its own. @param {Partial<Settings> & { prompt: string }} asked @param {Info} info @param {boolean} sized @returns {Settings} */
function complete(asked, { defaults }, sized) {
  const { width, height, ...others } = defaults;
  const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
  return /** @type {Settings} */ ({ negative: "", seed: drawSeed(), ...others, ...(!sized && { width, height }), ...given, prompt: asked.prompt });
}

/** A file's name without its end; colons are left to what follows a name. @param {string} name */
function stem(name) {
  return name.replace(/\.\w+$/, "").replaceAll(":", " ");
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
