// Finished pictures as the browser keeps them (IndexedDB): for each its settings and a thumbnail, its PNG with its record, and for the latest
// few all their steps. It knows no page and no model.

import { renamed } from "./former-steps.js";
import { settled, transact } from "./idb.js";

/** @import { Settings, Trace } from "../api/decant.d.ts" */

/**
 * @typedef {object} Kept
 * @property {number} id
 * @property {number} made in milliseconds since 1970
 * @property {Settings} settings as it was made
 * @property {string} model
 * @property {string} device
 * @property {number} milliseconds that the run took
 * @property {number} bytes of its PNG and its thumbnail
 * @property {Blob} thumb
 */
/**
 * @typedef {{ kept: Kept, png: Blob, trace: Trace | undefined }} Whole a picture with all that is kept of it, to be put back after it was removed
 */

/** How many pictures' steps are kept, and how large they may be: a picture of 512 × 512 in 20 steps takes 46 MB. */
const MOST_TRACES = 6;
const MOST_TRACE_BYTES = 96e6;

const PICTURES = "pictures";
const PNGS = "pngs";
const TRACES = "traces";

/** @type {import("./idb.js").Shape} */
const SHAPE = {
  name: "decant-gallery",
  version: 1,
  upgrade(database) {
    database.createObjectStore(PICTURES, { keyPath: "id", autoIncrement: true });
    database.createObjectStore(PNGS);
    database.createObjectStore(TRACES);
  },
};

/** All pictures, the last one first. @returns {Promise<Kept[]>} */
export async function listKept() {
  const all = /** @type {Kept[]} */ (await within([PICTURES], "readonly", (pictures) => settled(pictures.getAll())));
  return all.reverse();
}

/** @param {Omit<Kept, "id">} picture @param {Blob} png @param {Trace} trace @returns {Promise<Kept>} */
export async function keep(picture, png, trace) {
  const id = Number(
    await within([PICTURES, PNGS], "readwrite", async (pictures, pngs) => {
      const key = await settled(pictures.add(picture));
      pngs.put(png, key);
      return key;
    }),
  );
  // Steps are kept where there is room; a picture does without.
  if (bytesOf(trace) <= MOST_TRACE_BYTES) await within([TRACES], "readwrite", (traces) => keepTrace(traces, id, trace)).catch(() => {});
  return { ...picture, id };
}

/** @param {IDBObjectStore} traces @param {number} id @param {Trace} trace */
async function keepTrace(traces, id, trace) {
  const before = await settled(traces.getAllKeys());
  for (const old of before.slice(0, Math.max(0, before.length - MOST_TRACES + 1))) traces.delete(old);
  traces.put(trace, id);
}

/** @param {number} id @returns {Promise<Blob | undefined>} */
export function readPng(id) {
  return within([PNGS], "readonly", (pngs) => settled(pngs.get(id)));
}

/** Its steps, where they are kept. @param {number} id @returns {Promise<Trace | undefined>} */
export async function readTrace(id) {
  const trace = await within([TRACES], "readonly", (traces) => settled(traces.get(id)));
  return trace && renamed(trace);
}

/** @param {number[]} ids @returns {Promise<Whole[]>} what was removed */
export function removeKept(ids) {
  return within([PICTURES, PNGS, TRACES], "readwrite", async (pictures, pngs, traces) => {
    const all = [];
    for (const id of ids) {
      all.push({ kept: await settled(pictures.get(id)), png: await settled(pngs.get(id)), trace: await settled(traces.get(id)) });
      for (const store of [pictures, pngs, traces]) store.delete(id);
    }
    return all.filter(({ kept }) => kept);
  });
}

/** @param {Whole[]} all */
export function putBack(all) {
  return within([PICTURES, PNGS, TRACES], "readwrite", (pictures, pngs, traces) => {
    for (const { kept, png, trace } of all) {
      pictures.put(kept);
      pngs.put(png, kept.id);
      if (trace) traces.put(trace, kept.id);
    }
  });
}

/**
 * @template T
 * @param {string[]} stores
 * @param {IDBTransactionMode} mode
 * @param {(...stores: [IDBObjectStore, IDBObjectStore, IDBObjectStore]) => Promise<T> | T} act
 */
function within(stores, mode, act) {
  return transact(SHAPE, stores, mode, /** @type {(...stores: IDBObjectStore[]) => Promise<T> | T} */ (act));
}

/** What a run's steps take; one array may stand in several places. @param {Trace} trace */
function bytesOf({ steps }) {
  const values = steps.flatMap((step) => [...Object.values(step), step.attention?.values]);
  const arrays = values.map((value) => (value instanceof ImageData ? value.data : value)).filter((value) => ArrayBuffer.isView(value));
  return [...new Set(arrays)].reduce((sum, { byteLength }) => sum + byteLength, 0);
}
