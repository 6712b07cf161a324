// The safetensors format: a length, a JSON header that says where each tensor lies, and the numbers. Written and read in plain JavaScript, for
// files that the page makes itself; a model's weights are read by the module.

import { failure } from "../api/client.js";

/** @typedef {{ dtype: "F32" | "U8", shape: number[], values: Float32Array | Uint8Array }} Tensor */
/** @typedef {{ tensors: Map<string, Tensor>, metadata: Record<string, string> }} Contents */

/** What a header may take: those of whole checkpoints have less than a tenth of it. */
const MOST_HEADER = 1 << 24;
const BYTES = { F32: 4, U8: 1 };

/** @param {Contents} contents @returns {Blob} */
export function writeSafetensors({ tensors, metadata }) {
  let end = 0;
  /** @type {Record<string, unknown>} */
  const header = { __metadata__: metadata };
  for (const [name, { dtype, shape, values }] of tensors) header[name] = { dtype, shape, data_offsets: [end, (end += values.byteLength)] };
  const text = new TextEncoder().encode(JSON.stringify(header));
  // Numbers begin at a multiple of eight; blanks fill the header up.
  const padding = new Uint8Array((8 - (text.length % 8)) % 8).fill(0x20);
  const length = new DataView(new ArrayBuffer(8));
  length.setBigUint64(0, BigInt(text.length + padding.length), true);
  const parts = [...tensors.values()].map(
    ({ values }) => /** @type {Uint8Array<ArrayBuffer>} */ (new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
  );
  return new Blob([length, text, padding, ...parts]);
}

/** Tensors of other types than ours are passed over. Rejects with a sentence. @param {Blob} blob @returns {Promise<Contents>} */
export async function readSafetensors(blob) {
  const { header, begin } = await readHeader(blob);
  const body = await blob.slice(begin).arrayBuffer();
  /** @type {Contents["tensors"]} */
  const tensors = new Map();
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const tensor = readTensor(name, entry, body);
    if (tensor) tensors.set(name, tensor);
  }
  return { tensors, metadata: metadataOf(header) };
}

/**
 * What a file says of itself, without its numbers; null for a file of another format.
 * @param {Blob} blob
 * @returns {Promise<Record<string, string> | null>}
 */
export async function peekMetadata(blob) {
  return readHeader(blob).then(
    ({ header }) => metadataOf(header),
    () => null,
  );
}

/**
 * The shapes of a file's tensors, none of which is read; null where it is no safetensors file.
 * @param {Blob} blob
 * @returns {Promise<Map<string, number[]> | null>}
 */
export async function peekTensors(blob) {
  const found = await readHeader(blob).catch(() => null);
  if (!found) return null;
  const entries = Object.entries(found.header).filter(([name]) => name !== "__metadata__");
  return new Map(entries.map(([name, entry]) => [name, /** @type {{ shape?: number[] }} */ (entry).shape ?? []]));
}

/** @param {Blob} blob */
async function readHeader(blob) {
  if (blob.size < 10) throw damaged("it ends before its header");
  const length = Number(new DataView(await blob.slice(0, 8).arrayBuffer()).getBigUint64(0, true));
  if (length > Math.min(blob.size - 8, MOST_HEADER)) throw damaged(`its header would take ${length} bytes, and it has ${blob.size}`);
  try {
    const header = JSON.parse(await blob.slice(8, 8 + length).text());
    if (typeof header === "object" && header !== null && !Array.isArray(header))
      return { header: /** @type {Record<string, unknown>} */ (header), begin: 8 + length };
  } catch {
    // The same sentence as for a list.
  }
  throw damaged("its header cannot be read");
}

/** @param {Record<string, unknown>} header @returns {Record<string, string>} */
function metadataOf(header) {
  const metadata = header["__metadata__"];
  if (typeof metadata !== "object" || metadata === null) return {};
  return Object.fromEntries(Object.entries(metadata).filter(([, value]) => typeof value === "string"));
}

/** @param {string} name @param {unknown} entry @param {ArrayBuffer} body @returns {Tensor | null} */
function readTensor(name, entry, body) {
  const { dtype, shape, data_offsets: place } = /** @type {{ dtype?: unknown, shape?: unknown, data_offsets?: unknown }} */ (entry ?? {});
  if (dtype !== "F32" && dtype !== "U8") return null;
  if (!isCounts(shape) || !isCounts(place) || place.length !== 2) throw damaged(`${name} has no shape or no place`);
  // A side of 0 would let the others be as large as they like, for no bytes at all.
  if (shape.includes(0)) throw damaged(`${name} is [${shape.join(", ")}], which holds nothing`);
  const [from, to] = /** @type {[number, number]} */ (place);
  const bytes = shape.reduce((product, side) => product * side, BYTES[dtype]);
  if (to - from !== bytes || to > body.byteLength)
    throw damaged(
      `${name} is [${shape.join(", ")}] and should take ${bytes} bytes; there are ${Math.max(0, Math.min(to, body.byteLength) - from)}`,
    );
  const part = body.slice(from, to);
  return { dtype, shape, values: dtype === "F32" ? new Float32Array(part) : new Uint8Array(part) };
}

/** @param {unknown} value @returns {value is number[]} */
function isCounts(value) {
  return Array.isArray(value) && value.every((one) => Number.isSafeInteger(one) && one >= 0);
}

/** @param {string} why */
export function damaged(why) {
  return failure("request", `The file is damaged or is no recorded run: ${why}.`);
}
