// What is to be made, one after the other: the run that is asked for while another goes on waits here, and can be moved and taken away. It
// knows neither the model nor the page.

import { resembleOf } from "./init-image.js";

/** @import { ImageSource, Latents, Settings } from "../api/decant.d.ts" */
/** @import { Store } from "./state.js" */

/**
 * @typedef {object} Job
 * @property {number} id
 * @property {Settings} settings
 * @property {{ image?: ImageSource, mask?: ImageSource | undefined, latents?: Blob | Latents, resemble?: ImageSource }} inputs what it starts from besides noise, and what it is to resemble
 * @property {boolean} [paused] it stops after its first step
 * @property {{ sheet: number, cell: number }} [of] whose part it is
 * @property {number} [series] of those that were asked for together, which stand beside each other
 * @property {boolean} [passing] it is shown and not kept
 */

/**
 * @param {Store} store
 * @param {{ make: (job: Job) => Promise<boolean> }} maker gives back false where it failed, so that the rest waits for a person
 */
export function createQueue({ get, change }, { make }) {
  let count = 0;
  let going = false;
  /** Who waits for which job's end. @type {Map<number, () => void>} */
  const waiting = new Map();

  /** Resolves when it is done, or taken away. @param {Omit<Job, "id">} asked @returns {Promise<void>} */
  function add(asked) {
    const job = { ...asked, id: ++count };
    // What waits since something failed comes after what a person asks for now.
    change({ queue: going ? [...get().queue, job] : [job, ...get().queue] });
    return new Promise((resolve) => {
      waiting.set(job.id, resolve);
      advance();
    });
  }

  async function advance() {
    if (going) return;
    going = true;
    for (let fine = true; fine && get().phase === "ready";) {
      const [job, ...rest] = get().queue;
      if (!job) break;
      change({ queue: rest });
      fine = await make(job);
      over(job.id);
    }
    going = false;
  }

  /** @param {number} id */
  function over(id) {
    waiting.get(id)?.();
    waiting.delete(id);
  }

  /** @param {(job: Job) => boolean} which */
  function unqueue(which) {
    const gone = get().queue.filter(which);
    change({ queue: get().queue.filter((job) => !gone.includes(job)) });
    for (const { id } of gone) over(id);
  }

  /** Moves a job up (-1) or down (1). @param {number} id @param {-1 | 1} by */
  function move(id, by) {
    const queue = [...get().queue];
    const from = queue.findIndex((job) => job.id === id);
    const to = from + by;
    if (from < 0 || to < 0 || to >= queue.length) return;
    queue.splice(to, 0, ...queue.splice(from, 1));
    change({ queue });
  }

  return {
    enqueue: add,
    /** A picture as its settings say, behind those that wait. @param {Settings} settings */
    repeat: (settings) => add({ settings: { ...settings, count: undefined }, inputs: resembleOf(settings, get().start) }),
    /** Puts jobs where a person can begin them. @param {Omit<Job, "id">[]} jobs */
    hold: (jobs) => change({ queue: [...get().queue, ...jobs.map((job) => ({ ...job, id: ++count }))] }),
    /** Goes on after something failed, or another model was opened. */
    goOn: advance,
    unqueue,
    moveJob: move,
  };
}
