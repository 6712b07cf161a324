// Puts what benchmarks found (bench/results/**/*.json) into BENCHMARKS.md, each where it says <!-- bench/results/NAME.json --> to <!-- end -->.
// A result that has no place yet gets one at the end.
//
//     node bench/tables.mjs [--check]        --check changes nothing, and fails where the page says something else than the results do

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ofDecant } from "./tables/decant.mjs";
import { besideRivals } from "./tables/rival.mjs";
import { besideTorch, ofAgreement, ofTorch } from "./tables/torch.mjs";

const KINDS = { decant: ofDecant, rival: besideRivals, torch: ofTorch, "torch-cpu": besideTorch, agreement: ofAgreement };
const root = fileURLToPath(new URL("../", import.meta.url));
const page = join(root, "BENCHMARKS.md");
const results = readdirSync(join(root, "bench/results"), { recursive: true })
  .map((name) => `bench/results/${String(name).replaceAll("\\", "/")}`)
  .filter((name) => name.endsWith(".json"))
  .sort();

const before = readFileSync(page, "utf8");
let text = before;
for (const name of results) {
  if (!text.includes(mark(name))) text = `${text.trimEnd()}\n\n${mark(name)}\n<!-- end -->\n`;
}
text = text.replace(/<!-- (bench\/results\/\S+) -->\n[\s\S]*?<!-- end -->/g, (_, name) => {
  if (!results.includes(name)) throw new Error(`BENCHMARKS.md has a place for ${name}, and there is no such result.`);
  const result = JSON.parse(readFileSync(join(root, name), "utf8"));
  const made = KINDS[/** @type {keyof typeof KINDS} */ (result.kind)];
  if (!made) throw new Error(`${name} is of a kind ${result.kind}; there is ${Object.keys(KINDS).join(", ")}.`);
  return `${mark(name)}\n${made(result)}\n<!-- end -->`;
});
if (process.argv.includes("--check")) {
  if (text !== before) throw new Error("BENCHMARKS.md's tables are not those of bench/results/: node bench/tables.mjs writes them anew.");
} else writeFileSync(page, text);

/** @param {string} name */
function mark(name) {
  return `<!-- ${name} -->`;
}
