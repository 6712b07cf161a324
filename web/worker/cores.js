// The CPU's kernels as a module of their own (`crates/cores`) on a memory of its own: with relaxed SIMD where this browser has it, and on several
// threads where the page is cross-origin isolated. Where neither is to be had there is nothing to start, and the program's own kernels compute.
//
// Threads take units of one list of calls after another until none is left (`decant_kernels::walk`); whoever comes late has nothing to do. This
// worker writes which list, opens it, works on it itself, closes it, and waits until everybody has left before it writes the next one.

/** @import { Cores } from "../api/protocol.d.ts" */
/**
 * @typedef {{ work(calls: number, count: number, progress: number, scratch: number): void, __heap_base: WebAssembly.Global, __stack_pointer: WebAssembly.Global }} Kernels the module's exports
 */
/**
 * What a helping worker is sent.
 * @typedef {{ module: WebAssembly.Module, memory: WebAssembly.Memory, job: number, thread: number, stack: number }} Start
 */

/** A module of one function of three vectors, by `f32x4.relaxed_madd`. */
const RELAXED = Uint8Array.of(
  0,
  97,
  115,
  109,
  1,
  0,
  0,
  0,
  1,
  8,
  1,
  96,
  3,
  123,
  123,
  123,
  1,
  123,
  3,
  2,
  1,
  0,
  10,
  13,
  1,
  11,
  0,
  32,
  0,
  32,
  1,
  32,
  2,
  253,
  133,
  2,
  11,
);

/**
 * Words of the job: odd TURN while a list is open, threads INSIDE it, one that is always 0 to sleep on, and from CALLS to THREADS what
 * `run` was given.
 */
export const [TURN, INSIDE, SLEEP, CALLS, THREADS, WORDS] = /** @type {const} */ ([0, 1, 2, 3, 8, 9]);
/** Bytes of a helping thread's stack: kernels keep a few kilobytes there. */
const STACK = 1 << 16;
const PAGE = 1 << 16;
/** More threads than that share memory's speed and gain nothing. */
const MOST = 16;
/** Milliseconds that a thread sleeps when the others take long: less than a unit. */
const NAP = 0.05;

/** Whether workers of this page can share memory. */
export const SHARES = globalThis.crossOriginIsolated === true;

/** The name of the best kernels that this browser can run. */
export function bestKernels() {
  return WebAssembly.validate(RELAXED) ? "relaxed-simd" : "simd128";
}

/** One core is left to the page. */
export function usualThreads() {
  return SHARES ? Math.min(Math.max((navigator.hardwareConcurrency ?? 1) - 1, 1), MOST) : 1;
}

/**
 * Starts what was asked for, as far as it is to be had; null where the program's own kernels are as good.
 * @param {{ threads?: number | undefined, kernels?: string | undefined }} wanted @param {(name: string) => Promise<Response>} fetchModule @returns {Promise<Cores | null>}
 */
export async function startCores({ threads = usualThreads(), kernels }, fetchModule) {
  const relaxed = kernels !== "simd128" && bestKernels() !== "simd128";
  if (!SHARES) threads = 1;
  if (!relaxed && threads === 1) return null;
  try {
    const module = await compiled(await fetchModule(relaxed ? "relaxed" : "simd128"));
    const memory = sharedMemory();
    const exports = await kernelsOf(module, memory);
    const job = ceil(exports.__heap_base.value);
    const stacks = ceil(job + 4 * WORDS);
    const others = await helpers(module, memory, job, stacks, threads);
    return coresOf(relaxed ? "relaxed-simd" : "simd128", exports, memory, job, stacks + STACK * (threads - 1), 1 + others);
  } catch (error) {
    console.warn(`The CPU's own kernels compute, on one thread: ${error}`);
    return null;
  }
}

/**
 * @param {string} kernels
 * @param {Kernels} exports
 * @param {WebAssembly.Memory} memory
 * @param {number} job
 * @param {number} base
 * @param {number} threads
 * @returns {Cores}
 */
function coresOf(kernels, exports, memory, job, base, threads) {
  const words = new Int32Array(memory.buffer, job, WORDS);
  return {
    kernels,
    threads,
    memory,
    base,
    grow(bytes) {
      try {
        const pages = Math.ceil((bytes - memory.buffer.byteLength) / PAGE);
        if (pages > 0) memory.grow(pages);
        return true;
      } catch {
        return false;
      }
    },
    run(calls, count, progress, scratch, each) {
      if (threads === 1) return exports.work(calls, count, progress, scratch);
      words.set([calls, count, progress, scratch, each, threads], CALLS);
      Atomics.add(words, TURN, 1);
      Atomics.notify(words, TURN);
      exports.work(calls, count, progress, scratch);
      Atomics.add(words, TURN, 1);
      for (let inside = 0; (inside = Atomics.load(words, INSIDE)) > 0;) Atomics.wait(words, INSIDE, inside);
    },
  };
}

/**
 * Threads beside this one; as many as started.
 * @param {WebAssembly.Module} module
 * @param {WebAssembly.Memory} memory
 * @param {number} job
 * @param {number} stacks
 * @param {number} threads
 */
async function helpers(module, memory, job, stacks, threads) {
  let started = 0;
  for (let thread = 1; thread < threads; thread++) {
    const worker = new Worker(new URL("./helper.js", import.meta.url), { type: "module", name: `decant ${thread}` });
    const isReady = new Promise((resolve) => {
      worker.onmessage = () => resolve(true);
      worker.onerror = () => resolve(false);
    });
    worker.postMessage(/** @type {Start} */ ({ module, memory, job, thread, stack: stacks + STACK * thread }));
    if (!(await isReady)) break;
    started++;
  }
  return started;
}

/**
 * An instance on a memory that others may have, too.
 * @param {WebAssembly.Module} module
 * @param {WebAssembly.Memory} memory
 * @returns {Promise<Kernels>}
 */
export async function kernelsOf(module, memory, job = 0) {
  const words = job ? new Int32Array(memory.buffer, job, WORDS) : null;
  const pause = () => void (words && Atomics.wait(words, SLEEP, 0, NAP));
  const { exports } = await WebAssembly.instantiate(module, { env: { memory, pause } });
  return /** @type {Kernels} */ (/** @type {unknown} */ (exports));
}

/** As much as may ever be needed is set aside in addresses, not in memory; some systems have fewer. */
function sharedMemory() {
  for (const maximum of [65536, 32768]) {
    try {
      return new WebAssembly.Memory({ initial: 32, maximum, shared: true });
    } catch {}
  }
  return new WebAssembly.Memory({ initial: 32, maximum: 16384, shared: true });
}

/** @param {Response} response */
async function compiled(response) {
  if (!response.ok) throw new Error(`the server answers with status ${response.status}`);
  return WebAssembly.compile(await response.arrayBuffer());
}

/** The next multiple of a cache line. @param {number} address */
function ceil(address) {
  return Math.ceil(address / 64) * 64;
}
