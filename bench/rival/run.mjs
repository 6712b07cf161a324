// Decant beside onnxruntime-web on the CPU or by WebGPU (lavapipe, where tests/rig/setup_vulkan.sh has put it), in one page of Chromium: the same
// quarter-width Stable Diffusion 1.5, UNet (two pictures of 32×32 latents)
// and autoencoder (to 256×256), f32. In each round every contender has its turn, so that a busy machine is busy for all; what they compute is compared.
//
//     PYTHON=python3 node bench/rival/run.mjs [--rounds 5] [--device cpu|gpu] [--out target/rival.json]        dist/ must be built
//
// The model is made once by make.py (which names what Python needs), onnxruntime-web is installed here; neither is part of the page or of a test.

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { LAVAPIPE, launch } from "../../tests/browser/browser.mjs";
import { serve } from "../../tests/browser/serve.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const here = fileURLToPath(new URL("./", import.meta.url));
const models = process.env.RIVAL_MODELS || join(root, "target/rival");
const option = (/** @type {string} */ name, /** @type {string} */ usual) =>
  process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : usual;

const rounds = Number(option("--rounds", "5"));
const device = option("--device", "cpu");
if (!["cpu", "gpu"].includes(device)) throw new Error(`--device ${device}: expected cpu or gpu`);
const out = option("--out", join(root, "target/rival.json"));
if (!existsSync(join(root, "dist/worker/pkg/decant_app.js"))) throw new Error("There is no dist/ to time: ./build.sh makes it.");
if (!existsSync(join(models, "vae.onnx")))
  execFileSync(process.env.PYTHON || "python3", [join(here, "make.py"), "--out", models], { stdio: "inherit" });
if (!existsSync(join(here, "node_modules/onnxruntime-web")))
  execFileSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts"], { cwd: here, stdio: "inherit" });

// Isolated by the server, so that both may use threads.
const headers = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };
const overlays = { "decant/": join(root, "dist"), "ort/": join(here, "node_modules/onnxruntime-web/dist"), "made/": models };
const served = await serve({ folder: join(here, "page"), overlays, headers });
const browser = await launch(device === "gpu" && existsSync(LAVAPIPE) ? { program: LAVAPIPE } : {});
try {
  const page = await browser.context.newPage();
  page.setDefaultTimeout(0);
  page.on("pageerror", (error) => console.error(String(error)));
  page.on("console", (message) => message.type() === "info" && console.log(message.text()));
  await page.goto(served.address);
  const results = await page.evaluate(
    ([rounds, device]) => /** @type {any} */ (window).compare(rounds, device),
    /** @type {const} */ ([rounds, device]),
  );
  await mkdir(dirname(out), { recursive: true });
  await writeFile(out, `${JSON.stringify(results, null, 1)}\n`);
  print(results);
} finally {
  await browser.close();
  served.close();
}

/** @param {{ agent: string, cores: number, agreement: Record<string, number>, contenders: { name: string, path: string, rival: string | null, times: Record<string, number[]> }[] }} results */
function print({ agent, cores, agreement, contenders }) {
  console.log(
    `\n${agent}; ${cores} cores; ${rounds} rounds; the largest differences: ${Object.entries(agreement)
      .map(([name, error]) => `${name} ${error.toExponential(1)}`)
      .join(", ")}\n`,
  );
  console.log("| | UNet, ms | to onnxruntime-web on as many threads | autoencoder, ms | to onnxruntime-web |\n|---|---|---|---|---|");
  for (const { name, path, rival, times } of contenders) {
    const beside = contenders.find((other) => other.name === rival);
    const cells = Object.entries(times).flatMap(([net, list]) => [middle(list).toFixed(0), beside ? ratios(list, beside.times[net]) : ""]);
    console.log(`| ${name}${path ? ` (${path})` : ""} | ${cells.join(" | ")} |`);
  }
}

/** Of each round, since what disturbs a machine disturbs a round. @param {number[]} ours @param {number[]} theirs */
function ratios(ours, theirs) {
  const all = ours.map((time, round) => time / theirs[round]);
  return `${middle(all).toFixed(2)} (${Math.min(...all).toFixed(2)}–${Math.max(...all).toFixed(2)})`;
}

/** @param {number[]} numbers */
function middle(numbers) {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
}
