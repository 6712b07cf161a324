// One thing after another: whoever comes waits for those before, whatever became of them.

export class Turns {
  /** What came last, for the next to wait on. @type {Promise<unknown>} */
  #last = Promise.resolve();

  /** @template T @param {() => Promise<T>} act @returns {Promise<T>} */
  next(act) {
    const done = this.#last.then(act);
    this.#last = done.catch(() => {});
    return done;
  }
}
