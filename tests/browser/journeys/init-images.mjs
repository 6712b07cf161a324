// Runs that begin with a picture or with latents.

import { strict as assert } from "node:assert";
import { readFile } from "node:fs/promises";
import { drawnFile } from "../files.mjs";
import { again, drawn, finished, mean, pixels, ready, status, text } from "../steps.mjs";

/** @import { Journey } from "./index.mjs" */

/** @type {Journey[]} */
export const INIT_IMAGES = [
  {
    name: "a picture is started from, more of it or less, and forgotten again",
    open: "?steps=4",
    async play({ page }) {
      await ready(page);
      await again(page, 4);
      const alone = (await pixels(page)).sum;
      await page.setInputFiles("#image-file", await drawnFile(page, "start.png", { width: 32, height: 32, colour: "#d03030" }));
      await page.waitForSelector("#start-thumb canvas:visible");
      await page.fill("#strength", "0.3");
      await page.click("#generate");
      await page.waitForFunction(() => / steps? in /.test(document.querySelector("#status")?.textContent ?? ""));
      await ready(page);
      const reddish = await mean(page);
      assert.ok(reddish[0] > 120 && reddish[2] < 120, `of a red picture much should be left: ${reddish}`);
      await page.fill("#strength", "1.5");
      await drawn(page);
      assert.match(await text(page, "#strength-problem"), /between 0 and 1/);
      await page.fill("#strength", "");
      await page.click("#remove-image");
      await again(page, 4);
      assert.equal((await pixels(page)).sum, alone);
    },
  },
  {
    name: "a starting picture's shape becomes the size asked for; what is no picture is said",
    fake: true,
    open: "?width=64&height=64",
    async play({ page }) {
      await ready(page);
      await page.click("#start summary");
      await page.setInputFiles("#image-file", await drawnFile(page, "wide.png", { width: 800, height: 200, colour: "#333" }));
      await page.waitForSelector("#start-thumb canvas:visible");
      assert.deepEqual([await page.inputValue("#width"), await page.inputValue("#height")], ["128", "32"]);
      await page.setInputFiles("#image-file", { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("no picture") });
      await page.waitForSelector("#image-problem:has-text('could not be read')");
      assert.match(await text(page, "#image-problem"), /^“notes\.txt” could not be read as a picture/);
      const photo = await readFile(new URL("../../golden/pictures/turned-6.jpg", import.meta.url));
      await page.setInputFiles("#image-file", {
        name: "cut.jpg",
        mimeType: "image/jpeg",
        buffer: photo.subarray(0, (photo.length * 2) / 3),
      });
      await page.waitForSelector("#image-problem:has-text('breaks off')");
      assert.match(await text(page, "#image-problem"), /^“cut\.jpg” is damaged or breaks off/);
      await page.setInputFiles("#mask-file", await drawnFile(page, "small.png", { width: 8, height: 8, colour: "#fff" }));
      await page.waitForSelector("#mask-problem:has-text('must be the same size')");
      assert.match(await text(page, "#mask-problem"), /is 8 × 8 pixels, but the picture is 800 × 200/);
    },
  },
  {
    name: "a finished picture is gone on from; margins make it larger",
    open: "?steps=3&run=1",
    async play({ page }) {
      await finished(page, 3);
      await page.click("#go-on");
      await page.waitForSelector("#start-thumb canvas:visible");
      const side = Number(await page.inputValue("#width"));
      await page.fill("#pad", "0,16,0,16");
      await drawn(page);
      assert.deepEqual([await page.inputValue("#width"), await page.inputValue("#height")], [String(side + 32), String(side)]);
      await page.click("#generate");
      await page.waitForFunction(
        (width) =>
          document.querySelector("#picture canvas")?.width === width && document.querySelector("#generate")?.textContent === "Generate",
        side + 32,
      );
      await page.fill("#pad", "1,2");
      await drawn(page);
      assert.match(await text(page, "#pad-problem"), /Enter one margin for all sides, or four/);
    },
  },
  {
    name: "latents are shown, saved, and started from by button and by dropping their file",
    open: "?steps=4&seed=5&run=1",
    async play({ page }) {
      await finished(page, 4);
      const first = await page.evaluate(pixelMean);
      await page.click("#show-latents");
      await page.waitForFunction(() => document.querySelectorAll("#latents .channels canvas").length === 4);
      const [download] = await Promise.all([page.waitForEvent("download"), page.click("#save-latents")]);
      const file = await readFile(await download.path());
      assert.match(file.subarray(8, 200).toString(), /"format":"decant latents","level":"clean"/);
      await page.click("#start-latents");
      await page.waitForSelector("#start-name:text-is('latents')");
      await page.click("#remove-image");
      await page.setInputFiles("#latents-file", { name: "mine.safetensors", mimeType: "", buffer: file });
      await page.waitForSelector("#start-empty:has-text('mine.safetensors')");
      // The last step alone: hardly anything may change, whatever the seed.
      await page.fill("#startStep", "3");
      await page.fill("#seed", "99");
      await page.click("#generate");
      await status(page, /^\d steps? in /);
      await page.waitForSelector("#generate:text-is('Generate')");
      const second = await page.evaluate(pixelMean);
      for (const [channel, value] of first.entries())
        assert.ok(Math.abs(value - Number(second[channel])) < 24, `${first} became ${second}`);
    },
  },
];

/** The picture's mean colour. It runs in the page. */
function pixelMean() {
  const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector("#picture canvas"));
  const data = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? new Uint8ClampedArray();
  return [0, 1, 2].map((channel) => data.filter((_, i) => i % 4 === channel).reduce((sum, value) => sum + value, 0) / (data.length / 4));
}
