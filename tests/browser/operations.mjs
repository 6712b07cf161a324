// Every operation at awkward sizes in Chromium: its kernels, compiled by the browser, against the CPU's f64.

import { strict as assert } from "node:assert";

/** @param {import("playwright-core").Page} page on the built page's server */
export async function checkOperations(page, address) {
  const rows = await page.evaluate(async (base) => {
    const app = await import(`${base}worker/pkg/decant_app.js`);
    await app.default();
    return app.checkOperations();
  }, address);
  const wrong = rows.filter(({ error, tolerance }) => !(error <= tolerance));
  assert.deepEqual(wrong.map(({ operation, sizes, error, tolerance }) => `${operation} ${sizes}: error ${error.toExponential(2)}, tolerance ${tolerance}`), []);
  assert.ok(rows.length > 50);
  return `${rows.length} sizes`;
}
