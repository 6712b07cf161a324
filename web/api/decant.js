// The module API (described in decant.d.ts): a model in a worker, as promises. It knows no page: no element, no form, no view.

import { modelName, modelSource, stem } from "./source.js";
import { WorkerCalls } from "./client.js";
import { Model, interrupted, unmended } from "./model.js";
import { rawTrace } from "./trace.js";
import { Upscaler } from "./upscaler.js";
import { startWorker } from "./parts.js";

/** @import * as api from "./decant.d.ts" */
/** @import { Info, OpeningEvents } from "./decant.d.ts" */
/** @import { Kind, Result, What } from "./protocol.d.ts" */
/** @import { WorkerEvent } from "./client.js" */

export { drawSeed } from "./model.js";

export const Decant = { prepare, load, inspect, upscaler, catalog, recognise, readRecord, plane, distance, writeTrace };

/** @type {typeof api.Decant["load"]} */
async function load({ model, weights, preview, device, threads, kernels, gpuKernels, family, prediction, ...events }) {
  const found = await inspect(model, { device, threads, kernels, gpuKernels, family, prediction, ...events });
  return found.load({ weights, preview, ...events });
}

/** @type {typeof api.Decant["inspect"]} */
async function inspect(model, { device = "auto", threads, kernels, gpuKernels, family, prediction, ...events } = {}) {
  const source = await modelSource(model);
  events.signal?.throwIfAborted();
  const calls = newCalls();
  return orClosed(calls, events.signal, async () => {
    const info = await calls.ask(
      "inspect",
      { source, wanted: { device, threads, kernels, gpuKernels, family, prediction } },
      hearer(events),
    );
    return new Found(calls, info, modelName(model));
  });
}

/** @type {typeof api.Decant["upscaler"]} */
async function upscaler(file, { name = stem(modelName(file)), device = "auto", threads, kernels, ...events } = {}) {
  const source = await modelSource(file);
  events.signal?.throwIfAborted();
  const calls = newCalls();
  return orClosed(calls, events.signal, async () => {
    const info = await calls.ask("openUpscaler", { source, name, wanted: { device, threads, kernels } }, hearer(events));
    return new Upscaler(calls, info);
  });
}

/** @type {typeof api.Decant["catalog"]} */
async function catalog() {
  return askOnce("catalog", {});
}

/** @type {typeof api.Decant["recognise"]} */
async function recognise(file) {
  return askOnce("recognise", { source: await modelSource(file) });
}

/** @type {typeof api.Decant["readRecord"]} */
async function readRecord(file) {
  return askOnce("readRecord", { bytes: new Uint8Array(await file.arrayBuffer()) });
}

/** @type {typeof api.Decant["plane"]} */
async function plane(runs) {
  return askOnce("plane", { runs });
}

/** @type {typeof api.Decant["distance"]} */
async function distance(a, b) {
  return askOnce("distance", { a, b });
}

/** @type {typeof api.Decant["writeTrace"]} */
async function writeTrace(trace) {
  return askOnce("writeTrace", { trace: rawTrace(trace) });
}

/** What needs no model is asked of one worker, which stays: starting one takes longer than most answers. @type {WorkerCalls | null} */
let errands = null;

/** @template {Kind} K @param {K} kind @param {What<K>} what @returns {Promise<Result<K>>} */
async function askOnce(kind, what) {
  const calls = (errands ??= newCalls());
  try {
    return await calls.ask(kind, what, unmended);
  } catch (error) {
    // A question that is refused, of a damaged file for instance, leaves the worker as it was, and others their answers.
    if (["internal", "memory", "gone"].includes(/** @type {api.DecantError} */ (error).code)) {
      if (errands === calls) errands = null;
      calls.close();
    }
    throw error;
  }
}

/** A worker that has begun to load the program, for the next who needs one. @type {WorkerCalls | null} */
let prepared = null;

/** @type {typeof api.Decant["prepare"]} */
function prepare() {
  prepared ??= new WorkerCalls(startWorker());
}

function newCalls() {
  const calls = prepared ?? new WorkerCalls(startWorker());
  prepared = null;
  return calls;
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
    return this.#calls.ask("weigh", { width, height, guidance });
  }

  /** @type {api.Inspection["load"]} */
  async load({ weights = "auto", preview, ...events } = {}) {
    const source = preview === undefined ? null : await modelSource(preview);
    return orClosed(this.#calls, events.signal, async () => {
      const info = await this.#calls.ask("load", { weights, preview: source }, hearer(events));
      return new Model(this.#calls, info, this.#name);
    });
  }

  close() {
    this.#calls.close();
  }
}

/**
 * A model that is not wanted any more, or cannot be had, leaves no worker behind.
 * @template T
 * @param {WorkerCalls} calls
 * @param {AbortSignal | undefined} signal
 * @param {() => Promise<T>} act
 */
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
    if ("note" in event) return onNote?.(event.note, event.sentence);
    if ("interrupted" in event) return interrupted(event.interrupted, onInterrupted);
  };
}
