// The line to a server: asks for bytes, tries again when it breaks, and waits when the page wants that. It knows no file and no storage.

/** @import { ErrorCode } from "../decant.d.ts" */

/**
 * Whoever follows the reading. What it returns is awaited: not yet means paused, a rejection ends the reading.
 * @typedef {object} Watch
 * @property {(file: string, from: "network" | "storage" | "disk", bytes: number) => Promise<void>} arrived bytes came
 * @property {(reason: string) => Promise<void>} interrupted nothing comes any more; resolves when it shall be tried again
 * @property {(sentence: string) => void} note something that a person should know
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

/** A failed try of which the next may fare better. */
export class Broken extends Error {}

export class Line {
  #watch;
  /** Whether any server ever answered: an address that never did is wrong rather than broken. */
  #answered = false;

  /** @param {Watch} watch */
  constructor(watch) {
    this.#watch = watch;
  }

  /** Waits until there is an answer that is worth reading. @param {string} address @param {string} [range] of bytes: "0-99" @returns {Promise<Response>} */
  ask(address, range) {
    return this.#persist(() => this.#try(address, range));
  }

  /**
   * The bytes from `from` to before `to`. What came before a break is kept, and only the rest asked for again.
   * @param {string} address @param {string} file @param {number} from @param {number} to @param {(response: Response) => void} check throws when the answer is not for this
   * @param {Response} [begun] the first answer, where there is one already
   * @returns {Promise<Uint8Array<ArrayBuffer>>}
   */
  async range(address, file, from, to, check, begun) {
    const bytes = new Uint8Array(to - from);
    let got = 0;
    await this.#persist(async () => {
      if (got === bytes.length) return;
      const response = begun ?? (await this.#try(address, `${from + got}-${to - 1}`));
      begun = undefined;
      check(response);
      for await (const part of this.parts(response, file)) {
        if (got + part.length > bytes.length) throw new Broken("the server sends more than it was asked for");
        bytes.set(part, got);
        got += part.length;
      }
      if (got < bytes.length) throw new Broken(`the server sent ${got} bytes of ${bytes.length}`);
    }, () => got);
    return bytes;
  }

  /** The bytes of an answer as they come. @param {Response} response @param {string} file @returns {AsyncGenerator<Uint8Array<ArrayBuffer>>} */
  async *parts(response, file) {
    const reader = response.body?.getReader();
    if (!reader) return;
    try {
      for (;;) {
        const { done, value } = await unlessSilent(reader.read());
        if (done) return;
        await this.#watch.arrived(file, "network", value.length);
        yield value;
      }
    } finally {
      reader.cancel().catch(() => {});
    }
  }

  /** Does something again as long as the line breaks, and asks the watch when that does not help. @template T @param {() => Promise<T>} act @param {() => number} [progress] grows while anything comes @returns {Promise<T>} */
  async #persist(act, progress = () => 0) {
    for (let tries = 0, before = progress(); ; tries++) {
      try {
        return await act();
      } catch (error) {
        if (!(error instanceof Broken)) throw error;
        if (!this.#answered) throw failure("network", error.message);
        if (progress() - before >= ENOUGH) [tries, before] = [0, progress()];
        const wait = WAITS[tries];
        if (wait !== undefined && navigator.onLine) await new Promise((done) => setTimeout(done, wait));
        else {
          await this.#watch.interrupted(error.message);
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
      response = await unlessSilent(fetch(address, { cache: "no-cache", ...(range && { headers: { range: `bytes=${range}` }, cache: "no-store" }) }));
    } catch (error) {
      throw new Broken(`${textOf(error)}; the server is not there, or does not let this page read from it`);
    }
    this.#answered = true;
    const { status, statusText } = response;
    if (status >= 500 || status === 408 || status === 429) throw new Broken(`the server answers with status ${status} ${statusText}`.trim());
    return response;
  }
}

/** @template T @param {Promise<T>} promise @returns {Promise<T>} */
async function unlessSilent(promise) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  try {
    const silent = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error("nothing came for half a minute")), SILENCE)));
    return await Promise.race([promise, /** @type {Promise<T>} */ (silent)]);
  } catch (error) {
    throw new Broken(textOf(error));
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
