// Calls into the worker: numbered questions, events on the way, one result or failure each (see protocol.d.ts).

import { worded } from "./worded.js";

/** @import { FromWorker, Kind, Result, ToWorker, What } from "./protocol.d.ts" */
/** @import { DecantError, ErrorCode, Sentence, SentenceValue } from "./decant.d.ts" */
/** @typedef {Extract<FromWorker, { event: unknown }>["event"]} WorkerEvent */

/**
 * @typedef {object} Call
 * @property {(result: any) => void} resolve
 * @property {(reason: unknown) => void} reject
 * @property {(event: WorkerEvent) => void | Promise<void>} onEvent
 * @property {unknown} [stoppedBy] why it was stopped from here, to be told instead of the worker's own "cancelled"
 */

/** A worker that is no more says nothing itself. */
const GONE = worded(
  "The part of the page that computes has ended: it crashed, or the browser had no memory left for it. Open the model again to go on; a smaller picture, or the weights in a smaller encoding, take less.",
);

export class WorkerCalls {
  #worker;
  #count = 0;
  /** @type {Map<number, Call>} */
  #open = new Map();
  /** @type {Error | null} */
  #dead = null;
  /** Ends the waiting for the worker's end. */
  #watching = new AbortController();

  /** @param {Worker} worker */
  constructor(worker) {
    this.#worker = worker;
    worker.onmessage = ({ data }) => this.#hear(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#die(
        event.message
          ? refusal("internal", "The worker stopped: {reason}.", { reason: event.message })
          : refusal("internal", "The worker stopped: its program could not be loaded."),
      );
    };
  }

  /**
   * @template {Kind} K
   * @param {K} kind
   * @param {What<K>} what
   * @param {Call["onEvent"]} [onEvent] awaited where the worker waits too; a rejection stops the call
   * @param {AbortSignal} [signal] stops the call at its next step
   * @returns {Promise<Result<K>>}
   */
  ask(kind, what, onEvent = () => {}, signal) {
    if (this.#dead) return Promise.reject(this.#dead);
    const call = ++this.#count;
    const stop = () => this.#stop(call, signal?.reason);
    signal?.addEventListener("abort", stop);
    /** @type {Promise<Result<K>>} */
    const answer = new Promise((resolve, reject) => {
      this.#open.set(call, { resolve, reject, onEvent });
      this.#say(/** @type {ToWorker} */ ({ call, kind, what }));
    });
    return answer.finally(() => signal?.removeEventListener("abort", stop));
  }

  /** @param {Error} [reason] */
  close(reason = refusal("cancelled", "The model was closed.")) {
    this.#die(reason);
  }

  /** @param {ToWorker} message */
  #say(message) {
    this.#worker.postMessage(message);
  }

  /** @param {FromWorker} message */
  #hear(message) {
    if ("alive" in message) return this.#watchOver(message.alive);
    const call = this.#open.get(message.call);
    if (!call) return;
    if ("event" in message) {
      if (message.awaited) this.#decide(message.call, call, message.event);
      else call.onEvent(message.event);
      return;
    }
    this.#open.delete(message.call);
    if ("result" in message) call.resolve(message.result);
    else if (message.failure.code === "cancelled" && "stoppedBy" in call) call.reject(call.stoppedBy);
    else call.reject(failure(message.failure.code, message.failure.message, message.failure));
    // What is left of a program that ended in its middle answers nothing any more.
    if ("failure" in message && message.failure.code === "gone") this.#die(failure("gone", message.failure.message, message.failure));
  }

  /** The worker's lock comes free when it ends, and is then given to whoever waits for it. @param {string} lock */
  #watchOver(lock) {
    const { signal } = this.#watching;
    navigator.locks.request(lock, { signal }, () => this.#die(failure("gone", GONE.message, GONE))).catch(() => {});
  }

  /** @param {number} number @param {Call} call @param {WorkerEvent} event */
  async #decide(number, call, event) {
    try {
      await call.onEvent(event);
      if (!("stoppedBy" in call)) this.#say({ call: number, verdict: "go on" });
    } catch (reason) {
      this.#stop(number, reason);
    }
  }

  /** @param {number} number @param {unknown} reason */
  #stop(number, reason) {
    const call = this.#open.get(number);
    if (!call || "stoppedBy" in call) return;
    call.stoppedBy = reason;
    this.#say({ call: number, verdict: "stop" });
  }

  /** @param {Error} reason */
  #die(reason) {
    this.#dead ??= reason;
    this.#watching.abort();
    this.#worker.terminate();
    for (const call of this.#open.values()) call.reject(reason);
    this.#open.clear();
  }
}

/**
 * What the module refuses itself. @param {ErrorCode} code @param {string} template @param {Record<string, SentenceValue>} [values]
 * @param {string} [why] @returns {DecantError}
 */
export function refusal(code, template, values, why) {
  const { message, sentence } = worded(template, values);
  return failure(code, message, { sentence, ...(why && { why }) });
}

/** @param {ErrorCode} code @param {string} message @param {{ why?: string, sentence?: Sentence }} [more] @returns {DecantError} */
export function failure(code, message, { why, sentence } = {}) {
  return Object.assign(new Error(message), {
    name: /** @type {const} */ ("DecantError"),
    code,
    ...(why && { why }),
    ...(sentence && { sentence }),
  });
}
