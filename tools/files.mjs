// The files of a folder and of those in it.

import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";

/** @param {string} folder @returns {Promise<string[]>} their paths from it, in order */
export async function filesIn(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}
