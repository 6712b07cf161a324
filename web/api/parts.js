// What comes along with the page besides its modules: its worker, the embedded model, and files that are read when they are wanted.
// Here they lie beside it on a server. In `decant.html` they are inside the page, and tools/single/parts.js stands in this one's place.

/** @import { ModelFile } from "./decant.d.ts" */

/** Starts a worker that answers the questions of protocol.d.ts. */
export function startWorker() {
  return new Worker(new URL("../worker/worker.js", import.meta.url), { type: "module", name: "decant" });
}

/** A file that came with the page. @param {string} path from the page's folder, as `fetch` takes it: "models/catalog.json" */
export function fetchPart(path) {
  return fetch(path);
}

/**
 * The files of a folder that is inside the page; null where it is not, and a server has it.
 * @param {string} _address absolute
 * @returns {Promise<ModelFile[]> | null}
 */
export function partsBelow(_address) {
  return null;
}

/** Whether all parts are inside the page, which then needs no server. */
export const INSIDE = false;
