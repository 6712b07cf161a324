// Plays every journey in Chromium: first on the page with a stand-in for the model, then on what `./build.sh` made, where it was made.
//
//     node tests/browser/run.mjs [WORD …]      only the journeys whose names hold one of the words

import { access, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { launch, newPage } from "./browser.mjs";
import { JOURNEYS } from "./journeys.mjs";
import { takeScreenshots } from "./screenshots.mjs";
import { serve } from "./serve.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const models = join(root, "models");
const words = process.argv.slice(2);
const chosen = JOURNEYS.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
const counts = { passed: 0, failed: 0, skipped: 0 };

// A sub-path, because pages end up in such places.
const fake = await serve({ folder: join(root, "web"), overlays: { "worker/pkg/": join(root, "tests/browser/fake"), "models/": models }, base: "/some/where/" });
const built = (await exists(join(root, "dist/worker/pkg/decant_app.js"))) ? await serve({ folder: join(root, "dist"), base: "/decant/" }) : null;
const browser = await launch(["--host-resolver-rules=MAP elsewhere.test 127.0.0.1"]);
try {
  for (const journey of chosen) await play(journey, fake.address, "page");
  for (const journey of chosen.filter((row) => !row.fake)) {
    if (built) await play(journey, built.address, "built");
    else counts.skipped++;
  }
  if (!built) console.log("skipped: the journeys on the built page; ./build.sh makes it");
  if (words.length === 0) await takeScreenshots(browser.context, (built ?? fake).address, join(root, "target/screenshots"));
} finally {
  await browser.close();
  fake.close();
  built?.close();
}
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed > 0 ? 1 : 0;

async function play({ name, open = "", host = "127.0.0.1", width, height, expects, play: act }, served, where) {
  const address = served.replace("127.0.0.1", host);
  const { page, complaints } = await newPage(browser.context, { width, height });
  const started = performance.now();
  try {
    if (open !== null) await page.goto(address + open);
    await act({ page, address, complaints, models });
    const unexpected = complaints.filter((complaint) => !expects?.test(complaint));
    if (unexpected.length > 0) throw new Error(`the page complained:\n  ${unexpected.join("\n  ")}`);
    counts.passed++;
    console.log(`ok   ${where}: ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
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

async function exists(path) {
  return access(path).then(() => true, () => false);
}
