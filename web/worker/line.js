// The line to a server: asks for bytes, tries again when it breaks, and waits when the page wants that. It knows no file and no storage.

import { worded } from "../api/worded.js";

/** @import { ErrorCode, Sentence, SentenceValue } from "../api/decant.d.ts" */

/**
 * Whoever follows the reading. What it returns is awaited: not yet means paused, a rejection ends the reading.
 * @typedef {object} Watch
 * @property {(file: string, from: "network" | "storage" | "disk", bytes: number) => Promise<void>} arrived bytes came
 * @property {(reason: Sentence) => Promise<void>} interrupted nothing comes any more; resolves when it shall be tried again
 * @property {(note: { message: string, sentence: Sentence }) => void} note something that a person should know
 */

/** Milliseconds before the second, third and fourth try. Together as long as a change of wireless network takes. */
const WAITS = [300, 1000, 2500];
/** Milliseconds without a byte after which a connection counts as broken. */
const SILENCE = 30_000;

/** Bytes after which a line that broke counts as mended. */
const ENOUGH = 1 << 18;

/** @param {ErrorCode} code @param {string} message */
export function failure(code, message) {
  return { code, message };
}

/** Milliseconds that a server may ask for; one that wants more is not waited for without a person's word. */
const LONGEST = 60_000;

/** A failed try of which the next may fare better. */
export class Broken extends Error {
  /**
   * @param {string} template @param {Record<string, SentenceValue>} [values]
   * @param {number} [after] milliseconds that the server wants to be left alone
   */
  constructor(template, values = {}, after = 0) {
    const { message, sentence } = worded(template, values);
    super(message);
    this.sentence = sentence;
    this.after = after;
  }
}

/**
 * A part of a file that is being read, from byte `from` on, and how much of it is there.
 * @typedef {{ from: number, bytes: Uint8Array<ArrayBuffer>, got: number }} Piece
 */
/**
 * Throws when an answer is not for what was asked, the bytes from `first` to `last`.
 * @typedef {(response: Response, first: number, last: number) => void} Check
 */
/**
 * A piece that is read before anybody asks for it; `wanted` resolves when it is there as far as it came.
 * @typedef {{ piece: Piece, wanted: () => Promise<void>, isOver: () => boolean }} Begun
 */

export class Line {
  #watch;
  /** Whether any server ever answered: an address that never did is wrong rather than broken. */
  #answered = false;

  /** @param {Watch} watch */
  constructor(watch) {
    this.#watch = watch;
  }

  /**
   * Waits until there is an answer that is worth reading.
   * @param {string} address
   * @param {string} [range] of bytes: "0-99"
   * @returns {Promise<Response>}
   */
  ask(address, range) {
    return this.#persist(() => this.#try(address, range));
  }

