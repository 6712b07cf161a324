// The crates that are compiled into the program, with the texts of their licences, as JSON. It asks cargo which they are and reads their
// sources' folders, where cargo has unpacked them to build the program.
//
//     node tools/notices/crates.mjs OUT

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { published, taken, textsOf } from "./licence.mjs";

/** @typedef {{ name: string, version: string, licence: string, from: string, texts: string[] }} Notice */

const TARGET = "wasm32-unknown-unknown";
const [out] = process.argv.slice(2);
writeFileSync(out, `${JSON.stringify([standardLibrary(), ...crates()], null, 1)}\n`);

/** @returns {Notice[]} */
function crates() {
  const { packages } = JSON.parse(cargo("metadata", "--format-version", "1", "--filter-platform", TARGET));
  // Of exactly these features: what only a macro needs while compiling is not in the program.
  const inside = new Set(
    cargo("tree", "-p", "decant-app", "--target", TARGET, "-e", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}")
      .split("\n")
      .map((line) => line.split(" ").slice(0, 2).join(" ")),
  );
  const others = packages.filter(({ source, name, version }) => source !== null && inside.has(`${name} v${version}`));
  return others.map(({ name, version, license, authors, manifest_path, repository }) => {
    const licences = taken(license);
    if (!licences) throw new Error(`${name} ${version}: the licence “${license}” is not accepted (tools/notices/licence.mjs).`);
    return {
      name,
      version,
      licence: licences.join(" AND "),
      from: repository ?? "",
      texts: textsOf(dirname(manifest_path), licences, authors),
    };
  });
}

/** Compiled into every program, and no package of cargo's. @returns {Notice} */
function standardLibrary() {
  const version = /^release: (.+)$/m.exec(execFileSync("rustc", ["-vV"], { encoding: "utf8" }))?.[1] ?? "";
  return {
    name: "Rust's standard library",
    version,
    licence: "MIT",
    from: "https://github.com/rust-lang/rust",
    texts: [published("MIT", ["The Rust Project contributors"])],
  };
}

/** @param {string[]} args */
function cargo(...args) {
  return execFileSync("cargo", [args[0], "--locked", "--quiet", ...args.slice(1)], { encoding: "utf8", maxBuffer: 1 << 28 });
}
