// An open model in its worker: every question that it answers, as a promise. It is what `Decant.load` gives.

import { modelName, modelSource, stem } from "./source.js";
import { refusal } from "./client.js";
import { Turns } from "./serial.js";
import { pixelsOf, readInputs, readPicture } from "./inputs.js";
import { addStep, newTrace, readPixels, withoutSteps } from "./trace.js";
import { Upscaler } from "./upscaler.js";

/** @import * as api from "./decant.d.ts" */
/** @import { Info, OpeningEvents, Sentence, Settings } from "./decant.d.ts" */
/** @import { Inputs, Kind, Result, What } from "./protocol.d.ts" */
/** @import { WorkerCalls, WorkerEvent } from "./client.js" */

/** @implements {api.Decant} */
export class Model {
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
    return this.#turns.next(() => this.#run(request), request.signal);
  }

  /** @type {api.Decant["addLora"]} */
  async addLora(file, name = stem(modelName(file))) {
    const source = await modelSource(file);
    return this.#inTurn("addLora", { source, name });
  }

  /** @type {api.Decant["removeLora"]} */
  async removeLora(name) {
    await this.#inTurn("removeLora", { name });
  }

  /** @type {api.Decant["addTextualInversion"]} */
  async addTextualInversion(file, name = stem(file.name)) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    return this.#inTurn("addTextualInversion", { bytes, name });
  }

  /** @type {api.Decant["removeTextualInversion"]} */
  async removeTextualInversion(name) {
    await this.#inTurn("removeTextualInversion", { name });
  }

  /** @type {api.Decant["useVae"]} */
  async useVae(file, name = file ? stem(modelName(file)) : "") {
    const source = file ? await modelSource(file) : null;
    await this.#inTurn("useVae", { source, name });
  }

  /** @type {api.Decant["writePicture"]} */
  async writePicture({ image, trace }) {
    const bytes = await this.#calls.ask("writePicture", {
      image: pixelsOf(image),
      settings: trace.settings,
      about: await this.#about(trace),
    });
    return new Blob([bytes], { type: "image/png" });
  }

  /** @type {api.Decant["animate"]} */
  async animate({ image, trace }) {
    const { steps, settings } = trace;
    const [noisy, denoised] = [steps.map((step) => pixelsOf(step.previewNoisy)), steps.map((step) => pixelsOf(step.previewDenoised))];
    const bytes = await this.#calls.ask("animate", { noisy, denoised, image: pixelsOf(image), settings, about: await this.#about(trace) });
    return new Blob([bytes], { type: "image/apng" });
  }

  /** What a record says besides the settings. @param {api.Trace} trace */
  async #about({ also = [], enlarged = [] }) {
    const { adapter: device, weights } = this.info;
    return {
      model: stem(this.#name),
      hash: await this.fingerprint(),
      device,
      weights: weights === "stored" ? "" : weights,
      also,
      enlarged,
    };
  }

  /** @type {api.Decant["fingerprint"]} */
  fingerprint() {
    this.#fingerprint ??= this.#inTurn("fingerprint", {}).catch(() => "");
    return this.#fingerprint;
  }

  /** Each picture's seed is one more than the last one's. @param {api.Request} request @returns {Promise<api.Result>} */
  async #run({
    signal,
    onStep,
    onPicture,
    onProgress,
    onTile,
    onNote,
    image,
    mask,
    latents,
    resemble,
    attention = false,
    enlarge = false,
    count = 1,
    ...asked
  }) {
    signal?.throwIfAborted();
    const settings = complete(asked, this.info, Boolean(image || latents));
    const inputs = {
      ...(await readInputs({ image, mask, latents, resemble })),
      attention,
      enlarge: enlarge && this.info.upscaler !== null,
    };
    const pictures = [];
    for (let index = 0; index < count; index++) {
      const made = await this.#make({ ...settings, seed: settings.seed + index }, inputs, { onStep, onProgress, onTile, onNote, signal });
      // Whoever is given each picture when it is made may drop its steps: those of many do not fit in memory.
      pictures.push(onPicture && count > 1 ? { ...made, trace: withoutSteps(made.trace) } : made);
      await onPicture?.(made, index);
      signal?.throwIfAborted();
    }
    const [first] = pictures;
    if (!first) throw refusal("request", "{count} pictures cannot be made; ask for 1 or more.", { count });
    return { ...first, pictures };
  }

  /**
   * @param {Settings} settings
   * @param {Inputs & { attention: boolean, enlarge: boolean }} inputs
   * @param {Pick<api.Request, "onStep" | "onProgress" | "onTile" | "onNote" | "signal">} events
   * @returns {Promise<api.Made>}
   */
  async #make(settings, { attention, enlarge, ...inputs }, { onStep, onProgress, onTile, onNote, signal }) {
    const trace = newTrace(settings);
    const result = await this.#calls.ask(
      "generate",
      { settings, inputs, attention, enlarge },
      async (event) => {
        // Parts of a model that did not stay on the device are read again.
        if ("interrupted" in event) await interrupted(event.interrupted);
        if ("progress" in event) await onProgress?.(event.progress);
        if ("tiles" in event) await onTile?.(...event.tiles);
        if ("note" in event) onNote?.(event.note, event.sentence);
        if (!("step" in event)) return;
        const step = addStep(trace, event.step);
        await onStep?.(step, trace);
      },
      signal,
    );
    const { image, settings: settled, ...rest } = result;
    const picture = readPixels(image);
    Object.assign(trace, rest, { image: picture, settings: { ...settings, ...settled } });
    return { image: picture, trace };
  }

  /** @type {api.Decant["upscaler"]} */
  async upscaler() {
    const info = await this.#inTurn("openOwnUpscaler", {});
    return new Upscaler(
      {
        ask: (kind, what, onEvent, signal) => this.#turns.next(() => this.#calls.ask(kind, what, onEvent, signal), signal),
        close: () => {},
      },
      info,
    );
  }

  /** @type {api.Decant["tokenize"]} */
  async tokenize(text, how = {}) {
    return this.#calls.ask("tokenize", { text, how });
  }

  /** @type {api.Decant["weigh"]} */
  async weigh({ width, height, guidance }) {
    return this.#calls.ask("weigh", { width, height, guidance });
  }

  /** @type {api.Decant["embed"]} */
  async embed(settings) {
    return this.#inTurn("embed", { settings: complete(settings, this.info, false) });
  }

  /** @type {api.Decant["neighbours"]} */
  async neighbours(token, count) {
    return this.#inTurn("neighbours", { token, count });
  }

  /** @type {api.Decant["roundTrip"]} */
  async roundTrip(image) {
    const pixels = pixelsOf(await readPicture(image));
    const raw = await this.#inTurn("roundTrip", { image: pixels });
    return { ...raw, before: readPixels(raw.before), after: readPixels(raw.after) };
  }

  /** @type {api.Decant["schedule"]} */
  async schedule(settings = {}) {
    const asked = complete({ ...settings, prompt: "" }, this.info, false);
    return this.#inTurn("schedule", { settings: asked });
  }

  /** @type {api.Decant["addNoise"]} */
  async addNoise(latents, timestep, seed) {
    const raw = await this.#inTurn("addNoise", { latents, timestep, seed });
    return { ...raw, preview: readPixels(raw.preview) };
  }

  /** @type {api.Decant["decode"]} */
  async decode(latents, by = "model") {
    return readPixels(await this.#inTurn("decode", { latents, by }));
  }

  /**
   * What reads the model, or changes it for the next run, waits for the runs before it.
   * @template {Kind} K
   * @param {K} kind
   * @param {What<K>} what
   * @returns {Promise<Result<K>>}
   */
  #inTurn(kind, what) {
    return this.#turns.next(() => this.#calls.ask(kind, what, unmended));
  }

  close() {
    this.#calls.close();
  }
}

/**
 * What is started from has a size of its own.
 * @param {Partial<Settings> & { prompt: string }} asked
 * @param {Info} info
 * @param {boolean} sized
 * @returns {Settings}
 */
function complete(asked, { defaults }, sized) {
  const { width, height, ...others } = defaults;
  const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
  return /** @type {Settings} */ ({
    negative: "",
    seed: drawSeed(),
    ...others,
    ...(!sized && { width, height }),
    ...given,
    prompt: asked.prompt,
  });
}

/** A seed by lot. */
export function drawSeed() {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
}

/** @param {Sentence} reason @param {OpeningEvents["onInterrupted"]} [decide] @returns {Promise<void>} */
export function interrupted(reason, decide) {
  const error = refusal("network", "The connection broke: {reason}. What has come is kept.", { reason });
  return decide ? decide(error) : Promise.reject(error);
}

/** What is only read on the side does not wait for a connection that broke. @param {WorkerEvent} event */
export function unmended(event) {
  if ("interrupted" in event) return interrupted(event.interrupted);
}
