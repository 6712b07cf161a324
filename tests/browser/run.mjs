// All tests in a browser: people's journeys, diffusers' pictures, every operation, and the kernels in Chromium's own compiler.
//
//     node tests/browser/run.mjs [WORD …]      only the tests whose names hold one of the words

import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { LAVAPIPE, launch, newPage } from "./browser.mjs";
import { GETTING } from "./getting.mjs";
import { checkGolden, checkTokens, modelsWithTokens, readGoldens } from "./golden.mjs";
import { INSIDE } from "./inside.mjs";
import { JOURNEYS as USUAL } from "./journeys.mjs";
import { MORE } from "./more.mjs";
import { checkKnobs, readKnobs } from "./knobs.mjs";
import { checkOperations } from "./operations.mjs";
import { OWN, layoutTests } from "./own.mjs";
import { STUDIO } from "./studio.mjs";
import { KEPT, SINGLE } from "./reach.mjs";
import { takeScreenshots } from "./screenshots.mjs";
import { serve } from "./serve.mjs";
import { SPANISH } from "./spanish.mjs";
import { checkKernels, readKernels } from "./tint.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
/** What people do on the page. */
const JOURNEYS = [...USUAL, ...MORE, ...STUDIO, ...INSIDE];
const words = process.argv.slice(2);
const counts = { passed: 0, failed: 0, skipped: 0 };

/** What is tested: the page with a stand-in for the model, and what `./build.sh` made. Both at sub-paths, because pages end up in such places. */
const fake = await serve({ folder: join(root, "web"), overlays: { "worker/pkg/": join(root, "tests/browser/fake"), "vendor/": join(root, "dist/vendor"), "models/slow/": join(root, "models/digits"), "models/": join(root, "models") }, base: "/some/where/" });
const built = existsSync(join(root, "dist/worker/pkg/decant_app.js")) && (await serve({ folder: join(root, "dist"), overlays: { "tests/models/": join(root, "tests/models") }, base: "/decant/" }));
// A server that answers with whole files only, as python's does.
const whole = built && (await serve({ folder: join(root, "dist"), ranges: false }));

const browsers = new Map();
try {
  await rm(join(root, "target/screenshots"), { recursive: true, force: true });
  for (const journey of JOURNEYS.filter(({ real, crash }) => !real && !crash)) await play("page", debian, fake, journey);
  for (const journey of SPANISH) await play("page", debian, fake, journey);
  for (const journey of GETTING) await play("getting", debian, fake, journey);
  if (built && whole) await testBuilt(built, whole);
  else skip("all tests of the built page; ./build.sh makes it");
  if (words.length === 0) await takeScreenshots((await debian()).context, (built || fake).address, join(root, "target/screenshots"));
} finally {
  for (const browser of browsers.values()) await browser.close();
  for (const server of [fake, built, whole]) if (server) server.close();
}
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed > 0 ? 1 : 0;

async function testBuilt(built, whole) {
  for (const journey of JOURNEYS.filter(({ fake, crash }) => !fake && !crash)) await play("built", debian, built, journey);
  for (const journey of JOURNEYS.filter(({ name }) => name.startsWith("open, generate"))) await play("built, no byte ranges", debian, whole, journey);
  for (const { name, expects, play: act } of KEPT) await test("kept", name, keeping, built, act, { expects, start: null });
  for (const { name, play: act } of SINGLE) await test("one file", name, debian, built, act, { start: null });
  for (const model of await modelsWithTokens()) await test("CPU", `tokens of ${model}`, debian, built, ({ page }) => checkTokens(page, built.address, model));
  await testGoldens("CPU", debian, built, "cpu");
  for (const [kind, knobs] of Object.entries(await readKnobs())) await test("CPU", `diffusers' ${kind}`, debian, built, ({ page }) => checkKnobs(page, built.address, knobs));
  for (const { name, check } of await layoutTests()) await test("CPU", `diffusers' picture from layouts/${name}`, debian, built, async ({ page }) => `RMS ${(await check(page, built.address)).toExponential(1)}`);
  for (const journey of OWN) await play("built", debian, built, journey);
  // Minutes on SwiftShader, so one is enough: lavapipe runs the same kernels, and the rest of them, below.
  await testGoldens("GPU on SwiftShader", debian, built, "gpu", /digits-euler/);
  if (!existsSync(LAVAPIPE)) {
    await testKernels("SwiftShader", debian, built);
    return skip("diffusers' pictures on the GPU in Chromium, but for one; tests/rig/setup_vulkan.sh makes a Chromium that is fast enough");
  }
  await testKernels("lavapipe", lavapipe, built);
  await test("GPU on lavapipe", "every operation agrees with the CPU", lavapipe, built, ({ page }) => checkOperations(page, built.address));
  await testGoldens("GPU on lavapipe", lavapipe, built, "gpu");
  for (const journey of JOURNEYS.filter(({ gpu }) => gpu)) await play("built, GPU on lavapipe", lavapipe, built, { ...journey, open: `${journey.open ?? "?"}&device=gpu` });
  for (const journey of JOURNEYS.filter(({ crash }) => crash)) await play("built, GPU on lavapipe", victim, built, journey);
}

