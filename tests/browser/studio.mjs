// Journeys through the studio at home: the gallery, comparing, the queue, variations, undo, presets, and what survives a reload.

import { strict as assert } from "node:assert";
import { readFile } from "node:fs/promises";
import { unzipSync } from "fflate";
import { again, done, drawn, finished, pixels, ready, status, text } from "./steps.mjs";

/** @import { Journey } from "./journeys.mjs" */

/** A page whose gallery is empty, whatever was made before. @param {import("playwright-core").Page} page @param {string} address */
async function anew(page, address, open = "?steps=3") {
  await page.goto(`${address}models/digits/model_index.json`);
  await page.evaluate(
    () =>
      new Promise((done) => Object.assign(indexedDB.deleteDatabase("decant-gallery"), { onsuccess: done, onerror: done, onblocked: done })),
  );
  await page.goto(address + open);
  await ready(page);
}

/** @param {import("playwright-core").Page} page @param {Record<string, string>} settings */
async function make(page, settings, steps = 3) {
  for (const [name, value] of Object.entries(settings)) await page.fill(`#${name}`, value);
  await again(page, steps);
}

/** @param {import("playwright-core").Page} page @param {number} count */
async function kept(page, count) {
  await page.waitForFunction((wanted) => document.querySelectorAll("#gallery-list li").length === wanted, count);
}

