// What both attacks share: dice that fall the same for the same seed, one run of the command under limits, and what counts as a finding.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { crc32 } from "node:zlib";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** The longest that one run may take, in milliseconds, on a busy machine. */
export const LONGEST = 30_000;
/** The most addresses that it may ask for, in KB: what is refused by them ends it with a signal. */
const MOST_MEMORY = 3_000_000;

/** A value on the command line. @param {string} name */
export function option(name) {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
}

/** Numbers by chance, the same for the same seed (mulberry32). */
export class Dice {
  /** @param {number} seed */
  constructor(seed) {
    this.state = seed >>> 0;
  }

  /** From 0 to below 1. */
  next() {
    let t = (this.state = (this.state + 0x6d2b79f5) >>> 0);
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  below(count) {
    return Math.floor(this.next() * count);
  }

  chance(share) {
    return this.next() < share;
  }

  pick(list) {
    return list[this.below(list.length)];
  }
}

export function scratchFolder(name) {
  mkdirSync(tmpdir(), { recursive: true });
  return mkdtempSync(join(tmpdir(), `decant-fuzz-${name}-`));
}

/** How the command is started: within bounds, by a shell that sets them. @param {string} decant @param {string[]} words */
export function bounded(decant, words) {
  return { program: "sh", words: ["-c", `ulimit -v ${MOST_MEMORY}; exec "$@"`, "sh", decant, ...words], options: { cwd: root, env: { ...process.env, DECANT_PATIENCE: "0.02", RAYON_NUM_THREADS: "2" } } };
}

/** One run. @param {string} decant @param {string[]} words */
export function run(decant, words) {
  const { program, words: all, options } = bounded(decant, words);
  const { status, signal, stderr, error } = spawnSync(program, all, { ...options, encoding: "utf8", timeout: LONGEST, killSignal: "SIGKILL", maxBuffer: 1 << 26 });
  return { status, signal: error?.code === "ETIMEDOUT" ? "a time-out" : signal, stderr: stderr ?? "" };
}

/** What is wrong with how a run ended; null where nothing is. */
export function judge({ status, signal, stderr }) {
  if (signal) return `it was ended by ${signal}`;
  if (stderr.includes("panicked")) return "it panicked";
  if (status === 0) return null;
  if (status !== 1) return `exit code ${status}`;
  const said = stderr.split("\n").filter((line) => line.startsWith("decant: "));
  if (said.length !== 1 || !stderr.trimEnd().endsWith(said[0].trimEnd())) return "it ended in no sentence, or in several";
  return said[0].length > 20_000 ? "its sentence is endless" : null;
}

/** A PNG whose chunks have the right checksums, as far as its chunks can be told. @param {Buffer} bytes */
export function repairedPng(bytes) {
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    if (at + 12 + length > bytes.length) break;
    bytes.writeUInt32BE(crc32(bytes.subarray(at + 4, at + 8 + length)), at + 8 + length);
    at += 12 + length;
  }
  return bytes;
}

export function count(number, what) {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
