// The WebAssembly module, loaded from where it lies. Where the worker is one file, tools/single/program.js or tools/npm/program.js stands in
// this one's place.

import { worded } from "../api/worded.js";

/** @import { App } from "../api/protocol.d.ts" */

/** The CPU's kernels as a module of their own: "relaxed" or "simd128". @type {((name: string) => Promise<Response>) | null} */
export const fetchKernels = (name) => fetch(new URL(`./pkg/kernels-${name}.wasm`, import.meta.url));

/** It is built, not written: its address is kept from the type checker, its shape is `App`. */
export async function loadProgram() {
  const address = new URL("./pkg/decant_app.js", import.meta.url).href;
  try {
    /** @type {App} */
    const app = await import(address);
    return { app, memory: (await app.default()).memory };
  } catch (error) {
    throw {
      code: "internal",
      ...worded("The program itself could not be loaded from {address}: {reason}", {
        address,
        reason: error instanceof Error ? error.message : String(error),
      }),
    };
  }
}
