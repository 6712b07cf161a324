// Stands in for web/worker/program.js in `decant.html`: the module's JavaScript is part of the worker, its bytes come with the first message.

import start, * as app from "../../target/pkg/decant_app.js";

/** @type {Promise<Blob>} */
const packed = new Promise((resolve) => addEventListener("message", ({ data }) => "program" in data && resolve(data.program)));

export async function loadProgram() {
  const bytes = (await packed).stream().pipeThrough(new DecompressionStream("gzip"));
  try {
    const { memory } = await start({ module_or_path: new Response(bytes, { headers: { "content-type": "application/wasm" } }) });
    return { app, memory };
  } catch (error) {
    throw {
      code: "internal",
      message: `The program that is inside this page could not be started: ${error instanceof Error ? error.message : error}`,
    };
  }
}

/** A page from disk shares no memory, and has no second module: the program's own kernels compute. */
export const fetchKernels = null;
