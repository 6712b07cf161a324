// Chromium's own WGSL compiler on every kernel: it refuses more than naga does, and it is what people's browsers run.
// `cargo test -p decant-gpu --test shaders` leaves the composed kernels in target/shaders.

import { strict as assert } from "node:assert";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

/** @param {string} folder @returns {Promise<{ name: string, code: string }[]>} none where nothing was composed yet */
export async function readKernels(folder) {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".wgsl")).sort();
  return Promise.all(names.map(async (name) => ({ name, code: await readFile(join(folder, name), "utf8") })));
}

/**
 * @param {import("playwright-core").Page} page on a secure origin @param {{ name: string, code: string }[]} kernels
 * @returns {Promise<string>} what the adapter cannot take at all
 */
export async function checkKernels(page, kernels) {
  const f16 = await page.evaluate(async () => (await navigator.gpu?.requestAdapter())?.features.has("shader-f16") ?? false);
  const taken = kernels.filter(({ code }) => f16 || !code.startsWith("enable f16;"));
  const faults = await page.evaluate(compileAll, taken);
  assert.deepEqual(faults, []);
  return taken.length < kernels.length ? `but for ${kernels.length - taken.length} in f16, which this adapter has not` : "";
}

/** Runs in the page: shader by shader, on a device with nothing but WebGPU's guaranteed limits, and f16 where there is such. */
async function compileAll(kernels) {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) return ["Chromium offers no WebGPU adapter"];
  const requiredFeatures = ["shader-f16"].filter((feature) => adapter.features.has(feature));
  const device = await adapter.requestDevice({ requiredFeatures });
  const faults = [];
  for (const { name, code } of kernels) {
    const module = device.createShaderModule({ code });
    const { messages } = await module.getCompilationInfo();
    faults.push(
      ...messages.filter(({ type }) => type !== "info").map(({ type, lineNum, message }) => `${name}:${lineNum}: ${type}: ${message}`),
    );
    await device
      .createComputePipelineAsync({ layout: "auto", compute: { module } })
      .catch(({ message }) => faults.push(`${name}: ${message}`));
  }
  device.destroy();
  return faults;
}
