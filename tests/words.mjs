// The page's texts: every row in every language with the same values and marks, every row used, the English of index.html that of its row,
// the lessons' texts of the same shape in every language, and no text outside of web/words/; what the program says has its row, too
// (sentences.mjs); and what the models that come along can paint has names in Spanish, which are read as those things. It needs no browser.
//
//     node tests/words.mjs

import { checkSentences } from "./sentences.mjs";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const web = fileURLToPath(new URL("../web/", import.meta.url));
/** Texts that are the same in every language: names, and what a view writes over. */
const SAME = /^(Decant|GPU|CPU|CFG\+\+|[A-Z]{2}|&nbsp;|Esc|.)$/;
/**
 * The module, its files and its worker speak English, like the program: they are an API. The benchmark's page is for those who work on it,
 * a recording is data.
 */
const ENGLISH = /^(api|worker|vendor|words)\/|^(store\/opfs|trace\/safetensors|trace\/format|reach\/bench|lessons\/player\/recording)\.js$/;
/**
 * A literal that reads like a sentence: it begins large and goes on in small letters, with a space between; what begins with M and a number
 * is a path.
 */
const SENTENCE = /(["'`])((?!M[\d$]|Decant\\n)[“A-Z](?:(?!\1)[^\\\n]|\\.)*? (?:(?!\1)[^\\\n]|\\.)*?[a-z]{2}(?:(?!\1)[^\\\n]|\\.)*?)\1/g;

const files = readdirSync(web, { recursive: true })
  .filter((name) => name.endsWith(".js"))
  .sort();
const code = Object.fromEntries(files.map((name) => [name, withoutComments(readFileSync(join(web, name), "utf8"))]));
const html = readFileSync(join(web, "index.html"), "utf8");
const { LANGUAGES } = await import(join(web, "words/languages.js"));
/** English, which the others are held to, and each of the others, as their tables. */
const english = await readRows("en");
const others = await Promise.all(
  Object.keys(LANGUAGES)
    .filter((code) => code !== "en")
    .map(async (code) => ({ code, rows: await readRows(code) })),
);
const faults = [
  ...checkRows(),
  ...checkCatalogues(),
  ...checkUse(),
  ...(await checkSentences()),
  ...checkPage(),
  ...checkCode(),
  ...(await checkLessons()),
  ...(await checkThings()),
];
for (const fault of faults) console.log(fault);
process.exitCode = faults.length > 0 ? 1 : 0;

/** A language's rows by key, with the file that each stands in. */
async function readRows(code) {
  const found = new Map();
  for (const name of files.filter(
    (one) => one.startsWith(`words/${code}/`) && !/\/(index|program|catalogue|comma|lessons\/\w+|sentences\/\w+)\.js$/.test(one),
  )) {
    for (const table of Object.values(await import(join(web, name)))) {
      for (const [key, row] of Object.entries(table)) {
        if (found.has(key)) throw new Error(`${key} stands in ${found.get(key).name} and in ${name}`);
        found.set(key, { name, row });
      }
    }
  }
  return found;
}

function* checkRows() {
  for (const [key, { name, row }] of english) yield* checkRow(name, key, row, textsOf(row)[0]);
  for (const { code, rows } of others) {
    for (const [key, { name, row }] of english) {
      const own = rows.get(key);
      if (!own) yield `${code}: ${name} has ${key}, which is missing there`;
      else if (own.name.replace(`/${code}/`, "/en/") !== name) yield `${own.name}: ${key} stands in ${name}`;
      else yield* checkRow(own.name, key, own.row, textsOf(row)[0]);
    }
    for (const [key, { name }] of rows) if (!english.has(key)) yield `${name}: ${key} is no row of English`;
  }
}

/** Of the program's tables, what the browser tests' stand-in has from it: a sampler that a language does not know. */
function* checkCatalogues() {
  const settings = JSON.parse(readFileSync(join(web, "../tests/browser/fake/settings.json"), "utf8"));
  const ids = settings.find(({ name }) => name === "sampler").choices;
  for (const [code, { catalogue }] of Object.entries(LANGUAGES)) {
    const known = Object.keys(catalogue?.samplers ?? {});
    for (const id of catalogue ? ids : []) if (!known.includes(id)) yield `words/${code}/catalogue.js: the sampler ${id} is missing`;
    for (const id of known) if (!ids.includes(id)) yield `words/${code}/catalogue.js: there is no sampler ${id}`;
  }
}

function* checkRow(name, key, row, first) {
  if (typeof row !== "string" && typeof row.other !== "string") yield `${name}: ${key} lacks its form “other”`;
  for (const text of textsOf(row)) {
    if (!text?.trim()) yield `${name}: ${key} has an empty text`;
    else if (marks(text) !== marks(first))
      yield `${name}: ${key}: “${text}” has ${marks(text) || "no marks"}, not ${marks(first) || "none"}`;
  }
}

function textsOf(row) {
  return typeof row === "string" ? [row] : Object.values(row);
}

/** What stands in braces and in angles, sorted: a language may put them in another order. */
function marks(text) {
  return (text.match(/\{\w+\}|<\/?\w+>/g) ?? []).sort().join(" ");
}

/** A key stands in quotes somewhere, or begins like a template that makes keys. */
function* checkUse() {
  const outside = [html, ...files.filter((name) => !name.startsWith("words/")).map((name) => code[name])].join("\n");
  const beginnings = [...outside.matchAll(/`([\w-]+\.[\w.-]*)\$\{/g)].map(([, beginning]) => beginning);
  for (const [key, { name }] of english) {
    if (!outside.includes(`"${key}"`) && !beginnings.some((beginning) => key.startsWith(beginning))) yield `${name}: nothing says ${key}`;
  }
}

function* checkPage() {
  for (const { 0: whole, 1: tag, 2: attributes, index } of html.matchAll(/<([a-z]\w*)((?:\s[^<>]*)?)>/g)) {
    const from = index + whole.length;
    const key = /\sdata-say="([^"]*)"/.exec(attributes)?.[1];
    if (key !== undefined) yield* compare(key, html.slice(from, html.indexOf(`</${tag}>`, from)));
    for (const [attribute, end] of [
      ["aria-label", "label"],
      ["title", "title"],
      ["placeholder", "placeholder"],
      ["content", "content"],
    ]) {
      const said = new RegExp(`\\sdata-say-${end}="([^"]*)"`).exec(attributes)?.[1];
      const text = new RegExp(`\\s${attribute}="([^"]*)"`).exec(attributes)?.[1] ?? "";
      if (said !== undefined) yield* compare(said, text);
      // A button that changes is named by its view; a name in its own language stays.
      else if (attribute !== "content" && /[a-z]{2}/.test(text) && !/\s(id="theme"|lang=)/.test(attributes))
        yield `index.html: ${attribute}="${text}" has no row`;
    }
  }
  const rest = html
    .replace(/^[^]*<body/, "")
    .replaceAll(/<([a-z]\w*)[^<>]*\sdata-say="[^]*?<\/\1>/g, "")
    .replaceAll(/<code>.*?<\/code>/g, "");
  for (const [, text] of rest.matchAll(/>([^<>]+)</g)) {
    if (text.trim() && !SAME.test(text.trim())) yield `index.html: “${text.trim()}” has no row`;
  }
}

function* compare(key, shown) {
  const row = english.get(key)?.row;
  if (row === undefined) yield `index.html says ${key}, which is no row`;
  else if (row !== shown) yield `index.html: ${key} is “${shown}” there and “${row}” in its row`;
}

function* checkCode() {
  for (const name of files.filter((one) => !ENGLISH.test(one))) {
    // A language is one folder of words/.
    for (const [found] of code[name].matchAll(new RegExp(`(?<![\\w-])(["']?)(${Object.keys(LANGUAGES).join("|")})\\1: ?["'\`\\[{(/]`, "g")))
      yield `${name}: “${found.trim()}…” is of one language, and stands outside of words/`;
    for (const line of code[name].split("\n")) {
      // What no person reads, and papers by their names: “Ho & Salimans 2022, …”.
      if (/\bnew (\w*Error|DOMException)\(|["'`][^"'`]+ (19|20)\d\d, /.test(line)) continue;
      for (const [, , text] of line.matchAll(SENTENCE)) yield `${name}: “${text}” stands outside of words/`;
    }
  }
}

/** Each lesson's texts: as many as in English, said with the same values; and each is asked for by a lesson. */
async function checkLessons() {
  const found = [];
  const read = async (code) => (await import(join(web, `words/${code}/lessons/index.js`))).LESSONS;
  const english = [...leaves(await read("en"))];
  for (const code of Object.keys(LANGUAGES)) {
    const own = new Map(leaves(await read(code)));
    for (const [path, text] of english) {
      const said = own.get(path);
      own.delete(path);
      if (!said) found.push(`words/${code}/lessons: ${path} is missing`);
      else if (spelled(said).marks !== spelled(text).marks)
        found.push(`words/${code}/lessons: ${path}: “${spelled(said).text}” has not what the English says`);
    }
    for (const path of own.keys()) found.push(`words/${code}/lessons: ${path} is nothing that the English says`);
  }
  const asked = files
    .filter((name) => name.startsWith("lessons/0"))
    .map((name) => code[name])
    .join("\n");
  for (const [path] of english) {
    const [, key] = /\.(\w+?)(?:\.(?:\d+|ask|choices\.\d+|because|say|wrong))?$/.exec(path);
    if (!new RegExp(`says\\.(\\w+\\.)?${key}\\b`).test(asked)) found.push(`words/en/lessons: no lesson says ${path}`);
  }
  return found;
}

/** All texts in a tree, each with the way to it. */
function* leaves(tree, path = []) {
  if (typeof tree !== "object") yield [path.join("."), tree];
  else for (const [name, inner] of Object.entries(tree)) yield* leaves(inner, [...path, name]);
}

/** A text, of any values where it is a function, and what another language's must have as well: each value, and its code. */
function spelled(said) {
  const values = typeof said === "function" ? Array.from({ length: said.length }, (_, index) => `«${index}»`) : [];
  const text = typeof said === "function" ? said(...values) : said;
  const code = text.match(/`[^`]+`/g) ?? [];
  return { text, marks: [text.trim() !== "", values.length, ...values.map((value) => text.includes(value)), ...code].join() };
}

/** Of each model that lists its words. */
async function checkThings() {
  const [{ THINGS, EXAMPLES }, { understand }] = await Promise.all(
    ["spanish", "understood"].map((name) => import(join(web, `studio/understood/${name}.js`))),
  );
  const found = [];
  for (const model of readdirSync(join(web, "../models")).filter((name) => !name.includes("."))) {
    const info = {
      words: [],
      examples: [],
      grammar: null,
      ...JSON.parse(readFileSync(join(web, `../models/${model}/decant.json`), "utf8")),
    };
    for (const thing of info.words) {
      for (const name of THINGS[thing]?.split("|") ?? [""]) {
        const { prompt, unknown, nothing } = understand(`un ${name}`, info);
        const read = prompt.replace(/^(an?|un) /, "");
        if (name === "" || unknown.length > 0 || nothing || (read !== thing && read !== name))
          found.push(`studio/understood/spanish.js: ${model} can paint “${thing}”, and “${name}” is read as “${read}”`);
      }
    }
    for (const prompt of info.examples)
      if (EXAMPLES[prompt] === undefined) found.push(`studio/understood/spanish.js: ${model} proposes “${prompt}”, which has no Spanish`);
    for (const { text } of info.words.length > 0
      ? JSON.parse(readFileSync(join(web, "../tests/prompts/emoji.json"), "utf8")).prompts
      : []) {
      const { unknown, translated } = understand(text, info);
      if (unknown.length > 0 || translated) found.push(`understood: of “${text}”, ${model} is said not to know ${unknown}`);
    }
  }
  return found;
}

function withoutComments(source) {
  return source.replaceAll(/(?<![^\s(])\/\*[^]*?\*\//g, "").replaceAll(/(^|\s)\/\/.*$/gm, "");
}
