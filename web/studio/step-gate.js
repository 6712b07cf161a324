// After each step a run asks whether it may go on. Pause and single step are answers to that question (cancel is an AbortSignal).

export class Gate {
  #paused = false;
  /** @type {(() => void) | null} */
  #open = null;

  /** A run's `onStep`: resolves when the run may go on. @returns {Promise<void>} */
  pass() {
    if (!this.#paused) return Promise.resolve();
    return new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  pause() {
    this.#paused = true;
  }

  resume() {
    this.#paused = false;
    this.once();
  }

  /** Lets one step through and stays as it is. */
  once() {
    this.#open?.();
    this.#open = null;
  }
}
