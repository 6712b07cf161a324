// What a picture or a run is saved as, and what a saved picture brings back: records, animations, videos.

import { strict as assert } from "node:assert";
import { readFile, readdir } from "node:fs/promises";
import { drawnFile, drop } from "../files.mjs";
import { again, done, finished, pixels, ready, text } from "../steps.mjs";

/** @import { Journey } from "./index.mjs" */

/** @type {Journey[]} */
export const SAVED_FILES = [
  {
    name: "a saved picture brings its settings back, and they make it again to the bit",
    real: true,
    open: "?steps=4&seed=11&sampler=lms&order=2&sigmas=karras&rng=cuda&guidance=3&rescale=0.3&clipSkip=1&emphasis=1&mixes=a%20red%20four:0.2&prompt=a%20(green:1.2)%20eight&run=1",
    async play({ page, models }) {
      await finished(page, 4);
      const first = (await pixels(page)).sum;
      await page.waitForSelector("#download:visible");
      const [download] = await Promise.all([page.waitForEvent("download"), page.click("#download")]);
      const saved = await readFile(await download.path());
      await page.goto(page.url().replace(/\?.*/, "?steps=2"));
      await ready(page);
      await page.setInputFiles("#record-file", { name: "saved.png", mimeType: "image/png", buffer: saved });
      await page.waitForSelector("#taken p:text-is('Using the settings of “saved.png”.')");
      await again(page, 4);
      assert.equal((await pixels(page)).sum, first);
      const { settings } = await page.evaluate(
        async (bytes) => {
          const { Decant } = await import(new URL("decant.js", document.baseURI).href);
          return Decant.readRecord(new Blob([new Uint8Array(bytes)]));
        },
        [...saved],
      );
      assert.equal(settings.mixes[0].prompt, "a red four");
      const plain = await drawnFile(page, "plain.png", { width: 16, height: 16, colour: "#888" });
      await page.setInputFiles("#record-file", plain);
      await page.waitForSelector(".message.error >> text=“plain.png” contains no settings");
    },
  },
  {
    name: "a picture of another tool's brings its settings",
    real: true,
    async play({ page, models }) {
      await ready(page);
      const folder = `${models}/../tests/golden/records`;
      for (const name of (await readdir(folder)).filter((file) => file.endsWith(".png"))) {
        await drop(page, { name, type: "image/png", bytes: [...(await readFile(`${folder}/${name}`))] });
        await page.waitForSelector(`text=Using the settings of “${name}”.`);
        assert.notEqual(await page.inputValue("#prompt"), "", name);
      }
      assert.deepEqual(await page.locator(".message.error").allTextContents(), []);
    },
  },
  {
    name: "a run is saved as an animation of its steps",
    open: "?steps=3&seed=5&run=1",
    async play({ page }) {
      await finished(page, 3);
      const [download] = await Promise.all([page.waitForEvent("download"), page.click("#animate")]);
      assert.equal(download.suggestedFilename(), "decant-digits-5-steps.png");
      const bytes = await readFile(await download.path());
      assert.equal(bytes.subarray(1, 4).toString(), "PNG");
      assert.ok(bytes.includes("acTL"), "it should be animated");
      assert.ok(bytes.includes('"seed":5'), "it should carry its record");
    },
  },
  {
    name: "a run is recorded as a video of its steps",
    fake: true,
    open: "?steps=3&run=1",
    async play({ page, address }) {
      await finished(page, 3);
      await page.waitForSelector("#film:visible");
      assert.equal(await text(page, "#film"), "Video (WebM)");
      const [download] = await Promise.all([page.waitForEvent("download"), page.click("#film")]);
      assert.match(download.suggestedFilename(), /^decant-digits-\d+-steps\.webm$/);
      const film = await readFile(await download.path());
      assert.deepEqual([...film.subarray(0, 4)], [0x1a, 0x45, 0xdf, 0xa3]);
      await page.goto(`${address}models/digits/model_index.json`); // where a video may be played
      const size = await page.evaluate(
        async (bytes) => {
          const video = Object.assign(document.createElement("video"), {
            src: URL.createObjectURL(new Blob([new Uint8Array(bytes)], { type: "video/webm" })),
          });
          await new Promise((done, failed) => Object.assign(video, { onloadedmetadata: done, onerror: failed }));
          return [video.videoWidth, video.videoHeight];
        },
        [...film],
      );
      assert.deepEqual(size, [512, 256]);
    },
  },
];
