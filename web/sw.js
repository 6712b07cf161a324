// The service worker: the page opens without a network after the first visit, and is never half new.
// `tools/shell.mjs` writes above it which VERSION of the page it keeps, and its FILES: by path, each one's SHA-256.
//
// A file is kept under its path and its sum. So two versions lie side by side, a new one fetches only what changed, and one that was cut off
// goes on where it was. A version is used once all of it is there, and from the next opening on: whoever is open keeps the one it began with.
// Models from elsewhere have a store of their own (store/opfs.js) and are none of its business.
//
// It also says the two words that let a page share memory among its workers (see ISOLATED), which a plain static server does not say: so from the
// second opening on the page is cross-origin isolated. Nothing is opened anew for it.

/**
 * @typedef {{ waitUntil(what: Promise<unknown>): void, respondWith(what: Promise<Response>): void, request: Request, data: unknown, source: { postMessage(message: unknown): void } | null }} WorkerEvent what the page's types do not know
 */

const KEPT = "decant";
const self_ = /** @type {any} */ (self);
const FOLDER = new URL("./", location.href).href;
/** `./build.sh serve` serves here: what was just built is what should be seen. */
const WORKSHOP = ["127.0.0.1", "localhost", "[::1]"].includes(location.hostname);

/**
 * What a page and its workers say to be cross-origin isolated: no window of another origin holds on to this one, and what comes from another origin
 * comes without cookies, or by the rules of CORS, as models do. `require-corp` would ask more of other servers. A browser that does not know
 * `credentialless` takes the page as it was before: one thread.
 */
const ISOLATED = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "credentialless" };
/** Whose answers are asked for them. Scripts and all else are handed out as they are kept: browsers keep what they compiled beside them. */
const ASKED = new Set(["document", "iframe", "frame", "worker", "sharedworker"]);

/** @type {{ VERSION: string, FILES: Record<string, string> }} */
const { VERSION, FILES: files = {} } = self_;

on("install", (event) => event.waitUntil(fetchAll()));
on("activate", (event) => event.waitUntil(forgetOthers()));
on("message", (event) => event.waitUntil(event.data === "use" ? use(event) : serve(event)));
on("fetch", (event) => {
  const path = pathOf(event.request);
  if (path !== null) event.respondWith(answer(event.request, path));
});

/** The browser compares each file with its sum; one that does not fit (the server is in the middle of a change) ends the installation. */
async function fetchAll() {
  const cache = await caches.open(KEPT);
  for (const path of Object.keys(files)) {
    if (await cache.match(keyOf(path))) continue;
    const answer = await fetch(addressOf(path), { integrity: `sha256-${files[path]}`, cache: "no-cache" });
    if (!answer.ok) throw new Error(`${path}: the server answers with status ${answer.status}`);
    await cache.put(keyOf(path), answer);
  }
}

async function forgetOthers() {
  const cache = await caches.open(KEPT);
  const wanted = new Set(Object.keys(files).map(keyOf));
  for (const { url } of await cache.keys()) if (!wanted.has(url)) await cache.delete(url);
}

/** At once, where no other tab is open that would then get parts of this version into the one it has. @param {WorkerEvent} event */
async function use({ source }) {
  const all = await self_.clients.matchAll({ type: "window", includeUncontrolled: true });
  const open = all.filter((/** @type {{ url: string }} */ { url }) => url.startsWith(FOLDER));
  if (open.length > 1) source?.postMessage("open elsewhere");
  else await self_.skipWaiting();
}

/**
 * Whoever was opened before this worker was there has what it still fetches from here, if it is of the same version.
 * @param {WorkerEvent} event
 */
async function serve({ data }) {
  if (data === VERSION) await self_.clients.claim();
}

/** @param {Request} request @param {string} path */
async function answer(request, path) {
  if (WORKSHOP && request.mode === "navigate" && (await isBuiltAnew())) await caches.delete(KEPT);
  const kept = await (await caches.open(KEPT)).match(keyOf(path));
  const answer = kept ? part(kept, request.headers.get("range")) : fetch(request);
  return ASKED.has(request.destination) ? isolated(await answer) : answer;
}

/**
 * The same answer with ISOLATED. One that sends elsewhere (of the type "opaqueredirect") has no headers to add to.
 * @param {Response} answer
 */
function isolated(answer) {
  if (answer.type === "error" || answer.type.startsWith("opaque")) return answer;
  const { body, status, statusText } = answer;
  const headers = new Headers(answer.headers);
  for (const [name, value] of Object.entries(ISOLATED)) headers.set(name, value);
  return new Response(body, { status, statusText, headers });
}

/**
 * What was asked for of a file: a model that is being read when this worker takes over goes on to get parts.
 * @param {Response} kept
 * @param {string | null} range "bytes=0-99"
 */
async function part(kept, range) {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(range ?? "") ?? [];
  if (first === undefined) return kept;
  const all = await kept.blob();
  const [from, to] = [Number(first), Math.min(last ? Number(last) + 1 : Infinity, all.size)];
  const headers = new Headers(kept.headers);
  headers.set("content-range", from < to ? `bytes ${from}-${to - 1}/${all.size}` : `bytes */${all.size}`);
  headers.set("content-length", String(Math.max(to - from, 0)));
  return new Response(from < to ? all.slice(from, to) : null, { status: from < to ? 206 : 416, headers });
}

/** Whether the server has another version. */
async function isBuiltAnew() {
  const served = await fetch(location.href, { cache: "no-store" })
    .then((answer) => answer.text())
    .catch(() => null);
  return served !== null && !served.includes(JSON.stringify(files));
}

/** Which of the files is asked for; null: none. @param {Request} request */
function pathOf({ method, url }) {
  if (method !== "GET" || !url.startsWith(FOLDER)) return null;
  const path = decodeURIComponent(url.slice(FOLDER.length).replace(/[?#].*/, "")) || "index.html";
  return Object.hasOwn(files, path) ? path : null;
}

/** Servers may send whoever asks for index.html on to the folder, and what was sent on cannot open a page. @param {string} path */
function addressOf(path) {
  return new URL(path === "index.html" ? "./" : path, FOLDER).href;
}

/** @param {string} path */
function keyOf(path) {
  return `${new URL(path, FOLDER).href}?${encodeURIComponent(files[path] ?? "")}`;
}

/** @param {string} name @param {(event: WorkerEvent) => void} hear */
function on(name, hear) {
  addEventListener(name, (event) => hear(/** @type {WorkerEvent} */ (/** @type {unknown} */ (event))));
}
