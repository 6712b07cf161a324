// A thread that helps with the CPU's kernels (see cores.js): sleeps until a list of calls is open, and works on it until none of it is left.

import { CALLS, INSIDE, THREADS, TURN, WORDS, kernelsOf } from "./cores.js";

/** @import { Start } from "./cores.js" */

addEventListener("message", async (/** @type {MessageEvent<Start>} */ { data: { module, memory, job, thread, stack } }) => {
  const exports = await kernelsOf(module, memory, job);
  exports.__stack_pointer.value = stack;
  const words = new Int32Array(memory.buffer, job, WORDS);
  postMessage("ready");
  for (let turn = Atomics.load(words, TURN); ;) {
    Atomics.wait(words, TURN, turn);
    // Who is inside is waited for; who comes when it is closed goes away again.
    Atomics.add(words, INSIDE, 1);
    turn = Atomics.load(words, TURN);
    const [calls = 0, count = 0, progress = 0, scratch = 0, each = 0, threads = 0] = words.subarray(CALLS, THREADS + 1);
    if (turn % 2 !== 0 && thread < threads) exports.work(calls, count, progress, scratch + thread * each);
    Atomics.sub(words, INSIDE, 1);
    Atomics.notify(words, INSIDE);
  }
});
