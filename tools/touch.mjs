// What a thing of each kind touches: the files outside of tests and texts that name one that is there already. Somebody who adds another one of the
// kind edits most of these, so it is counted and not remembered (CONTRIBUTING.md, “What to touch”).
//
//     node tools/touch.mjs [KIND]      one line a kind; with a KIND, its files

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { filesIn } from "./files.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
/** Where code is; a test, a golden or a guide follows what it is about, and is not counted. */
const PLACES = ["crates", "shaders", "web"];
const IS_CODE = /\.(rs|wgsl|js|ts|html|css)$/;
const IS_TEST = /(^|\/)(tests|benches|examples|vendor)\/|_test\.rs$|\/tests\.rs$/;

/**
 * For each kind one that is there, and what it is called in code. Those were chosen that are like most others of their kind.
 * @type {Record<string, { example: string, named: RegExp }>}
 */
const KINDS = {
  sampler: { example: "deis", named: /\bdeis\b|\bDeis\b/ },
  operation: { example: "geglu", named: /\bgeglu\b|\bGeglu\b/ },
  encoding: { example: "q5_1", named: /\bq5_1\b|\bQ5_1\b/i },
  setting: { example: "rescale", named: /\brescale\b|guidance_rescale|guidanceRescale/ },
  "page control": { example: "Update as I type", named: /\basTyped\b|as-typed/ },
  "worker call": { example: "addNoise", named: /\baddNoise\b|\badd_noise\b/ },
  lesson: { example: "02", named: /(["'/])02-\w+\.js|lesson 02\b/ },
  family: { example: "sdxl-turbo", named: /sdxl-turbo|SDXL-Turbo/ },
  "file format": { example: "gguf", named: /\bgguf\b/i },
  language: { example: "Spanish", named: /\bes: ["'`{]|"es"/ },
  figure: { example: "the schedule", named: /figures\/schedule\.js|["']\.\/schedule\.js/ },
};

const [wanted] = process.argv.slice(2);
const names = (await Promise.all(PLACES.map(async (place) => (await filesIn(`${root}${place}`)).map((name) => `${place}/${name}`)))).flat();
const files = await Promise.all(
  names
    .filter((name) => IS_CODE.test(name) && !IS_TEST.test(name))
    .map(async (name) => ({ name, text: await readFile(`${root}${name}`, "utf8") })),
);
for (const [kind, { example, named }] of Object.entries(KINDS)) {
  if (wanted && kind !== wanted) continue;
  const touched = files.filter(({ text }) => named.test(text)).map(({ name }) => name);
  console.log(`${kind.padEnd(13)} ${example.padEnd(18)} ${String(touched.length).padStart(3)} files`);
  if (wanted) for (const name of touched) console.log(`  ${name}`);
}
