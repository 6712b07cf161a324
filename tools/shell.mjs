// The last touches to the page's folder. Scripts and styles are written as short as can be, each in its own file, so that every module can still
// be imported and looked at on its own. index.html names all modules that opening it takes, so that none waits for
// another to name it. And the folder becomes a version: its files' sums go into sw.js, the version into index.html.
//
//     node tools/shell.mjs FOLDER

import { createHash } from "node:crypto";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { build } from "esbuild";

/** What the page can be opened without, and what is fetched only where it is asked for. */
const APART = /^sw\.js$|^bench\.|^worker\/bench\.js$|^decant\.html$|^models\/emoji-fast\/|\.d\.ts$/;

const [folder] = process.argv.slice(2);
const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)));
const paths = names.filter((path) => !APART.test(path)).sort();
await tighten(names.filter((path) => /\.(js|css)$/.test(path) && !path.startsWith("vendor/")));
const modules = await modulesOf("main.js");
await change("index.html", (page) => page.replace("</head>", () => `${modules.map((path) => `  <link rel="modulepreload" href="./${path}">\n`).join("")}</head>`));
const version = sum(JSON.stringify(await sums(paths)), "hex").slice(0, 12);
await change("index.html", (page) => page.replace('name="version" content=""', `name="version" content="${version}"`));
const files = JSON.stringify(await sums(paths));
await change("sw.js", (script) => `self.VERSION = "${version}";\nself.FILES = ${files};\n${script}`);

/** @param {string[]} paths */
async function tighten(paths) {
  await build({ entryPoints: paths.map((path) => join(folder, path)), outdir: folder, outbase: folder, allowOverwrite: true, minify: true, target: "es2022", charset: "utf8", legalComments: "inline", logLevel: "warning" });
}

/** What a module imports, and what that imports; not what is fetched when it is wanted. @param {string} entry */
async function modulesOf(entry) {
  const { metafile } = await build({ entryPoints: [join(folder, entry)], bundle: true, write: false, metafile: true, splitting: true, format: "esm", outdir: "unwritten", logLevel: "error" });
  const [first] = Object.values(metafile.outputs).filter(({ entryPoint }) => entryPoint?.endsWith(entry));
  const reached = new Set();
  const walk = (/** @type {string} */ path) => {
    if (reached.has(path)) return;
    reached.add(path);
    for (const { path: next, kind } of metafile.inputs[path].imports) if (kind === "import-statement") walk(next);
  };
  walk(first.entryPoint);
  return [...reached].map((path) => relative(resolve(folder), resolve(path))).sort();
}

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