/** @type {Journey[]} */
export const STUDIO = [
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
    name: "what is asked for during a run waits: moved, taken away, made one after the other",
    fake: true,
    open: null,
    expects: /favicon/,
    async play({ page, address }) {
      await anew(page, address, "?steps=60&prompt=slow%20one");
      await page.click("#generate");
      await page.waitForSelector("#generate:text-is('Add to the queue')");
      for (const word of ["two", "three", "four"]) {
        await page.fill("#prompt", word);
        await page.click("#generate");
      }
      await page.waitForFunction(() => document.querySelectorAll("#queue li").length === 3);
      assert.equal(await text(page, "#queue-count"), "3 in the queue");
      await page.click("[aria-label='Move “four” up']");
      await page.click("[aria-label='Remove “two”']");
      await drawn(page);
      assert.deepEqual(await page.$$eval("#queue .words", (all) => all.map((one) => one.textContent)), ["four", "three"]);
      await page.focus("#filmstrip");
      await page.keyboard.press("Escape");
      await page.waitForFunction(() => document.querySelectorAll("#gallery-list li").length === 2, undefined, { timeout: 20_000 });
      await finished(page, 60);
      const labels = await page.$$eval("#gallery-list .tile", (all) => all.map((one) => one.getAttribute("aria-label")));
      assert.deepEqual(labels, ["Open “three”, seed 7", "Open “four”, seed 7"]);
      assert.ok(await page.isHidden("#queue"));
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
  {
    name: "a first visit shows the example at once, says so, and does it once",
    first: true,
    async play({ page }) {
      await page.waitForSelector(".message:has-text('Welcome')");
      await finished(page, Number(await page.inputValue("#steps")));
      assert.ok((await pixels(page)).spread > 8);
      await page.reload();
      await ready(page);
      await page.waitForTimeout(200);
      assert.deepEqual([await page.locator(".message:has-text('Welcome')").count(), await text(page, "#generate")], [0, "Generate"]);
    },
  },
  {
    name: "a first visit's example is cancelled with Esc, and an address that asks for something has none",
    fake: true,
    first: true,
    open: null,
    async play({ page, address }) {
      // As soon as it can be: the example is short.
      await page.addInitScript(() => {
        const press = () => document.querySelector("#cancel:enabled") && dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
        addEventListener("DOMContentLoaded", () => new MutationObserver(press).observe(document.body, { subtree: true, attributes: true }));
      });
      await page.goto(address);
      await status(page, /^Stopped/);
      await page.evaluate(() => localStorage.removeItem("decant.visited"));
      await page.goto(`${address}?steps=2`);
      await ready(page);
      await page.waitForTimeout(200);
      assert.equal(await text(page, "#status"), "");
    },
  },
  {
    name: "a reload in mid-run makes the same picture from the beginning, with what was typed and what waited",
    fake: true,
    open: "?steps=8&seed=21&prompt=a%20slow%20blue%20seven",
    async play({ page }) {
      await ready(page);
      await again(page, 8);
      const wanted = (await pixels(page)).sum;
      await page.click("#step"); // and paused there, however long the rest takes
      await status(page, "Paused after step 1 of 8");
      await page.fill("#seed", "22");
      await page.click("#generate");
      await page.waitForFunction(() => document.querySelectorAll("#queue li").length === 1);
      await page.fill("#prompt", "typed and not yet made");
      await page.reload();
      await page.waitForSelector(".message:has-text('same seed')");
      assert.equal(await page.inputValue("#prompt"), "typed and not yet made");
      await finished(page, 8);
      await page.waitForFunction(() => /seed 22/.test(document.querySelector("#gallery-list .tile")?.getAttribute("aria-label") ?? ""));
      await page.click("#gallery-list li:nth-child(2) .tile");
      await page.waitForFunction(() => /** @type {HTMLInputElement} */ (document.querySelector("#seed")).value === "21");
      await drawn(page);
      assert.equal((await pixels(page)).sum, wanted);
    },
  },
  {
    name: "a run that does not outlive two reloads waits for a person",
    fake: true,
    open: "?steps=100&prompt=slow",
    async play({ page }) {
      await ready(page);
      await page.click("#generate");
      for (const wanted of ["same seed", "Continue"]) {
        await page.waitForFunction(() => Number(document.querySelector("#progress")?.getAttribute("aria-valuenow")) >= 1);
        await drawn(page);
        await page.reload();
        await page.waitForSelector(`.message:has-text('${wanted}')`);
      }
      await page.click("#queue >> text=Continue");
      await page.waitForSelector("#cancel:enabled");
      await page.keyboard.press("Escape");
      await status(page, /^Stopped/);
    },
  },
  {
    name: "settings are undone and redone, with keys and buttons, whatever changed them",
    fake: true,
    open: "?steps=4&seed=7",
    async play({ page }) {
      await ready(page);
      await drawn(page);
      await page.fill("#steps", "9");
      await drawn(page);
      await page.selectOption("#sampler", "lms");
      await drawn(page);
      await page.focus("#filmstrip");
      await page.keyboard.press("Control+z");
      await drawn(page);
      assert.deepEqual([await page.inputValue("#steps"), await page.inputValue("#sampler")], ["9", "ddim"]);
      await page.click("#undo");
      await drawn(page);
      assert.equal(await page.inputValue("#steps"), "4");
      assert.ok(await page.isDisabled("#undo"));
      await page.keyboard.press("Control+Shift+z");
      await page.keyboard.press("Control+y");
      await drawn(page);
      assert.deepEqual([await page.inputValue("#steps"), await page.inputValue("#sampler")], ["9", "lms"]);
      assert.ok(await page.isDisabled("#redo"));
    },
  },
  {
    name: "presets: the page's own, and one's own, which a reload keeps and a button forgets",
    fake: true,
    open: "?seed=7",
    async play({ page }) {
      await ready(page);
      await drawn(page);
      assert.equal(await page.inputValue("#preset"), "Recommended for this model");
      await page.selectOption("#preset", "High quality: 50 steps");
      await drawn(page);
      assert.equal(await page.inputValue("#steps"), "50");
      await page.fill("#steps", "33");
      await page.selectOption("#sampler", "lms");
      await drawn(page);
      assert.equal(await page.inputValue("#preset"), "");
      await page.click("#keep-preset");
      await page.keyboard.type("slow and lms");
      await page.keyboard.press("Enter");
      await drawn(page);
      assert.equal(await page.inputValue("#preset"), "slow and lms");
      await page.selectOption("#preset", "Recommended for this model");
      await page.reload();
      await ready(page);
      await page.selectOption("#preset", "slow and lms");
      await drawn(page);
      assert.deepEqual(
        [await page.inputValue("#steps"), await page.inputValue("#sampler"), await page.inputValue("#seed")],
        ["33", "lms", "7"],
      );
      await page.click("#forget-preset");
      await drawn(page);
      assert.equal(await page.locator("#preset option", { hasText: "slow and lms" }).count(), 0);
    },
  },
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
    name: "whoever looks elsewhere is told: by the title always, by a notification where that was asked for",
    fake: true,
    open: null,
    async play({ page, address }) {
      await page.addInitScript(() => {
        /** What the browser would show. */
        const shown = [];
        class Told {
          static permission = "default";
          static requestPermission = async () => (Told.permission = "granted");
          constructor(title, { body }) {
            shown.push([title, body]);
          }
        }
        Object.assign(globalThis, { Notification: Told, shown });
        // As browsers do it: a tab that nobody sees is given no frames.
        Object.assign(globalThis, { away: false });
        Object.defineProperty(document, "hidden", { get: () => globalThis.away });
        const frame = requestAnimationFrame.bind(globalThis);
        globalThis.requestAnimationFrame = (act) => (globalThis.away && /state\.js/.test(String(new Error().stack)) ? 0 : frame(act));
      });
      await page.goto(`${address}?steps=16&prompt=slow%20seven`);
      await ready(page);
      await page.evaluate(() => Object.assign(globalThis, { away: true }));
      await page.click("#generate");
      await page.waitForFunction(() => /^\([1-9]\d?%\) Decant$/.test(document.title));
      await finished(page, 16);
      assert.deepEqual(await page.evaluate("shown"), []);
      assert.equal(await page.title(), "Done · Decant");
      await page.check("#notify");
      await page.click("#generate");
      await page.waitForFunction(() => /** @type {any} */ (globalThis).shown.length > 0);
      assert.deepEqual(await page.evaluate("shown"), [["Your picture is ready", "slow seven"]]);
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
