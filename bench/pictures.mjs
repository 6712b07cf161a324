// How long the models that come with the page take in Chromium, on each machine that there is here: seconds to open, per step and per picture.
//
//     node bench/pictures.mjs [MODEL …]       emoji and digits, as they are used by default; prints a table for BENCHMARKS.md; dist/ must be built

import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { LAVAPIPE, launch, newPage } from "../tests/browser/browser.mjs";
import { serve } from "../tests/browser/serve.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const models = process.argv.length > 2 ? process.argv.slice(2) : ["emoji", "digits"];
const MACHINES = [
  { title: "CPU (WebAssembly)", device: "cpu" },
  { title: "GPU (SwiftShader)", device: "gpu" },
  { title: "GPU (lavapipe)", device: "gpu", program: LAVAPIPE },
];

const served = await serve({ folder: join(root, "dist") });
console.log("| model | machine | open | first run | per step | picture |\n|---|---|---|---|---|---|");
for (const { title, device, program } of MACHINES.filter(({ program }) => !program || existsSync(program))) {
  const browser = await launch({ program });
  for (const model of models) {
    const { page, complaints } = await newPage(browser.context);
    await page.goto(`${served.address}models/digits/model_index.json`);
    const { open, cold, warm, perStep, steps, size } = await page.evaluate(measure, { model: `/models/${model}`, device });
    const cells = [open, cold, perStep, warm].map((milliseconds) => `${(milliseconds / 1000).toFixed(3)} s`);
    console.log(`| ${model}, ${size}, ${steps} steps | ${title} | ${cells.join(" | ")} |`);
    if (complaints.length > 1) console.log(complaints.join("\n"));
    await page.close();
  }
  await browser.close();
}
served.close();

/** Runs in the page. */
async function measure({ model, device }) {
  const { Decant } = await import("/decant.js");
  const started = performance.now();
  const decant = await Decant.load({ model, device });
  const open = performance.now() - started;
  const { prompt, steps, width, height } = decant.info.defaults;
  const first = await decant.generate({ prompt, seed: 1 });
  const second = await decant.generate({ prompt, seed: 1 });
  const { timings } = second.trace;
  return { open, cold: first.trace.timings.total, warm: timings.total, perStep: timings.steps / steps, steps, size: `${width}×${height}` };
}
