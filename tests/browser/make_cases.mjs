// Writes web/reach/cases.json, what the page's self-test compares with: diffusers' numbers from tests/golden, and the sums of the CPU's own.
//
//     node tests/browser/make_cases.mjs          after ./build.sh, when goldens changed or the CPU's arithmetic was meant to

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { launch, newPage } from "./browser.mjs";
import { readOne } from "./pictures-goldens.mjs";
import { MODULES, serve } from "./serve.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const cases = [];
for (const name of ["digits-ddim-seed1", "digits-euler-seed0"]) {
  const { settings, tensors } = await readOne(name);
  const latents = Object.keys(tensors)
    .filter((key) => key.startsWith("latents_"))
    .sort()
    .map((key) => base64(tensors[key]));
  cases.push({
    settings,
    latents,
    picture: base64(Uint8Array.from(interleaved(tensors.image), (value) => Math.round(value * 255))),
    sums: {},
  });
}

const server = await serve({ folder: join(root, "dist"), overlays: MODULES });
const browser = await launch();
const { page } = await newPage(browser.context);
await page.goto(`${server.address}models/digits/model_index.json`);
for (const one of cases)
  for (const kernels of ["simd128", undefined])
    Object.assign(one.sums, await page.evaluate(sumOnCpu, { base: server.address, settings: one.settings, kernels }));
await writeFile(join(root, "web/reach/cases.json"), `${JSON.stringify(cases, null, 1)}\n`);
await browser.close();
server.close();

/** Runs in the page. */
async function sumOnCpu({ base, settings, kernels }) {
  const [{ Decant }, { sumOf }] = [await import(`${base}decant.js`), await import(`${base}web/reach/selftest.js`)];
  const decant = await Decant.load({ model: `${base}models/digits`, device: "cpu", kernels });
  const { trace } = await decant.generate(settings);
  return { [decant.info.path.split(",")[0]]: await sumOf(trace.steps.at(-1).next) };
}

/** @param {Float32Array} planes [3, h, w] @returns {number[]} [h, w, 3] */
function interleaved(planes) {
  const places = planes.length / 3;
  return Array.from(planes, (_, at) => planes[(at % 3) * places + Math.floor(at / 3)]);
}

/** @param {Float32Array | Uint8Array} values */
function base64({ buffer, byteOffset, byteLength }) {
  return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
}
