// How far apart numbers lie, as the module counts it; each pair is asked for once.

import { Decant } from "../api/decant.js";

/** @import { Distance } from "../api/decant.d.ts" */

/** @type {WeakMap<Float32Array, WeakMap<Float32Array, Promise<Distance>>>} */
const known = new WeakMap();

/** @param {Float32Array} a @param {Float32Array} b of the same length @returns {Promise<Distance>} */
export function measure(a, b) {
  const others = known.get(a) ?? new WeakMap();
  known.set(a, others);
  const before = others.get(b);
  if (before) return before;
  const asked = Decant.distance(a.slice(), b.slice());
  others.set(b, asked);
  asked.catch(() => others.delete(b)); // what failed is asked again
  return asked;
}

/**
 * What was measured before, for a run that was recorded: then nobody is asked.
 * @param {Float32Array} a
 * @param {Float32Array} b
 * @param {Distance} distance
 */
export function know(a, b, distance) {
  const others = known.get(a) ?? new WeakMap();
  known.set(a, others.set(b, Promise.resolve(distance)));
}
