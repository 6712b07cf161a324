// All tests in a browser: people's journeys, diffusers' pictures, every operation, and the kernels in Chromium's own compiler.
//
//     node tests/browser/run.mjs [WORD …]      only the tests whose names hold one of the words, or whose file in journeys/ is called so
//
// They are written down first, and then played in lanes, each with a browser of its own; LANES=1 in the environment plays one after the other.

import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ACCESS } from "./access.mjs";
import { ANSWERS } from "./answers-goldens.mjs";
import { LAVAPIPE, launch, newPage } from "./browser.mjs";
import { HAS_FIREFOX } from "./firefox.mjs";
import { IN_FIREFOX, ISOLATED } from "./isolated.mjs";
import { JOURNEYS } from "./journeys/index.mjs";
import { checkSelfTest } from "./journeys/preflight.mjs";
import { LAYOUT_JOURNEYS, layoutTests } from "./layouts.mjs";
import { OFFLINE } from "./offline.mjs";
import { PATHS, checkBits, checkOnCpu, checkOperations } from "./operations.mjs";
import { PACKAGE, SINGLE } from "./packaged.mjs";
import { checkGolden, checkTokens, models, modelsWithTokens, readGoldens } from "./pictures-goldens.mjs";
import { MODULES, serve } from "./serve.mjs";
import { checkSettings, readSettings } from "./settings-goldens.mjs";
import { playSideBySide } from "./side-by-side.mjs";
import { checkKernels, readKernels } from "./tint.mjs";
import { makePage } from "../../tools/page.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const words = process.argv.slice(2);
const counts = { passed: 0, failed: 0, skipped: 0 };
/** Seconds that one test may take: several times what the slowest takes on a busy machine. */
const LONGEST = 600;
/** More than two gain nothing: a run of the real model keeps a core busy, and drawing the page another. */
const LANES = Math.max(1, Number(process.env.LANES) || Math.min(2, availableParallelism()));

/**
 * The browsers: Debian's, whose GPU is SwiftShader, in every lane; the others once.
 * @typedef {{ name: string, choice: object, once?: boolean }} Kind
 */
const debian = { name: "debian", choice: { more: ["--host-resolver-rules=MAP elsewhere.test 127.0.0.1"] } };
/** What a page installs stays. */
const keeping = { name: "keeping", choice: { keeps: true }, once: true };
const lavapipe = { name: "lavapipe", choice: { program: LAVAPIPE }, once: true };
/** Its GPU is going to be crashed, which it may remember. */
const victim = { name: "victim", choice: { program: LAVAPIPE }, once: true };

/**
 * What is to be played or skipped.
 * @type {({ where: string, name: string, browser: Kind, play: (lane: number) => Promise<string> } | { skipped: string })[]}
 */
const jobs = [];

/**
 * What is tested: the page as it is written now, with a stand-in for the model, and what `./build.sh` made. Both at sub-paths, because
 * pages end up in such places.
 */
const page = join(root, "target/tested");
await rm(page, { recursive: true, force: true });
await makePage(join(root, "web"), page);
const fake = await serve({
  folder: page,
  overlays: {
    ...MODULES,
    "worker/pkg/": join(root, "tests/browser/fake"),
    "models/slow/": join(root, "models/digits"),
    "models/": join(root, "models"),
  },
  base: "/some/where/",
});
const built =
  existsSync(join(root, "dist/worker/pkg/decant_app.js")) &&
  (await serve({ folder: join(root, "dist"), overlays: { ...MODULES, "tests/models/": join(root, "tests/models") }, base: "/decant/" }));
// A server that answers with whole files only, as python's does.
const whole = built && (await serve({ folder: join(root, "dist"), overlays: MODULES, ranges: false }));

// One that says by itself what lets a page share memory.
const ISOLATING = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };
const isolating =
  built &&
  (await serve({ folder: join(root, "dist"), overlays: { ...MODULES, "tests/models/": join(root, "tests/models") }, headers: ISOLATING }));

const browsers = new Map();
try {
  await rm(join(root, "target/screenshots"), { recursive: true, force: true });
  for (const journey of JOURNEYS.filter(({ real, crash }) => !real && !crash)) play("page", debian, fake, journey);
  for (const journey of ACCESS) play("page", debian, fake, { ...journey, about: "access" });
  if (built && whole && isolating) await testBuilt(built, whole, isolating);
  else skip("all tests of the built page; ./build.sh makes it");
  await playSideBySide(jobs, {
    lanes: LANES,
    alone: aloneOf,
    play: (job, lane) => ("skipped" in job ? `skipped: ${job.skipped}` : job.play(lane)),
    tell: (line) => console.log(line),
  });
} finally {
  for (const browser of browsers.values())
    await browser.then(
      (started) => started.close(),
      () => {},
    );
  for (const server of [fake, built, whole, isolating]) if (server) server.close();
}
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
// A test that failed may have left a server of its own, for which node would wait.
process.exit(counts.failed > 0 ? 1 : 0);

