// A full-size checkpoint through everything: loaded from a local server that knows byte ranges, by the command on a software GPU and by the
// page in Chromium, one guided step and the picture; predicted memory beside measured, seconds, and the most that WebAssembly's heap grew to.
//
//     python3 tests/make_checkpoints.py --family sd15 --layout safetensors --out /somewhere/sd15.safetensors
//     cargo build --release -p decant-cli && ./build.sh
//     node bench/full_size.mjs /somewhere/sd15.safetensors [--weights q8_0,q4_0,f16] [--size 512] [--page-size 64] [--no-page] [--no-command]
//
// Not part of ./build.sh test: at 512×512 it takes a quarter of an hour per encoding on two cores. BENCHMARKS.md has what it said.

import { spawn } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { LAVAPIPE, launch, newPage } from "../tests/browser/browser.mjs";
import { serve } from "../tests/browser/serve.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const given = process.argv.slice(2);
const flag = (name) => given.includes(name) && given.splice(given.indexOf(name), 1).length > 0;
const option = (name, usual) => (given.includes(name) ? given.splice(given.indexOf(name), 2)[1] : usual);
const weights = option("--weights", "q8_0,q4_0,f16").split(",");
const size = option("--size", "512");
const pageSize = Number(option("--page-size", "64"));
const program = option("--browser", undefined);
const [command, page] = [!flag("--no-command"), !flag("--no-page")];
const model = resolve(given[0] ?? "");

const out = join(root, "target/full-size");
await mkdir(out, { recursive: true });
const server = await serve({ folder: join(root, "dist"), overlays: { "models-here/": dirname(model) } });
const address = `${server.address}models-here/${basename(model)}`;
try {
  if (command) for (const encoding of weights) await byCommand(encoding);
  if (page) for (const encoding of weights) await byPage(encoding);
} finally {
  server.close();
}

/** One guided step and the picture by the command. The process's own peak is Linux's VmHWM: on a software GPU, its memory is ours. */
async function byCommand(encoding) {
  const picture = join(out, `${encoding}.png`);
  const words = [
    "generate",
    "--model",
    address,
    "--device",
    "gpu",
    "--weights",
    encoding,
    "--prompt",
    "a photograph of an astronaut riding a horse",
  ];
  const numbers = ["--steps", "1", "--guidance", "7.5", "--seed", "1", "--width", size, "--height", size, "--out", picture];
  const start = Date.now();
  const child = spawn(join(root, ".tools/vulkan/run-lvp"), [join(root, "target/release/decant"), ...words, ...numbers], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  let peak = 0;
  const watch = setInterval(async () => {
    const status = await readFile(`/proc/${child.pid}/status`, "utf8").catch(() => "");
    peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
  }, 200);
  const code = await new Promise((done) => child.on("exit", done));
  clearInterval(watch);
  console.log(
    `command, ${encoding}, ${size}×${size}: exit ${code}, ${((Date.now() - start) / 1000).toFixed(0)} s, the process held ${(peak / 1e6).toFixed(2)} GB at most`,
  );
}

/** One step in the page's worker, at a size that the browser's software GPU can hold. */
async function byPage(encoding) {
  const browser = await launch(program === "lavapipe" ? { program: LAVAPIPE } : {});
  try {
    const { page, complaints } = await newPage(browser.context);
    await page.goto(`${server.address}bench.html`);
    page.setDefaultTimeout(0);
    const said = await page.evaluate(oneStep, { address, encoding, size: pageSize });
    console.log(
      `page, ${encoding}, ${pageSize}×${pageSize}: ${JSON.stringify(said)}${complaints.length ? `; it complained: ${complaints.join("; ")}` : ""}`,
    );
  } finally {
    await browser.close();
  }
}

async function oneStep({ address, encoding, size }) {
  const { Decant } = await import(new URL("decant.js", location.href).href);
  const seconds = (since) => Number(((performance.now() - since) / 1000).toFixed(1));
  const start = performance.now();
  let bytes = 0;
  const decant = await Decant.load({ model: address, weights: encoding, device: "gpu", onProgress: ({ loaded }) => (bytes = loaded) });
  const load = seconds(start);
  const before = performance.now();
  const { image, trace } = await decant.generate({
    prompt: "a photograph of an astronaut riding a horse",
    steps: 1,
    guidance: 7.5,
    seed: 1,
    width: size,
    height: size,
  });
  const { family, adapter } = decant.info;
  decant.close();
  return {
    family,
    adapter,
    bytes,
    load,
    picture: seconds(before),
    timings: trace.timings,
    memory: trace.memory,
    pixels: image.data.length / 4,
  };
}
