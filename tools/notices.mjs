// The notices that go along with what is handed on: what it is made of, under which licences, and their texts.
//
//     node tools/notices.mjs OUT          for the page's folder, and with it for decant.html; tools/npm.mjs makes the package's

import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { DATA } from "./notices/data.mjs";
import { published, taken, textsOf } from "./notices/licence.mjs";

/** @typedef {import("./notices/crates.mjs").Notice} Notice */

const root = fileURLToPath(new URL("../", import.meta.url));
const RULE = "-".repeat(80);
const ALL = { modules: ["plot", "zip"], models: ["digits", "emoji"] };

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(process.argv[2], await notices(ALL));

/**
 * All of them as one text.
 * @param {{ modules: string[], models: string[] }} what comes along: the modules of web/vendor, the models of models/
 */
export async function notices({ modules, models }) {
  const crates = JSON.parse(await readFile(join(root, "target/pkg/crates.json"), "utf8"));
  const data = DATA.filter((row) => !row.of || row.of.some((model) => models.includes(model)));
  const all = [
    ...crates,
    ...(await packages(modules)),
    ...data.map(({ of: _, by, ...row }) => ({ ...row, texts: [published(row.licence, [by])] })),
  ];
  const own = await Promise.all(["LICENSE", "LICENSE-MIT", "LICENSE-APACHE"].map((name) => readFile(join(root, name), "utf8")));
  const list = all.map(({ name, version, licence, from }) => [`${name} ${version}`.trim(), licence, from].filter(Boolean).join(", "));
  return [
    "Decant is made of its own code and of the works of others.",
    `Its own:\n\n${own.map((text) => text.trim()).join(`\n\n${RULE}\n\n`)}`,
    `Works of others, each with the licence under which it is used here:\n\n${list.join("\n")}`,
    ...[...byText(all)].map(([text, names]) => `${names.join(", ")}:\n\n${text}`),
  ]
    .join(`\n\n${RULE}\n\n`)
    .concat("\n");
}

/** What is under the very same words stands over them together. @param {Notice[]} all */
function byText(all) {
  /** @type {Map<string, string[]>} */
  const found = new Map();
  for (const { name, version, texts } of all)
    for (const text of texts) found.set(text, [...(found.get(text) ?? []), `${name} ${version}`.trim()]);
  return found;
}

/**
 * npm's packages of which anything is in a module of web/vendor, as its bundle says.
 * @param {string[]} modules
 * @returns {Promise<Notice[]>}
 */
async function packages(modules) {
  if (modules.length === 0) return [];
  const entryPoints = modules.map((name) => join(root, `web/vendor/${name}.d.ts`));
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints,
    loader: { ".ts": "ts" },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    outdir: "unwritten",
    logLevel: "error",
  });
  const inputs = Object.values(metafile.outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  const folders = new Set(inputs.flatMap(([path]) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []));
  return Promise.all([...folders].sort().map((folder) => packageIn(resolve(root, folder))));
}

/** @param {string} folder @returns {Promise<Notice>} */
async function packageIn(folder) {
  const { name, version, license, author, homepage } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const licences = taken(license);
  if (!licences) throw new Error(`${name} ${version}: the licence “${license}” is not accepted (tools/notices/licence.mjs).`);
  return {
    name,
    version,
    licence: licences.join(" AND "),
    from: homepage ?? "",
    texts: textsOf(folder, licences, [author?.name ?? author ?? ""].filter(Boolean)),
  };
}
