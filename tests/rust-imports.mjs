// That no modules of a Rust crate import each other in a circle, for the crates that are free of circles: then each file can be read with what
// is below it and nothing else. Part of ./check.sh. A module is a file; it and the modules inside of it count as one place as far as they
// import each other, since a parent declares its children and they use what it holds. What a test module imports counts for nothing.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The crates that are held; the others have circles still. */
const HELD = ["app", "cli", "cores", "gpu", "graph", "kernels", "record", "sd", "solver"];
const named = process.argv.slice(2);
const crates = fileURLToPath(new URL("../crates/", import.meta.url));

/** A file's items without comments, texts and test modules. @param {string} text */
function bare(text) {
  const code = text.replace(/\/\/.*$/gm, "").replace(/"(?:[^"\\]|\\[^])*"/g, '""');
  return code.replace(/#\[cfg\(test\)\]\s*mod\s+\w+\s*(?:;|\{[^]*?^\})/gm, "");
}

/** The module of a file below src: `op/linear.rs` is ["op", "linear"]. @param {string} file */
const moduleOf = (file) =>
  file
    .replace(/\.rs$/, "")
    .split("/")
    .filter((part) => part !== "lib" && part !== "main" && part !== "mod");

/**
 * What a use tree names, one path each: `a::{b, c::d as e}` is [["a", "b", "b"], …], the last part being the name that it goes by.
 * @param {string} tree
 * @returns {string[][]}
 */
function paths(tree) {
  const at = tree.indexOf("{");
  if (at < 0) {
    const [path, alias] = tree.trim().split(/\s+as\s+/);
    const parts = path
      .split("::")
      .map((part) => part.trim())
      .filter((part) => part !== "");
    return parts.length === 0 ? [] : [[...parts, alias?.trim() ?? parts[parts.length - 1]]];
  }
  const before = tree
    .slice(0, at)
    .split("::")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  return listed(tree.slice(at + 1, tree.lastIndexOf("}")))
    .flatMap(paths)
    .map((path) => [...before, ...path]);
}

/** The parts of a list at its outermost commas. @param {string} list */
function listed(list) {
  const parts = [""];
  let depth = 0;
  for (const sign of list) {
    depth += sign === "{" ? 1 : sign === "}" ? -1 : 0;
    if (sign === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += sign;
  }
  return parts.filter((part) => part.trim() !== "");
}

/** The circles of one crate, each as a way from a module back to itself. @param {string} crate */
function circles(crate) {
  const source = join(crates, crate, "src");
  const files = readdirSync(source, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(".rs") && !/(^|\/)tests?(\/|\.rs$)/.test(name));
  const modules = new Map(files.map((file) => [moduleOf(file).join("::"), bare(readFileSync(join(source, file), "utf8"))]));
  const uses = new Map(
    [...modules].map(([name, text]) => [
      name,
      [...text.matchAll(/^\s*(pub(?:\([^)]*\))?\s+)?use\s+([^;]+);/gm)].map(([, open, tree]) => ({
        open: open !== undefined,
        paths: paths(tree),
      })),
    ]),
  );

  /**
   * A path as parts from the crate's root; null where it leaves the crate.
   * @param {string} from
   * @param {string[]} path
   * @returns {string[] | null}
   */
  const absolute = (from, path) => {
    const here = from === "" ? [] : from.split("::");
    if (path[0] === "crate") return path.slice(1);
    if (path[0] === "self") return [...here, ...path.slice(1)];
    const ups = path.findIndex((part) => part !== "super");
    if (ups > 0) return [...here.slice(0, here.length - ups), ...path.slice(ups)];
    return modules.has([...here, path[0]].join("::")) ? [...here, ...path] : null;
  };

  /**
   * The module that holds what a path from the root names, through what modules hand on.
   * @param {string[]} path
   * @param {number} depth
   * @returns {string}
   */
  const holder = (path, depth = 0) => {
    let length = path.length;
    while (length > 0 && !modules.has(path.slice(0, length).join("::"))) length--;
    const module = path.slice(0, length).join("::");
    const item = path[length];
    if (item === undefined || depth > 8) return module;
    for (const { open, paths } of uses.get(module) ?? []) {
      for (const handed of open ? paths : []) {
        const to = handed[handed.length - 1] === item ? absolute(module, handed.slice(0, -1)) : null;
        if (to !== null) return holder(to, depth + 1);
      }
    }
    return module;
  };

  const within = (/** @type {string} */ a, /** @type {string} */ b) => a === "" || b === a || b.startsWith(`${a}::`);
  const imports = new Map(
    [...modules].map(([name, text]) => {
      const inline = [...text.matchAll(/\b(crate|super)((?:::\w+)+)/g)].map(([path]) => path.split("::"));
      const used = (uses.get(name) ?? []).filter(({ open }) => !open).flatMap(({ paths }) => paths.map((path) => path.slice(0, -1)));
      const all = [...used, ...inline]
        .map((path) => absolute(name, path))
        .filter((path) => path !== null)
        .map((path) => holder(path));
      return [name, new Set(all.filter((other) => !within(other, name) && !within(name, other)))];
    }),
  );

  const found = [];
  for (const start of imports.keys()) {
    const way = circleFrom(start, imports);
    if (way !== null && way.slice(1, -1).every((name) => name > start)) found.push(way);
  }
  return found;
}

/**
 * The shortest way from a module back to itself; null where there is none.
 * @param {string} start
 * @param {Map<string, Set<string>>} imports
 */
function circleFrom(start, imports) {
  const ways = [[start]];
  const seen = new Set();
  for (const way of ways) {
    for (const next of imports.get(way[way.length - 1]) ?? []) {
      if (next === start) return [...way, start];
      if (!seen.has(next)) ways.push([...way, next]);
      seen.add(next);
    }
  }
  return null;
}

const faults = (named.length > 0 ? named : HELD).flatMap((crate) => circles(crate).map((way) => `${crate}: ${way.join(" → ")}`));
if (faults.length > 0) {
  console.error(faults.join("\n"));
  process.exit(1);
}
console.log(`${HELD.join(", ")}: no circle`);
