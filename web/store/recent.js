// Files and folders that were opened from this machine, as handles that can be opened again: kept by the browser (IndexedDB), read only
// after the person has agreed once more. Browsers without the File System Access API have none.

import { settled, transact } from "./idb.js";
import { Turns } from "../api/serial.js";

/** @typedef {{ id: number, name: string, opened: number, handles: FileSystemHandle[] }} RecentModel `opened` in milliseconds since 1970 */

const STORE = "models";
const MOST = 8;

/** @returns {Promise<RecentModel[]>} the one opened last first; none where the browser keeps none */
export async function listRecent() {
  const all = /** @type {RecentModel[]} */ (await inStore("readonly", (store) => store.getAll()).catch(() => []));
  return all.sort((a, b) => b.opened - a.opened);
}

/** What is forgotten was remembered before. */
const turns = new Turns();

/**
 * Keeps handles, in the place of those to the same files.
 * @param {string} name
 * @param {FileSystemHandle[]} handles
 * @returns {Promise<void>}
 */
export function rememberRecent(name, handles) {
  return turns.next(async () => {
    /** @type {{ id?: number }} */
    let place = {};
    for (const [index, model] of (await listRecent()).entries()) {
      if (await same(model.handles, handles)) place = { id: model.id };
      else if (index >= MOST - 1) await inStore("readwrite", (store) => store.delete(model.id));
    }
    // The same number as before, which a list on the screen may hold.
    await inStore("readwrite", (store) => store.put({ ...place, name, opened: Date.now(), handles })).catch(() => {});
  });
}

/** @param {number} id @returns {Promise<void>} */
export function forgetRecent(id) {
  return turns.next(() => inStore("readwrite", (store) => store.delete(id)));
}

/** Asks for permission where the browser wants it asked; only after a click. @param {RecentModel} model @returns {Promise<boolean>} */
export async function mayRead({ handles }) {
  for (const handle of handles) {
    const { queryPermission, requestPermission } = /** @type {any} */ (handle);
    if ((await queryPermission?.call(handle)) === "granted") continue;
    if (requestPermission && (await requestPermission.call(handle)) !== "granted") return false;
  }
  return true;
}

/** @param {FileSystemHandle[]} these @param {FileSystemHandle[]} those */
async function same(these, those) {
  if (these.length !== those.length) return false;
  const pairs = await Promise.all(these.map((handle, index) => handle.isSameEntry(/** @type {FileSystemHandle} */ (those[index]))));
  return pairs.every(Boolean);
}

/** @template T @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => IDBRequest<T>} act @returns {Promise<T>} */
function inStore(mode, act) {
  const shape = {
    name: "decant",
    version: 1,
    upgrade: (/** @type {IDBDatabase} */ database) => void database.createObjectStore(STORE, { keyPath: "id", autoIncrement: true }),
  };
  return transact(shape, [STORE], mode, (store) => settled(act(/** @type {IDBObjectStore} */ (store))));
}
