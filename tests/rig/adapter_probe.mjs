// Prints the WebGPU adapter that tests in the browser get, and has it add up some numbers.
//
// usage: node tests/rig/adapter_probe.mjs [CHROMIUM] [--need FEATURE]...     e.g. .tools/vulkan/chromium-lvp --need shader-f16
// Exit code 1 when there is no adapter, a wrong sum, or a needed feature is missing.

import { parseArgs } from "node:util";
import { launch } from "./browser.mjs";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { need: { type: "string", multiple: true, default: [] } } });

const browser = await launch({ executablePath: positionals[0] });
const page = await browser.newPage();
// A secure origin that is never on the network.
await page.route("https://probe.test/", (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html>" }));
await page.goto("https://probe.test/");
const found = await page.evaluate(probe, values.need);
await browser.close();

const problem = complaint(found);
console.log(JSON.stringify(found, null, 1));
if (problem) {
  console.error(problem);
  process.exitCode = 1;
}

/** @param {Awaited<ReturnType<typeof probe>>} found */
function complaint(found) {
  if (!found.adapter) return "Chromium offers no WebGPU adapter.";
  const missing = values.need.filter((feature) => !found.features.includes(feature));
  if (missing.length) return `The adapter lacks ${missing.join(", ")}.`;
  if (found.sum !== 499500) return `The adapter adds 0 to 999 up to ${found.sum}, expected 499500.`;
}

/** Runs in the page. @param {string[]} need */
async function probe(need) {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) return { adapter: null };
  const { vendor, architecture, device: chip, description, isFallbackAdapter, subgroupMinSize, subgroupMaxSize } = adapter.info;
  const limits = Object.fromEntries(
    [
      "maxBufferSize",
      "maxStorageBufferBindingSize",
      "maxStorageBuffersPerShaderStage",
      "maxComputeWorkgroupStorageSize",
      "maxComputeInvocationsPerWorkgroup",
    ].map((name) => [name, adapter.limits[name]]),
  );
  const features = [...adapter.features].sort();
  const device = await adapter.requestDevice({ requiredFeatures: need.filter((feature) => adapter.features.has(feature)) });
  return {
    adapter: { vendor, architecture, device: chip, description, isFallbackAdapter, subgroupMinSize, subgroupMaxSize },
    features,
    limits,
    sum: await sumOfThousand(device),
  };

  async function sumOfThousand(device) {
    const code = `
      @group(0) @binding(0) var<storage, read_write> sum: atomic<u32>;
      @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
        if (id.x < 1000u) { atomicAdd(&sum, id.x); }
      }`;
    const compute = { module: device.createShaderModule({ code }) };
    const pipeline = await device.createComputePipelineAsync({ layout: "auto", compute });
    const sum = device.createBuffer({ size: 4, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC });
    const read = device.createBuffer({ size: 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    const layout = pipeline.getBindGroupLayout(0);
    const commands = device.createCommandEncoder();
    const pass = commands.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, device.createBindGroup({ layout, entries: [{ binding: 0, resource: { buffer: sum } }] }));
    pass.dispatchWorkgroups(16);
    pass.end();
    commands.copyBufferToBuffer(sum, 0, read, 0, 4);
    device.queue.submit([commands.finish()]);
    await read.mapAsync(GPUMapMode.READ);
    return new Uint32Array(read.getMappedRange())[0];
  }
}
