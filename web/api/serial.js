// One thing after another: whoever comes waits for those before, whatever became of them.

export class Turns {
  /** What came last, for the next to wait on. @type {Promise<unknown>} */
  #last = Promise.resolve();

  /**
   * @template T
   * @param {() => Promise<T>} act
   * @param {AbortSignal} [signal] ends the waiting at once; what has begun hears it itself
   * @returns {Promise<T>}
   */
  next(act, signal) {
    const turn = this.#last;
    const done = turn.then(() => {
      signal?.throwIfAborted();
      return act();
    });
    this.#last = done.catch(() => {});
    return signal ? Promise.race([done, stopped(signal, turn)]) : done;
  }
}

/**
 * Rejects when the signal comes before the turn does.
 * @param {AbortSignal} signal
 * @param {Promise<unknown>} turn
 * @returns {Promise<never>}
 */
function stopped(signal, turn) {
  return new Promise((_, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
    turn.then(() => signal.removeEventListener("abort", stop));
  });
}
