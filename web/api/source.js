// Where a model comes from: turns whatever a caller or a person gave into what the worker reads from.

import { refusal } from "./client.js";
import { partsBelow } from "./parts.js";

/** @import { Address, Model, ModelFile } from "./decant.d.ts" */
/** @import { Source } from "./protocol.d.ts" */

/** How people write another site's address: “host.org/owner/name”. A folder beside the page has no such dot. */
const HOST = /^([a-z0-9-]+\.)+[a-z]{2,}(:\d+)?\//i;

/** What a file's whole sum is, behind its address. */
const SUM = /^#sha256=([0-9a-f]{64})$/i;

/** @param {Model} model @returns {Promise<Source>} */
export async function modelSource(model) {
  if (typeof model === "string") return insideOr(addressSource(model));
  if ("address" in model) return insideOr(addressSource(model.address, model));
  return { files: fromRoot(await chosenFiles(model)) };
}

/**
 * Where a model is downloaded from, absolute; null for one that is on this machine or came with the page.
 * @param {Model} model
 * @returns {string | null}
 */
export function downloadOf(model) {
  if (typeof model !== "string" && !("address" in model)) return null;
  const { url, keep } = typeof model === "string" ? addressSource(model) : addressSource(model.address, model);
  return keep ? url : null;
}

/**
 * What to call a model in a sentence: the last part of its address, or what was picked; "" for files that share no folder.
 * @param {Model} model
 * @returns {string}
 */
export function modelName(model) {
  if (typeof model === "string") return lastPart(model);
  if ("address" in model) return lastPart(model.address);
  if ("name" in model) return model.name;
  const [first] = model;
  if (!first) return "";
  if ("kind" in first) return first.name;
  return (first instanceof File ? first.webkitRelativePath || first.name : first.path).split("/")[0] ?? "";
}

/**
 * What a file is called in settings and records: without its end; a colon would end the name there (`<lora:name:0.8>`).
 * @param {string} name
 */
export function stem(name) {
  return name.replace(/\.\w+$/, "").replaceAll(":", " ");
}

/** @param {Exclude<Model, string | import("./decant.d.ts").Address>} model @returns {Promise<ModelFile[]>} */
async function chosenFiles(model) {
  if (model instanceof File) return [pickedFile(model)];
  if ("kind" in model) return walkHandle(/** @type {FileSystemHandle} */ (model));
  const items = /** @type {(File | ModelFile | FileSystemHandle)[]} */ (Array.from(/** @type {ArrayLike<any>} */ (model)));
  const files = items.map((item) => (item instanceof File ? [pickedFile(item)] : "kind" in item ? walkHandle(item) : [item]));
  return (await Promise.all(files)).flat();
}

/**
 * What was dropped: handles where the browser has them, which can be opened again another day; else its files, with folders walked.
 * The items must be taken before the first `await`, because the drop's list is emptied after the event.
 * @param {DataTransfer} drop @returns {Promise<Model>}
 */
export async function dropped(drop) {
  const items = Array.from(drop.items).filter(({ kind }) => kind === "file");
  /** @type {(Promise<FileSystemHandle | null> | null)[]} */
  const handles = items.map((item) => /** @type {any} */ (item).getAsFileSystemHandle?.() ?? null);
  const entries = items.map((item) => item.webkitGetAsEntry() ?? item.getAsFile());
  const found = await Promise.all(handles).catch(() => [null]);
  if (found.length > 0 && found.every(Boolean)) return /** @type {FileSystemHandle[]} */ (found);
  return (await Promise.all(entries.map((entry) => (entry instanceof File ? [pickedFile(entry)] : entry ? walkEntry(entry) : [])))).flat();
}

/**
 * What comes with the page is the browser's to keep; every other download is stored. A file's address may end in its sum: `#sha256=…`.
 * @param {string} address @param {Partial<Address>} [more] @returns {Extract<Source, { url: string }>}
 */
function addressSource(address, { files = [], sha256 = {} } = {}) {
  /** @type {URL} */
  let url;
  try {
    url = new URL(HOST.test(address) ? `https:${"//"}${address}` : address, base());
  } catch {
    throw refusal("model", "“{address}” is not an address that a model could be loaded from.", { address }, "address");
  }
  const [, sum] = SUM.exec(url.hash) ?? [];
  if (!sum && url.hash.startsWith("#sha256="))
    throw refusal("model", "“{hash}” is no SHA-256: that is 64 digits from 0 to f.", { hash: url.hash }, "address");
  url.hash = "";
  const name = lastPart(address);
  const keep = !url.href.startsWith(new URL("models/", base()).href);
  return {
    url: url.href,
    name,
    keep,
    only: files.length > 0 ? files : null,
    sha256: sum ? { [decodeURIComponent(name)]: sum.toLowerCase() } : sha256,
  };
}

/** What addresses are relative to: the page, or what its `<base>` says, as for every request. */
function base() {
  return new Request("").url;
}

/** What is inside the page is not asked of a server. @param {Extract<Source, { url: string }>} source @returns {Promise<Source>} */
async function insideOr(source) {
  const files = await partsBelow(source.url);
  if (files) return { files };
  if (!source.url.startsWith("file:")) return source;
  throw refusal(
    "model",
    "“{name}” cannot be read: a page opened from a file may not read other files by their address. Choose it as a file or a folder, or drop it on the page.",
    { name: source.name },
    "address",
  );
}

/** @param {string} address */
function lastPart(address) {
  return (
    address
      .replace(/[?#].*/, "")
      .replace(/\/+$/, "")
      .split("/")
      .pop() || address
  );
}

/** @param {File} file @returns {ModelFile} */
function pickedFile(file) {
  return { path: file.webkitRelativePath || file.name, file };
}

/**
 * Paths as seen from the folder nearest to the top that holds `model_index.json`, or else from the one folder that holds everything.
 * @param {ModelFile[]} files
 */
function fromRoot(files) {
  const index = files.filter(({ path }) => path.split("/").pop() === "model_index.json").sort((a, b) => a.path.length - b.path.length)[0];
  const first = files[0]?.path.split("/") ?? [];
  const shared = first.length > 1 && files.every(({ path }) => path.startsWith(`${first[0]}/`)) ? `${first[0]}/` : "";
  const root = index ? index.path.slice(0, -"model_index.json".length) : shared;
  return files.filter(({ path }) => path.startsWith(root)).map(({ path, file }) => ({ path: path.slice(root.length), file }));
}

/** @param {FileSystemHandle} handle @param {string} [prefix] @returns {Promise<ModelFile[]>} */
async function walkHandle(handle, prefix = "") {
  const path = prefix + handle.name;
  if (handle.kind === "file") return [{ path, file: await /** @type {FileSystemFileHandle} */ (handle).getFile() }];
  const files = [];
  for await (const inner of /** @type {FileSystemDirectoryHandle} */ (handle).values())
    files.push(...(await walkHandle(inner, `${path}/`)));
  return files;
}

/** @param {FileSystemEntry} entry @returns {Promise<ModelFile[]>} */
async function walkEntry(entry) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => /** @type {FileSystemFileEntry} */ (entry).file(resolve, reject));
    return [{ path: entry.fullPath.replace(/^\//, ""), file }];
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  const files = [];
  // A reader gives at most a hundred entries at a time, and an empty list at the end.
  for (let some = await readSome(reader); some.length > 0; some = await readSome(reader)) {
    files.push(...(await Promise.all(some.map(walkEntry))).flat());
  }
  return files;
}

/** @param {FileSystemDirectoryReader} reader @returns {Promise<FileSystemEntry[]>} */
function readSome(reader) {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject));
}
