// How long the embedded model takes in Chromium, on each machine that there is here: seconds to open, per step and per picture.
//
//     node tests/browser/bench.mjs [STEPS]       prints a table for BENCHMARKS.md; dist/ must be built

import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { LAVAPIPE, launch, newPage } from "./browser.mjs";
import { serve } from "./serve.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const steps = Number(process.argv[2] ?? 16);
const MACHINES = [
  { title: "CPU (WebAssembly)", device: "cpu" },
  { title: "GPU (SwiftShader)", device: "gpu" },
  { title: "GPU (lavapipe)", device: "gpu", program: LAVAPIPE },
];

const served = await serve({ folder: join(root, "dist") });
console.log(`| machine | open | first run | per step | picture of ${steps} steps |\n|---|---|---|---|---|`);
for (const { title, device, program } of MACHINES) {
  if (program && !existsSync(program)) continue;
  const browser = await launch({ program });
  const { page, complaints } = await newPage(browser.context);
  await page.goto(`${served.address}models/digits/model_index.json`);
  const { open, cold, warm, perStep } = await page.evaluate(measure, { device, steps });
  const cells = [open, cold, perStep, warm].map((milliseconds) => `${(milliseconds / 1000).toFixed(3)} s`);
  console.log(`| ${title} | ${cells.join(" | ")} |`);
  if (complaints.length > 1) console.log(complaints.join("\n"));
  await browser.close();
}
served.close();

/** Runs in the page. */
async function measure({ device, steps }) {
  const { Decant } = await import("/decant.js");
  const started = performance.now();
  const decant = await Decant.load({ model: "/models/digits", device });
  const open = performance.now() - started;
  const request = { prompt: "a blue seven on a yellow background", steps, seed: 1 };
  const first = await decant.generate(request);
  const second = await decant.generate(request);
  const { timings } = second.trace;
  return { open, cold: first.trace.timings.total, warm: timings.total, perStep: timings.steps / steps };
}
