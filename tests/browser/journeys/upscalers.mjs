// Finished pictures made larger: an upscaler is added, used and deleted, and the model's own second pass.

import { strict as assert } from "node:assert";
import { readFile } from "node:fs/promises";
import { drop } from "../files.mjs";
import { again, drawn, finished, pixels, ready } from "../steps.mjs";

/** @import { Journey } from "./index.mjs" */

const FOLDER = new URL("../../models/upscale/", import.meta.url);

/** @type {Journey[]} */
export const UPSCALERS = [
  {
    name: "a picture becomes larger by an upscaler that is dropped, keeps its record, and the upscaler is still there after a reload",
    open: "?steps=2&seed=5",
    async play({ page }) {
      await ready(page);
      await again(page, 2);
      await page.waitForSelector("#gallery-list [aria-current=true]");
      const before = await page.locator("#gallery-list li").count();
      const bytes = [...(await readFile(new URL("compact-x2.safetensors", FOLDER)))];
      await drop(page, { name: "compact-x2.safetensors", type: "", bytes });
      await page.waitForSelector("#taken:has-text('makes finished pictures 2 times as large')");
      await page.click("#taken >> text=Enlarge this picture");
      await page.waitForFunction(() => document.querySelector("#picture canvas").width === 64);
      await page.waitForFunction((count) => document.querySelectorAll("#gallery-list li").length === count + 1, before);
      assert.ok((await pixels(page)).spread > 5, "it is no empty picture");
      await page.waitForSelector(".message:has-text('The picture is now 64 × 64, by compact-x2.')");
      const [download] = await Promise.all([page.waitForEvent("download"), page.click("#download")]);
      const png = await readFile(await download.path());
      assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [64, 64]);
      assert.match(textOf(png), /"enlarged":\s*\[\{"by":\s*"compact-x2",\s*"times":\s*2\}\]/);
      assert.match(textOf(png), /Postprocess upscale by: 2, Postprocess upscaler: compact-x2/);
      // Once more, from the sheet, by one of PyTorch's files: four times what is there now.
      await page.reload();
      await ready(page);
      await page.click("#gallery-list .tile");
      await page.click("#larger");
      await page.waitForSelector("#upscalers >> text=compact-x2");
      await page.setInputFiles("#larger-sheet input[type=file]", {
        name: "rrdb-x4.pth",
        mimeType: "application/octet-stream",
        buffer: await readFile(new URL("rrdb-x4.pth", FOLDER)),
      });
      await page.click("#upscalers >> text=rrdb-x4");
      await page.waitForFunction(() => document.querySelector("#picture canvas").width === 256);
      await drawn(page);
      assert.ok(await page.isHidden("#enlarging"));
      await page.click("#larger");
      for (const name of ["compact-x2", "rrdb-x4"]) await page.click(`#upscalers [aria-label='Delete ${name}']`);
      await page.waitForFunction(() => document.querySelectorAll("#upscalers li").length === 0);
      assert.ok(await page.isVisible("#larger-sheet >> text=There is none yet."));
    },
  },
  {
    name: "the model's own upscaler enlarges each picture, until somebody switches that off; its record says so, and it is listed without being dropped",
    open: "?steps=2&seed=5&width=64&height=64",
    usual: true,
    async play({ page }) {
      const side = () => page.evaluate(() => document.querySelector("#picture canvas").width);
      await ready(page);
      await page.waitForSelector("#enlarge-each");
      assert.ok(await page.isChecked("#enlarge-each"), "it is on by itself");
      await again(page, 2);
      await page.waitForFunction(() => document.querySelector("#picture canvas").width === 128);
      const [download] = await Promise.all([page.waitForEvent("download"), page.click("#download")]);
      const png = await readFile(await download.path());
      assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [128, 128]);
      assert.match(textOf(png), /"enlarged":\s*\[\{"by":\s*"emoji-x2",\s*"times":\s*2\}\]/);
      assert.match(textOf(png), /Size: 64x64/, "the settings are the model's own picture's");
      // What begins from it has the size that is asked for, and is enlarged, too.
      await page.click("text=Some");
      await finished(page, 1);
      assert.equal(await side(), 128);
      // Once more, by hand.
      await page.click("#larger");
      await page.click("#upscalers >> text=emoji-x2");
      await page.waitForFunction(() => document.querySelector("#picture canvas").width === 256);
      // Off, and off after a reload.
      await page.uncheck("#enlarge-each");
      await again(page, 2);
      assert.equal(await side(), 64);
      await page.reload();
      await ready(page);
      assert.ok(!(await page.isChecked("#enlarge-each")));
      await page.evaluate(() => localStorage.removeItem("decant.enlarge"));
    },
  },
  {
    name: "an upscaler is cancelled, a damaged one and something else are refused in a sentence, and the picture stays",
    open: "?steps=2&seed=5",
    async play({ page }) {
      await ready(page);
      await again(page, 2);
      const { sum } = await pixels(page);
      const sound = await readFile(new URL("rrdb-x4.pth", FOLDER));
      await page.click("#larger");
      const file = (/** @type {string} */ name, /** @type {Buffer} */ buffer) =>
        page.setInputFiles("#larger-sheet input[type=file]", { name, mimeType: "application/octet-stream", buffer });
      await file("cut.pth", sound.subarray(0, 5000));
      await page.waitForSelector(".message.error:has-text('cut')");
      await file(
        "else.safetensors",
        await readFile(new URL("../../../models/digits/unet/diffusion_pytorch_model.safetensors", import.meta.url)).catch(() =>
          Buffer.from("no tensors"),
        ),
      );
      await page.waitForFunction(() => document.querySelectorAll(".message.error").length === 2);
      await file("rrdb-x4.pth", sound);
      await page.waitForSelector("#upscalers >> text=rrdb-x4");
      await page.evaluate(() => {
        const line = document.querySelector("#enlarging");
        new MutationObserver((_, observer) => {
          if (line.hidden) return;
          observer.disconnect();
          document.querySelector("#stop-enlarging").click();
        }).observe(line, { attributes: true });
      });
      await page.click("#upscalers >> text=rrdb-x4");
      await page.waitForFunction(() => !document.querySelector("#larger").disabled && document.querySelector("#enlarging").hidden);
      await drawn(page);
      assert.equal((await pixels(page)).sum, sum);
    },
  },
  {
    name: "the model makes its picture again, twice as large",
    open: "?steps=2&seed=5",
    async play({ page }) {
      await ready(page);
      await again(page, 2);
      await page.click("#larger");
      await page.click("#larger-again");
      await page.waitForFunction(() => document.querySelector("#picture canvas").width === 64);
      await finished(page, 1);
      const [download] = await Promise.all([page.waitForEvent("download"), page.click("#download")]);
      assert.match(textOf(await readFile(await download.path())), /Hires upscale: 2/);
    },
  },
];

/** The texts of a PNG are not packed. @param {Buffer} png */
function textOf(png) {
  return png.toString("latin1");
}
