// The CPU, the GPU, and what is lost of them.

import { strict as assert } from "node:assert";
import { elsewhere } from "../other-site.mjs";
import { again, ready, status, text } from "../steps.mjs";

/** @import { Journey } from "./index.mjs" */

/** @type {Journey[]} */
export const DEVICES = [
  {
    name: "switch from CPU to GPU and back",
    fake: true,
    open: "?device=cpu&steps=2",
    async play({ page }) {
      await ready(page);
      const cpu = await text(page, "#adapter");
      await page.check("#device [value=gpu]");
      await ready(page);
      assert.notEqual(await text(page, "#adapter"), cpu);
      await again(page, 2);
      await page.check("#device [value=cpu]");
      await ready(page);
      assert.equal(await text(page, "#adapter"), cpu);
      await again(page, 2);
    },
  },
  {
    name: "an http address of another machine is explained, and the CPU computes",
    host: "elsewhere.test",
    open: "?steps=2",
    async play({ page }) {
      await ready(page);
      assert.match(await text(page, ".message p"), /plain http from another machine/);
      assert.ok(await page.isDisabled("#device [value=gpu]"));
      await again(page, 2);
    },
  },
  {
    name: "a program that cannot be loaded is said",
    open: null,
    expects: /decant_app/,
    async play({ page, address }) {
      await page.route("**/worker/pkg/**", (route) => route.abort());
      await page.goto(address);
      await page.waitForSelector(".message.error");
      assert.match(await text(page, ".message.error p"), /program itself could not be loaded from .*decant_app\.js/);
      assert.ok(await page.isDisabled("#generate"));
    },
  },
  {
    name: "a lost GPU is said, and the model opens again",
    open: "?prompt=lost&device=gpu",
    fake: true,
    async play({ page }) {
      await ready(page);
      await page.click("#generate");
      await page.waitForSelector(".message.error");
      assert.match(await text(page, ".message.error p"), /GPU was lost/);
      await page.click(".message button:has-text('Open the model again')");
      await ready(page);
      await page.fill("#prompt", "a red four");
      await again(page, 20);
    },
  },
  {
    name: "the browser's GPU crashes during a run, and the model opens again",
    open: null,
    crash: true,
    // Chromium's own words for it, and wgpu's.
    expects: /GPU|[Dd]evice/,
    async play({ page, address }) {
      await page.goto(`${address}?device=gpu&steps=150`);
      await ready(page);
      await page.click("#step");
      await status(page, "Paused after step 1 of 150");
      const session = await page.context().newCDPSession(page);
      await session.send("Browser.crashGpuProcess");
      await page.click("#pause");
      await page.waitForSelector(".message.error");
      assert.match(await text(page, ".message.error p"), /The GPU device was lost .*open the model again/);
      await page.fill("#steps", "2");
      await page.click(".message button:has-text('Open the model again')");
      await ready(page);
      await again(page, 2);
      await page.check("#device [value=gpu]");
      await ready(page);
      await again(page, 2);
    },
  },
];
