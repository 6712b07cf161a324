// What a person can do on the page: each action asks the model and changes the state. It touches no element.

import { Decant, drawSeed } from "./decant.js";
import { places } from "./state.js";
import { readSetting } from "./settings.js";
import { noticeOf, sentenceOf } from "./sentences.js";
import { modelName } from "./source.js";
import { Gate } from "./gate.js";

/** @import { DeviceChoice, Info, LoadOptions, Settings, Step, Trace } from "./decant.d.ts" */
/** @import { Message, State, Store } from "./state.js" */
/** @typedef {ReturnType<typeof createStudio>} Studio */

/** @param {Store} store */
export function createStudio({ get, change }) {
  /** @type {import("./decant.d.ts").Decant | null} */
  let decant = null;
  /** @type {LoadOptions["model"]} */
  let opened = "";
  let opening = 0;
  let gate = new Gate();
  let cancelling = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let counting;

  /**
   * Opens a model in the place of the one that is open. Of several calls the last one counts.
   * @param {LoadOptions["model"]} model @param {DeviceChoice} [device]
   * @param {(info: Info, before: State) => { settings: Settings, problems: string[] }} [choose] the settings to begin with
   */
  async function open(model, device = get().device, choose = model === opened ? keep : takeDefaults) {
    const turn = ++opening;
    cancelling.abort();
    decant?.close();
    decant = null;
    opened = model;
    change({ phase: "opening", opening: null, model: modelName(model), device, info: null, messages: [] });
    try {
      const loaded = await Decant.load({ model, device, onProgress: (progress) => turn === opening && change({ opening: progress }) });
      if (turn !== opening) return loaded.close();
      decant = loaded;
      const { settings, problems } = choose(loaded.info, get());
      change({ phase: "ready", opening: null, info: loaded.info, settings, problems: {}, example: loaded.info.defaults.prompt });
      tell(...problems.map((text) => ({ tone: /** @type {const} */ ("error"), text })), ...noticeOf(loaded.info));
      count();
    } catch (error) {
      if (turn === opening) change({ phase: "failed", opening: null, messages: [sentenceOf(error, "open")] });
    }
  }

  /** @param {boolean} [paused] begins a run that stops after its first step */
  async function generate(paused = false) {
    const { phase, info, problems } = get();
    if (phase !== "ready" || !decant || !info || Object.values(problems).some(Boolean)) return;
    const { settings } = get();
    gate = new Gate();
    if (paused) gate.pause();
    cancelling = new AbortController();
    const { signal } = cancelling;
    change({ phase: "running", paused, trace: emptyTrace(settings), cursor: 0, following: true, messages: get().messages.filter(({ tone }) => tone === "note") });
    try {
      const { trace } = await decant.generate({ ...settings, signal, onStep });
      change({ phase: "ready", paused: false, trace: { ...trace }, cursor: trace.steps.length });
    } catch (error) {
      if (get().phase === "running") change({ phase: "ready", paused: false });
      if (!signal.aborted) tell(sentenceOf(error, "run"));
    }
  }

  /** @param {Step} step @param {Trace} trace */
  function onStep(step, trace) {
    change({ trace: { ...trace }, ...(get().following && { cursor: step.index }) });
    return gate.pass();
  }

  function pause() {
    if (get().phase !== "running") return;
    gate.pause();
    change({ paused: true });
  }

  function resume() {
    gate.resume();
    change({ paused: false, following: true });
  }

  /** One step and no more, from wherever the run is. */
  function step() {
    if (get().phase !== "running") return void generate(true);
    if (get().paused) gate.once();
    else pause();
    change({ following: true });
  }

  /** @param {number} place */
  function scrub(place) {
    const { trace, phase } = get();
    const last = places(trace) - 1;
    const cursor = Math.min(Math.max(place, 0), last);
    if (last >= 0) change({ cursor, following: phase === "running" && cursor === last });
  }

  /** @param {keyof Settings} name @param {string} text */
  function edit(name, text) {
    const { info, settings, problems } = get();
    const read = readSetting(name, text, info);
    if ("problem" in read) return change({ problems: { ...problems, [name]: read.problem } });
    change({ settings: { ...settings, [name]: read.value }, problems: { ...problems, [name]: undefined } });
    if (name !== "prompt" && name !== "negative") return;
    clearTimeout(counting);
    counting = setTimeout(count, 150);
  }

  /** Counts the tokens of both texts; a text that changed meanwhile is counted again by its own edit. */
  async function count() {
    const model = decant;
    const { prompt, negative } = get().settings;
    try {
      const counts = model && { prompt: await model.tokenize(prompt), negative: await model.tokenize(negative) };
      if (counts && model === decant) change({ tokens: counts });
    } catch (error) {
      if (model === decant) tell(sentenceOf(error, "run"));
    }
  }

  /** @param {...Message} more */
  function tell(...more) {
    change({ messages: [...get().messages, ...more] });
  }

  return {
    open,
    generate,
    pause,
    resume,
    step,
    scrub,
    edit,
    tell,
    cancel: () => cancelling.abort(),
    togglePause: () => (get().paused ? resume() : pause()),
    throwDice: () => edit("seed", String(drawSeed())),
    /** @param {DeviceChoice} device */
    reopen: (device) => open(opened, device),
    /** @param {Message} message */
    dismiss: (message) => change({ messages: get().messages.filter((other) => other !== message) }),
  };
}

/** @param {Info} _info @param {State} before */
function keep(_info, { settings }) {
  return { settings, problems: [] };
}

/** The seed and a person's own words stay; everything else becomes what the model says. @param {Info} info @param {State} before */
export function takeDefaults({ defaults }, { settings, example }) {
  const prompt = settings.prompt === example ? defaults.prompt : settings.prompt;
  return { settings: { ...settings, ...defaults, prompt }, problems: /** @type {string[]} */ ([]) };
}

/** @param {Settings} settings @returns {Trace} */
function emptyTrace(settings) {
  return { settings, tokens: null, noise: null, steps: [], image: null, timings: null };
}
