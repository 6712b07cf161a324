// Making one picture of a job that the queue hands out: what is heard of it while it goes on, and how it is paused and given up. It touches no
// element.

import { Gate } from "./step-gate.js";
import { newTrace, withoutSteps } from "../api/trace.js";
import { noteOf } from "./named.js";
import { sentenceOf } from "./sentences.js";
import { asRead } from "./form.js";
import { fillCell } from "./grid.js";

/** @import { Made, Step, Trace } from "../api/decant.d.ts" */
/** @import { Bus } from "./bus.js" */
/** @import { createGallery } from "./gallery.js" */
/** @import { Job } from "./queue.js" */
/** @import { Store } from "./state.js" */

/** @param {Store} store @param {Bus} bus @param {Pick<ReturnType<typeof createGallery>, "keepMade" | "forgetSteps">} gallery */
export function createMaker({ get, change }, { model: open, setMaker, tell }, { keepMade, forgetSteps }) {
  let gate = new Gate();
  /** Whether the tiles that are counted are this run's. */
  let counting = false;
  let cancelling = new AbortController();
  /** Whose pictures stand beside each other. @type {number | undefined} */
  let series;

  /** Gives back false where it failed. @param {Job} job */
  async function make(job) {
    const { inputs, paused = false } = job;
    const model = open();
    if (!model) return false;
    const settings = asRead(job.settings, get());
    gate = new Gate();
    if (paused) gate.pause();
    cancelling = new AbortController();
    const { signal } = cancelling;
    const live = newTrace(settings);
    const last = get();
    const shown = last.watching ? { trace: live, cursor: 0, following: true, ...(last.easel === "seen" && { easel: null }) } : {};
    forgetSteps();
    const goesOn = job.series !== undefined && job.series === series;
    series = job.series;
    change({
      phase: "running",
      running: job,
      paused,
      live,
      ...(!goesOn && { series: [] }),
      ...shown,
      messages: get().messages.filter(({ tone }) => tone === "note"),
    });
    // The first of several has its record, and is kept, while the others are made.
    if ((settings.count ?? 1) > 1) model.fingerprint();
    /** @param {Made} made */
    const onPicture = (made) => {
      setMaker(made.image, model);
      take(made);
    };
    const enlarge = get().enlarges && !job.passing;
    try {
      await model.generate({
        ...settings,
        ...inputs,
        attention: get().attention,
        enlarge,
        signal,
        onStep,
        onPicture,
        onTile,
        onNote: (message, sentence) => tell(noteOf(message, sentence)),
        onProgress: (reading) => change({ reading }),
      });
      return true;
    } catch (error) {
      if (!signal.aborted) tell(sentenceOf(error, "run"));
      return signal.aborted;
    } finally {
      // A run that was refused, or stopped before its first step, leaves the picture that was there.
      const untouched = last.trace && get().trace === live;
      change({
        running: null,
        live: null,
        ...(counting && { enlarging: null }),
        watching: true,
        ...(untouched && { trace: last.trace, cursor: last.cursor, following: last.following }),
        reading: null,
        paused: false,
        ...(get().phase === "running" && { phase: "ready" }),
      });
      counting = false;
    }
  }

  /** @param {Step} _step @param {Trace} trace */
  function onStep(_step, trace) {
    const live = { ...trace };
    change({
      live,
      reading: null,
      ...(get().watching && { trace: live }),
      ...(get().watching && get().following && { cursor: live.steps.length - 1 }),
    });
    return gate.pass();
  }

  /** One tile is done at once; of several it is shown how far they are. @param {number} done @param {number} of */
  function onTile(done, of) {
    const { info, enlarging } = get();
    // Another picture that is made larger meanwhile has the line to itself.
    if (!info?.upscaler || of === 1 || (enlarging && !counting)) return;
    counting = true;
    change({ enlarging: { by: info.upscaler, done, of } });
  }

  /** A picture is made. @param {Made} made */
  function take(made) {
    const { running, series: before, watching } = get();
    const trace = { ...made.trace };
    const several = (running?.settings.count ?? 1) > 1 || running?.series !== undefined;
    change({
      live: trace,
      series: several ? [...before, withoutSteps(trace)] : [],
      ...(watching && { trace, cursor: trace.steps.length }),
    });
    if (running) fillCell({ get, change }, running, withoutSteps(trace));
    if (!running?.passing) keepMade(made);
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

  return {
    make,
    pause,
    resume,
    /** Lets one step through. */
    once: () => gate.once(),
    /** An opening is paused as a run is. */
    newGate: () => (gate = new Gate()),
    cancel: () => cancelling.abort(),
  };
}
