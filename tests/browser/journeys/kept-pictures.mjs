// The gallery: pictures that are kept, found, compared, saved and deleted.

import { strict as assert } from "node:assert";
import { unzipSync } from "fflate";
import { readFile } from "node:fs/promises";
import { again, anew, done, drawn, kept, make, pixels, ready, status, text } from "../steps.mjs";

/** @import { Journey } from "./index.mjs" */

/** @type {Journey[]} */
export const KEPT_PICTURES = [
  {
    name: "the gallery survives a reload, finds by words, opens with settings and steps, deletes and brings back",
    fake: true,
    open: null,
    expects: /favicon/,
    async play({ page, address }) {
      await anew(page, address);
      await make(page, { prompt: "a blue seven", seed: "5" });
      const blue = (await pixels(page)).sum;
      await make(page, { prompt: "a green four", seed: "6" });
      await kept(page, 2);
      await page.reload();
      await ready(page);
      await kept(page, 2);
      await page.fill("#gallery-search", "BLUE 5");
      await kept(page, 1);
      assert.equal(await text(page, "#gallery-count"), "1 of 2 pictures");
      await page.click("#gallery-list .tile");
      await page.waitForFunction(() => document.querySelector("#gallery-list .tile")?.getAttribute("aria-current") === "true");
      await drawn(page);
      assert.deepEqual([await page.inputValue("#prompt"), await page.inputValue("#seed")], ["a blue seven", "5"]);
      assert.equal((await pixels(page)).sum, blue);
      await page.keyboard.press("Escape");
      await page.focus("#filmstrip");
      await page.keyboard.press("Home");
      await drawn(page);
      assert.equal(await text(page, "[data-of=step]"), "1 / 3");
      await again(page, 3);
      assert.equal((await pixels(page)).sum, blue);
      await page.fill("#gallery-search", "");
      await kept(page, 3);
      await page.focus("#gallery-list li:nth-child(1) .tile");
      await page.keyboard.press("Delete");
      await kept(page, 2);
      await page.click("#gallery-undo button");
      await kept(page, 3);
      await page.reload();
      await ready(page);
      await kept(page, 3);
    },
  },
  {
    name: "two of the gallery are compared with a slider, by keyboard; all are saved as zip with their records",
    open: null,
    expects: /favicon/,
    async play({ page, address }) {
      await anew(page, address);
      await make(page, { prompt: "a blue seven", seed: "5" });
      await make(page, { seed: "6" });
      await kept(page, 2);
      await page.focus("#gallery-list .tile");
      await page.keyboard.press("x");
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("x");
      await drawn(page);
      await page.click("#gallery-compare");
      await page.waitForSelector("#compare[open]");
      assert.match(await text(page, "#compare .differences tbody"), /^Seed65$/);
      await page.focus("#compare [type=range]");
      for (let i = 0; i < 5; i++) await page.keyboard.press("ArrowLeft");
      assert.equal(await page.$eval("#compare .slider-stack", (stack) => stack.style.getPropertyValue("--at")), "45%");
      const difference = await page.evaluate(() => {
        const canvas = /** @type {HTMLCanvasElement} */ (document.querySelectorAll("#compare canvas")[2]);
        return canvas
          .getContext("2d")
          ?.getImageData(0, 0, canvas.width, canvas.height)
          .data.some((value, i) => i % 4 !== 3 && value > 0);
      });
      assert.ok(difference, "two seeds' pictures do not differ");
      await page.keyboard.press("Escape");
      const [download] = await Promise.all([page.waitForEvent("download"), page.click("#gallery-zip")]);
      const files = unzipSync(await readFile(await download.path()));
      assert.equal(Object.keys(files).length, 2);
      const [name] = Object.keys(files).filter((one) => one.startsWith("decant-digits-5-"));
      const record = await page.evaluate(
        async (bytes) => {
          const { Decant } = await import(new URL("decant.js", document.baseURI).href);
          return Decant.readRecord(new Blob([new Uint8Array(bytes)]));
        },
        [...files[/** @type {string} */ (name)]],
      );
      assert.deepEqual([record.settings.prompt, record.settings.seed, record.source], ["a blue seven", 5, "decant"]);
    },
  },
  {
    name: "a picture of the gallery without steps says so, and shows no empty box",
    open: "?steps=2&seed=5",
    fake: true,
    async play({ page }) {
      await ready(page);
      await again(page, 2);
      await page.waitForSelector("#gallery-list [aria-current=true]");
      await page.evaluate(
        () =>
          new Promise((resolve, reject) => {
            const opening = indexedDB.open("decant-gallery");
            opening.onerror = reject;
            opening.onsuccess = () => {
              const transaction = opening.result.transaction(["traces"], "readwrite");
              transaction.objectStore("traces").clear();
              transaction.oncomplete = () => (opening.result.close(), resolve(undefined));
            };
          }),
      );
      await page.click("#gallery-list .tile");
      await page.waitForSelector("#strip-gone:visible");
      assert.ok(await page.isHidden("#filmstrip"));
      assert.ok(await page.isHidden("#specimen figure"));
      await again(page, 2);
      assert.ok(await page.isVisible("#filmstrip"));
      assert.ok(await page.isVisible("#specimen figure"));
    },
  },
  {
    name: "during a run another picture is looked at, and the run goes on and is found again",
    fake: true,
    open: null,
    expects: /favicon/,
    async play({ page, address }) {
      await anew(page, address, "?steps=3");
      await make(page, { prompt: "a blue seven" });
      await kept(page, 1);
      await page.fill("#prompt", "a slow green four");
      await page.fill("#steps", "60");
      await page.click("#generate");
      await page.waitForSelector("#cancel:enabled");
      await page.click("#gallery-list .tile");
      await page.waitForSelector("#picture canvas[aria-label='Picture: a blue seven']");
      const before = await done(page);
      await page.waitForFunction((count) => Number(document.querySelector("#progress")?.getAttribute("aria-valuenow")) > count, before);
      assert.equal(await page.getAttribute("#picture canvas", "aria-label"), "Picture: a blue seven");
      await page.click("#watch");
      await page.waitForSelector("#picture canvas[aria-label^='What the model predicts']");
      assert.ok(await page.isHidden("#watch"));
      await page.keyboard.press("Escape");
      await status(page, /^Stopped/);
    },
  },
];
