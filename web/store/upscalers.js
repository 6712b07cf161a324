// The upscalers that a person gave, as the browser keeps them (IndexedDB) until they are deleted: each as its file. It knows no page.

import { settled, transact } from "./idb.js";

/** @typedef {{ name: string, bytes: number }} KeptUpscaler */

const FILES = "files";

/** @type {import("./idb.js").Shape} */
const SHAPE = { name: "decant-upscalers", version: 1, upgrade: (database) => void database.createObjectStore(FILES) };

/** In the order of their names. @returns {Promise<KeptUpscaler[]>} */
export function listUpscalers() {
  return within("readonly", async (files) => {
    const names = /** @type {string[]} */ (await settled(files.getAllKeys()));
    return Promise.all(names.map(async (name) => ({ name, bytes: /** @type {Blob} */ (await settled(files.get(name))).size })));
  });
}

/** @param {string} name @returns {Promise<File | undefined>} */
export function readUpscaler(name) {
  return within("readonly", (files) => settled(files.get(name)));
}

/** In the place of another of that name. @param {string} name @param {File} file */
export function keepUpscaler(name, file) {
  return within("readwrite", (files) => settled(files.put(file, name)));
}

/** @param {string} name */
export function removeUpscaler(name) {
  return within("readwrite", (files) => settled(files.delete(name)));
}

/** @template T @param {IDBTransactionMode} mode @param {(files: IDBObjectStore) => Promise<T>} act */
function within(mode, act) {
  return transact(SHAPE, [FILES], mode, /** @type {(...stores: IDBObjectStore[]) => Promise<T>} */ (act));
}
