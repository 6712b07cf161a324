// That this worker lives: it holds a lock of its own, which comes free when it ends, however that happens. Nothing else tells a page of a
// worker that crashed, or that a browser ended for lack of memory.

/** @param {(lock: string) => void} tell once it is held; never where the browser has no locks (a page over plain http) */
export function holdLife(tell) {
  const lock = `decant-worker-${performance.timeOrigin}-${Math.random()}`;
  navigator.locks
    ?.request(lock, () => {
      tell(lock);
      return new Promise(() => {});
    })
    .catch(() => {});
}
