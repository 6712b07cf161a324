// Makes the page's folder of web/: its modules become few files, since a browser asks for each file by itself, and asks for what a module names
// only when it has that module. `main.js` and `decant.js` share what both need; what is fetched when it is wanted (a place, charts, archives)
// stays a file of its own; each worker is one. Style sheets become one, scripts are written as short as can be, everything else is copied.
//
//     node tools/page.mjs WEB OUT

import { cp, readFile, writeFile } from "node:fs/promises";
import { basename, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build, transform } from "esbuild";
import { VENDOR } from "./bundle.mjs";
import { filesIn } from "./files.mjs";

/**
 * What pages begin with, and the module, whose address does not change: from where each is written to where it is asked for, without the
 * ending.
 */
const PAGES = { main: "main.js", decant: "api/decant.js", "reach/bench": "reach/bench.js" };
/** Of the module, in whose folder others find them. */
const TYPES = "api/decant.d.ts";
/** Each by itself: what runs before the first paint, and what runs in a worker. */
const ALONE = ["ui/theme.js", "worker/worker.js", "worker/helper.js", "worker/bench.js", "sw.js"];
/** What becomes part of others, or only serves those who write them; the types of decant.js go along. */
const WRITTEN = /\.(js|css|ts)$|^tsconfig\.json$|^index\.html$/;

/** @type {import("esbuild").BuildOptions} */
const HOW = {
  bundle: true,
  format: "esm",
  minify: true,
  target: "es2022",
  charset: "utf8",
  legalComments: "eof",
  logLevel: "warning",
  plugins: [VENDOR],
};

if (import.meta.url === String(pathToFileURL(process.argv[1]))) await makePage(process.argv[2], process.argv[3]);

/** @param {string} web the folder that is written by hand @param {string} out a folder that is made, or written over */
export async function makePage(web, out) {
  // What several share lies in a folder, from where parts.js finds the worker as it does in its own.
  const pages = Object.fromEntries(Object.entries(PAGES).map(([name, path]) => [name, join(web, path)]));
  const { metafile } = await build({
    ...HOW,
    entryPoints: pages,
    outdir: out,
    splitting: true,
    chunkNames: "parts/[name]-[hash]",
    metafile: true,
  });
  await build({ ...HOW, entryPoints: ALONE.map((path) => join(web, path)), outdir: out, outbase: web });
  for (const name of (await filesIn(web)).filter((path) => !WRITTEN.test(path))) await cp(join(web, name), join(out, name));
  await cp(join(web, TYPES), join(out, basename(TYPES)));
  const page = await readFile(join(web, "index.html"), "utf8");
  const sheets = Array.from(page.matchAll(/ *<link rel="stylesheet" href="\.\/([^"]+)">\n/g));
  const styles = await Promise.all(sheets.map(([, path]) => readFile(join(web, path), "utf8")));
  await writeFile(join(out, "style.css"), (await transform(styles.join("\n"), { loader: "css", minify: true })).code);
  const rest = needed(metafile, out, "main.js").map((path) => `  <link rel="modulepreload" href="./${path}">\n`);
  const [first, ...others] = sheets.map(([line]) => line);
  if (!first || !page.includes("</head>")) throw new Error("index.html has no style sheets, or no head.");
  const joined = others.reduce(
    (text, line) => text.replace(line, ""),
    page.replace(first, '  <link rel="stylesheet" href="./style.css">\n'),
  );
  await writeFile(join(out, "index.html"), joined.replace("</head>", `${rest.join("")}</head>`));
}

/**
 * What a script imports, and what that imports; not what is fetched when it is wanted.
 * @param {import("esbuild").Metafile} metafile
 * @param {string} out
 * @param {string} entry
 */
function needed({ outputs }, out, entry) {
  const reached = new Set();
  const walk = (/** @type {string} */ path) => {
    if (reached.has(path)) return;
    reached.add(path);
    for (const { path: next, kind } of outputs[path].imports) if (kind === "import-statement") walk(next);
  };
  const paths = new Map(Object.keys(outputs).map((path) => [relative(resolve(out), resolve(path)), path]));
  walk(/** @type {string} */ (paths.get(entry)));
  return [...paths]
    .filter(([, path]) => reached.has(path))
    .map(([name]) => name)
    .sort();
}
