// Makes one file of the page that needs no server: WEB's scripts and FOLDER as `./build.sh` assembles it go in, `decant.html` comes out.
//
//     node tools/single.mjs WEB FOLDER decant.html
//
// Scripts become one, styles become one, and every other file of the folder goes along packed (gzip, single/packing.js), to be unpacked when it is wanted.

import { createHash } from "node:crypto";
import { readFile, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { bundle } from "./bundle.mjs";
import { filesIn } from "./files.mjs";
import { asText } from "./single/packing.js";

/** What is bundled, or only serves a page on a server (kernels for memory that workers share among them). */
const APART = /\.(js|css|html|webmanifest)$|^worker\/pkg\/kernels-|^icons\/|^icon\.|\.d\.ts$/;

const [web, folder, out] = process.argv.slice(2);
await writeFile(out, await single(await readFile(join(folder, "index.html"), "utf8")));
console.log(`${basename(out)}: ${((await stat(out)).size / 1e6).toFixed(1)} MB, the whole page in one file`);

/** @param {string} page */
async function single(page) {
  const styles = await readFile(join(folder, "style.css"), "utf8");
  const theme = await script("ui/theme.js", {}, "iife");
  const main = await script("main.js", { "api/parts.js": "single/parts.js" }, "esm");
  const worker = await script("worker/worker.js", { "worker/program.js": "single/program.js" }, "iife");
  const icon = (await readFile(join(folder, "icon.png"))).toString("base64");
  const parts = [
    part("worker.js", worker),
    ...(await Promise.all(
      (await files()).map(async (path) =>
        part(path, Buffer.from(asText(gzipSync(await readFile(join(folder, path)), { level: 9 }))).toString("latin1")),
      ),
    )),
  ];
  return page
    .replaceAll(/ *<link rel="(stylesheet|manifest|modulepreload|apple-touch-icon)"[^>]*>\n/g, "")
    .replaceAll(/ *<meta property="og:[^>]*>\n/g, "")
    .replaceAll(/ *<script type="module"[^>]*><\/script>\n/g, "")
    .replace(/(<link rel="icon" href=")[^"]*/, (_, start) => `${start}data:image/png;base64,${icon}`)
    .replace(/script-src [^;"]*/, () => `script-src ${hash(theme)} ${hash(main)} 'wasm-unsafe-eval' blob:`)
    .replace("</head>", () => `<style>${styles}</style>\n<script>${theme}</script>\n</head>`)
    .replace("</body>", () => `${parts.join("\n")}\n<script type="module">${main}</script>\n</body>`);
}

/**
 * @param {string} path
 * @param {Record<string, string>} standIns
 * @param {"esm" | "iife"} format a classic script where it runs before the first paint, or in a worker
 */
async function script(path, standIns, format) {
  const text = await bundle(web, path, standIns, {
    format,
    minify: true,
    ...(format === "iife" && { define: { "import.meta.url": "location.href" } }),
  });
  if (/<!--|<\/script/i.test(text)) throw new Error(`${path} holds what a script element cannot: “<!--” or “</script”.`);
  return text;
}

async function files() {
  return (await filesIn(folder)).filter((path) => !APART.test(path));
}

/** @param {string} path @param {string} content */
function part(path, content) {
  return `<script type="text/plain" data-part="${path}">${content}</script>`;
}

/** By which a page's policy knows its own scripts. @param {string} script */
function hash(script) {
  return `'sha256-${createHash("sha256").update(script).digest("base64")}'`;
}
