// What the program says: every template of its sentences, as they stand in the sources of the crates, has its row in every language, with the
// same values, or is a gap that is named here; no row is without a template; and what is said in English alone is counted. words.mjs runs it.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const words = join(root, "web/words");
/** Those whose sentences a page gets; the command's own are English. */
const CRATES = ["sd", "record", "app"];
/** A string of Rust's. */
const TEXT = String.raw`"((?:[^"\\]|\\[^])*)"`;

/** Sentences of the program that no language needs a row for, and why. */
const GAPS = { "grid {axis}: {problem}": "only the command has grids; the page's own speaks for itself" };
/**
 * How often a file says something in English alone (`Sentence::english`), which keeps the sentence that it is a part of English, too: about the
 * insides of damaged files and configurations, and what devices and libraries say. Where a new sentence can be a template, it is none of these.
 */
const IN_ENGLISH = {
  "crates/app/src/operations.rs": 1,
  "crates/app/src/source.rs": 1, // what the worker's reader says: those without values have rows
  "crates/app/src/trace.rs": 1,
  "crates/record/src/canvas.rs": 1,
  "crates/record/src/error.rs": 2, // the insides of pictures' files; grids, which only the command has
  "crates/sd/src/config/hints.rs": 1,
  "crates/sd/src/config/object.rs": 1,
  "crates/sd/src/error/words.rs": 11, // the solver's and the devices' own words: those without values have rows
  "crates/sd/src/files.rs": 1,
  "crates/sd/src/latents.rs": 1,
  "crates/sd/src/layout/single.rs": 1,
  "crates/sd/src/layout/vae.rs": 1,
  "crates/sd/src/pipeline/plan.rs": 1,
  "crates/sd/src/pipeline/plan/memory.rs": 1,
  "crates/sd/src/request/json.rs": 3,
  "crates/sd/src/tokenizer.rs": 1,
  "crates/sd/src/tokenizer/special.rs": 1,
  "crates/sd/src/upscale.rs": 1,
  "crates/sd/src/weights/cursor.rs": 1,
  "crates/sd/src/weights/gguf/write.rs": 1,
  "crates/sd/src/weights/read.rs": 1,
  "crates/sd/src/weights/rearrange.rs": 1,
  "crates/sd/src/weights/safetensors.rs": 1,
  "crates/sd/src/weights/torch.rs": 3,
  "crates/sd/src/weights/zip.rs": 1,
};

/** What is wrong with the rows of the program's sentences, a text each. */
export async function checkSentences() {
  const said = templates();
  const found = [...checkTemplates(said), ...checkEnglish()];
  const { LANGUAGES } = await import(join(words, "languages.js"));
  for (const code of Object.keys(LANGUAGES).filter((one) => one !== "en")) {
    const { rows, faults } = await readRows(code, (await LANGUAGES[code].sentences()).SENTENCES);
    found.push(...faults, ...checkRows(code, rows, said));
  }
  return found;
}

function* checkTemplates(said) {
  for (const [template, [name]] of said)
    if (/[{}]/.test(template.replaceAll(/\{\w+\}/g, ""))) yield `${name}: “${template}” has a brace that is no value's`;
  for (const template of Object.keys(GAPS)) if (!said.has(template)) yield `GAPS of tests/sentences.mjs: nothing says “${template}”`;
}

function* checkEnglish() {
  const counted = Object.fromEntries(english());
  for (const name of new Set([...Object.keys(counted), ...Object.keys(IN_ENGLISH)])) {
    const [now, listed] = [counted[name] ?? 0, IN_ENGLISH[name] ?? 0];
    if (now !== listed) yield `${name} says ${now} sentences in English alone; IN_ENGLISH of tests/sentences.mjs knows ${listed}`;
  }
}

