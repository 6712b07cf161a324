// One file on a web server, read in chunks: from the storage where they are there and unharmed, else from the server.
// The first question asks for the first chunk. Its answer tells whether there is such a file, how long it is and whether the server knows
// ranges, and holds all of a small file. A server that knows none sends the whole file: see whole.js.

import { CHUNK } from "../storage.js";
import { failure, header, validatorOf } from "./line.js";
import { receiveWhole } from "./whole.js";

/** @import { FileStore } from "../storage.js" */
/** @import { Keeper } from "./keeper.js" */
/** @import { Line } from "./line.js" */
/** @typedef {Uint8Array<ArrayBuffer>} Bytes */
/** @typedef {{ size: number, fetch: (index: number) => Promise<Bytes> }} Found how long it is, and how a chunk is got that is not stored */

export class RemoteFile {
  /** @type {FileStore | null} */
  stored = null;
  /** @type {Promise<Found | null> | null} */
  #found = null;

  /** @param {Line} line @param {Keeper} keeper @param {string} address @param {string} name */
  constructor(line, keeper, address, name) {
    this.line = line;
    this.keeper = keeper;
    this.address = address;
    this.name = name;
  }

  /** Its length; null when there is no such file. @returns {Promise<number | null>} */
  async size() {
    return (await this.#find())?.size ?? null;
  }

  /** @param {number} start @param {number} end @returns {Promise<Bytes>} */
  async read(start, end) {
    const found = await this.#find();
    if (!found) throw failure("model", "there is no such file");
    const bytes = new Uint8Array(end - start);
    for (let at = start; at < end; ) {
      const index = Math.floor(at / CHUNK);
      const chunk = await this.#chunk(found, index);
      const part = chunk.subarray(at - index * CHUNK, end - index * CHUNK);
      if (part.length === 0) throw failure("model", `it ends at byte ${at}, although it should have ${found.size}`);
      bytes.set(part, at - start);
      at += part.length;
    }
    return bytes;
  }

  /** @param {Found} found @param {number} index */
  async #chunk({ fetch }, index) {
    const key = `${this.name}/${index}`;
    const held = this.keeper.atHand(key);
    if (held) return held;
    const wasThere = this.stored?.has(index);
    const kept = await this.stored?.read(index);
    if (kept) await this.keeper.watch.arrived(this.name, "storage", kept.length);
    else if (wasThere) this.keeper.watch.note(`A stored part of ${this.name} was damaged; that part is downloaded again.`);
    const bytes = kept ?? (await fetch(index));
    this.keeper.hold(key, bytes);
    return bytes;
  }

  #find() {
    this.#found ??= this.#ask().catch((error) => {
      this.#found = null; // asked again, it may be found
      throw error;
    });
    return this.#found;
  }

  /** @returns {Promise<Found | null>} */
  async #ask() {
    this.stored = await this.keeper.file(this.name);
    const about = this.stored?.about;
    const known = about && "size" in about;
    try {
      return await this.#answered(await this.line.ask(this.address, known ? "0-0" : `0-${CHUNK - 1}`));
    } catch (error) {
      if (/** @type {{ code?: string }} */ (error)?.code !== "network" || !about) throw error;
      return known ? this.#inRanges(about.size, about.validator) : null; // the server is away, the storage is not
    }
  }

  /** @param {Response} response @returns {Promise<Found | null>} */
  async #answered(response) {
    const { status, statusText } = response;
    if (status === 404 || status === 410 || (status === 200 && header(response, "content-type").startsWith("text/html"))) {
      await response.body?.cancel(); // a server's page for what it does not have: no file of a model is a web page
      await this.stored?.begin({ absent: true }).catch(() => {});
      return null;
    }
    if (status === 206) return this.#first(response);
    if (status === 200) return receiveWhole(this, response);
    if (status === 416) return { size: 0, fetch: async () => new Uint8Array() }; // an empty file has no first byte
    const hint = status === 401 || status === 403 ? ": it wants to know who asks. Download the file there, and open it from this machine" : "";
    throw failure("model", `the server answers with status ${`${status} ${statusText}`.trim()}${hint}`);
  }

  /** @param {Response} response to a question for the first bytes @returns {Promise<Found>} */
  async #first(response) {
    const about = this.stored?.about;
    if (about && "size" in about) {
      await response.body?.cancel();
      if (validatorOf(response, sizeIn(response) ?? about.size) === about.validator) return this.#inRanges(about.size, about.validator);
      if (this.stored?.count) this.keeper.watch.note(`${this.name} has changed on the server since it was stored; it is downloaded anew.`);
      await this.stored?.begin({ absent: true }).catch(() => {});
      return /** @type {Promise<Found>} */ (this.#answered(await this.line.ask(this.address, `0-${CHUNK - 1}`)));
    }
    const size = sizeIn(response) ?? shortOf(response);
    if (size === null) throw failure("model", "the server hides how long the file is (its answer shows no Content-Range)");
    const validator = validatorOf(response, size);
    await this.stored?.begin({ size, validator }).catch(() => {});
    const found = this.#inRanges(size, validator);
    this.keeper.hold(`${this.name}/0`, await this.#fetch(0, size, validator, response));
    return found;
  }

  /** @param {number} size @param {string} validator @returns {Found} */
  #inRanges(size, validator) {
    return { size, fetch: (index) => this.#fetch(index, size, validator) };
  }

  /** @param {number} index @param {number} size @param {string} validator @param {Response} [begun] */
  async #fetch(index, size, validator, begun) {
    const check = (/** @type {Response} */ response) => {
      const { status, statusText } = response;
      if (status !== 206 && status !== 200) throw failure("model", `asked for a part of the file, the server answers with status ${`${status} ${statusText}`.trim()}`);
      if (status !== 206 || validatorOf(response, sizeIn(response) ?? size) !== validator) throw failure("model", "it changed on the server while it was being read; open the model again");
    };
    const from = index * CHUNK;
    const bytes = await this.line.range(this.address, this.name, from, Math.min(from + CHUNK, size), check, begun);
    await this.keeper.store(this.stored, index, bytes);
    return bytes;
  }
}

/** The whole file's length in an answer to a question for a part. @param {Response} response */
function sizeIn(response) {
  return Number(header(response, "content-range").split("/").pop()) || null;
}

/** Another site's server may hide the whole length; an answer that is not full tells it, too. @param {Response} response */
function shortOf(response) {
  const length = Number(header(response, "content-length"));
  return length > 0 && length < CHUNK ? length : null;
}