async function testBuilt(built, whole, isolating) {
  for (const journey of JOURNEYS.filter(({ fake, crash }) => !fake && !crash)) play("built", debian, built, journey);
  for (const journey of JOURNEYS.filter(({ name }) => name.startsWith("open, generate")))
    play("built, no byte ranges", debian, whole, journey);
  for (const { name, expects, play: act } of [...OFFLINE, ...ISOLATED]) test("kept", name, keeping, built, act, { expects, start: null });
  if (HAS_FIREFOX) for (const { name, play: act } of IN_FIREFOX) test("kept", name, debian, built, act, { start: null });
  else skip("how the page is isolated in Firefox; apt-get install firefox-esr, or FIREFOX=PROGRAM in the environment");
  for (const { name, play: act } of PACKAGE) test("package", name, debian, built, act, { start: null });
  for (const { name, play: act } of SINGLE) test("one file", name, debian, built, act, { start: null });
  if (!existsSync(LAVAPIPE))
    test("built", "the self-test finds the CPU to be right", debian, built, ({ page }) => checkSelfTest(page, built.address, 1), {
      start: null,
    });
  for (const model of await modelsWithTokens())
    test("CPU", `tokens of ${model}`, debian, built, ({ page }) => checkTokens(page, built.address, model));
  await testGoldens("CPU", debian, built, "cpu");
  for (const path of PATHS)
    test("CPU", `every operation on ${path.path}`, debian, isolating, ({ page }) => checkOnCpu(page, isolating.address, path));
  test("CPU", "threads change no bit", debian, isolating, ({ page }) => checkBits(page, isolating.address));
  await testGoldens("CPU, 3 threads", debian, isolating, "cpu", /digits-euler|sd1-tiny/, { threads: 3 });
  await testGoldens("CPU, simd128", debian, built, "cpu", /digits-euler|sd1-tiny/, { kernels: "simd128" });
  for (const { name, check } of ANSWERS) test("CPU", name, debian, built, ({ page }) => check(page, built.address, "cpu"));
  for (const [kind, cases] of Object.entries(await readSettings()))
    test("CPU", `diffusers' ${kind}`, debian, built, ({ page }) => checkSettings(page, built.address, cases));
  for (const { name, check } of await layoutTests())
    test(
      "CPU",
      `diffusers' picture from layouts/${name}`,
      debian,
      built,
      async ({ page }) => `RMS ${(await check(page, built.address)).toExponential(1)}`,
    );
  for (const journey of LAYOUT_JOURNEYS) play("built", debian, built, { ...journey, about: "layouts" });
  // Minutes on SwiftShader, so one is enough: lavapipe runs the same kernels, and the rest of them, below.
  await testGoldens("GPU on SwiftShader", debian, built, "gpu", /digits-euler/);
  if (!existsSync(LAVAPIPE)) {
    await testKernels("SwiftShader", debian, built);
    return skip("diffusers' pictures on the GPU in Chromium, but for one; tests/rig/setup_vulkan.sh makes a Chromium that is fast enough");
  }
  await testKernels("lavapipe", lavapipe, built);
  test(
    "built, GPU on lavapipe",
    "the self-test finds CPU and GPU to be right",
    lavapipe,
    built,
    ({ page }) => checkSelfTest(page, built.address, 2),
    { start: null },
  );
  test("GPU on lavapipe", "every operation agrees with the CPU", lavapipe, built, ({ page }) => checkOperations(page, built.address));
  await testGoldens("GPU on lavapipe", lavapipe, built, "gpu");
  for (const { name, check } of ANSWERS.filter(({ gpu }) => gpu))
    test("GPU on lavapipe", name, lavapipe, built, ({ page }) => check(page, built.address, "gpu"));
  for (const journey of JOURNEYS.filter(({ gpu }) => gpu))
    play("built, GPU on lavapipe", lavapipe, built, { ...journey, open: `${journey.open ?? "?"}&device=gpu` });
  for (const journey of JOURNEYS.filter(({ crash }) => crash)) play("built, GPU on lavapipe", victim, built, journey);
}

