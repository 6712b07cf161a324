// A file from a server that knows no ranges: it comes as a whole, is cut into chunks on the way, and cannot be gone on with once it broke off.
// Chunks that cannot be stored are kept as blobs, which browsers put on disk when there are many.

import { CHUNK } from "../store/opfs.js";
import { isWeightFile } from "../api/endings.js";
import { Broken, failure, header, validatorOf } from "./line.js";
import { worded } from "../api/worded.js";

/** @import { Found, RemoteFile } from "./remote.js" */

/** @param {RemoteFile} file @param {Response} response @returns {Promise<Found>} */
export async function receiveWhole(file, response) {
  const { stored, name, keeper } = file;
  const about = stored?.about;
  const validator = validatorOf(response, null);
  if (about && "size" in about && about.validator === validator && stored?.count === Math.ceil(about.size / CHUNK)) {
    await response.body?.cancel();
    return { size: about.size, fetch: again(file, []) };
  }
  const announced = Number(header(response, "content-length"));
  if (stored?.count)
    keeper.watch.note(
      worded("The server sends {name} only as a whole, so the download begins anew instead of going on where it broke off.", { name }),
    );
  else if (announced > CHUNK)
    keeper.watch.note(
      worded("The server sends {name} only as a whole: the download can be paused, but not resumed once it is broken off.", { name }),
    );
  await stored?.begin({ size: announced, validator }).catch(() => {});
  const { size, blobs } = await receive(file, response);
  // What the server announced was the length of what it sent, which may have been packed.
  if (size !== announced) await stored?.describe({ size, validator }).catch(() => {});
  return { size, fetch: again(file, blobs) };
}

/**
 * Gets a chunk that is not stored: from its blob, or by having the whole file sent once more.
 * @param {RemoteFile} file
 * @param {Blob[]} blobs
 * @returns {Found["fetch"]}
 */
function again(file, blobs) {
  return async (index) => {
    if (!blobs[index]) Object.assign(blobs, (await receive(file, await file.line.ask(file.address))).blobs);
    const bytes = blobs[index] ? new Uint8Array(await blobs[index].arrayBuffer()) : await file.stored?.read(index);
    if (!bytes) throw failure("model", "it changed on the server while it was being read; open the model again");
    return bytes;
  };
}

/** The most bytes of a file that holds no weights; the longest, CLIP's `tokenizer.json`, has 4 million. */
const MOST_TEXT = 16e6;
/** And of one that holds some, where the server does not say how many. */
const MOST_UNSAID = 16e9;
/** A packed file may grow to so many times the length that was announced. */
const MOST_UNPACKED = 8;

/** What an answer may bring: a server that never ends must fill neither memory nor disk. @param {string} name @param {Response} response */
function mostOf(name, response) {
  if (!isWeightFile(name)) return MOST_TEXT;
  return Number(header(response, "content-length")) * MOST_UNPACKED || MOST_UNSAID;
}

/** @param {RemoteFile} file @param {Response} response */
async function receive({ line, keeper, address, name, stored }, response) {
  for (;;) {
    /** @type {Blob[]} */
    const blobs = [];
    let size = 0;
    const most = mostOf(name, response);
    try {
      for await (const bytes of inChunks(line.parts(response, name))) {
        const index = Math.floor(size / CHUNK);
        if (!(await keeper.store(stored, index, bytes))) blobs[index] = new Blob([bytes]);
        size += bytes.length;
        if (size > most) throw failure("model", `the server sends more than ${Math.round(most / 1e6)} MB of ${name}, which it cannot be`);
      }
      return { size, blobs };
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      await keeper.watch.interrupted({
        template: "{reason}; this server cannot resume, so {name} begins anew",
        values: { reason: error.sentence, name },
      });
      response = await line.ask(address);
    }
  }
}

/**
 * @param {AsyncIterable<Uint8Array<ArrayBuffer>>} parts of any length
 * @returns {AsyncGenerator<Uint8Array<ArrayBuffer>>} all of `CHUNK` bytes but the last
 */
async function* inChunks(parts) {
  const chunk = new Uint8Array(CHUNK);
  let filled = 0;
  for await (const part of parts) {
    for (let at = 0; at < part.length;) {
      const some = part.subarray(at, at + CHUNK - filled);
      chunk.set(some, filled);
      filled += some.length;
      at += some.length;
      if (filled < CHUNK) continue;
      yield chunk.slice();
      filled = 0;
    }
  }
  if (filled > 0) yield chunk.slice(0, filled);
}
