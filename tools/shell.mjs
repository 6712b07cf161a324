// Makes the page's folder a version: its files' sums go into sw.js, the version into index.html, in the place of those of before.
//
//     node tools/shell.mjs FOLDER

import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { filesIn } from "./files.mjs";

/** What the page can be opened without, and what is fetched only where it is asked for. */
const APART = /^sw\.js$|^bench\.html$|^reach\/bench\.js$|^worker\/bench\.js$|^decant\.html$|\.d\.ts$/;

const [folder] = process.argv.slice(2);
const paths = (await filesIn(folder)).filter((path) => !APART.test(path));
const script = (await readFile(join(folder, "sw.js"), "utf8")).replace(/^self\.VERSION = .*\nself\.FILES = .*\n/, "");
await mark("");
const version = sum(JSON.stringify(await sums(paths)), "hex").slice(0, 12);
await mark(version);
await writeFile(join(folder, "sw.js"), `self.VERSION = "${version}";\nself.FILES = ${JSON.stringify(await sums(paths))};\n${script}`);

/** @param {string[]} paths */
async function sums(paths) {
  return Object.fromEntries(await Promise.all(paths.map(async (path) => [path, sum(await readFile(join(folder, path)), "base64")])));
}

/** @param {string | Buffer} bytes @param {"hex" | "base64"} written */
function sum(bytes, written) {
  return createHash("sha256").update(bytes).digest(written);
}

/** @param {string} version */
async function mark(version) {
  const [path, place] = [join(folder, "index.html"), /(?<=name="version" content=")\w*(?=")/];
  const page = await readFile(path, "utf8");
  if (!place.test(page)) throw new Error("index.html has no place for the version.");
  await writeFile(path, page.replace(place, version));
}
