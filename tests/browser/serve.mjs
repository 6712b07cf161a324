// A static web server, as plain as the ones that a page of ours will meet: no special headers, byte ranges, any sub-path.
//
//     node tests/browser/serve.mjs [FOLDER] [--port N] [--base /some/path/]

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
};

/** The page's modules one by one, as they are written, for tests of one of them: in a page they are parts of few files (tools/page.mjs). */
export const MODULES = {
  "web/worker/pkg/": fileURLToPath(new URL("../../dist/worker/pkg", import.meta.url)),
  "web/": fileURLToPath(new URL("../../web", import.meta.url)),
};

/**
 * Serves folders on 127.0.0.1, the first one that has the file. `overlays` maps a path to the folder that takes its place; `headers` come with every answer.
 * @param {{ folder: string, overlays?: Record<string, string>, port?: number, base?: string, ranges?: boolean, headers?: Record<string, string> }} options
 */
export async function serve({ folder, overlays = {}, port = 0, base = "/", ranges = true, headers = {} }) {
  const server = createServer((request, response) => {
    answer(request, response, { folder, overlays, base, ranges, more: headers }).catch((error) => {
      console.error(error);
      response.writeHead(500).end();
    });
  });
  await new Promise((done, failed) => server.once("error", failed).listen(port, "127.0.0.1", () => done(undefined)));
  return { address: `http://127.0.0.1:${server.address().port}${base}`, close: () => server.close() };
}

async function answer(request, response, { folder, overlays, base, ranges, more }) {
  const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
  if (!path.startsWith(base)) return refuse(response, 404, `nothing is served outside of ${base}`);
  const file = locate(path.slice(base.length) || "index.html", folder, overlays);
  const found = file && (await stat(file).catch(() => null));
  if (found?.isDirectory() && !path.endsWith("/")) return response.writeHead(301, { location: `${path}/` }).end();
  const served = found?.isDirectory() ? join(file, "index.html") : file;
  const size = (found?.isDirectory() ? await stat(served).catch(() => null) : found)?.size;
  if (size === undefined) return refuse(response, 404, "no such file");
  const headers = {
    "content-type": TYPES[extname(served)] ?? "application/octet-stream",
    "cache-control": "no-cache",
    ...more,
    ...(ranges && { "accept-ranges": "bytes" }),
  };
  const range = ranges ? readRange(request.headers.range, size) : null;
  if (range === "beyond") return response.writeHead(416, { "content-range": `bytes */${size}` }).end();
  const { start, end } = range ?? { start: 0, end: size - 1 };
  const part = range ? { "content-range": `bytes ${start}-${end}/${size}` } : {};
  response.writeHead(range ? 206 : 200, { ...headers, ...part, "content-length": end - start + 1 });
  if (request.method === "HEAD" || size === 0) return response.end();
  createReadStream(served, { start, end })
    .on("error", () => response.destroy())
    .pipe(response);
}

/** The file behind a path; null when the path climbs out of the folder. */
function locate(path, folder, overlays) {
  const over = Object.keys(overlays).find((prefix) => path.startsWith(prefix));
  const root = resolve(over === undefined ? folder : overlays[over]);
  const file = normalize(join(root, over === undefined ? path : path.slice(over.length)));
  return file === root || file.startsWith(root + sep) ? file : null;
}

/** One range of bytes, as browsers and our own reader ask for it. */
function readRange(header, size) {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  if (!match || (match[1] === "" && match[2] === "")) return null;
  const start = match[1] === "" ? Math.max(size - Number(match[2]), 0) : Number(match[1]);
  const end = match[1] === "" || match[2] === "" ? size - 1 : Math.min(Number(match[2]), size - 1);
  return start > end ? "beyond" : { start, end };
}

function refuse(response, status, reason) {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(`${status}: ${reason}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const given = process.argv.slice(2);
  const option = (name) => (given.includes(name) ? given.splice(given.indexOf(name), 2)[1] : undefined);
  const port = Number(option("--port") ?? 8000);
  const base = `/${option("--base") ?? ""}/`.replace(/\/+/g, "/");
  const folder = given[0] ?? "dist";
  // When the port is taken, the next free one is as good.
  const served = await serve({ folder, base, port }).catch((error) =>
    error.code === "EADDRINUSE" ? serve({ folder, base }) : Promise.reject(error),
  );
  console.log(`Decant is at ${served.address}  (stop with Ctrl+C)`);
}