async function testGoldens(where, browser, built, device, wanted, more = {}) {
  for (const golden of await readGoldens(wanted)) {
    test(where, `diffusers' picture ${golden.name}`, browser, built, async ({ page }) => {
      const error = await checkGolden(page, built.address, device, golden, { model: built.address + models[golden.model], ...more });
      return `RMS ${error.toExponential(1)}`;
    });
  }
}

async function testKernels(where, browser, built) {
  const kernels = await readKernels(join(root, "target/shaders"));
  if (kernels.length === 0)
    return skip(`Chromium's compiler on every kernel (${where}); cargo test -p decant-gpu --test shaders writes them`);
  test(where, `Chromium's compiler takes all ${kernels.length} kernels`, browser, built, ({ page }) => checkKernels(page, kernels));
}

function play(where, browser, server, { name, about, open = "", host = "127.0.0.1", width, height, first, usual, expects, play: act }) {
  const address = server.address.replace("127.0.0.1", host);
  test(
    where,
    name,
    browser,
    { address },
    async ({ page, complaints }) => {
      if (open !== null) await page.goto(address + open);
      await act({ page, address, complaints, models: join(root, "models") });
    },
    { about, width, height, first, usual, expects, start: null },
  );
}

/** Writes a test down, to be played on a page of its own, which must not complain of anything but what it `expects` to. */
function test(
  where,
  name,
  browser,
  server,
  act,
  { about = "", width, height, first, usual, expects = /favicon/, start = "models/digits/model_index.json" } = {},
) {
  if (words.length > 0 && !words.some((word) => word === about || `${where}: ${name}`.includes(word))) return;
  jobs.push({ where, name, browser, play });

  async function play(lane) {
    return (await attempt(lane, false)) ?? attempt(lane, true);
  }

  /** Null where Chromium lost what the tab knew, the first time. */
  async function attempt(lane, isAgain) {
    const started = performance.now();
    let page,
      complaints = [],
      lost = async () => null;
    try {
      const opened = async () => newPage((await browserOf(browser, lane)).context, { width, height, first, usual });
      ({ page, complaints, lost } = await within(LONGEST, opened()));
      if (start) await page.goto(server.address + start);
      const said = await within(LONGEST, act({ page, complaints }));
      const unexpected = complaints.filter((complaint) => !expects.test(complaint));
      if (unexpected.length > 0) throw new Error(`the page complained:\n  ${unexpected.join("\n  ")}`);
      counts.passed++;
      return `ok   ${where}: ${name} (${said ? `${said}, ` : ""}${isAgain ? "once more, since Chromium had lost what the tab knew, " : ""}${((performance.now() - started) / 1000).toFixed(1)} s)`;
    } catch (error) {
      // On a busy machine Chromium now and then answers a reload with a tab that knows nothing of before. What a page does after a reload cannot
      // be seen there, so it is looked at once more.
      const gone = await lost();
      if (!isAgain && gone) return null;
      counts.failed++;
      await mkdir(join(root, "target/screenshots"), { recursive: true });
      const picture = join(root, "target/screenshots", `failed ${where} ${name}.png`.replace(/[^\w.]+/g, "-"));
      await page?.screenshot({ path: picture }).catch(() => {});
      return `FAIL ${where}: ${name}\n  ${String(error.stack ?? error).replaceAll("\n", "\n  ")}\n  complaints: ${complaints.join("; ") || "none"}${gone ? `\n  ${gone}` : ""}\n  picture: ${picture}`;
    } finally {
      await within(LONGEST, page?.close()).catch(() => {});
    }
  }
}

/** What a page never answers must not hold up the rest. @template T @param {number} seconds @param {Promise<T> | undefined} promise */
async function within(seconds, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing came for ${seconds} s`)), seconds * 1000);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function skip(what) {
  counts.skipped++;
  jobs.push({ skipped: what });
}

/** Of these, one at a time: what shares a browser, and all that computes on a GPU, which is every core where it is emulated. */
function aloneOf(job) {
  if ("skipped" in job) return null;
  return job.where.includes("GPU") ? "GPU" : job.browser.once ? job.browser.name : null;
}

/** Started when it is first needed. @param {Kind} kind @param {number} lane */
function browserOf({ name, choice, once }, lane) {
  const place = once ? name : `${name} ${lane}`;
  if (!browsers.has(place)) browsers.set(place, launch(choice));
  return browsers.get(place);
}
