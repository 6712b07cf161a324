// Several kept pictures as one file.

import { readPng } from "../store/pictures.js";
import { nameOf } from "./kept.js";

/** @import { Kept } from "../store/pictures.js" */

/**
 * Pictures with their records, in one archive: its parts are handed to the browser one by one, which need not hold them in memory.
 * @param {Kept[]} pictures
 */
export async function archiveOf(pictures) {
  const { Zip, ZipPassThrough } = await import("../vendor/zip.js");
  /** @type {Blob[]} */
  const parts = [];
  const zip = new Zip((error, part) => {
    if (error) throw error;
    parts.push(new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (part)]));
  });
  for (const kept of pictures) {
    const png = await readPng(kept.id);
    if (!png) continue;
    // A PNG is packed already.
    const file = new ZipPassThrough(nameOf(kept));
    zip.add(file);
    file.push(new Uint8Array(await png.arrayBuffer()), true);
  }
  zip.end();
  return new Blob(parts, { type: "application/zip" });
}
