// How light and how smooth the page is: first paint, what an opening transfers, when the model is ready, long tasks, and frames during a run.
//
//     node bench/opening.mjs [FOLDER] [--runs N] [--device cpu] [--single yes]      dist, 3, cpu; what it prints goes to BENCHMARKS.md
//
// Each run is a first visit: a browser of its own, an empty cache. The server is plain (no compression, HTTP/1.1). Sizes are counted in a visit
// before those that are timed, since packing them here would take the time of the page: as they are, and as gzip would send them. With --single it
// is the one file, from disk.

import { loadavg } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { launch, newPage } from "../tests/browser/browser.mjs";
import { serve } from "../tests/browser/serve.mjs";

const given = process.argv.slice(2);
const option = (name, usual) => (given.includes(name) ? given.splice(given.indexOf(name), 2)[1] : usual);
const [runs, device] = [Number(option("--runs", 3)), option("--device", "cpu")];
const single = option("--single", "") !== "";
const folder = given[0] ?? join(fileURLToPath(new URL("../", import.meta.url)), "dist");

const server = await serve({ folder });
const address = single ? String(pathToFileURL(join(folder, "decant.html"))) : server.address;
const sizes = await transferred(address);
const rows = [];
for (let run = 0; run < runs; run++) rows.push(await visit(address));
server.close();
const [first] = rows;
const middle = Object.fromEntries(
  Object.keys(first).map((key) => [
    key,
    typeof first[key] === "number" ? rows.map((row) => row[key]).sort((a, b) => a - b)[runs >> 1] : first[key],
  ]),
);
for (const [name, value] of Object.entries({
  date: new Date().toISOString().slice(0, 10),
  ...middle,
  ...sizes,
  "load of the machine": loadavg()[0].toFixed(1),
}))
  console.log(`${name}: ${typeof value === "number" ? Math.round(value) : value}`);

/** What an opening and its first picture take over the wire. @param {string} address */
async function transferred(address) {
  const { context, close } = await launch();
  const { page } = await newPage(context, { usual: true });
  const kinds = { shell: [0, 0, 0], program: [0, 0, 0], model: [0, 0, 0] };
  const counted = [];
  page.on("response", (response) => counted.push(count(response, kinds)));
  await opened(page, address);
  await Promise.all(counted);
  await close();
  const size = ([files, bytes, packed]) => `${files} files, ${Math.round(bytes / 1000)} KB, ${Math.round(packed / 1000)} KB as gzip`;
  return { shell: size(kinds.shell), "program (wasm)": size(kinds.program), model: size(kinds.model) };
}

/** @param {import("playwright-core").Page} page @param {string} address */
async function opened(page, address) {
  await page.addInitScript(watch);
  await page.goto(`${address}?device=${device}&run=1`);
  // Seldom: looking makes the page draw.
  await page.waitForFunction(() => globalThis.marks.picture, null, { timeout: 180_000, polling: 500 });
}

/** @param {string} address */
async function visit(address) {
  const { context, close } = await launch();
  const { page } = await newPage(context, { motion: undefined, usual: true });
  await opened(page, address);
  const marks = await page.evaluate(() => globalThis.marks);
  // The thread's own time: unlike a clock's, it does not grow when others use the machine.
  const session = await context.newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const spent = async () =>
    Object.fromEntries((await session.send("Performance.getMetrics")).metrics.map(({ name, value }) => [name, value * 1000]));
  const before = await spent();
  const frames = await page.evaluate(framesOfRun);
  const after = await spent();
  const [busy, script, style] = [["TaskDuration"], ["ScriptDuration"], ["LayoutDuration", "RecalcStyleDuration"]].map((names) =>
    names.reduce((sum, name) => sum + after[name] - before[name], 0),
  );
  const adapter = await page.textContent("#adapter");
  await close();
  const [tasks, blocked] = [marks.tasks.length, marks.tasks.reduce((sum, time) => sum + time - 50, 0)];
  return {
    adapter,
    "first paint ms": marks.paint,
    "first contentful paint ms": marks.contentful,
    "model ready ms": marks.ready,
    "first picture ms": marks.picture,
    "long tasks until then": tasks,
    "longest of them ms": Math.max(0, ...marks.tasks),
    "blocked in all ms": blocked,
    "frames a second during a run": frames.rate,
    "longest frame ms": frames.longest,
    "frames over 34 ms": frames.late,
    "frames in all": frames.count,
    "main thread's own time, of each second": `${Math.round((busy * frames.rate) / frames.count)} ms, ${Math.round((script * frames.rate) / frames.count)} of them scripts, ${Math.round((style * frames.rate) / frames.count)} style and layout`,
  };
}

/** @param {import("playwright-core").Response} response */
async function count(response, kinds) {
  const body = await response.body().catch(() => Buffer.alloc(0));
  const path = new URL(response.url()).pathname;
  const kind = path.endsWith(".wasm") ? kinds.program : path.startsWith("/models/") ? kinds.model : kinds.shell;
  kind[0]++;
  kind[1] += body.length;
  kind[2] += gzipSync(body).length;
}

/** Runs in the page before anything else does. */
function watch() {
  const marks = (globalThis.marks = { paint: 0, contentful: 0, ready: 0, picture: 0, tasks: [] });
  new PerformanceObserver((list) => {
    for (const { name, startTime } of list.getEntries()) marks[name === "first-paint" ? "paint" : "contentful"] = startTime;
  }).observe({ type: "paint", buffered: true });
  new PerformanceObserver((list) => {
    if (!marks.picture) marks.tasks.push(...list.getEntries().map(({ duration }) => duration));
  }).observe({ type: "longtask", buffered: true });
  const look = (/** @type {unknown} */ _, /** @type {MutationObserver} */ observer) => {
    if (!marks.ready && document.querySelector("#adapter")?.textContent?.match(/\w/)) marks.ready = performance.now();
    if (!/ steps in /.test(document.querySelector("#status")?.textContent ?? "")) return;
    marks.picture = performance.now();
    observer.disconnect();
  };
  new MutationObserver(look).observe(document, { childList: true, characterData: true, subtree: true });
}

/** Runs in the page: presses Generate and counts frames until the picture is there. */
async function framesOfRun() {
  const status = document.querySelector("#status");
  document.querySelector("#generate").click();
  const times = [];
  const isOver = () => times.length > 30 && / steps in /.test(status.textContent);
  await new Promise((done) => {
    const frame = (time) => (times.push(time), isOver() ? done() : requestAnimationFrame(frame));
    requestAnimationFrame(frame);
  });
  const gaps = times.slice(1).map((time, index) => time - times[index]);
  return {
    rate: (gaps.length * 1000) / (times.at(-1) - times[0]),
    longest: Math.max(...gaps),
    late: gaps.filter((gap) => gap > 34).length,
    count: gaps.length,
  };
}
