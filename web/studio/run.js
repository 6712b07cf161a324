// Making pictures: one run after the other as the queue hands them out, what is heard of each while it goes on, and how it is paused, stepped
// through and looked at. It touches no element.

import { Gate } from "./step-gate.js";
import { withoutSteps } from "../store/pictures.js";
import { named } from "./named.js";
import { sentenceOf } from "./sentences.js";
import { startOf } from "./init-image.js";
import { places } from "./state.js";
import { learntOf, understand } from "./understood/understood.js";

/** @import { Decant, Made, Settings, Step, Trace } from "../api/decant.d.ts" */
/** @import { Job } from "./queue.js" */
/** @import { Message, Store } from "./state.js" */

/**
 * @typedef {object} Around what a run asks of the rest of the studio
 * @property {() => Decant | null} model the open one
 * @property {(job: Omit<Job, "id">) => Promise<void>} enqueue
 * @property {() => void} giveWay what passes makes room
 * @property {() => void} forgetSteps
 * @property {(made: Made) => unknown} keepMade
 * @property {(trace: Trace) => Promise<Trace>} wholeOf
 * @property {(job: Job, trace: Trace) => void} fillCell
 * @property {(message: Message) => void} tell
 */

/** @param {Store} store @param {Around} around */
export function createRunning({ get, change }, around) {
  let gate = new Gate();
  let cancelling = new AbortController();
  /** Which model made an image. @type {WeakMap<ImageData, Decant>} */
  const makers = new WeakMap();
  /** Whose pictures stand beside each other. @type {number | undefined} */
  let series;

  /**
   * Makes a picture as the form says, behind those that wait already. Resolves when it is made, or given up.
   * @param {boolean} [paused] begins a run that stops after its first step
   */
  async function generate(paused = false) {
    around.giveWay();
    const { phase, problems } = get();
    if (phase === "running") change({ watching: true });
    if ((phase !== "ready" && phase !== "running") || Object.values(problems).some(Boolean)) return;
    change({ easel: null });
    await around.enqueue({ ...startOf(get().settings, get().start), paused });
  }

  /** @param {Job} job */
  async function run(job) {
    const { inputs, paused = false } = job;
    const model = around.model();
    if (!model) return false;
    const settings = asRead(job.settings);
    gate = new Gate();
    if (paused) gate.pause();
    cancelling = new AbortController();
    const { signal } = cancelling;
    const live = emptyTrace(settings);
    const last = get();
    const shown = last.watching ? { trace: live, cursor: 0, following: true, ...(last.easel === "seen" && { easel: null }) } : {};
    around.forgetSteps();
    const goesOn = job.series !== undefined && job.series === series;
    series = job.series;
    change({ phase: "running", running: job, paused, live, ...(!goesOn && { series: [] }), ...shown, messages: get().messages.filter(({ tone }) => tone === "note") });
    // The first of several has its record, and is kept, while the others are made.
    if ((settings.count ?? 1) > 1) model.fingerprint();
    /** @param {Made} made */
    const onPicture = (made) => {
      makers.set(made.image, model);
      take(made);
    };
    const enlarge = get().enlarges && !job.passing;
    try {
      await model.generate({ ...settings, ...inputs, attention: get().attention, enlarge, signal, onStep, onPicture, onTile, onNote, onProgress: (reading) => change({ reading }) });
      return true;
    } catch (error) {
      if (!signal.aborted) around.tell(sentenceOf(error, "run"));
      return signal.aborted;
    } finally {
      // A run that was refused, or stopped before its first step, leaves the picture that was there.
      const untouched = last.trace && get().trace === live;
      change({ running: null, live: null, enlarging: enlarge ? null : get().enlarging, watching: true, ...(untouched && { trace: last.trace, cursor: last.cursor, following: last.following }), reading: null, paused: false, ...(get().phase === "running" && { phase: "ready" }) });
    }
  }

  /** What the model is given: its own words for those of another language, which the page has said. @param {Settings} settings @returns {Settings} */
  function asRead(settings) {
    return { ...settings, prompt: understand(settings.prompt, get().info, learntOf(get().loaded)).prompt };
  }

  /** @param {Step} _step @param {Trace} trace */
  function onStep(_step, trace) {
    const live = { ...trace };
    change({ live, reading: null, ...(get().watching && { trace: live }), ...(get().watching && get().following && { cursor: live.steps.length - 1 }) });
    return gate.pass();
  }

  /** One tile is done at once; of several it is shown how far they are. @param {number} done @param {number} of */
  function onTile(done, of) {
    const by = get().info?.upscaler;
    if (by && of > 1) change({ enlarging: { by, done, of } });
  }

  /** @param {string} sentence the program's */
  function onNote(sentence) {
    around.tell({ tone: "note", text: named(sentence), lang: "en" });
  }

  /** A picture is made. @param {Made} made */
  function take(made) {
    const { running, series: before, watching } = get();
    const trace = { ...made.trace };
    const several = (running?.settings.count ?? 1) > 1 || running?.series !== undefined;
    change({ live: trace, series: several ? [...before, withoutSteps(trace)] : [], ...(watching && { trace, cursor: trace.steps.length }) });
    if (running) around.fillCell(running, withoutSteps(trace));
    if (!running?.passing) around.keepMade(made);
  }

  /** Shows a picture that is finished. @param {Trace} trace */
  function show(trace) {
    change({ trace, cursor: trace.steps.length, watching: get().phase !== "running", following: false, easel: null });
  }

  /** Shows the run that goes on, after something else was looked at. */
  function watch() {
    const { live } = get();
    if (live) change({ easel: null, trace: live, watching: true, following: true, cursor: places(live) - 1 });
  }

  function pause() {
    if (get().phase !== "running" && get().phase !== "opening") return;
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
    watch();
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

  return {
    run,
    asRead,
    show,
    makerOf: (/** @type {ImageData} */ image) => makers.get(image),
    /** An opening is paused as a run is. */
    newGate: () => (gate = new Gate()),
    cancelRun: () => cancelling.abort(),
    acts: {
      generate,
      pause,
      resume,
      step,
      scrub,
      show,
      watch,
      togglePause: () => (get().paused ? resume() : pause()),
      /** Shows one of several, with its steps where the gallery keeps them. @param {Trace} trace */
      showOne: async (trace) => show(await around.wholeOf(trace)),
    },
  };
}

/** @param {Settings} settings @returns {Trace} */
function emptyTrace(settings) {
  return { settings, tokens: null, noise: null, steps: [], image: null, timings: null, memory: null };
}
