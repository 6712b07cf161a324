// One file on a web server, read in chunks: from the storage where they are there and unharmed, else from the server.
// The first question asks for the first chunk. Its answer tells whether there is such a file, how long it is and whether the server knows
// ranges, and holds all of a small file. A server that knows none sends the whole file: see whole.js.

import { CHUNK } from "../store/opfs.js";
import { Broken, failure, header, validatorOf } from "./line.js";
import { partIn } from "./part.js";
import { receiveWhole } from "./whole.js";
import { worded } from "../api/worded.js";

/** @import { FileStore } from "../store/opfs.js" */
/** @import { Keeper } from "./keeper.js" */
/** @import { Begun, Line, Piece } from "./line.js" */
/** @typedef {Uint8Array<ArrayBuffer>} Bytes */
/**
 * How long it is, how a chunk is got that is not stored, and how one is begun before it is asked for.
 * @typedef {{ size: number, fetch: (index: number, ahead?: Begun) => Promise<Bytes>, begin?: (index: number) => Begun }} Found
 */

export class RemoteFile {
  /** @type {FileStore | null} */
  stored = null;
  /** @type {Promise<Found | null> | null} */
  #found = null;
  /** The chunk that was asked for last. */
  #last = NaN;

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
    for (let at = start; at < end;) {
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
  async #chunk(found, index) {
    const key = this.#key(index);
    const [before, held] = [this.#last, this.keeper.atHand(key)];
    this.#last = index;
    const bytes = held ?? (await this.#get(found, index));
    if (!held) this.keeper.hold(key, bytes);
    // Who looks at a header only is not read ahead for.
    if (index === before + 1) this.#readAhead(found, index + 1);
    return bytes;
  }

  /** @param {Found} found @param {number} index */
  async #get({ fetch }, index) {
    const begun = this.keeper.begunAhead(this.#key(index));
    if (begun) return fetch(index, begun);
    const wasThere = this.stored?.has(index);
    const kept = await this.stored?.read(index);
    if (kept) await this.keeper.watch.arrived(this.name, "storage", kept.length);
    else if (wasThere)
      this.keeper.watch.note(worded("A stored part of {name} was damaged; that part is downloaded again.", { name: this.name }));
    return kept ?? fetch(index);
  }

  /** While one chunk is used, the next one comes. @param {Found} found @param {number} index */
  #readAhead({ size, begin }, index) {
    if (!begin || index * CHUNK >= size || this.stored?.has(index) || this.keeper.atHand(this.#key(index))) return;
    const keep = (/** @type {Begun} */ { piece }) =>
      piece.got === piece.bytes.length && void this.keeper.store(this.stored, index, piece.bytes);
    this.keeper.readAhead(this.#key(index), () => begin(index), keep);
  }

  /** @param {number} index */
  #key(index) {
    return `${this.name}/${index}`;
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

  /** What was kept of it is not right: it is gone, here and in the storage, and comes from the server when it is read again. */
  async forget() {
    this.#found = null;
    this.keeper.drop(`${this.name}/`);
    await this.stored?.begin({ absent: true }).catch(() => {});
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
    if (status === 416 && !/\/[1-9]\d*$/.test(header(response, "content-range"))) return { size: 0, fetch: async () => new Uint8Array() }; // an empty file has no first byte
    const hint =
      status === 401 || status === 403 ? ": it wants to know who asks. Download the file there, and open it from this machine" : "";
    throw failure("model", `the server answers with status ${`${status} ${statusText}`.trim()}${hint}`);
  }

  /** @param {Response} response to a question for the first bytes @returns {Promise<Found>} */
  async #first(response) {
    const about = this.stored?.about;
    if (about && "size" in about) {
      await response.body?.cancel();
      if (validatorOf(response, sizeIn(response) ?? about.size) === about.validator) return this.#inRanges(about.size, about.validator);
      if (this.stored?.count)
        this.keeper.watch.note(worded("{name} has changed on the server since it was stored; it is downloaded anew.", { name: this.name }));
      await this.stored?.begin({ absent: true }).catch(() => {});
      return /** @type {Promise<Found>} */ (this.#answered(await this.line.ask(this.address, `0-${CHUNK - 1}`)));
    }
    const part = partIn(response);
    if ("problem" in part) {
      response.body?.cancel().catch(() => {});
      throw failure("model", part.problem);
    }
    const size = sizeIn(response) ?? shortOf(response);
    if (size === null) throw failure("model", "the server hides how long the file is (its answer shows no Content-Range)");
    const validator = validatorOf(response, size);
    await this.stored?.begin({ size, validator }).catch(() => {});
    const piece = pieceOf(0, size);
    await this.line.range(this.address, this.name, piece, checkOf(size, validator), response);
    await this.keeper.store(this.stored, 0, piece.bytes);
    this.keeper.hold(this.#key(0), piece.bytes);
    return this.#inRanges(size, validator);
  }

  /** @param {number} size @param {string} validator @returns {Found} */
  #inRanges(size, validator) {
    const check = checkOf(size, validator);
    return {
      size,
      begin: (index) => this.line.begin(this.address, this.name, pieceOf(index, size), check),
      fetch: async (index, ahead) => {
        await ahead?.wanted();
        const piece = ahead?.piece ?? pieceOf(index, size);
        await this.line.range(this.address, this.name, piece, check);
        await this.keeper.store(this.stored, index, piece.bytes);
        return piece.bytes;
      },
    };
  }
}

/** Nothing of a chunk yet. @param {number} index @param {number} size the file's @returns {Piece} */
function pieceOf(index, size) {
  const from = index * CHUNK;
  return { from, bytes: new Uint8Array(Math.min(CHUNK, size - from)), got: 0 };
}

/**
 * Whether an answer is a part of the file that was opened.
 * @param {number} size
 * @param {string} validator
 * @returns {import("./line.js").Check}
 */
function checkOf(size, validator) {
  return (response, first, last) => {
    const { status, statusText } = response;
    if (status !== 206 && status !== 200)
      throw failure("model", `asked for a part of the file, the server answers with status ${`${status} ${statusText}`.trim()}`);
    if (status !== 206 || validatorOf(response, sizeIn(response) ?? size) !== validator)
      throw failure("model", "it changed on the server while it was being read; open the model again");
    const part = partIn(response);
    if ("problem" in part) throw failure("model", part.problem);
    // A cache's mistake: the next answer may be right, and this one is never stored.
    if ("first" in part && (part.first !== first || part.last > last))
      throw new Broken("asked for the bytes {first} to {last}, the server sent {begin} to {end}", {
        first,
        last,
        begin: part.first,
        end: part.last,
      });
  };
}

/** The whole file's length in an answer to a question for a part. @param {Response} response */
function sizeIn(response) {
  const part = partIn(response);
  return "total" in part ? part.total : null;
}

/** Another site's server may hide the whole length; an answer that is not full tells it, too. @param {Response} response */
function shortOf(response) {
  const length = Number(header(response, "content-length"));
  return length > 0 && length < CHUNK ? length : null;
}
