// The browser's own database (IndexedDB), as promises: opened for one piece of work, and closed after it.

/**
 * @typedef {{ name: string, version: number, upgrade: (database: IDBDatabase) => void }} Shape what a database is called, and what makes its stores
 */

/**
 * Does one piece of work in one transaction: all of it is kept, or nothing.
 * @template T
 * @param {Shape} shape @param {string[]} stores @param {IDBTransactionMode} mode @param {(...stores: IDBObjectStore[]) => Promise<T> | T} act
 * @returns {Promise<T>}
 */
export async function transact({ name, version, upgrade }, stores, mode, act) {
  const request = indexedDB.open(name, version);
  request.onupgradeneeded = () => upgrade(request.result);
  const database = await settled(request);
  try {
    const transaction = database.transaction(stores, mode);
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(undefined);
      transaction.onabort = () => reject(transaction.error ?? new DOMException("The transaction was aborted.", "AbortError"));
    });
    done.catch(() => {}); // said by `act`, where that failed first
    const result = await act(...stores.map((store) => transaction.objectStore(store)));
    await done;
    return result;
  } finally {
    database.close();
  }
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
export function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
