// What an address stands for: one file, a folder, or a repository of a model hub, whose files are below `/resolve/REVISION/` and which lists
// them. Which of the last two it is, only asking can tell.

import { isWeightFile } from "../api/endings.js";
import { header } from "./line.js";

/** @import { Place } from "../store/opfs.js" */
/** @import { Line } from "./line.js" */

/** `/owner/name`, and what a hub's own pages put behind it. */
const REPOSITORY = /^\/([^/]+\/[^/]+)(?:\/(?:tree|blob|resolve)\/([^/]+)(?:\/(.*))?)?\/?$/;

/** @param {string} address absolute @param {Line} line @returns {Promise<Place>} */
export async function placeOf(address, line) {
  const url = new URL(address);
  const file = /[^/]+$/.exec(url.pathname)?.[0] ?? "";
  if (isWeightFile(file)) {
    const path = url.pathname.replace(/^(\/[^/]+\/[^/]+)\/blob\//, "$1/resolve/");
    return { base: url.origin + path.slice(0, -file.length), names: [decodeURIComponent(file)], query: url.search };
  }
  const folder = { base: `${url.origin}${url.pathname}`.replace(/\/?$/, "/"), names: null, query: "" };
  const [, repository, revision = "main", inside = ""] = REPOSITORY.exec(url.pathname) ?? [];
  // The page's own server is no hub, and is not asked for what it does not have.
  if (!repository || url.origin === location.origin) return folder;
  const prefix = inside && inside.replace(/\/?$/, "/");
  const base = `${url.origin}/${repository}/resolve/${revision}/${prefix}`;
  const names = await listed(`${url.origin}/api/models/${repository}/tree/${revision}?recursive=true`, line);
  if (names) return { base, names: names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length)), query: "" };
  // It may have a hub's addresses without a hub's list.
  const index = await line.ask(`${base}model_index.json`, "0-0").catch(() => null);
  await index?.body?.cancel();
  return index?.ok && !header(index, "content-type").startsWith("text/html") ? { base, names: null, query: "" } : folder;
}

/** A hub's answer: `[{ type: "file", path }, …]`. @param {string} address @param {Line} line */
async function listed(address, line) {
  try {
    const answer = await (await line.ask(address)).json();
    const files = answer.filter(
      (/** @type {{ type?: unknown, path?: unknown }} */ { type, path }) => type === "file" && typeof path === "string",
    );
    return /** @type {string[]} */ (files.map((/** @type {{ path: string }} */ { path }) => path));
  } catch {
    return null;
  }
}