  /**
   * The rest of a piece. What came before a break is kept, and only what lacks is asked for again.
   * @param {string} address @param {string} file @param {Piece} piece @param {Check} check
   * @param {Response} [begun] the first answer, where there is one already
   */
  async range(address, file, piece, check, begun) {
    await this.#persist(
      async () => {
        const response = begun;
        begun = undefined;
        await this.#receive(address, piece, check, (bytes) => this.#watch.arrived(file, "network", bytes), response);
      },
      () => piece.got,
    );
  }

  /**
   * Begins to read a piece that is likely to be wanted next: one try, of which nobody hears and which does not wait for anybody until the
   * piece is wanted. If it breaks, `range` goes on where it was.
   * @param {string} address @param {string} file @param {Piece} piece @param {Check} check @returns {Begun}
   */
  begin(address, file, piece, check) {
    let unheard = 0;
    let [isWanted, isOver] = [false, false];
    const hear = async (/** @type {number} */ bytes) => {
      const all = (unheard += bytes);
      if (!isWanted || all === 0) return;
      unheard = 0;
      await this.#watch.arrived(file, "network", all);
    };
    const over = this.#receive(address, piece, check, hear).catch((error) => {
      if (!(error instanceof Broken)) throw error;
    });
    over.catch(() => {}).finally(() => (isOver = true)); // whoever wants the piece is told what was wrong
    return {
      piece,
      isOver: () => isOver,
      wanted: async () => {
        isWanted = true;
        await over;
        await hear(0);
      },
    };
  }

  /**
   * What lacks of a piece, in one try.
   * @param {string} address
   * @param {Piece} piece
   * @param {Check} check
   * @param {(bytes: number) => Promise<void>} hear
   * @param {Response} [begun]
   */
  async #receive(address, piece, check, hear, begun) {
    const { from, bytes } = piece;
    if (piece.got === bytes.length) return;
    const [first, last] = [from + piece.got, from + bytes.length - 1];
    const response = begun ?? (await this.#try(address, `${first}-${last}`));
    try {
      check(response, first, last);
    } catch (error) {
      response.body?.cancel().catch(() => {}); // it may be endless
      throw error;
    }
    for await (const part of this.#parts(response, hear)) {
      if (piece.got + part.length > bytes.length) throw new Broken("the server sends more than it was asked for");
      bytes.set(part, piece.got);
      piece.got += part.length;
    }
    if (piece.got < bytes.length) throw new Broken("the server sent {got} bytes of {of}", { got: piece.got, of: bytes.length });
  }

  /** The bytes of an answer as they come. @param {Response} response @param {string} file */
  parts(response, file) {
    return this.#parts(response, (bytes) => this.#watch.arrived(file, "network", bytes));
  }

  /**
   * @param {Response} response
   * @param {(bytes: number) => Promise<void>} hear awaited for each part
   * @returns {AsyncGenerator<Uint8Array<ArrayBuffer>>}
   */
  async *#parts(response, hear) {
    const reader = response.body?.getReader();
    if (!reader) return;
    try {
      for (;;) {
        const { done, value } = await unlessSilent(reader.read());
        if (done) return;
        await hear(value.length);
        yield value;
      }
    } finally {
      reader.cancel().catch(() => {});
    }
  }

  /**
   * Does something again as long as the line breaks, and asks the watch when that does not help.
   * @template T
   * @param {() => Promise<T>} act
   * @param {() => number} [progress] grows while anything comes
   * @returns {Promise<T>}
   */
  async #persist(act, progress = () => 0) {
    for (let tries = 0, before = progress(); ; tries++) {
      try {
        return await act();
      } catch (error) {
        if (!(error instanceof Broken)) throw error;
        if (!this.#answered) throw failure("network", error.message);
        if (progress() - before >= ENOUGH) [tries, before] = [0, progress()];
        const wait = WAITS[tries];
        if (wait !== undefined && navigator.onLine && error.after <= LONGEST)
          await new Promise((done) => setTimeout(done, Math.max(wait, error.after)));
        else {
          await this.#watch.interrupted(error.sentence);
          tries = -1;
        }
      }
    }
  }

  /** @param {string} address @param {string} [range] */
  async #try(address, range) {
    /** @type {Response} */
    let response;
    try {
      // What is worth keeping is kept in the storage, and the browser need not keep it a second time.
      response = await unlessSilent(
        fetch(address, { cache: "no-cache", ...(range && { headers: { range: `bytes=${range}` }, cache: "no-store" }) }),
      );
    } catch (error) {
      throw new Broken("{reason}; the server is not there, or does not let this page read from it", { reason: textOf(error) });
    }
    this.#answered = true;
    const { status, statusText } = response;
    if (status >= 500 || status === 408 || status === 429) {
      response.body?.cancel().catch(() => {});
      throw new Broken("the server answers with status {status}", { status: `${status} ${statusText}`.trim() }, patienceIn(response));
    }
    return response;
  }
}

/** `Retry-After`, in seconds or as a date, in milliseconds; other sites' servers may hide it. @param {Response} response */
function patienceIn(response) {
  const text = header(response, "retry-after");
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return wait > 0 ? wait : 0;
}

/** @template T @param {Promise<T>} promise @returns {Promise<T>} */
async function unlessSilent(promise) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  try {
    const silent = new Promise((_, reject) => (timer = setTimeout(() => reject(new Broken("nothing came for half a minute")), SILENCE)));
    return await Promise.race([promise, /** @type {Promise<T>} */ (silent)]);
  } catch (error) {
    throw error instanceof Broken ? error : new Broken("{reason}", { reason: textOf(error) });
  } finally {
    clearTimeout(timer);
  }
}

/** @param {unknown} error */
function textOf(error) {
  return error instanceof Error ? error.message : String(error);
}

/** @param {Response} response @param {string} name */
export function header(response, name) {
  return response.headers.get(name) ?? "";
}

/** What tells one version of a file from the next, as far as the server shows it. @param {Response} response @param {number | null} size */
export function validatorOf(response, size) {
  return [header(response, "etag"), header(response, "last-modified"), size ?? ""].join(" ");
}