async function testGoldens(where, browser, built, device, wanted) {
  for (const golden of await readGoldens(wanted)) {
    await test(where, `diffusers' picture ${golden.name}`, browser, built, async ({ page }) => {
      const error = await checkGolden(page, built.address, device, golden);
      return `RMS ${error.toExponential(1)}`;
    });
  }
}

async function testKernels(where, browser, built) {
  const kernels = await readKernels(join(root, "target/shaders"));
  if (kernels.length === 0) return skip(`Chromium's compiler on every kernel (${where}); cargo test -p decant-gpu --test shaders writes them`);
  await test(where, `Chromium's compiler takes all ${kernels.length} kernels`, browser, built, ({ page }) => checkKernels(page, kernels));
}

async function play(where, browser, server, { name, open = "", host = "127.0.0.1", width, height, expects, play: act }) {
  const address = server.address.replace("127.0.0.1", host);
  await test(where, name, browser, { address }, async ({ page, complaints }) => {
    if (open !== null) await page.goto(address + open);
    await act({ page, address, complaints, models: join(root, "models") });
  }, { width, height, expects, start: null });
}

/** Runs one test on a page of its own, which must not complain of anything but what it `expects` to. */
async function test(where, name, browser, server, act, { width, height, expects = /favicon/, start = "models/digits/model_index.json" } = {}) {
  if (words.length > 0 && !words.some((word) => `${where}: ${name}`.includes(word))) return;
  const { page, complaints } = await newPage((await browser()).context, { width, height });
  const started = performance.now();
  try {
    if (start) await page.goto(server.address + start);
    const said = await act({ page, complaints });
    const unexpected = complaints.filter((complaint) => !expects.test(complaint));
    if (unexpected.length > 0) throw new Error(`the page complained:\n  ${unexpected.join("\n  ")}`);
    counts.passed++;
    console.log(`ok   ${where}: ${name} (${said ? `${said}, ` : ""}${((performance.now() - started) / 1000).toFixed(1)} s)`);
  } catch (error) {
    counts.failed++;
    await mkdir(join(root, "target/screenshots"), { recursive: true });
    const picture = join(root, "target/screenshots", `failed ${where} ${name}.png`.replace(/[^\w.]+/g, "-"));
    await page.screenshot({ path: picture }).catch(() => {});
    console.log(`FAIL ${where}: ${name}\n  ${String(error.stack ?? error).replaceAll("\n", "\n  ")}\n  complaints: ${complaints.join("; ") || "none"}\n  picture: ${picture}`);
  } finally {
    await page.close();
  }
}

function skip(what) {
  counts.skipped++;
  console.log(`skipped: ${what}`);
}

function debian() {
  return once("debian", { more: ["--host-resolver-rules=MAP elsewhere.test 127.0.0.1"] });
}

/** What a page installs stays. */
function keeping() {
  return once("keeping", { keeps: true });
}

function lavapipe() {
  return once("lavapipe", { program: LAVAPIPE });
}

/** Its GPU is going to be crashed, which it may remember. */
function victim() {
  return once("victim", { program: LAVAPIPE });
}

/** One of each kind, started when it is first needed. */
async function once(name, choice) {
  if (!browsers.has(name)) browsers.set(name, await launch(choice));
  return browsers.get(name);
}
