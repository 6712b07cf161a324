// Decant beside onnxruntime-web on the CPU or by WebGPU, in one page of Chromium: the same quarter-width Stable Diffusion 1.5, text encoder (one
// text), UNet (two pictures of 32×32 latents) and autoencoder (to 256×256). In each round every contender has its turn, so that a busy machine
// is busy for all; what they compute is compared first.
//
//     PYTHON=python3 node bench/rival/run.mjs [--rounds 5] [--device cpu|gpu] [--precision f32|f16] [--out FILE.json]        dist/ must be built
//
// The browser is $CHROME, by itself Debian's; without a GPU, WebGPU is lavapipe where tests/rig/setup_vulkan.sh has put it, and the result says so.
// The model is made once by make.py (which names what Python needs) in $RIVAL_MODELS, onnxruntime-web is installed here; neither is part of the
// page or of a test. Without --out the result goes to bench/results/, from where bench/tables.mjs puts it into BENCHMARKS.md.

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { loadavg } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { LAVAPIPE, launch } from "../../tests/browser/browser.mjs";
import { serve } from "../../tests/browser/serve.mjs";
import { besideRivals } from "../tables/rival.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const here = fileURLToPath(new URL("./", import.meta.url));
const models = process.env.RIVAL_MODELS || join(root, "target/rival");
const option = (/** @type {string} */ name, /** @type {string} */ usual) =>
  process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : usual;
const oneOf = (/** @type {string} */ name, /** @type {string[]} */ choices) => {
  const chosen = option(name, choices[0]);
  if (!choices.includes(chosen)) throw new Error(`${name} ${chosen}: expected ${choices.join(" or ")}`);
  return chosen;
};

const rounds = Number(option("--rounds", "5"));
const [device, precision] = [oneOf("--device", ["cpu", "gpu"]), oneOf("--precision", ["f32", "f16"])];
const out = option("--out", join(root, `bench/results/onnxruntime-web-${device}-${precision}.json`));
if (!existsSync(join(root, "dist/worker/pkg/decant_app.js"))) throw new Error("There is no dist/ to time: ./build.sh makes it.");
if (!existsSync(join(models, `vae-${precision}.onnx`)))
  execFileSync(process.env.PYTHON || "python3", [join(here, "make.py"), "--out", models], { stdio: "inherit" });
if (!existsSync(join(here, "node_modules/onnxruntime-web")))
  execFileSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts"], { cwd: here, stdio: "inherit" });

// Isolated by the server, so that both may use threads.
const headers = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };
const overlays = { "decant/": join(root, "dist"), "ort/": join(here, "node_modules/onnxruntime-web/dist"), "made/": models };
const load = Number(loadavg()[0].toFixed(1));
const served = await serve({ folder: join(here, "page"), overlays, headers });
const emulated = device === "gpu" && !process.env.CHROME && existsSync(LAVAPIPE);
const browser = await launch(emulated ? { program: LAVAPIPE } : {});
try {
  const page = await browser.context.newPage();
  page.setDefaultTimeout(0);
  page.on("pageerror", (error) => console.error(String(error)));
  page.on("console", (message) => message.type() === "info" && console.log(message.text()));
  await page.goto(served.address);
  const asked = /** @type {const} */ ([rounds, device, precision]);
  const told = await page.evaluate((asked) => /** @type {any} */ (window).compare(...asked), asked);
  const { version } = JSON.parse(await readFile(join(here, "node_modules/onnxruntime-web/package.json"), "utf8"));
  const gpu = emulated ? "lavapipe, a GPU that the CPU emulates" : "the browser's own";
  const made = { kind: "rival", date: new Date().toISOString().slice(0, 10), device, precision, rounds, version, load };
  const results = { ...made, ...(device === "gpu" && { gpu }), ...told };
  await mkdir(dirname(out), { recursive: true });
  await writeFile(out, `${JSON.stringify(results, null, 1)}\n`);
  console.log(`\n${besideRivals(results)}`);
} finally {
  await browser.close();
  served.close();
}
