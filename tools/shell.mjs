// The last touch to the page's folder: which version it is. Its files' sums go into sw.js, the version into index.html.
//
//     node tools/shell.mjs FOLDER

import { createHash } from "node:crypto";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";

/** What the page can be opened without. */
const APART = /^sw\.js$|^bench\.|^worker\/bench\.js$|^decant\.html$|\.d\.ts$/;

const [folder] = process.argv.slice(2);
const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)));
const paths = names.filter((path) => !APART.test(path)).sort();
const version = sum(JSON.stringify(await sums(paths)), "hex").slice(0, 12);
await change("index.html", (page) => page.replace('name="version" content=""', `name="version" content="${version}"`));
const files = JSON.stringify(await sums(paths));
await change("sw.js", (script) => `self.VERSION = "${version}";\nself.FILES = ${files};\n${script}`);

/** @param {string[]} paths */
async function sums(paths) {
  return Object.fromEntries(await Promise.all(paths.map(async (path) => [path, sum(await readFile(join(folder, path)), "base64")])));
}

/** @param {string | Buffer} bytes @param {"hex" | "base64"} written */
function sum(bytes, written) {
  return createHash("sha256").update(bytes).digest(written);
}

/** @param {string} path @param {(text: string) => string} how */
async function change(path, how) {
  const before = await readFile(join(folder, path), "utf8");
  const after = how(before);
  if (after === before) throw new Error(`${path} has no place for the version.`);
  await writeFile(join(folder, path), after);
}
