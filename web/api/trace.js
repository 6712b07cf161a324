// A run as it is collected, as it travels, and as it is kept where its steps have no room.

import { pixelsOf } from "./inputs.js";

/** @import { Settings, Step, Trace } from "./decant.d.ts" */
/** @import { Pixels, RawStep, RawTrace } from "./protocol.d.ts" */

/** A run of which nothing is there yet. @param {Settings} settings @returns {Trace} */
export function newTrace(settings) {
  return { settings, tokens: null, textEmbeddings: null, noise: null, schedule: null, steps: [], image: null, timings: null, memory: null };
}

/** Takes the next step of a run. @param {Trace} trace @param {RawStep} raw @returns {Step} */
export function addStep(trace, { pass, ...raw }) {
  // A trace is of one pass: the one that the picture comes of.
  if (pass) {
    Object.assign(trace, pass);
    trace.steps.length = 0;
  }
  // Equal numbers are kept once: a step takes up where the last one ended, and many samplers' latents are shown to the model as they are.
  const latents = trace.steps.at(-1)?.next ?? raw.latents;
  const modelInput = raw.scale === 1 ? latents : raw.modelInput;
  const step = {
    ...raw,
    latents,
    modelInput,
    previewNoisy: readPixels(raw.previewNoisy),
    previewDenoised: readPixels(raw.previewDenoised),
  };
  trace.steps.push(step);
  return step;
}

/** A run of which the picture is left: the steps of many do not fit in memory. @param {Trace} trace @returns {Trace} */
export function withoutSteps(trace) {
  return { ...trace, steps: [], noise: null, textEmbeddings: null };
}

/** A run as it goes to the worker. @param {Trace} trace @returns {RawTrace} */
export function rawTrace({ steps, image, ...trace }) {
  return {
    ...trace,
    steps: steps.map((step) => ({ ...step, previewNoisy: pixelsOf(step.previewNoisy), previewDenoised: pixelsOf(step.previewDenoised) })),
    image: image && pixelsOf(image),
  };
}

/** @param {Pixels} pixels */
export function readPixels({ rgba, width, height }) {
  return new ImageData(rgba, width, height);
}
