// What this browser and machine can do, as the page says it, and the self-test.

import { strict as assert } from "node:assert";
import { contrastFaults, nameFaults } from "../look.mjs";
import { ready, text } from "../steps.mjs";

/** @import { Journey } from "./index.mjs" */

/** @type {Journey[]} */
export const PREFLIGHT = [
  {
    name: "what this browser and machine can do is said, and copied for a bug report",
    fake: true,
    async play({ page }) {
      await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
      await ready(page);
      await page.keyboard.press("?");
      await page.click("#show-machine-too");
      await page.waitForSelector("#machine-rows .verdict");
      const rows = await page.locator("#machine-rows li").allInnerTexts();
      for (const said of [
        /^Uses the GPU\n.*emulated/,
        /^Uses the CPU\nWebAssembly has vector/,
        /^Stores models and pictures\n.* of /,
        /^Works offline\nThis browser cannot install the page/,
      ]) {
        assert.ok(
          rows.some((row) => said.test(row)),
          `${said} is not in:\n${rows.join("\n")}`,
        );
      }
      assert.deepEqual(await page.evaluate(nameFaults), []);
      assert.deepEqual(await page.evaluate(contrastFaults), []);
      await page.click("text=Copy for a bug report");
      await page.waitForSelector("#test-copied:text('Copied.')");
      assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^Decant\n(.+: .+\n)+$/);
    },
  },
  {
    name: "kernels that were tried on the GPU are kept, those that compute wrongly named, and forgotten when they are to be tried again",
    fake: true,
    open: "?device=gpu",
    async play({ page }) {
      const kept = () => page.evaluate(() => JSON.parse(localStorage.getItem("decant.gpu-kernels") ?? "{}"));
      await ready(page);
      assert.deepEqual(await kept(), { "a stand-in 0": "linear many: square" });
      const adapter = await page.evaluate(async () => {
        const { vendor, architecture, device, description } = (await /** @type {any} */ (navigator).gpu.requestAdapter()).info;
        return description || [vendor, architecture, device].filter(Boolean).join(" ");
      });
      const found = { "a stand-in 0": "linear many: wide", [`${adapter} 0`]: "conv2d few: split; wrong attention 40: q2" };
      await page.evaluate((found) => localStorage.setItem("decant.gpu-kernels", JSON.stringify(found)), found);
      await page.reload();
      await ready(page);
      assert.equal((await kept())["a stand-in 0"], "linear many: wide", "what was kept was handed in");
      await page.click("#show-machine");
      await page.waitForSelector("#machine-rows li[data-verdict=partly]:has-text('left out: attention 40: q2')");
      await page.click("text=Try the GPU’s kernels again");
      await page.waitForSelector("#machine-rows:not(:has-text('left out'))");
      assert.deepEqual(await kept(), {});
    },
  },
  {
    name: "the page's policy lets in nothing from elsewhere, and no script that is not its own",
    fake: true,
    expects: /Content Security Policy/,
    async play({ page }) {
      await ready(page);
      const refused = await page.evaluate(async () => {
        const found = [];
        document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => found.push(effectiveDirective));
        for (const [tag, part] of [
          ["img", { src: "//elsewhere.test/x.png" }],
          ["script", { src: "//elsewhere.test/x.js" }],
          ["script", { textContent: "0" }],
        ]) {
          document.body.append(Object.assign(document.createElement(tag), part));
        }
        await new Promise((done) => setTimeout(done, 300));
        return found.sort();
      });
      assert.deepEqual(refused, ["img-src", "script-src-elem", "script-src-elem"]);
    },
  },
  {
    name: "the self-test notices numbers that are wrong",
    fake: true,
    async play({ page }) {
      await selfTest(page);
      for (const verdict of await page.$$eval("#test-results li", (items) => items.map(({ dataset }) => dataset.verdict)))
        assert.equal(verdict, "no");
      assert.match(await text(page, "#test-results li"), /not the same as diffusers/);
    },
  },
];

/**
 * The self-test on the built page.
 * @param {import("playwright-core").Page} page
 * @param {string} address
 * @param {number} devices 1: without the GPU, which takes an emulator minutes
 */
export async function checkSelfTest(page, address, devices) {
  await page.goto(`${address}?device=cpu`);
  const [cpu, gpu] = await selfTest(page, devices);
  assert.match(
    cpu,
    /to the last bit/,
    `${cpu} The CPU's arithmetic changed: if that was meant, node tests/browser/make_cases.mjs writes the new sums.`,
  );
  if (devices > 1) assert.match(gpu, /^GPU \(.+\): same as diffusers/);
}

/** @param {import("playwright-core").Page} page @param {number} [devices] how many to wait for */
async function selfTest(page, devices = 2) {
  await ready(page);
  await page.click("#show-machine");
  await page.waitForSelector("#machine-rows .verdict");
  await page.click("#self-test");
  await page.waitForSelector(`#test-results li:nth-child(${devices})`);
  return page.locator("#test-results li").allTextContents();
}
