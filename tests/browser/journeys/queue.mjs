// Runs that wait for others, what a reload finds of them, and who is told of their end.

import { strict as assert } from "node:assert";
import { again, anew, done, drawn, finished, pixels, ready, status, text } from "../steps.mjs";

/** @import { Journey } from "./index.mjs" */

/** @type {Journey[]} */
export const QUEUE = [
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
    name: "a refused run leaves the picture; the size note follows; a reload and another tab bring what was made",
    open: "?steps=3&seed=5&run=1",
    fake: true,
    async play({ page, address }) {
      await finished(page, 3);
      const { sum } = await pixels(page);
      await page.fill("#prompt", "too much");
      await page.click("#generate");
      await page.waitForSelector(".message.error:has-text('9.1 GB')");
      await drawn(page);
      assert.equal((await pixels(page)).sum, sum);
      assert.deepEqual(
        [await text(page, "[data-of=step]"), await page.evaluate(() => document.querySelector("#picture").className)],
        ["3 done", "picture"],
      );
      const note = () => text(page, "#size-note");
      await page.waitForFunction(() => /32 × 32 picture takes/.test(document.querySelector("#size-note").textContent));
      const small = await note();
      await page.fill("#width", "512");
      await page.waitForFunction(() => /512 × 32 picture takes/.test(document.querySelector("#size-note").textContent));
      assert.notEqual(/about ([\d.]+ .B)/.exec(small)?.[1], /about ([\d.]+ .B)/.exec(await note())?.[1]);
      await page.fill("#height", "4096");
      await page.waitForSelector("#size-note.warning:has-text('2.0 GB that this machine has')");
      await page.fill("#width", "32");
      await page.fill("#height", "32");
      await page.fill("#prompt", "a green four");
      const kept = await page.locator("#gallery-list li").count();
      await again(page, 3);
      const green = (await pixels(page)).sum;
      await page.waitForFunction((before) => document.querySelectorAll("#gallery-list li").length === before + 1, kept);
      await page.reload();
      await ready(page);
      await page.waitForSelector("#gallery-list [aria-current=true]");
      await drawn(page);
      assert.equal((await pixels(page)).sum, green);
      assert.equal(await done(page), 3, "with its steps");
      const other = await page.context().newPage();
      await other.goto(`${address}?steps=2&seed=41`);
      await ready(other);
      const count = await other.locator("#gallery-list li").count();
      await again(other, 2);
      await page.waitForFunction((wanted) => document.querySelectorAll("#gallery-list li").length === wanted, count + 1);
      await other.focus("#gallery-list .tile");
      await other.keyboard.press("Delete");
      await page.waitForFunction((wanted) => document.querySelectorAll("#gallery-list li").length === wanted, count);
      await other.close();
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
];
