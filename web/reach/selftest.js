// The self-test: the embedded model makes a few small pictures, on the CPU and on the GPU, and every step is compared with diffusers' own
// numbers (cases.json, written by tests/browser/make_cases.mjs). On the CPU all arithmetic is WebAssembly's, whose results are defined to
// the last bit, and threads change none: so the sum of the final latents' bytes is the stored one in every browser that takes the same kernels.
// (Relaxed SIMD rounds a product and a sum once or twice as the processor likes; all of the last ten years round once.) A GPU may round in its own way.

import { Decant } from "../api/decant.js";
import { fetchPart } from "../api/parts.js";
import { wantedThreads } from "../store/threads.js";

/** @import { Settings } from "../api/decant.d.ts" */
/**
 * @typedef {{ settings: Settings, latents: string[], picture: string, sums: Record<string, string> }} Case the latents after each step as f32 in base64, the picture's RGB, and the SHA-256 of the CPU's last latents, by kernels
 */
/** @typedef {{ picture: number, pictures: number, step: number, steps: number } | null} Reached null while the model is opened */

/**
 * @typedef {object} Tested
 * @property {"exact" | "within" | "off"} outcome
 * @property {string} adapter
 * @property {string} path the CPU's kernels and threads
 * @property {number} worst the largest error: RMS, relative to the latents' own, or of pixels from 0 to 1
 * @property {number} milliseconds a step's, in the middle
 */

/** Root mean square; the same as the tests allow. */
const ALLOWED = 1e-3;

/** @param {"cpu" | "gpu"} device @param {(reached: Reached) => void} tell @param {AbortSignal} signal @returns {Promise<Tested>} */
export async function testDevice(device, tell, signal) {
  /** @type {Case[]} */
  const cases = await (await fetchPart("reach/cases.json")).json();
  tell(null);
  const decant = await Decant.load({ model: "models/digits", device, threads: wantedThreads(), signal });
  try {
    if (decant.info.device !== device) throw new Error(`${device} was asked for and ${decant.info.device} was taken.`);
    const [worst, times] = [[0], [0]];
    const { adapter, path } = decant.info;
    const kernels = path?.split(",")[0] ?? "";
    let exact = device === "cpu";
    for (const [index, one] of cases.entries()) {
      const onStep = (/** @type {{ index: number, total: number }} */ { index: step, total }) =>
        tell({ picture: index + 1, pictures: cases.length, step: step + 1, steps: total });
      const { image, trace } = await decant.generate({ ...one.settings, signal, onStep });
      for (const [step, { next, milliseconds }] of trace.steps.entries()) {
        worst.push(await errorOf(next, new Float32Array(bytesOf(one.latents[step] ?? "").buffer), true));
        times.push(milliseconds);
      }
      worst.push(
        await errorOf(
          Float32Array.from(
            image.data.filter((_, at) => at % 4 < 3),
            toUnit,
          ),
          Float32Array.from(bytesOf(one.picture), toUnit),
          false,
        ),
      );
      exact &&= (await sumOf(trace.steps.at(-1)?.next ?? new Float32Array())) === one.sums[kernels];
    }
    const largest = Math.max(...worst);
    const outcome = !(largest <= ALLOWED) ? "off" : exact ? "exact" : "within";
    return { outcome, adapter, path: path ?? "", worst: largest, milliseconds: times.sort((a, b) => a - b)[times.length >> 1] ?? 0 };
  } finally {
    decant.close();
  }
}

/** @param {Float32Array} got @param {Float32Array} expected @param {boolean} relative */
async function errorOf(got, expected, relative) {
  if (got.length !== expected.length || expected.length === 0) return Infinity;
  const { rms, lengths } = await Decant.distance(got, expected);
  return relative ? rms / lengths[1] : rms;
}

/** SHA-256 in hexadecimal digits; "" where the browser has none (plain http). @param {Float32Array} values */
export async function sumOf(values) {
  if (!globalThis.crypto?.subtle) return "";
  const digest = await crypto.subtle.digest("SHA-256", new Float32Array(values));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {string} text in base64 */
function bytesOf(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** @param {number} value */
function toUnit(value) {
  return value / 255;
}
