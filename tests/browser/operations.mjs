// Every operation at awkward sizes in Chromium: its kernels, compiled by the browser, against candle's f64. On the CPU by every way that there is.

import { strict as assert } from "node:assert";

/** How the CPU can compute in a page that shares memory; three threads on two cores are held up now and then, as they should be. */
export const PATHS = [
  { wanted: { kernels: "simd128", threads: 1 }, path: "simd128, 1 thread" },
  { wanted: { kernels: "simd128", threads: 3 }, path: "simd128, 3 threads" },
  { wanted: { threads: 3 }, path: "relaxed-simd, 3 threads" },
];

/** @param {import("playwright-core").Page} page on the built page's server */
export async function checkOperations(page, address) {
  return judge(await page.evaluate(operations, { base: address, device: "gpu", wanted: null }));
}

/** @param {import("playwright-core").Page} page on the server of an isolated page */
export async function checkOnCpu(page, address, { wanted, path }) {
  const rows = await page.evaluate(operations, { base: address, device: "cpu", wanted });
  assert.deepEqual([...new Set(rows.map((row) => row.path))], [path]);
  return judge(rows);
}

/**
 * The same picture's latents by one thread and by three, to the bit, and the sums that the self-test knows.
 * @param {import("playwright-core").Page} page
 */
export async function checkBits(page, address) {
  const sums = await page.evaluate(latentSums, {
    base: address,
    choices: [{ threads: 1 }, { threads: 3 }, { kernels: "simd128", threads: 1 }, { kernels: "simd128", threads: 3 }],
  });
  const [one, three, plain, plainThree] = sums;
  assert.equal(three, one, "threads may not change a bit");
  assert.equal(plainThree, plain, "threads may not change a bit");
  assert.notEqual(plain, one, "with relaxed SIMD products and sums are rounded once");
}

/** @param {{ operation: string, sizes: string, error: number, tolerance: number }[]} rows */
function judge(rows) {
  const wrong = rows.filter(({ error, tolerance }) => !(error <= tolerance));
  assert.deepEqual(
    wrong.map(({ operation, sizes, error, tolerance }) => `${operation} ${sizes}: error ${error.toExponential(2)}, tolerance ${tolerance}`),
    [],
  );
  assert.ok(rows.length > 50);
  return `${rows.length} sizes`;
}

/** Runs in the page, and there in a worker: a page's own thread may not wait for others. */
async function operations({ base, device, wanted }) {
  const script = `
    import init, * as app from "${base}worker/pkg/decant_app.js";
    import { startCores } from "${base}web/worker/cores.js";
    try {
      await init();
      const wanted = ${JSON.stringify(wanted)};
      if (wanted) app.useCores(() => startCores(wanted, (name) => fetch(\`${base}worker/pkg/kernels-\${name}.wasm\`)));
      postMessage({ rows: await app.checkOperations("${device}") });
    } catch (error) {
      postMessage({ failure: error?.message ?? String(error) });
    }`;
  const worker = new Worker(URL.createObjectURL(new Blob([script], { type: "text/javascript" })), { type: "module" });
  const { rows, failure } = await new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
  });
  worker.terminate();
  if (failure) throw new Error(failure);
  return rows;
}

/** Runs in the page. */
async function latentSums({ base, choices }) {
  const [{ Decant }, { sumOf }] = [await import(`${base}decant.js`), await import(`${base}web/reach/selftest.js`)];
  const sums = [];
  for (const choice of choices) {
    const decant = await Decant.load({ model: `${base}models/digits`, device: "cpu", ...choice });
    const { trace } = await decant.generate({ prompt: "a blue seven", steps: 2, seed: 1 });
    sums.push(await sumOf(trace.steps.at(-1).next));
    decant.close();
  }
  return sums;
}
