// Stands in for web/parts.js in `decant.html`: what comes along lies in the page's own script elements, packed with gzip and written in base64.

/** @import { ModelFile } from "../../web/decant.d.ts" */

const FOLDER = new URL("./", document.baseURI).href;

export const INSIDE = true;

/** A classic worker, since browsers refuse modules that come from a blob to a page from disk. It is told first where its program is. */
export function startWorker() {
  const script = new Blob([element("worker.js")?.textContent ?? ""], { type: "text/javascript" });
  const address = URL.createObjectURL(script);
  const worker = new Worker(address, { name: "decant" });
  worker.postMessage({ program: packed("worker/pkg/decant_app_bg.wasm") });
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
  const paths = Array.from(document.querySelectorAll("script[data-part]"), (script) => script.getAttribute("data-part") ?? "").filter((path) => path.startsWith(folder));
  if (paths.length === 0) return null;
  return Promise.all(paths.map(async (path) => ({ path: path.slice(folder.length), file: new File([await unpacked(path)], path) })));
}

/** @param {string} path */
function element(path) {
  return document.querySelector(`script[data-part="${path}"]`);
}

/** @param {string} path */
function packed(path) {
  const bytes = atob(element(path)?.textContent ?? "");
  return new Blob([Uint8Array.from(bytes, (letter) => letter.charCodeAt(0))]);
}

/** What was unpacked once. @type {Map<string, Promise<Blob>>} */
const blobs = new Map();

/** @param {string} path */
function unpacked(path) {
  const blob = blobs.get(path) ?? new Response(packed(path).stream().pipeThrough(new DecompressionStream("gzip"))).blob();
  blobs.set(path, blob);
  return blob;
}
