// A picture is made: with its steps, paused, cancelled, by keyboard, several at once, and by itself on a first visit.

import { strict as assert } from "node:assert";
import { readFile } from "node:fs/promises";
import { again, done, drawn, finished, focused, pixels, ready, status, text } from "../steps.mjs";

/** @import { Journey } from "./index.mjs" */

/** @type {Journey[]} */
export const GENERATING = [
  {
    name: "open, generate, see a picture",
    gpu: true,
    async play({ page }) {
      await ready(page);
      await page.click("#generate");
      await finished(page, Number(await page.inputValue("#steps")));
      const { spread, size } = await pixels(page);
      assert.ok(spread > 8, `the picture is nearly one colour: standard deviation ${spread}`);
      assert.deepEqual(size, [32, 32]);
      assert.match(await text(page, "#prompt-tokens"), /^\d+ of 7\d tokens\.$/);
      assert.match(await text(page, "#adapter"), /\S{3}/);
    },
  },
  {
    name: "the same seed gives the same picture, another seed another one",
    open: "?steps=3&seed=11&run=1",
    async play({ page }) {
      await finished(page, 3);
      const first = (await pixels(page)).sum;
      await again(page, 3);
      assert.equal((await pixels(page)).sum, first);
      await page.click("#dice");
      await again(page, 3);
      const noise = await page.evaluate(() => document.querySelector("#seed")?.value);
      assert.notEqual(noise, "11");
    },
  },
  {
    name: "step by step, paused in between, then on to the end",
    gpu: true,
    open: "?steps=5",
    async play({ page }) {
      await ready(page);
      await page.click("#step");
      await status(page, "Paused after step 1 of 5");
      await page.click("#step");
      await status(page, "Paused after step 2 of 5");
      await page.waitForTimeout(300);
      assert.equal(await text(page, "#status"), "Paused after step 2 of 5");
      assert.equal(await text(page, "#pause"), "Resume");
      await page.click("#pause");
      await finished(page, 5);
    },
  },
  {
    name: "cancel stops the run early and the session stays usable",
    gpu: true,
    open: "?steps=150",
    async play({ page }) {
      await ready(page);
      await page.click("#generate");
      await page.waitForFunction(() => Number(document.querySelector("#progress")?.getAttribute("aria-valuenow")) >= 2);
      await page.click("#cancel");
      await status(page, /^Stopped after step \d+ of 150$/);
      // What is drawn, and then clicked, lags behind the run on a busy machine; the module API's journey counts exactly.
      assert.ok((await done(page)) < 50, `cancelled after step 2, stopped at ${await done(page)}`);
      await page.fill("#steps", "3");
      await again(page, 3);
    },
  },
  {
    name: "cancel while paused",
    fake: true,
    open: "?steps=5",
    async play({ page }) {
      await ready(page);
      await page.click("#step");
      await status(page, "Paused after step 1 of 5");
      await page.keyboard.press("Escape");
      await status(page, "Stopped after step 1 of 5");
      await again(page, 5);
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
    name: "scrub with keys and mouse",
    open: "?steps=8&run=1",
    async play({ page }) {
      await finished(page, 8);
      const value = () => page.getAttribute("#filmstrip", "aria-valuetext");
      assert.equal(await value(), "The finished picture");
      await page.keyboard.press("ArrowLeft");
      await drawn(page);
      assert.match((await value()) ?? "", /^Step 8 of 8, sigma [\d.e-]+, timestep \d+$/);
      await page.keyboard.press("Home");
      await drawn(page);
      assert.equal(await text(page, "[data-of=step]"), "1 / 8");
      const box = await page.locator("#filmstrip .frame").nth(4).boundingBox();
      assert.ok(box);
      await page.mouse.move(box.x - 40, box.y + 10);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width / 2, box.y + 10);
      await page.mouse.up();
      await drawn(page);
      assert.equal(await text(page, "[data-of=step]"), "5 / 8");
      await page.keyboard.press("End");
      await drawn(page);
      assert.equal(await value(), "The finished picture");
    },
  },
  {
    name: "download a PNG",
    open: "?steps=2&seed=5&run=1",
    async play({ page }) {
      await finished(page, 2);
      await page.waitForSelector("#download:visible");
      const [download] = await Promise.all([page.waitForEvent("download"), page.click("#download")]);
      assert.equal(download.suggestedFilename(), "decant-digits-5.png");
      assert.equal((await readFile(await download.path())).subarray(1, 4).toString(), "PNG");
    },
  },
  {
    name: "keyboard: generate, pause, resume, sheet",
    fake: true,
    open: "?steps=60",
    async play({ page }) {
      await ready(page);
      await page.focus("#prompt");
      await page.keyboard.press("Control+Enter");
      await page.waitForFunction(() => Number(document.querySelector("#progress")?.getAttribute("aria-valuenow")) >= 1);
      await page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement).blur());
      await page.keyboard.press(" ");
      await status(page, /^Paused after step/);
      await page.keyboard.press("?");
      assert.ok(await page.isVisible("#keys"));
      await page.keyboard.press("Escape");
      await page.waitForSelector("#keys", { state: "hidden" });
      await drawn(page); // until then the sheet's own button still has the focus
      await status(page, /^Paused after step/);
      await page.keyboard.press(" ");
      await finished(page, 60);
    },
  },
  {
    name: "Enter makes the picture, Shift+Enter a line, composed letters neither; after Generate a space pauses, and begins nothing",
    open: "?steps=40&prompt=slow",
    fake: true,
    async play({ page }) {
      await ready(page);
      assert.deepEqual(await page.locator("textarea").evaluateAll((all) => all.map((one) => one.enterKeyHint)), ["go", "go"]);
      await page.click("#generate");
      await page.waitForFunction(() => document.activeElement?.id === "pause");
      await page.keyboard.press(" ");
      await status(page, /^Paused after step/);
      assert.equal(await page.locator("#queue li").count(), 0, "a space queued another run");
      await page.keyboard.press(" ");
      await status(page, /^Step/);
      await page.click("#cancel");
      await status(page, /^Stopped/);
      assert.equal(await focused(page), "filmstrip");
      await page.keyboard.press(" ");
      await drawn(page);
      await status(page, /^Stopped/);

      await page.fill("#prompt", "a blue seven");
      await page.fill("#steps", "2");
      await page.focus("#prompt");
      await page.keyboard.press("End");
      await page.keyboard.press("Shift+Enter");
      await page.keyboard.type("on yellow");
      assert.equal(await page.inputValue("#prompt"), "a blue seven\non yellow");
      const compose = (more) =>
        page.evaluate(
          (own) =>
            document
              .querySelector("#prompt")
              .dispatchEvent(
                Object.defineProperties(
                  new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, isComposing: own.isComposing }),
                  { keyCode: { value: own.keyCode } },
                ),
              ),
          more,
        );
      assert.deepEqual(
        [await compose({ isComposing: true, keyCode: 13 }), await compose({ isComposing: false, keyCode: 229 })],
        [true, true],
        "a letter that is being composed keeps its Enter",
      );
      await drawn(page);
      await status(page, /^Stopped/);
      await page.keyboard.press("Enter");
      await finished(page, 2);
      assert.equal(await page.inputValue("#prompt"), "a blue seven\non yellow");
      assert.equal(await focused(page), "prompt", "whoever writes goes on writing");
      // A phone's keyboard that tells of no key, only of a line.
      await page.fill("#seed", "8");
      await page.evaluate(() =>
        document
          .querySelector("#prompt")
          .dispatchEvent(new InputEvent("beforeinput", { inputType: "insertLineBreak", bubbles: true, cancelable: true })),
      );
      await page.waitForFunction(() => /seed 8/.test(document.querySelector("#gallery-list .tile")?.getAttribute("aria-label") ?? ""));
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
  {
    name: "several pictures, each with its steps",
    open: "?steps=2&seed=7&count=3&run=1",
    async play({ page }) {
      await finished(page, 2);
      await page.waitForFunction(() => document.querySelectorAll("#series button").length === 3);
      const last = (await pixels(page)).sum;
      await page.click("#series li:first-child button");
      await drawn(page);
      const first = (await pixels(page)).sum;
      assert.notEqual(first, last);
      await page.fill("#count", "");
      await again(page, 2);
      assert.equal((await pixels(page)).sum, first);
      assert.ok(await page.isHidden("#series"));
    },
  },
];
