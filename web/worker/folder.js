// A model's files as the WebAssembly module asks for them (`Files` in protocol.d.ts): below an address, or picked by a person.

import { storeOf } from "../store/opfs.js";
import { placeOf } from "./address.js";
import { Keeper } from "./keeper.js";
import { Line, failure } from "./line.js";
import { checkPublished } from "./published.js";
import { RemoteFile } from "./remote.js";
import { worded } from "../api/worded.js";

/** @import { ModelFile } from "../api/decant.d.ts" */
/** @import { App, Files, Source, Tell } from "../api/protocol.d.ts" */
/** @import { Place } from "../store/opfs.js" */
/** @import { Watch } from "./line.js" */

/** Where a folder may list what it holds: `{ "files": [name, …] }`. */
const LIST = "decant.json";

/** @param {Source} source @param {Watch} watch @returns {Promise<Picked | Remote>} */
export async function openFolder(source, watch) {
  if ("files" in source) return new Picked(source.files, watch);
  const store = source.keep ? await storeOf(source.url, source.name) : null;
  if (source.keep && !store)
    watch.note(
      worded(
        "This browser keeps no files for this page (private window, or an address without https), so the model will be downloaded again next time.",
      ),
    );
  const line = new Line(watch);
  const place = await placeOf(source.url, line).catch((error) => store?.about.place ?? Promise.reject(error));
  const known = place.names === null ? (store?.about.place ?? place) : place; // its server may be away
  if (store)
    await Object.assign(store, { about: { ...store.about, place: known } })
      .note()
      .catch(() => {});
  const names = source.only ? source.only.filter((name) => known.names?.includes(name) ?? true) : known.names;
  return new Remote({ ...known, names }, line, new Keeper(store, watch), source.sha256);
}

/** @implements {Files} */
class Remote {
  #place;
  #line;
  #keeper;
  #sha256;
  /** @type {Map<string, RemoteFile>} */
  #files = new Map();
  /** @type {Promise<string[] | null> | null} */
  #list = null;

  /** @param {Place} place @param {Line} line @param {Keeper} keeper @param {Record<string, string>} sha256 */
  constructor(place, line, keeper, sha256) {
    this.#sha256 = sha256;
    this.#place = place;
    this.#line = line;
    this.#keeper = keeper;
  }

  place() {
    const { base, names } = this.#place;
    return names?.length === 1 ? `${base}${names[0]}` : base.replace(/\/$/, "");
  }

  names() {
    this.#list ??= this.#place.names ? Promise.resolve(this.#place.names) : this.#ownList();
    return this.#list;
  }

  /** @param {string} name */
  async size(name) {
    const names = await this.names();
    return !names || names.includes(name) ? this.#file(name).size() : null;
  }

  /** @param {string} name @param {number} start @param {number} end */
  read(name, start, end) {
    return this.#file(name).read(start, end);
  }

  /**
   * A file's bytes contradict each other, and a reader's sentence says which file's. What is kept of it goes, so that opening the model again
   * does download it again. @param {string} sentence @returns {Promise<boolean>} whether anything was kept
   */
  async forgetDamaged(sentence) {
    const damaged = [...this.#files].filter(([name, file]) => file.stored?.count && sentence.includes(name));
    for (const [, file] of damaged) await file.forget();
    return damaged.length > 0;
  }

  /** Compares the files that were read with what was published, where that is known. @param {App["Sha256"]} Sha256 @param {Tell} tell */
  async check(Sha256, tell) {
    for (const [name, expected] of Object.entries(this.#sha256)) {
      const file = this.#files.get(name);
      if (file) await checkPublished(file, expected, new Sha256(), tell);
    }
  }

  /** @param {string} name */
  #file(name) {
    const { base, query } = this.#place;
    const file =
      this.#files.get(name) ??
      new RemoteFile(this.#line, this.#keeper, base + name.split("/").map(encodeURIComponent).join("/") + query, name);
    this.#files.set(name, file);
    return file;
  }

  /** Anything but a list lists nothing; what is wrong with the file, the model's own reader says. @returns {Promise<string[] | null>} */
  async #ownList() {
    const file = this.#file(LIST);
    const size = await file.size();
    if (size === null) return null;
    const text = new TextDecoder().decode(await file.read(0, size));
    try {
      const { files } = JSON.parse(text);
      return Array.isArray(files) ? files.filter((name) => typeof name === "string") : null;
    } catch {
      return null;
    }
  }
}

/** @implements {Files} */
class Picked {
  #files;
  #watch;

  /** @param {ModelFile[]} files @param {Watch} watch */
  constructor(files, watch) {
    this.#files = new Map(files.map(({ path, file }) => [path, file]));
    this.#watch = watch;
  }

  place() {
    const [only, another] = this.#files.keys();
    return another === undefined && only !== undefined ? only : "the chosen files";
  }

  async names() {
    return [...this.#files.keys()];
  }

  /** @param {string} name */
  async size(name) {
    return this.#files.get(name)?.size ?? null;
  }

  /** @param {string} name @param {number} start @param {number} end */
  async read(name, start, end) {
    const file = this.#files.get(name);
    if (!file) throw failure("model", "there is no such file");
    try {
      const bytes = new Uint8Array(await file.slice(start, end).arrayBuffer());
      await this.#watch.arrived(name, "disk", bytes.length);
      return bytes;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      throw failure("model", `${error.message}; if it changed since it was chosen, choose it again`);
    }
  }
}
