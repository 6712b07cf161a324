// Where a model comes from: turns whatever a caller or a person gave into what the worker reads from.

import { failure } from "./calls.js";

/** @import { LoadOptions, ModelFile } from "./decant.d.ts" */
/** @import { Source } from "./protocol.d.ts" */

/** @param {LoadOptions["model"]} model @returns {Promise<Source>} */
export async function modelSource(model) {
  if (typeof model === "string") return { url: absolute(model) };
  if ("entries" in model && "kind" in model) return { files: fromRoot(await walkHandle(model)) };
  return { files: fromRoot(Array.from(/** @type {ArrayLike<File | ModelFile>} */ (model), (item) => (item instanceof File ? pickedFile(item) : item))) };
}

/** What to call a model in a sentence: the last folder of its address, or the folder that was picked. @param {LoadOptions["model"]} model */
export function modelName(model) {
  if (typeof model === "string") return model.replace(/\/+$/, "").split("/").pop() || model;
  if ("name" in model) return model.name;
  const [first] = model;
  if (!first) return "an empty folder";
  return (first instanceof File ? first.webkitRelativePath : first.path).split("/")[0] || "own files";
}

/**
 * The files behind a drop: folders are walked, loose files are taken as they are.
 * The entries must be taken before the first `await`, because the drop's list is emptied after the event.
 * @param {DataTransfer} drop @returns {Promise<ModelFile[]>}
 */
export async function droppedFiles(drop) {
  const entries = Array.from(drop.items, (item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  return (await Promise.all(entries.map(walkEntry))).flat();
}

/** @param {string} address */
function absolute(address) {
  try {
    const url = new URL(address, document.baseURI).href;
    return url.endsWith("/") ? url : `${url}/`;
  } catch {
    throw failure("model", `“${address}” is not an address that a model could be loaded from.`);
  }
}

/** @param {File} file @returns {ModelFile} */
function pickedFile(file) {
  return { path: file.webkitRelativePath || file.name, file };
}

/** Paths as seen from the folder nearest to the top that holds `model_index.json`. @param {ModelFile[]} files */
function fromRoot(files) {
  const index = files.filter(({ path }) => path.split("/").pop() === "model_index.json").sort((a, b) => a.path.length - b.path.length)[0];
  if (!index) {
    throw failure("model", `None of the ${files.length} chosen files is called model_index.json. Choose the folder that holds it, next to unet, vae, text_encoder, tokenizer and scheduler.`);
  }
  const root = index.path.slice(0, -"model_index.json".length);
  return files.filter(({ path }) => path.startsWith(root)).map(({ path, file }) => ({ path: path.slice(root.length), file }));
}

/** @param {FileSystemDirectoryHandle} folder @param {string} [prefix] @returns {Promise<ModelFile[]>} */
async function walkHandle(folder, prefix = "") {
  const files = [];
  for await (const handle of folder.values()) {
    const path = prefix + handle.name;
    if (handle.kind === "directory") files.push(...(await walkHandle(/** @type {FileSystemDirectoryHandle} */ (handle), `${path}/`)));
    else files.push({ path, file: await /** @type {FileSystemFileHandle} */ (handle).getFile() });
  }
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
