// What breaks ends in a sentence where it can be seen, and one button goes on. Played with the stand-in, which ends as its prompt says.

import { strict as assert } from "node:assert";
import { again, drawn, ready, text } from "../steps.mjs";

/** @import { Journey } from "./index.mjs" */

/** @type {Journey[]} */
export const FAILURES = [
  ...[
    { how: "gone", sentence: /^The part of the page that computes has ended/ },
    { how: "out of memory", sentence: /^WebAssembly ran out of memory \(it has \d+ MB\)/ },
  ].map(({ how, sentence }) => ({
    name: `a worker that is ${how} is told in a sentence, and one button goes on`,
    open: `?prompt=${how.replaceAll(" ", "+")}`,
    fake: true,
    expects: /favicon|unreachable/,
    /** @param {{ page: import("playwright-core").Page }} where */
    async play({ page }) {
      await ready(page);
      await page.click("#generate");
      await page.waitForSelector(".message.error");
      assert.match(await text(page, ".message.error p"), sentence);
      // What is typed meanwhile is not at fault.
      await page.fill("#prompt", `${how} still`);
      await page.waitForTimeout(400);
      assert.equal(await text(page, "#prompt-problem"), "");
      await page.click(".message.error button:has-text('Open the model again')");
      await ready(page);
      await page.fill("#prompt", "a red four");
      await again(page, 20);
    },
  })),
  {
    name: "after a loss of the GPU the CPU goes on, by one button",
    open: "?prompt=lost&device=gpu",
    fake: true,
    async play({ page }) {
      await ready(page);
      await page.click("#generate");
      await page.waitForSelector(".message.error");
      await page.click(".message.error >> text=Use the CPU");
      await ready(page);
      assert.ok(await page.isChecked("#device [value=cpu]"));
      await page.fill("#prompt", "a red four");
      await again(page, 20);
    },
  },
  {
    name: "a prompt of megabytes is refused where it is typed, before anybody counts it",
    open: "?steps=2",
    fake: true,
    async play({ page }) {
      await ready(page);
      await page.evaluate(() => {
        const field = /** @type {HTMLTextAreaElement} */ (document.querySelector("#prompt"));
        field.value = "cat ".repeat(500_000);
        field.dispatchEvent(new Event("input", { bubbles: true }));
      });
      await drawn(page);
      assert.match(await text(page, "#prompt-problem"), /longer than 65536 bytes/);
      await page.fill("#prompt", "a red four");
      await again(page, 2);
    },
  },
  {
    name: "a dropped picture that nobody can hold is refused where it is seen, before it is decoded",
    open: "?steps=2",
    fake: true,
    async play({ page }) {
      await ready(page);
      await page.evaluate(() => {
        window.createImageBitmap = () => Promise.reject(new Error("it was decoded"));
        const header = [
          0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60, 1, 0, 0, 0, 0, 0,
          0, 0, 0,
        ];
        const jpeg = [0xff, 0xd8, 0xff, 0xe0, 0, 16, ...Array(14).fill(0), 0xff, 0xc2, 0, 11, 8, 0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0];
        const webp = [..."RIFF\0\0\0\0WEBPVP8X"]
          .map((letter) => letter.charCodeAt(0))
          .concat([10, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0xff, 0xff, 0, 0, 0]);
        Object.assign(window, { pictures: { "large.png": header, "large.jpg": jpeg, "large.webp": webp } });
      });
      for (const [name, sides] of [
        ["large.png", "60000 × 60000"],
        ["large.jpg", "65535 × 65535"],
        ["large.webp", "65536 × 65536"],
      ]) {
        await page.evaluate((called) => {
          const transfer = new DataTransfer();
          transfer.items.add(
            new File([Uint8Array.from(/** @type {any} */ (window).pictures[called])], called, { type: `image/${called.slice(6)}` }),
          );
          document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
        }, name);
        await page.waitForFunction(
          (wanted) => document.querySelector("#taken:not([hidden])")?.textContent?.includes(wanted),
          `“${name}” has ${sides} pixels`,
        );
        assert.ok((await text(page, "#image-problem")).includes(sides));
        assert.ok(await page.isVisible("#image-problem"), "the field is not folded away");
      }
    },
  },
  {
    name: "a gallery that has no room says that the browser's storage is full",
    open: "?steps=2",
    fake: true,
    async play({ page }) {
      await ready(page);
      await page.evaluate(() => {
        IDBObjectStore.prototype.add = () => {
          throw new DOMException("", "QuotaExceededError");
        };
      });
      await again(page, 2);
      await page.waitForFunction(() => /the browser’s storage for this page is full/.test(document.body.textContent ?? ""));
    },
  },
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
];
