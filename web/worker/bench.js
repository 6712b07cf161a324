// The benchmark's worker: measures, and says each row as it comes. It shares nothing with the page's session.

import { startCores } from "./cores.js";
import { fetchKernels } from "./program.js";

/**
 * @typedef {{ operation: string, seconds: number, flops: number, bytes: number }} BenchRow
 * @typedef {{ default(): Promise<unknown>, useCores(start: () => Promise<unknown>): void, bench(device: string, only: string, onRow: (row: BenchRow) => void): Promise<string> }} BenchApp
 */

addEventListener("message", async (/** @type {MessageEvent<{ device: string, only: string }>} */ { data }) => {
  try {
    const address = new URL("./pkg/decant_app.js", import.meta.url).href;
    /** @type {BenchApp} */
    const app = await import(address);
    await app.default();
    const fetchModule = fetchKernels;
    if (fetchModule) app.useCores(() => startCores({}, fetchModule));
    const machine = await app.bench(data.device, data.only, (/** @type {BenchRow} */ row) => postMessage({ row }));
    postMessage({ machine });
  } catch (error) {
    const message = /** @type {{ message?: string }} */ (error)?.message;
    postMessage({ failure: message ?? String(error) });
  }
});
