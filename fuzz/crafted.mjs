// Files that no damage makes: small ones that claim to be large, that unpack to much, that say one thing twice, that lead out of their folder.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { repairedPng, root } from "./shared.mjs";

/** @returns {{ kind: string, name: string, bytes: Buffer }[]} */
export function crafted() {
  return [...weights(), ...pictures(), ...settings(), ...latents()];
}

function weights() {
  const named = (name, header, data = 16) => ({ kind: "weights", name: `${name}.safetensors`, bytes: safetensors(header, data) });
  const tensor = (more) => JSON.stringify({ a: { dtype: "F32", shape: [4], data_offsets: [0, 16], ...more } });
  const words = ["0", "1", "7fffffffffffffff", "ffffffffffffffff", "0000000100000000"];
  return [
    ...words.map((length) => ({ kind: "weights", name: `length-${length}.safetensors`, bytes: Buffer.concat([u64(BigInt(`0x${length}`)), Buffer.from("{}")]) })),
    named("twice", '{"a": {"dtype":"F32","shape":[4],"data_offsets":[0,16]}, "a": {"dtype":"F32","shape":[4],"data_offsets":[0,16]}}'),
    named("huge-shape", tensor({ shape: [2 ** 31, 2 ** 31, 2 ** 31] })),
    named("many-axes", tensor({ shape: Array(10_000).fill(1) })),
    named("backwards", tensor({ data_offsets: [16, 0] })),
    named("beyond", tensor({ data_offsets: [0, 2 ** 53] })),
    named("negative", tensor({ shape: [-4] })),
    named("fraction", tensor({ shape: [4.5] })),
    named("unknown-type", tensor({ dtype: "F1000" })),
    named("deep", `{"a": ${"[".repeat(100_000)}`),
    named("long-name", JSON.stringify({ ["n".repeat(1 << 20)]: { dtype: "F32", shape: [4], data_offsets: [0, 16] } })),
    named("controls", JSON.stringify({ "a\u0000\n\u001b[31m": { dtype: "F32", shape: [4], data_offsets: [0, 16] } })),
    named("many", JSON.stringify(Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`t${i}`, { dtype: "F32", shape: [0], data_offsets: [0, 0] }])))),
    { kind: "weights", name: "no-tensors.gguf", bytes: Buffer.concat([Buffer.from("GGUF"), u32(3), u64(0n), u64(0n)]) },
    ...[2n ** 63n, 2n ** 32n, 100_000n].map((tensors) => ({ kind: "weights", name: `tensors-${tensors}.gguf`, bytes: Buffer.concat([Buffer.from("GGUF"), u32(3), u64(tensors), u64(0n), Buffer.alloc(4096)]) })),
    { kind: "weights", name: "entries.gguf", bytes: Buffer.concat([Buffer.from("GGUF"), u32(3), u64(0n), u64(2n ** 62n), Buffer.alloc(64)]) },
    { kind: "weights", name: "arrays.gguf", bytes: Buffer.concat([Buffer.from("GGUF"), u32(3), u64(0n), u64(1n), u64(1n), Buffer.from("a"), ...Array(60).fill(Buffer.concat([u32(9), u32(9), u64(2n ** 40n)])), Buffer.alloc(64)]) },
    { kind: "weights", name: "empty.safetensors", bytes: Buffer.alloc(0) },
    { kind: "weights", name: "zeros.ckpt", bytes: Buffer.alloc(4096) },
    { kind: "weights", name: "directory.ckpt", bytes: zipEnd(0xffff, 0xffffffff, 0xffffffff) },
    { kind: "weights", name: "own-directory.ckpt", bytes: zipEnd(1, 46, 0) },
    { kind: "weights", name: "memo.bin", bytes: Buffer.concat([Buffer.from([0x80, 2]), Buffer.from("r"), u32(0xffffffff), Buffer.from(".")]) },
    { kind: "weights", name: "system.bin", bytes: Buffer.from("\x80\x02cos\nsystem\nX\x04\x00\x00\x00true\x85R.", "latin1") },
    { kind: "weights", name: "tuples.bin", bytes: Buffer.concat([Buffer.from([0x80, 2]), Buffer.from("(".repeat(100_000)), Buffer.from("t".repeat(100_000)), Buffer.from(".")]) },
  ];
}

