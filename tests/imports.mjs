// How the modules of web/ hang together: none imports itself in a circle, so each can be read, and tested, with what is below it and nothing else;
// and its rooms know each other in one direction only. Part of ./check.sh. What is only fetched when it is wanted counts for nothing here; what
// only names types counts for the rooms, since it is known all the same.

import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Which room may import from which, besides itself: a folder with all that is in it, or one file. Of several that fit, the longest is a module's room.
 * At the top stands `main.js`, which wires everything.
 * @type {Record<string, string[]>}
 */
const ROOMS = {
  "api/": [],
  "store/": ["api/"],
  "worker/": ["api/", "store/"],
  "words/": ["api/", "store/local.js"],
  "trace/": ["api/", "words/"],
  "studio/": ["api/", "store/", "words/", "trace/"],
  "ui/dom.js": ["words/"],
  "figures/": ["api/", "words/", "ui/dom.js", "vendor/"],
  "ui/": ["api/", "store/", "words/", "trace/", "studio/", "figures/", "ui/dom.js"],
  "inside/": ["api/", "words/", "trace/", "studio/", "figures/", "ui/", "ui/dom.js"],
  // What lessons say, and what plays them.
  "lessons/": ["api/", "words/", "figures/", "lessons/player/"],
  "lessons/player/": ["api/", "store/local.js", "words/", "studio/", "figures/", "ui/dom.js", "ui/keys.js", "ui/places.js", "lessons/"],
  "reach/": ["api/", "store/", "worker/", "words/", "ui/dom.js", "ui/offline.js"],
  "vendor/": [],
  "main.js": ["api/", "words/", "studio/", "ui/"],
  "sw.js": [],
};

/**
 * What stands nowhere but where it may: `api/` is shipped without a page around it, and only the studio changes the state.
 * @type {{ what: RegExp, why: string, not: (name: string) => boolean }[]}
 */
const UNSAID = [
  { what: /\b(document|window)\b/, why: "api/ knows no page", not: (name) => !name.startsWith("api/") },
  {
    what: /\bcreateStore\b/,
    why: "only main.js makes the state, for the studio",
    not: (name) => name === "main.js" || name.startsWith("studio/"),
  },
  {
    what: /\bStore\b.*\bstate\.js"|\bstate\.js"\)\.Store\b|\bstore\.change\b|\bget, change\b/,
    why: "only studio/ changes the state",
    not: (name) => name.startsWith("studio/"),
  },
];

const web = fileURLToPath(new URL("../web/", import.meta.url));
const modules = readdirSync(web, { recursive: true })
  .map(String)
  .filter((name) => name.endsWith(".js"));
const texts = new Map(modules.map((name) => [name, readFileSync(join(web, name), "utf8")]));
const IMPORT = /^(?:import|export)\b(?:[^;"]*?\bfrom)?\s*"(\.[^"]+)"/gm;
const TYPES = /@import [^"]*"(\.[^"]+)"|\bimport\("(\.[^"]+)"\)\./g;
const imports = new Map(modules.map((name) => [name, named(name, IMPORT)]));
const strange = [...imports].flatMap(([name, all]) =>
  all.filter((other) => !imports.has(other) && !other.startsWith("vendor/")).map((other) => `${name} imports ${other}, which is not there`),
);

/** What a module names, by its path in web/. @param {string} name @param {RegExp} pattern */
function named(name, pattern) {
  return [...(texts.get(name) ?? "").matchAll(pattern)].map(([, path, other]) => relative(web, join(web, dirname(name), path ?? other)));
}

/** A way from a module back to itself; null where there is none. @param {string} start */
function circleFrom(start) {
  const seen = new Set();
  /** @param {string} name @param {string[]} way @returns {string[] | null} */
  const walk = (name, way) => {
    for (const next of imports.get(name) ?? []) {
      if (next === start) return [...way, start];
      if (seen.has(next)) continue;
      seen.add(next);
      const found = walk(next, [...way, next]);
      if (found) return found;
    }
    return null;
  };
  return walk(start, [start]);
}

/** @param {string} name */
function roomOf(name) {
  return Object.keys(ROOMS)
    .filter((room) => (room.endsWith("/") ? name.startsWith(room) : name === room))
    .sort((a, b) => b.length - a.length)[0];
}

/** What a module names of rooms that its own may not. @param {string} name */
function astray(name) {
  const room = roomOf(name);
  if (room === undefined) return [`${name} stands in no room (ROOMS in tests/imports.mjs)`];
  const may = (/** @type {string} */ other) =>
    roomOf(other) === room || (ROOMS[room] ?? []).some((one) => other === one || roomOf(other) === one);
  return [...(imports.get(name) ?? []), ...named(name, TYPES)]
    .filter((other) => !may(other))
    .map((other) => `${name} imports ${other}, which ${room} may not`);
}

/** Lines that say what their room does not. A comment may, where it names no type. @param {string} name */
function said(name) {
  const rules = UNSAID.filter(({ not }) => !not(name));
  const lines = (texts.get(name) ?? "")
    .replaceAll(/\/\*(?:(?!\*\/|import)[^])*\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ""))
    .split("\n");
  return lines.flatMap((line, index) =>
    rules
      .filter(({ what }) => what.test(line.replace(/(^|\s)\/\/.*$/, "")))
      .map(({ why }) => `${name}:${index + 1}: ${why}: ${line.trim()}`),
  );
}

const circles = modules.map(circleFrom).filter((way) => way !== null);
const faults = [...strange, ...circles.slice(0, 5).map((way) => way.join(" → ")), ...modules.flatMap(astray), ...modules.flatMap(said)];
if (faults.length > 0) {
  console.error(faults.join("\n"));
  process.exit(1);
}
console.log(
  `${modules.length} modules in ${Object.keys(ROOMS).length} rooms, ${[...imports.values()].flat().length} imports, no circle, none against the arrows`,
);
