// Several pictures of one prompt: variations of one, and grids over settings.

import { strict as assert } from "node:assert";
import { readFile } from "node:fs/promises";
import { again, anew, drawn, finished, kept, make, pixels, text } from "../steps.mjs";

/** @import { Journey } from "./index.mjs" */

/** @type {Journey[]} */
export const SERIES = [
  {
    name: "variations: seeds beside this one, four more, and begun from the picture itself",
    fake: true,
    open: null,
    expects: /favicon/,
    async play({ page, address }) {
      await anew(page, address, "?steps=2&seed=7");
      assert.ok(await page.isHidden("#variations"));
      await again(page, 2);
      await kept(page, 1);
      const first = (await pixels(page)).sum;
      await page.click("#seed-up");
      await kept(page, 2);
      await finished(page, 2);
      assert.equal(await page.inputValue("#seed"), "8");
      await page.focus("#filmstrip");
      await page.keyboard.press("[");
      await kept(page, 3);
      await finished(page, 2);
      assert.deepEqual([await page.inputValue("#seed"), (await pixels(page)).sum], ["7", first]);
      await page.click("#four-more");
      await kept(page, 7);
      assert.equal(await page.locator("#series button").count(), 4);
      await page.click("#vary-much");
      await kept(page, 8);
      await page.waitForSelector("#generate:text-is('Generate')");
      assert.notEqual((await pixels(page)).sum, first);
      assert.equal(await page.inputValue("#seed"), "7");
    },
  },
  {
    name: "a grid over three settings: a sheet that fills, cells that open, one PNG",
    fake: true,
    open: null,
    expects: /favicon/,
    async play({ page, address }) {
      await anew(page, address, "?steps=2&seed=7");
      await page.click("#grid summary");
      await page.fill("#grid-1", "2, 3, 4");
      await page.fill("#grid-2", "0, 500");
      await drawn(page);
      assert.match(await text(page, "#grid .problem"), /between 0 and 100/);
      assert.ok(await page.isDisabled("#make-sheet"));
      await page.fill("#grid-2", "1, 4");
      await page.fill("#grid-3", "ddim, lms");
      await drawn(page);
      assert.equal(await text(page, "#make-sheet"), "Make 12 pictures");
      await page.click("#make-sheet");
      await page.waitForFunction(() => document.querySelectorAll("#sheet td canvas").length === 12);
      assert.deepEqual(
        await page.$$eval("#sheet tr:first-child th[scope=col]", (all) => all.map((one) => one.textContent)),
        Array(2).fill(["steps 2", "steps 3", "steps 4"]).flat(),
      );
      assert.equal(await text(page, "#sheet caption >> nth=1"), "sampler lms");
      const [download] = await Promise.all([page.waitForEvent("download"), page.click("#sheet-download")]);
      const png = await readFile(await download.path());
      // 3 columns of 128 and the rows' names; 2 sheets of 2 rows, with the names of sheets and columns.
      assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [150 + 3 * 136, 36 + 2 * (72 + 2 * 136)]);
      await kept(page, 12);
      await page.click("#sheet [aria-label='steps 4, guidance 1, sampler lms']");
      await page.waitForFunction(() => /** @type {HTMLInputElement} */ (document.querySelector("#steps")).value === "4");
      assert.deepEqual([await page.inputValue("#guidance"), await page.inputValue("#sampler")], ["1", "lms"]);
      await page.waitForSelector("#sheet", { state: "hidden" });
    },
  },
];
