// Journeys through what goes wrong or gets in the way: a part of the page that does not come, a model that is changed in between, runs that
// others wait for, keys that mean something else.

import { strict as assert } from "node:assert";
import { readFile } from "node:fs/promises";
import { again, drawn, finished, load, ready, status, text } from "./steps.mjs";

/** @import { Journey } from "./journeys.mjs" */

/** @type {Journey[]} */
export const MISHAPS = [
  {
    name: "a place that cannot be fetched says so once, and opens when it can be",
    open: "?steps=2",
    fake: true,
    expects: /favicon|inside-\w+\.js|ERR_FAILED/,
    async play({ page }) {
      await ready(page);
      await page.route("**/inside-*.js", (route) => route.abort());
      await page.click(".places a[href='#inside']");
      await page.waitForSelector(".message.error");
      await page.click(".places a[href='#studio']");
      await page.click(".places a[href='#inside']");
      for (let frame = 0; frame < 10; frame++) await drawn(page);
      assert.equal(await page.locator(".message.error").count(), 1);
      await page.unroute("**/inside-*.js");
      await page.click(".message.error [aria-label=Dismiss]");
      await page.waitForSelector("#inside-begin");
      assert.equal(await page.locator(".message.error").count(), 0);
    },
  },
  {
    name: "while another model opens, its bar lies over the picture; what was made keeps its own record",
    open: "?steps=2&seed=5&run=1",
    fake: true,
    async play({ page }) {
      await finished(page, 2);
      await page.waitForSelector("#gallery-list [aria-current=true]");
      await page.click("#open-model");
      await page.fill("#address", "models/slow");
      await page.keyboard.press("Enter");
      await load(page);
      await page.waitForFunction(() => ["#cancel-opening", "#loading"].every((one) => document.querySelector(one).checkVisibility())); // at once: it is soon open
      await ready(page);
      assert.ok(await page.isHidden("#loading"));
      const [download] = await Promise.all([page.waitForEvent("download"), page.click("#download")]);
      const bytes = [...(await readFile(await download.path()))];
      const record = await page.evaluate(
        async (png) => (await import(new URL("decant.js", document.baseURI).href)).Decant.readRecord(new Blob([new Uint8Array(png)])),
        bytes,
      );
      assert.deepEqual([record.model, record.settings.seed], ["digits", 5]);
    },
  },
  {
    name: "whoever waits for another run is cancelled at once, and a place's runs end when it is left",
    open: "?steps=2#inside",
    fake: true,
    async play({ page, address }) {
      const waited = await page.evaluate(async (base) => {
        const { Decant } = await import(`${base}decant.js`);
        const decant = await Decant.load({ model: `${base}models/digits` });
        let going = () => {};
        const held = new Promise((resolve) => (going = resolve));
        const first = decant.generate({ prompt: "a red four", steps: 2, onStep: () => held });
        const controller = new AbortController();
        const second = decant.generate({ prompt: "a blue seven", steps: 2, signal: controller.signal }).catch(({ name }) => name);
        controller.abort();
        const said = await second;
        going();
        const { trace } = await first;
        const third = await decant.generate({ prompt: "a green one", steps: 2 });
        decant.close();
        return [said, trace.steps.length, third.trace.steps.length];
      }, address);
      assert.deepEqual(waited, ["AbortError", 2, 2]);
      await page.click("#inside-begin");
      await page.waitForSelector("#inside-draw-paths:enabled");
      await page.check("#inside-paths input[value='16']");
      await page.click("#inside-draw-paths");
      await page.waitForFunction(() => / 2 of /.test(document.querySelector("#inside-paths-status").textContent));
      await page.click(".places a[href='#studio']");
      await page.waitForFunction(() => /^Stopped/.test(document.querySelector("#inside-paths-status").textContent));
    },
  },
  {
    name: "Escape in a field leaves the run alone; messages that stay are not built anew, and Dismiss goes on to the next",
    open: "?steps=60&prompt=slow&guidance=much&colour=red",
    fake: true,
    async play({ page }) {
      await ready(page);
      const boxes = page.locator(".message");
      const before = await boxes.count();
      assert.ok(before > 1);
      await boxes.last().evaluate((box) => Object.assign(box, { stays: true }));
      await boxes.first().getByLabel("Dismiss").focus();
      await page.keyboard.press("Enter");
      await page.waitForFunction((count) => document.querySelectorAll(".message").length === count - 1, before);
      assert.ok(await boxes.last().evaluate((box) => /** @type {any} */ (box).stays));
      assert.equal(await page.evaluate(() => document.activeElement?.parentElement?.className.split(" ")[0]), "message");
      await page.click("#generate");
      await status(page, /^Step/);
      await page.focus("#prompt");
      await page.keyboard.press("Escape");
      await drawn(page);
      assert.match(await text(page, "#status"), /^Step/);
      await page.focus("#filmstrip");
      await page.keyboard.press("Escape");
      await status(page, /^Stopped/);
      await page.fill("#steps", "2");
      await again(page, 2);
    },
  },
];
