// A server on another origin, with made files and the troubles of real ones: it cuts connections, knows no ranges, changes its files, goes away.
// It counts what it is asked for.

import { createServer } from "node:http";

/**
 * What is wrong with an answer: its headers, its body, its status, or that it never ends.
 * @typedef {{ status?: number, headers?: object, body?: Buffer, endless?: boolean }} Lie
 */
/**
 * @typedef {{ ranges: boolean, lie: ((asked: { path: string, start: number, end: number }) => Lie | null) | null, etag: string, cutAfter: number, away: boolean, pace: number, hub: string | null }} Mood `cutAfter`: bytes over all answers, after which every connection breaks; `pace`: milliseconds per 64 KiB; `hub`: "owner/name"
 */

/** @param {Record<string, Buffer>} files by path: "model/unet.safetensors" @param {Partial<Mood>} [mood] */
export async function elsewhere(files, mood = {}) {
  const state = { ranges: true, etag: "1", cutAfter: Infinity, away: false, pace: 0, hub: null, lie: null, ...mood };
  const log = { sent: 0, requests: [] };
  const server = createServer((request, response) => {
    answer(request, response, files, state, log).catch(() => response.destroy());
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", () => done(undefined)));
  return {
    address: `http://127.0.0.1:${server.address().port}/`,
    mood: state,
    log,
    /** What was asked for since the last call, as "path first-last". */
    asked: () => log.requests.splice(0),
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** Bytes that no two files share. @param {number} size @param {number} seed */
export function madeBytes(size, seed) {
  const words = new Uint32Array(Math.ceil(size / 4));
  for (let i = 0, x = seed; i < words.length; i++) words[i] = x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
  return Buffer.from(words.buffer, 0, size);
}

async function answer(request, response, files, state, log) {
  if (state.away) return void request.socket.destroy();
  const { pathname } = new URL(request.url, "http://localhost");
  const shared = {
    "access-control-allow-origin": "*",
    "access-control-allow-headers": "range",
    "access-control-expose-headers": "ETag, Content-Range, Accept-Ranges",
  };
  if (request.method === "OPTIONS") return void response.writeHead(204, shared).end();
  const path = decodeURIComponent(pathname.slice(1));
  if (state.hub && path === `api/models/${state.hub}/tree/main`) {
    const list = Object.entries(files).map(([name, bytes]) => ({ type: "file", path: name.replace(/^cdn\//, ""), size: bytes.length }));
    return void response
      .writeHead(200, { ...shared, "content-type": "application/json" })
      .end(JSON.stringify([{ type: "directory", path: "unet" }, ...list]));
  }
  if (state.hub && path.startsWith(`${state.hub}/resolve/main/`)) {
    return void response.writeHead(302, { ...shared, location: `/cdn/${path.slice(`${state.hub}/resolve/main/`.length)}` }).end();
  }
  const bytes = files[path];
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
  if (!bytes) return void response.writeHead(404, shared).end();
  const partly = state.ranges && from !== undefined;
  const [start, end] = partly ? [Number(from), Math.min(Number(to) + 1, bytes.length)] : [0, bytes.length];
  log.requests.push(`${path} ${start}-${end - 1}`);
  const lie = state.lie?.({ path, start, end });
  if (lie)
    return tell(
      response,
      lie,
      { ...shared, etag: `"${state.etag}"`, ...(partly && { "content-range": `bytes ${start}-${end - 1}/${bytes.length}` }) },
      bytes.subarray(start, end),
    );
  const headers = { ...shared, etag: `"${state.etag}"`, "content-length": end - start, "content-type": "application/octet-stream" };
  response.writeHead(partly ? 206 : 200, partly ? { ...headers, "content-range": `bytes ${start}-${end - 1}/${bytes.length}` } : headers);
  for (let at = start; at < end && !response.destroyed; at += 1 << 16) {
    const part = bytes.subarray(at, Math.min(at + (1 << 16), end));
    if (log.sent + part.length > state.cutAfter) return void response.destroy();
    log.sent += part.length;
    if (!response.write(part)) await until(response, ["drain", "close"]);
    if (state.pace) await new Promise((done) => setTimeout(done, state.pace));
  }
  response.end();
}

/** @param {import("node:http").ServerResponse} response @param {Lie} lie @param {object} headers the true ones @param {Buffer} part */
async function tell(response, lie, headers, part) {
  const { status = 206, body = part, endless = false } = lie;
  response.writeHead(status, { ...headers, ...(!endless && { "content-length": body.length }), ...lie.headers });
  if (!endless) return void response.end(body);
  while (!response.destroyed) if (!response.write(Buffer.alloc(1 << 16, " "))) await until(response, ["drain", "close"]);
}

/** Whichever event comes first. @param {import("node:events").EventEmitter} emitter @param {string[]} names */
function until(emitter, names) {
  return new Promise((resolve) => {
    const done = () => {
      for (const name of names) emitter.off(name, done);
      resolve(undefined);
    };
    for (const name of names) emitter.on(name, done);
  });
}

/** Nothing is stored. On a page of the same origin that opens no model. */
export async function clean(page, address) {
  await page.goto(`${address}models/digits/model_index.json`);
  await page.evaluate(async () =>
    (await navigator.storage.getDirectory()).removeEntry("decant-models", { recursive: true }).catch(() => {}),
  );
}

/** What the stand-in makes of all bytes that it reads, of the model that is the page's `nth`: its own may open first. */
export async function readSum(page, nth = 1) {
  let sums = 0;
  const message = await page.waitForEvent("console", { predicate: (one) => one.text().startsWith("read ") && ++sums === nth });
  return Number(message.text().slice(5));
}

export function sumOf(bytes) {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 1 << 20)
    for (let i = at; i < Math.min(at + (1 << 20), bytes.length); i += 4099) sum = (sum * 31 + bytes[i]) % 4294967291;
  return sum;
}
