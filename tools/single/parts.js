// Stands in for web/api/parts.js in `decant.html`: what comes along lies in the page's own script elements, packed with gzip and written as packing.js says.

import { asBytes } from "./packing.js";

/** @import { ModelFile } from "../../web/api/decant.d.ts" */

const FOLDER = new URL("./", document.baseURI).href;

export const INSIDE = true;

/** A classic worker, since browsers refuse modules that come from a blob to a page from disk. It is told first where its program is. */
export function startWorker() {
  const script = new Blob([element("worker.js")?.textContent ?? ""], { type: "text/javascript" });
  const address = URL.createObjectURL(script);
  const worker = new Worker(address, { name: "decant" });
  packed("worker/pkg/decant_app_bg.wasm").then((program) => worker.postMessage({ program }));
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  return worker;
}

/** @param {string} path */
export async function fetchPart(path) {
  return element(path) ? new Response(await unpacked(path)) : new Response(null, { status: 404 });
}

/** @param {string} address @returns {Promise<ModelFile[] | null>} */
export async function partsBelow(address) {
  if (!address.startsWith(FOLDER)) return null;
  const folder = `${address.slice(FOLDER.length).replace(/\/$/, "")}/`;
  const paths = Array.from(document.querySelectorAll("script[data-part]"), (script) => script.getAttribute("data-part") ?? "").filter(
    (path) => path.startsWith(folder),
  );
  if (paths.length === 0) return null;
  return Promise.all(paths.map(async (path) => ({ path: path.slice(folder.length), file: new File([await unpacked(path)], path) })));
}

/** @param {string} path */
function element(path) {
  return document.querySelector(`script[data-part="${path}"]`);
}

/** @param {string} path */
function packed(path) {
  return once(`${path}, packed`, async () => new Blob([await asBytes(element(path)?.textContent ?? "")]));
}

/** @param {string} path */
function unpacked(path) {
  return once(path, async () => new Response((await packed(path)).stream().pipeThrough(new DecompressionStream("gzip"))).blob());
}

/** @type {Map<string, Promise<Blob>>} */
const made = new Map();

/** @param {string} key @param {() => Promise<Blob>} make */
function once(key, make) {
  const blob = made.get(key) ?? make();
  made.set(key, blob);
  return blob;
}
