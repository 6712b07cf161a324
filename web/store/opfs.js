// Downloaded models in this browser's own storage (OPFS): the page lists and deletes them, the worker reads and writes their chunks.
// It knows no network and no model.
//
//     decant-models/MODEL/about.json           { address, name, opened, place }
//     decant-models/MODEL/FILE/about.json      { size, validator, published? } or { absent }
//     decant-models/MODEL/FILE/INDEX-SHA256    one chunk, named by what must be in it
//
// There is no list of chunks to keep: a chunk that was cut off when its tab closed does not have the hash in its name, and two tabs that
// store the same chunk write the same bytes under the same name.

/**
 * Where a model's files are: below `base`; `names` when all are known; `query` belongs to each.
 * @typedef {{ base: string, names: string[] | null, query: string }} Place
 */

/** Bytes in a chunk: a second on a slow line, a round trip hardly felt, and all that a damaged one costs. */
export const CHUNK = 8 << 20;

const FOLDER = "decant-models";
const ABOUT = "about.json";

/**
 * @typedef {{ address: string, name: string, opened: number, place?: Place }} AboutModel `opened` in milliseconds since 1970; `place` is for opening it without its server
 */
/**
 * @typedef {{ size: number, validator: string, published?: string } | { absent: true }} AboutFile `published`: the whole file has been found to have this SHA-256
 */
/** @typedef {{ key: string, address: string, name: string, opened: number, bytes: number }} StoredModel */
/** @typedef {{ usage: number, quota: number, persisted: boolean }} Room bytes */
/**
 * @typedef {{ truncate(size: number): void, write(bytes: Uint8Array, at: { at: number }): number, flush(): void, close(): void }} SyncAccess a worker's, which the page's types do not know
 */

/** The browser's storage is full, or its owner allows no more. */
export class NoRoom extends Error {}

/** The folder of all models; null where the browser has no such storage (a page from disk or over plain http, some private windows). */
async function root() {
  try {
    return await (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER, { create: true });
  } catch {
    return null;
  }
}

/**
 * A model's own folder, made if need be; null where nothing can be stored.
 * @param {string} address
 * @param {string} name
 * @returns {Promise<ModelStore | null>}
 */
export async function storeOf(address, name) {
  const folder = await root();
  if (!folder || !globalThis.crypto?.subtle) return null;
  try {
    const own = await folder.getDirectoryHandle((await hash(new TextEncoder().encode(address))).slice(0, 32), { create: true });
    const about = /** @type {AboutModel | null} */ (await readJson(own, ABOUT));
    return new ModelStore(own, { ...about, address, name, opened: Date.now() });
  } catch {
    return null;
  }
}

export class ModelStore {
  #folder;

  /** @param {FileSystemDirectoryHandle} folder @param {AboutModel} about */
  constructor(folder, about) {
    this.#folder = folder;
    this.about = about;
  }

  /** Writes down what the model is, and when it was opened. */
  async note() {
    await write(this.#folder, ABOUT, encode(this.about));
  }

  /** @param {string} name */
  async file(name) {
    const folder = await this.#folder.getDirectoryHandle(encodeURIComponent(name), { create: true });
    const about = soundAbout(await readJson(folder, ABOUT));
    const chunks = new Map();
    for await (const entry of folder.keys()) {
      const [index, sum] = entry.split("-");
      if (sum) chunks.set(Number(index), sum);
    }
    return new FileStore(folder, about, chunks);
  }
}

export class FileStore {
  #folder;
  #chunks;

  /** @param {FileSystemDirectoryHandle} folder @param {AboutFile | null} about @param {Map<number, string>} chunks their hashes by index */
  constructor(folder, about, chunks) {
    this.#folder = folder;
    this.about = about;
    this.#chunks = chunks;
  }

  /** @param {number} index */
  has(index) {
    return this.#chunks.has(index);
  }

  get count() {
    return this.#chunks.size;
  }

