// One step being played: its calls are made, or its recording is fetched, and whoever draws is told. It touches no element.

import { sentenceOf } from "../../studio/sentences.js";
import { keepsRuns, makeCalls } from "./calls.js";
import { exampleFor } from "./example.js";
import { lessonPicture, pictureChoice, pictureName } from "./picture.js";
import { recordedOf } from "./recorded.js";
import { commandsOf, javascriptOf } from "./source.js";

/** @import { Desk } from "./room.js" */
/** @import { Spoken } from "../../words/program.js" */
/** @import { State } from "../../studio/state.js" */
/** @import { At, LessonStep, Shown } from "../index.js" */

/**
 * @typedef {object} Playing
 * @property {"still" | "running" | "shown" | "failed"} phase
 * @property {number} part of the work that is done
 * @property {Shown | null} shown
 * @property {boolean} recorded whether that is a recording
 * @property {string} javascript
 * @property {string} commands
 * @property {Spoken} problem a sentence
 */

/** @type {Playing} */
const STILL = { phase: "still", part: 0, shown: null, recorded: false, javascript: "", commands: "", problem: { text: "" } };

/**
 * What was shown last stays for as long as the page and the model do; figures that hold whole runs of large pictures do not.
 * @type {WeakMap<object, Map<string, Playing>>}
 */
const kept = new WeakMap();
const MOST_KEPT = 8;

/**
 * @param {string} key "lesson/step" @param {LessonStep} step @param {number} seed
 * @param {{ studio: Desk, state: () => State, draw: (playing: Playing) => void }} page
 */
export function createPlaying(key, step, seed, { studio, state, draw }) {
  let playing = STILL;
  let cancelling = new AbortController();
  const example = exampleFor(state().info);
  /** @type {Record<string, any>} */
  const dials = Object.fromEntries((step.dials ?? []).map((dial) => [dial.name, "value" in dial ? dial.value : dial.text(example)]));

  /** @param {Partial<Playing>} part */
  function change(part) {
    playing = { ...playing, ...part };
    draw(playing);
  }

  const asked = () => JSON.stringify([key, seed, dials, step.picture && pictureChoice()]);

  /** Makes the calls, or shows what they once answered where there is no model. @param {{ recorded?: boolean }} [how] */
  async function play({ recorded = false } = {}) {
    cancelling.abort();
    cancelling = new AbortController();
    const { signal } = cancelling;
    const decant = recorded ? null : studio.model.decant();
    const before = decant && kept.get(decant)?.get(asked());
    if (before) return change(before);
    change({ phase: "running", part: 0, problem: { text: "" } });
    try {
      const done = decant ? await live(decant, signal) : await fromRecording();
      if (signal.aborted) return;
      change({ ...done, phase: "shown", part: 1 });
      if (decant) remember(decant);
    } catch (error) {
      if (signal.aborted) return;
      change({ phase: "failed", problem: sentenceOf(error, "run") });
    }
  }

  /** @param {import("../../api/decant.d.ts").Decant} decant @param {AbortSignal} signal */
  async function live(decant, signal) {
    const example = exampleFor(decant.info);
    const picture = step.picture ? await lessonPicture(decant, { prompt: example.prompt, seed }, signal) : new ImageData(1, 1);
    /** @type {At} */
    const at = { seed, picture, dials, example, info: decant.info };
    const calls = step.calls ?? [];
    const made = await makeCalls(decant, calls, at, { signal, onProgress: (part) => signal.aborted || change({ part }) });
    const own = pictureName();
    const first = !step.picture
      ? []
      : [
          own
            ? `const picture = file; // ${own}`
            : `const { image: picture } = await decant.generate({ prompt: ${JSON.stringify(example.prompt)}, seed: ${seed} });`,
        ];
    return {
      shown: step.show?.(made, at) ?? null,
      recorded: false,
      javascript: javascriptOf(calls, at, made, first),
      commands: commandsOf(calls, at, made),
    };
  }

  async function fromRecording() {
    return { ...(await recordedOf(key)), recorded: true };
  }

  /** @param {import("../../api/decant.d.ts").Decant} decant */
  function remember(decant) {
    if (!keepsRuns(decant) && playing.shown?.figures.some(({ data }) => "trace" in data)) return;
    const known = kept.get(decant) ?? new Map();
    kept.set(decant, known);
    known.delete(asked());
    known.set(asked(), playing);
    if (known.size > MOST_KEPT) known.delete(known.keys().next().value);
  }

  return {
    play,
    dials,
    now: () => playing,
    /** @param {string} name @param {number | string} value */
    turn(name, value) {
      dials[name] = value;
    },
    cancel() {
      cancelling.abort();
      if (playing.phase === "running") change({ phase: playing.shown ? "shown" : "still", part: 0 });
    },
  };
}
