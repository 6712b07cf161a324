// Compiles each shader that it is given, by Tint and the only Vulkan driver that there is; the driver tells of it by itself (RADV_DEBUG).
//
//     .tools/isa/run-radv node tests/rig/isa/compile.mjs SHADER.wgsl …

import { readFileSync, writeSync } from "node:fs";

const { create, globals } = await import(new URL("../../../.tools/isa/node_modules/webgpu/index.js", import.meta.url).href);
Object.assign(globalThis, globals);

// Kept in a name: what it gave dies with it.
const gpu = create(["backend=vulkan"]);
const adapter = await gpu.requestAdapter();
if (!adapter) throw new Error("Dawn finds no adapter: RADV's null device is missing");
const requiredFeatures = ["shader-f16", "subgroups"].filter((feature) => adapter.features.has(feature));
const device = await adapter.requestDevice({ requiredFeatures });
writeSync(2, `compiler ${adapter.info.description}\n`);
for (const file of process.argv.slice(2)) {
  writeSync(2, `\n===== ${file}\n`);
  const module = device.createShaderModule({ code: readFileSync(file, "utf8") });
  const { messages } = await module.getCompilationInfo();
  const fault = messages.find(({ type }) => type === "error");
  await device
    .createComputePipelineAsync({ layout: "auto", compute: { module } })
    .catch((error) => writeSync(2, `refused: ${(fault ?? error).message.split("\n")[0]}\n`));
}
// Not by itself: taking Dawn's device down crashes here.
process.exit(0);
