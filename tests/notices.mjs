// What comes in from outside: accepted licences, crates.io and npm alone, nothing that is banned, nothing twice that is not known to be.
// First it is tried on made-up faults, each of which must be found. It builds nothing.
//
//     node tests/notices.mjs

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { taken } from "../tools/notices/licence.mjs";
import { BANNED, CRATES, DOUBLED, TOOLS } from "../tools/notices/policy.mjs";

/** @typedef {{ name: string, version: string, license: string | null, source: string | null }} Crate */
/** @typedef {{ version: string, license?: string, resolved?: string, link?: boolean }} Package */
/** @typedef {{ crates: Crate[], locks: string[], packages: Record<string, Package>, doubled: Record<string, string> }} Found */

const TARGETS = ["wasm32-unknown-unknown", /^host: (.+)$/m.exec(run("rustc", "-vV"))?.[1] ?? ""];
const root = new URL("../", import.meta.url);
const read = (/** @type {string} */ path) => readFileSync(new URL(path, root), "utf8");

const found = [...missedFaults(), ...faults(here())];
for (const fault of found) console.log(fault);
process.exitCode = found.length > 0 ? 1 : 0;

/** @returns {Found} */
function here() {
  const asked = TARGETS.flatMap((target) => ["--filter-platform", target]);
  return {
    crates: JSON.parse(run("cargo", "metadata", "--locked", "--quiet", "--format-version", "1", ...asked)).packages,
    locks: ["Cargo.lock", "tools/bindgen/Cargo.lock", "fuzz/Cargo.lock"].map(read),
    packages: JSON.parse(read("package-lock.json")).packages,
    doubled: DOUBLED,
  };
}

/** @param {Found} found */
function* faults({ crates, locks, packages, doubled }) {
  for (const { name, version, license, source } of crates) {
    if (source !== null && !taken(license))
      yield `${name} ${version}: its licence is ${license ?? "not said"}, which is none of those in tools/notices/licence.mjs`;
  }
  for (const lock of locks) yield* lockFaults(lock);
  yield* doubles(locks[0], doubled);
  for (const [path, { version, license, resolved }] of Object.entries(packages)) {
    const name = path.replace(/^.*node_modules\//, "");
    if (!path) continue;
    if (!taken(license) && !(license && TOOLS[name] === license))
      yield `npm's ${name} ${version}: its licence is ${license ?? "not said"}, which is none of those in tools/notices/licence.mjs`;
    if (/^(git|file|http:)/.test(resolved ?? "")) yield `npm's ${name} ${version} comes from ${resolved}, not from npm`;
  }
}

/** Where crates come from, and which. Our own have no source. @param {string} lock */
function* lockFaults(lock) {
  for (const { name, version, source } of locked(lock)) {
    if (source && source !== CRATES) yield `${name} ${version} comes from ${source}, not from crates.io`;
    if (Object.hasOwn(BANNED, name)) yield `${name} ${version} is banned: it ${BANNED[name]}`;
  }
}

/** @param {string} lock @param {Record<string, string>} known */
function* doubles(lock, known) {
  /** @type {Map<string, string[]>} */
  const versions = new Map();
  for (const { name, version } of locked(lock)) versions.set(name, [...(versions.get(name) ?? []), version]);
  for (const [name, all] of versions)
    if (all.length > 1 && !Object.hasOwn(known, name))
      yield `${name} comes in ${all.length} versions (${all.join(", ")}): have one, or say in tools/notices/policy.mjs who wants the other`;
  for (const name of Object.keys(known))
    if ((versions.get(name)?.length ?? 0) < 2) yield `${name} comes in one version: tools/notices/policy.mjs need not know it any more`;
}

/** @param {string} lock */
function locked(lock) {
  return lock
    .split("[[package]]")
    .slice(1)
    .map((text) => {
      const value = (/** @type {string} */ key) => new RegExp(`^${key} = "(.*)"$`, "m").exec(text)?.[1] ?? "";
      return { name: value("name"), version: value("version"), source: value("source") };
    });
}

/** A check that cannot fail is none: what it does not find of these. */
function* missedFaults() {
  const crate = (/** @type {string} */ name, source = CRATES, version = "1.0.0") =>
    `[[package]]\nname = "${name}"\nversion = "${version}"\nsource = "${source}"\n`;
  const licensed = (/** @type {string | null} */ license) => ({ crates: [{ name: "a", version: "1.0.0", license, source: CRATES }] });
  const sound = { crates: [], locks: [crate("a")], packages: { "node_modules/b": { version: "1.0.0", license: "ISC" } }, doubled: {} };
  /** @type {[string, Partial<Found>, number][]} */
  const cases = [
    ["nothing wrong", { ...licensed("(MIT OR GPL-3.0) AND Unicode-3.0") }, 0],
    ["a licence that is not accepted", licensed("GPL-3.0-only"), 1],
    ["one that is part of it", licensed("MIT AND GPL-3.0-only"), 1],
    ["an exception", licensed("Apache-2.0 WITH LLVM-exception"), 1],
    ["half an expression", licensed("(MIT OR Apache-2.0"), 1],
    ["no licence", licensed(null), 1],
    ["a crate from git", { locks: [crate("a", "git+https://example.org/a")] }, 1],
    ["a banned crate", { locks: [crate("a"), crate("openssl-sys")] }, 1],
    ["two versions", { locks: [crate("a") + crate("a", CRATES, "2.0.0")] }, 1],
    ["two versions that are known", { locks: [crate("a") + crate("a", CRATES, "2.0.0")], doubled: { a: "b" } }, 0],
    ["a known double that is none", { doubled: { a: "b" } }, 1],
    ["a licence of npm's", { packages: { "node_modules/b": { version: "1.0.0", license: "MPL-2.0" } } }, 1],
    [
      "a package from git",
      { packages: { "node_modules/b": { version: "1.0.0", license: "MIT", resolved: "git+ssh://example.org/b.git" } } },
      1,
    ],
  ];
  for (const [name, part, count] of cases) {
    const found = [...faults({ ...sound, ...part })];
    if (found.length !== count) yield `the check itself, ${name}: it finds ${found.length} faults, not ${count}: ${found.join("; ")}`;
  }
}

/** @param {string} command @param {string[]} args */
function run(command, ...args) {
  return execFileSync(command, args, { encoding: "utf8", maxBuffer: 1 << 28, cwd: new URL("../", import.meta.url) });
}