function pictures() {
  const plain = readFileSync(join(root, "tests/golden/pictures/plain.png"));
  const bomb = deflateSync(Buffer.alloc(64 << 20), { level: 9 });
  const png = (name, ...chunks) => ({ name: `${name}.png`, bytes: Buffer.concat([plain.subarray(0, 8), ...chunks]) });
  const header = (width, height, depth = 1, colour = 0) => chunk("IHDR", u32be(width), u32be(height), Buffer.from([depth, colour, 0, 0, 0]));
  const white = (width, height) => chunk("IDAT", deflateSync(Buffer.alloc((Math.ceil(width / 8) + 1) * height)));
  const end = chunk("IEND");
  const files = [
    png("square", header(16384, 16384), white(16384, 16384), end),
    png("line", header(16384, 1), white(16384, 1), end),
    png("column", header(1, 16384), white(1, 16384), end),
    png("claims", header(0x7fffffff, 0x7fffffff, 16, 6), end),
    png("nothing", header(0, 0), end),
    png("profile", header(8, 8), chunk("iCCP", Buffer.from("x\0\0"), bomb), white(8, 8), end),
    png("text", header(8, 8), chunk("zTXt", Buffer.from("parameters\0\0"), bomb), white(8, 8), end),
    png("texts", header(8, 8), chunk("iTXt", Buffer.from("decant\0\u0001\0\0\0"), bomb), white(8, 8), end),
    png("many-texts", header(8, 8), ...Array(20_000).fill(chunk("tEXt", Buffer.from("a\0b"))), white(8, 8), end),
    png("exif", header(8, 8), chunk("eXIf", Buffer.from("MM\0*\0\0\0\u0008\u00ff\u00ff", "latin1")), white(8, 8), end),
    png("frames", header(8, 8), chunk("acTL", u32be(0x7fffffff), u32be(0)), white(8, 8), end),
    png("long-chunk", header(8, 8), u32be(0x7fffffff), Buffer.from("iCCPx")),
    png("packed-short", header(4096, 4096), chunk("IDAT", deflateSync(Buffer.alloc(16))), end),
    { name: "claims.webp", bytes: Buffer.concat([Buffer.from("RIFF"), u32(0xf0000100), Buffer.from("WEBPVP8X"), u32(10), Buffer.from([8, 0, 0, 0, 7, 0, 0, 7, 0, 0]), Buffer.from("EXIF"), u32(0xf0000000)]) },
    { name: "large.webp", bytes: Buffer.concat([Buffer.from("RIFF"), u32(30), Buffer.from("WEBPVP8L"), u32(10), Buffer.from([0x2f, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0, 0, 0])]) },
    { name: "frame.jpg", bytes: Buffer.from("ffd8ffc0001108ffffffff03011100021101031101ffda000c03010002110311003f00ffd9", "hex") },
    { name: "segments.jpg", bytes: Buffer.concat([Buffer.from("ffd8", "hex"), ...Array(2000).fill(Buffer.concat([Buffer.from("ffe2fffe", "hex"), Buffer.alloc(16)]))]) },
    { name: "empty.png", bytes: Buffer.alloc(0) },
  ];
  return files.flatMap((file) => [{ kind: "picture", ...file }, { kind: "mask", ...file }, { kind: "settings", ...file }]);
}

function settings() {
  const texts = {
    twice: '{"prompt": "a", "seed": 1, "seed": 2}',
    long: JSON.stringify({ prompt: "cat ".repeat(1 << 20) }),
    many: JSON.stringify({ prompt: "a", mixes: Array(10_000).fill({ prompt: "b", factor: 0.1 }) }),
    swaps: JSON.stringify({ prompt: "a", swaps: Array(10_000).fill({ token: "a", parts: [{ token: "b", weight: 1 }] }) }),
    numbers: '{"prompt": "a", "guidance": 1e400}',
    steps: '{"prompt": "a", "steps": 18446744073709551615}',
    size: '{"prompt": "a", "width": 18446744073709551608, "height": 8}',
    pad: '{"prompt": "a", "pad": [18446744073709551615, 1, 1, 1]}',
    brackets: JSON.stringify({ prompt: "(".repeat(60_000), emphasis: true }),
    weights: JSON.stringify({ prompt: "(a:1e38)(b:-1e38)(c:NaN)", emphasis: true }),
    deep: "[".repeat(1 << 20),
    controls: JSON.stringify({ "a\u001b[2J": 1 }),
  };
  return Object.entries(texts).map(([name, text]) => ({ kind: "settings", name: `${name}.json`, bytes: Buffer.from(text) }));
}

function latents() {
  const npy = (header) => Buffer.concat([Buffer.from("\x93NUMPY\x01\x00", "latin1"), Buffer.from([header.length & 255, header.length >> 8]), Buffer.from(header), Buffer.alloc(64)]);
  const texts = {
    huge: "{'descr': '<f4', 'fortran_order': False, 'shape': (4, 4294967296, 4294967296), }",
    zero: "{'descr': '<f4', 'fortran_order': False, 'shape': (4, 0, 0), }",
    flat: "{'descr': '<f4', 'fortran_order': False, 'shape': (16,), }",
    objects: "{'descr': '|O', 'fortran_order': False, 'shape': (4, 2, 2), }",
    wide: "{'descr': '<f4', 'fortran_order': False, 'shape': (4, 1, 4), }",
  };
  return Object.entries(texts).map(([name, text]) => ({ kind: "latents", name: `${name}.npy`, bytes: npy(text) }));
}

function safetensors(header, data) {
  return Buffer.concat([u64(BigInt(Buffer.byteLength(header))), Buffer.from(header), Buffer.alloc(data)]);
}

function chunk(name, ...parts) {
  const data = Buffer.concat(parts);
  const whole = Buffer.concat([Buffer.alloc(8), u32be(data.length), Buffer.from(name), data, Buffer.alloc(4)]);
  return repairedPng(whole).subarray(8);
}

function zipEnd(entries, size, at) {
  return Buffer.concat([Buffer.from("PK\x05\x06", "latin1"), Buffer.alloc(4), Buffer.from([entries & 255, entries >> 8, entries & 255, entries >> 8]), u32(size), u32(at), Buffer.alloc(2)]);
}

function u32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u32be(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function u64(value) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}
