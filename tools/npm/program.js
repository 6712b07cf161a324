// Stands in for web/worker/program.js in the npm package: the module's JavaScript is part of the worker, its bytes lie beside it.

import start, * as app from "../../target/pkg/decant_app.js";

export async function loadProgram() {
  try {
    return { app, memory: (await start()).memory };
  } catch (error) {
    throw {
      code: "internal",
      message: `The program decant_app_bg.wasm could not be loaded from beside ${import.meta.url}: ${error instanceof Error ? error.message : error}`,
    };
  }
}

/** Nothing but the program lies beside it: its own kernels compute. */
export const fetchKernels = null;
