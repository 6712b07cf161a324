// That no modules of web/ import each other in a circle: then each can be read, and tested, with what is below it and nothing else. Part of
// ./check.sh. What is only fetched when it is wanted, and what only names types, counts for nothing here.

import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const web = fileURLToPath(new URL("../web/", import.meta.url));
const modules = readdirSync(web, { recursive: true }).map(String).filter((name) => name.endsWith(".js"));
const IMPORT = /^(?:import|export)\b(?:[^;"]*?\bfrom)?\s*"(\.[^"]+)"/gm;
const imports = new Map(modules.map((name) => [name, [...readFileSync(join(web, name), "utf8").matchAll(IMPORT)].map(([, path]) => relative(web, join(web, dirname(name), path)))]));
const strange = [...imports].flatMap(([name, all]) => all.filter((other) => !imports.has(other) && !other.startsWith("vendor/")).map((other) => `${name} imports ${other}, which is not there`));

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

const circles = modules.map(circleFrom).filter((way) => way !== null);
const faults = [...strange, ...circles.slice(0, 5).map((way) => way.join(" → "))];
if (faults.length > 0) {
  console.error(faults.join("\n"));
  process.exit(1);
}
console.log(`${modules.length} modules, ${[...imports.values()].flat().length} imports, no circle`);