  /** Forgets all chunks: what the server has now is another file. @param {AboutFile} about */
  async begin(about) {
    for (const [index, sum] of this.#chunks) await this.#folder.removeEntry(`${index}-${sum}`);
    this.#chunks.clear();
    await this.describe(about);
  }

  /** @param {AboutFile} about */
  async describe(about) {
    this.about = about;
    await write(this.#folder, ABOUT, encode(about));
  }

  /**
   * A chunk's bytes; null when it is not there or is not what was stored, in which case it is gone.
   * @param {number} index
   * @returns {Promise<Uint8Array<ArrayBuffer> | null>}
   */
  async read(index) {
    const sum = this.#chunks.get(index);
    if (!sum) return null;
    try {
      const file = await (await this.#folder.getFileHandle(`${index}-${sum}`)).getFile();
      const bytes = file.size <= CHUNK ? new Uint8Array(await file.arrayBuffer()) : null;
      if (bytes && (await hash(bytes)) === sum) return bytes;
    } catch {
      // A chunk that cannot be read is as good as none.
    }
    await this.#forget(index, sum);
    return null;
  }

  /** @param {number} index @param {Uint8Array<ArrayBuffer>} bytes */
  async write(index, bytes) {
    const sum = await hash(bytes);
    const before = this.#chunks.get(index);
    if (before && before !== sum) await this.#forget(index, before);
    if (this.about && "published" in this.about) await this.describe({ size: this.about.size, validator: this.about.validator }); // another part, another file
    const name = `${index}-${sum}`;
    try {
      await write(this.#folder, name, bytes);
    } catch (error) {
      await this.#folder.removeEntry(name).catch(() => {});
      throw error;
    }
    this.#chunks.set(index, sum);
  }

  /** @param {number} index @param {string} sum */
  async #forget(index, sum) {
    this.#chunks.delete(index);
    await this.#folder.removeEntry(`${index}-${sum}`).catch(() => {});
  }
}

/** Everything that is stored, the model opened last first. @returns {Promise<StoredModel[]>} */
export async function listStored() {
  const models = [];
  for await (const [key, folder] of (await root())?.entries() ?? []) {
    if (folder.kind !== "directory") continue;
    const own = /** @type {FileSystemDirectoryHandle} */ (folder);
    const about = /** @type {AboutModel | null} */ (await readJson(own, ABOUT));
    const bytes = await bytesIn(own).catch(goneMeanwhile);
    // A model that was looked at and not loaded has left little more than names.
    if (bytes > 0)
      models.push({
        key,
        address: about?.address ?? "",
        name: about?.name ?? "a model that was not finished",
        opened: about?.opened ?? 0,
        bytes,
      });
  }
  return models.sort((a, b) => b.opened - a.opened);
}

/** @param {string} key a stored model's */
export async function removeStored(key) {
  await (await root())?.removeEntry(key, { recursive: true }).catch(goneMeanwhile);
}

/** What somebody else deletes at the same time holds nothing. @param {unknown} error */
function goneMeanwhile(error) {
  if (error instanceof DOMException && error.name === "NotFoundError") return 0;
  throw error;
}

/** @returns {Promise<Room | null>} null where the browser does not tell */
export async function room() {
  const { usage, quota } = (await navigator.storage?.estimate?.().catch(() => null)) ?? {};
  if (usage === undefined || !quota) return null;
  return { usage, quota, persisted: (await navigator.storage.persisted?.()) ?? false };
}

/**
 * All chunks are full but a file's last one, so no chunk needs to be opened to know its length.
 * @param {FileSystemDirectoryHandle} model
 */
async function bytesIn(model) {
  let bytes = 0;
  for await (const folder of model.values()) {
    if (folder.kind !== "directory") continue;
    const own = /** @type {FileSystemDirectoryHandle} */ (folder);
    const about = /** @type {AboutFile | null} */ (await readJson(own, ABOUT));
    if (!about || "absent" in about) continue;
    for await (const entry of own.keys()) if (entry !== ABOUT) bytes += Math.min(CHUNK, about.size - Number(entry.split("-")[0]) * CHUNK);
  }
  return bytes;
}

/**
 * A worker's quick way to write; it fails while another tab writes the same file.
 * @param {FileSystemDirectoryHandle} folder
 * @param {string} name
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
async function write(folder, name, bytes) {
  try {
    const handle = await folder.getFileHandle(name, { create: true });
    /** @type {SyncAccess} */
    const access = await /** @type {any} */ (handle).createSyncAccessHandle();
    try {
      access.truncate(0);
      if (access.write(bytes, { at: 0 }) < bytes.length) throw new NoRoom("the storage took only a part");
      access.flush();
    } finally {
      access.close();
    }
  } catch (error) {
    throw error instanceof DOMException && error.name === "QuotaExceededError" ? new NoRoom(error.message) : error;
  }
}

/** @param {FileSystemDirectoryHandle} folder @param {string} name @returns {Promise<unknown>} */
async function readJson(folder, name) {
  try {
    return JSON.parse(await (await (await folder.getFileHandle(name)).getFile()).text());
  } catch {
    return null;
  }
}

/** What stands there is believed only where it can be. @param {unknown} about @returns {AboutFile | null} */
function soundAbout(about) {
  if (!about || typeof about !== "object") return null;
  if ("absent" in about) return { absent: true };
  const isSound =
    "size" in about &&
    Number.isSafeInteger(about.size) &&
    Number(about.size) >= 0 &&
    "validator" in about &&
    typeof about.validator === "string";
  return isSound ? /** @type {AboutFile} */ (about) : null;
}

/** @param {object} value */
function encode(value) {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** @param {Uint8Array<ArrayBuffer>} bytes @returns {Promise<string>} SHA-256 in hexadecimal digits */
async function hash(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
