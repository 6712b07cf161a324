// What is kept of the files of one model: in the browser's storage while it has room, and the chunks used last at hand.

import { NoRoom } from "../store/opfs.js";
import { worded } from "../api/worded.js";

/** @import { FileStore, ModelStore } from "../store/opfs.js" */
/** @import { Begun, Watch } from "./line.js" */

/**
 * Bytes kept at hand, over all files. Files are nearly in the order in which they are read, and a few chunks bridge the rest; a small model is
 * kept whole, so that what was read for its headers does not come a second time for its weights.
 */
const AT_HAND = 64 << 20;

export class Keeper {
  /** @type {{ key: string, bytes: Uint8Array<ArrayBuffer> }[]} */
  #last = [];
  /**
   * The one chunk, over all files, that is read before anybody asks for it.
   * @type {{ key: string, begun: Begun, keep: () => void } | null}
   */
  #ahead = null;
  #store;

  /** @param {ModelStore | null} store @param {Watch} watch */
  constructor(store, watch) {
    this.#store = store;
    this.watch = watch;
  }

  /** Whether what comes now is stored. */
  get keeps() {
    return this.#store !== null;
  }

  /** @param {string} name @returns {Promise<FileStore | null>} */
  async file(name) {
    return (await this.#store?.file(name).catch(() => null)) ?? null;
  }

  /** A chunk that was used lately. @param {string} key */
  atHand(key) {
    const at = this.#last.findIndex((chunk) => chunk.key === key);
    const [chunk] = at < 0 ? [] : this.#last.splice(at, 1);
    if (chunk) this.#last.push(chunk);
    return chunk?.bytes;
  }

  /** @param {string} key @param {Uint8Array<ArrayBuffer>} bytes */
  hold(key, bytes) {
    this.#last.push({ key, bytes });
    for (let held = this.#last.reduce((sum, chunk) => sum + chunk.bytes.length, 0); held > AT_HAND;)
      held -= this.#last.shift()?.bytes.length ?? held;
  }

  /** Forgets the chunks whose keys begin so: they are not what they should be. @param {string} start */
  drop(start) {
    this.#last = this.#last.filter(({ key }) => !key.startsWith(start));
    if (this.#ahead?.key.startsWith(start)) this.#ahead = null;
  }

  /**
   * Begins to read a chunk ahead, unless another is still coming.
   * @param {string} key @param {() => Begun} begin @param {(begun: Begun) => void} keep what to do with it when nobody wanted it after all
   */
  readAhead(key, begin, keep) {
    if (this.#ahead && !this.#ahead.begun.isOver()) return;
    this.#ahead?.keep();
    const begun = begin();
    this.#ahead = { key, begun, keep: () => keep(begun) };
  }

  /** A chunk that was begun before it was asked for. @param {string} key */
  begunAhead(key) {
    const ahead = this.#ahead?.key === key ? this.#ahead.begun : null;
    if (ahead) this.#ahead = null;
    return ahead;
  }

  /**
   * Stores a chunk and tells whether that went well; says so, once, when there is no room.
   * @param {FileStore | null} file @param {number} index @param {Uint8Array<ArrayBuffer>} bytes
   */
  async store(file, index, bytes) {
    if (!file || !this.#store) return false;
    try {
      await file.write(index, bytes);
      return true;
    } catch (error) {
      // Else another tab is at the same chunk, and stores it.
      if (error instanceof NoRoom) {
        this.#store = null;
        this.watch.note(
          worded(
            "This browser’s storage is full: the rest of this model is not kept, and will be downloaded again next time. Deleting a stored model makes room.",
          ),
        );
      }
      return false;
    }
  }
}