/** A language's rows by template, with the file that each stands in. */
async function readRows(code, all) {
  const [rows, faults] = [new Map(), []];
  for (const file of readdirSync(join(words, code, "sentences")).filter((one) => one !== "index.js")) {
    const name = `words/${code}/sentences/${file}`;
    for (const [template, row] of Object.values(await import(join(words, code, "sentences", file))).flatMap(Object.entries)) {
      if (rows.has(template)) faults.push(`${name}: “${template}” stands in ${rows.get(template).name}, too`);
      else if (all[template] !== row) faults.push(`words/${code}/sentences/index.js lacks “${template}” of ${file}`);
      rows.set(template, { name, row });
    }
  }
  return { rows, faults };
}

function* checkRows(code, rows, said) {
  for (const [template, { name, row }] of rows) {
    if (!said.has(template)) yield `${name}: the program does not say “${template}”`;
    for (const text of typeof row === "string" ? [row] : Object.values(row))
      if (values(text) !== values(template)) yield `${name}: “${text}” has not the values of “${template}”`;
  }
  for (const [template, [name]] of said)
    if (!rows.has(template) && !(template in GAPS)) yield `words/${code}/sentences: “${template}” is missing, of ${name}`;
}

/** The values of a template, each once: a language may say one twice. */
function values(text) {
  return [...new Set(text.match(/\{\w+\}/g))].sort().join(" ");
}

/** Each template, and the files that it stands in. @returns {Map<string, string[]>} */
function templates() {
  const found = new Map();
  const add = (text, name) => found.set(text, [...(found.get(text) ?? []), name]);
  for (const [name, source] of sources(CRATES))
    for (const [, text] of source.matchAll(new RegExp(`\\bsentence!\\(\\s*${TEXT}`, "g"))) add(plain(text), name);
  // The solver and the devices, which know nothing of sentences: what is said of them in error/words.rs is these texts.
  for (const [name, source] of sources(["solver"]))
    for (const [, text] of source.matchAll(new RegExp(`\\b(?:(?:hint|expected|what|reason): |unknown\\(|finite\\()${TEXT}`, "g")))
      add(plain(text), name);
  for (const [name, source] of sources(["gpu", "graph"]))
    for (const [, text] of source.matchAll(new RegExp(`\\bOutOfMemory\\(${TEXT}`, "g"))) add(plain(text), name);
  // What the module and its worker say, and what keeps them from reading a file, which is the reason of a sentence.
  for (const [name, source] of scripts())
    for (const [, text] of source.matchAll(
      new RegExp(
        `(?:failure\\("model", |new Broken\\(|problem: |\\bworded\\(|\\brefusal\\(\\s*"\\w+",|what = |readPicture\\(\\w+, |template: |const DELETED = )\\s*${TEXT}`,
        "g",
      ),
    ))
      add(plain(text), name);
  return found;
}

/** How often each file says something in English alone. @returns {Map<string, number>} */
function english() {
  const counted = new Map();
  for (const [name, source] of sources(CRATES)) {
    const count = source.match(/\bSentence::english\b/g)?.length ?? 0;
    if (count > 0) counted.set(name, count);
  }
  return counted;
}

/** The files of some crates, without comments and without their tests. @param {string[]} crates @returns {Generator<[string, string]>} */
function* sources(crates) {
  for (const crate of crates) {
    const folder = `crates/${crate}/src`;
    for (const name of readdirSync(join(root, folder), { recursive: true }).sort()) {
      if (!name.endsWith(".rs") || /(^|\/)tests(\/|\.rs$)/.test(name)) continue;
      const source = readFileSync(join(root, folder, name), "utf8");
      yield [`${folder}/${name}`, source.replace(/\n#\[cfg\(test\)\]\nmod tests \{[^]*$/, "").replaceAll(/^\s*\/\/.*$/gm, "")];
    }
  }
}

function* scripts() {
  for (const folder of ["web/worker", "web/api"])
    for (const name of readdirSync(join(root, folder)).filter((one) => one.endsWith(".js")))
      yield [`${folder}/${name}`, readFileSync(join(root, folder, name), "utf8")];
}

/** As the program has it: a line that goes on in the next begins there with its first letter. @param {string} text */
function plain(text) {
  return text.replaceAll(/\\\n\s*/g, "").replaceAll(/\\(.)/g, "$1");
}
