// The stage: how large the picture is, that nothing moves while it is made, and that what is said in passing passes.

import { strict as assert } from "node:assert";
import { again, done, drawn, finished, ready, status } from "../steps.mjs";

/** @import { Journey } from "./index.mjs" */

/** Windows, and which part of their height the picture has at least. @type {[number, number, number][]} */
const WINDOWS = [
  [1920, 1080, 0.65],
  [1440, 900, 0.6],
  [1366, 768, 0.55],
  [1024, 768, 0.5],
  [390, 844, 0.4],
];

/** What a person looks at or presses while a picture is made. */
const LOOKED_AT = [
  "#picture",
  "#specimen dl",
  "#pause",
  "#step",
  "#cancel",
  "#progress",
  "#filmstrip",
  "#filmstrip .last",
  "#strip-legend",
  "#prompt",
  "#generate",
  "#details",
  "#gallery",
  "#made",
];

/** @type {Journey[]} */
export const STAGE = [
  ...WINDOWS.map(([width, height, least]) => ({
    name: `at ${width}×${height} the picture fills the height, the bar is one row, and nothing moves from the first step to the picture`,
    fake: true,
    width,
    height,
    open: "?steps=8&prompt=a%20slow%20seven",
    async play({ page }) {
      await ready(page);
      await page.click("#step");
      await status(page, "Paused after step 1 of 8");
      await drawn(page);
      const share = await page.evaluate(() => document.querySelector("#picture").getBoundingClientRect().height / innerHeight);
      assert.ok(share >= least, `the picture has ${Math.round(share * 100)} % of the window's height`);
      const middles = await page.$$eval(".bar > *", (all) =>
        all
          .filter((one) => one.checkVisibility())
          .map((one) => one.getBoundingClientRect())
          .filter(({ width }) => width > 0)
          .map(({ top, bottom }) => (top + bottom) / 2),
      );
      assert.ok(Math.max(...middles) - Math.min(...middles) < 6, `the bar's parts are at ${middles}`);
      const before = await places(page);
      await page.click("#pause");
      await finished(page, 8);
      await drawn(page);
      for (const [index, now] of (await places(page)).entries()) {
        // The gallery grows by the picture: a row more, where its last one was full.
        const sides = now.selector === "#gallery" ? ["left", "top", "width"] : ["left", "top", "width", "height"];
        for (const side of sides)
          assert.ok(
            Math.abs(now[side] - before[index][side]) <= 1,
            `${now.selector} moved: ${side} ${before[index][side]}, now ${now[side]}`,
          );
      }
    },
  })),
  {
    name: "on a phone the bar's rest is a sheet that opens from one button, by finger and by key",
    fake: true,
    width: 390,
    height: 844,
    open: "?steps=60&prompt=slow",
    async play({ page }) {
      await ready(page);
      assert.ok(await page.isHidden("#theme"));
      await page.click("#generate");
      await page.waitForSelector("#cancel:enabled");
      await page.click("#bar-more");
      await page.waitForSelector("#theme:visible");
      await page.keyboard.press("Escape");
      await page.waitForSelector("#theme", { state: "hidden" });
      const before = await done(page);
      await page.waitForFunction((count) => Number(document.querySelector("#progress")?.getAttribute("aria-valuenow")) > count, before);
      await page.focus("#bar-more");
      await page.keyboard.press("Enter");
      await page.click("#open-model");
      await page.waitForSelector("#opener[open]");
      assert.ok(await page.isHidden("#theme"));
      await page.keyboard.press("Escape");
      await page.waitForSelector("#opener:not([open])", { state: "attached" });
      assert.equal(await page.evaluate(() => document.activeElement?.id), "bar-more");
    },
  },
  {
    name: "a notice goes by itself, but not under a pointer, and does not follow elsewhere; an error stays",
    fake: true,
    open: null,
    async play({ page, address }) {
      await page.clock.install();
      await page.goto(`${address}?steps=0`);
      await ready(page);
      const notice = page.locator(".message.note >> text=emulated in software");
      await notice.waitFor();
      assert.equal(await page.getAttribute(".message.note", "role"), "status");
      await page.hover(".message.note p");
      await page.clock.fastForward(120_000);
      await drawn(page);
      assert.ok(await notice.isVisible(), "it went under the pointer");
      await page.mouse.move(700, 300);
      await page.clock.fastForward(120_000);
      await notice.waitFor({ state: "detached" });
      assert.equal(await page.locator(".message.error").count(), 1);
      await page.click("#copy-link");
      await page.waitForSelector(".message.note");
      await page.click(".places a[href='#lessons']");
      await page.waitForSelector("#lessons .card");
      assert.equal(await page.locator(".message").count(), 0, "what was said in the studio is said in the lessons");
      await page.click(".places a[href='#studio']");
      await drawn(page);
      assert.deepEqual([await page.locator(".message.note").count(), await page.locator(".message.error").count()], [0, 1]);
    },
  },
  {
    name: "the strip's frames are whole, however many steps there are",
    fake: true,
    open: "?steps=3",
    async play({ page }) {
      await ready(page);
      for (const steps of ["3", "70"]) {
        await page.fill("#steps", steps);
        await again(page, Number(steps));
        const frames = await page.$$eval("#filmstrip .frame canvas", (all) =>
          all.map((canvas) => {
            const { width, height } = canvas.getBoundingClientRect();
            return { side: Math.min(width, height), fit: getComputedStyle(canvas).objectFit };
          }),
        );
        assert.ok(
          frames.every(({ side, fit }) => side >= 20 && fit === "contain"),
          JSON.stringify(frames.slice(0, 3)),
        );
        assert.ok(frames.length <= 2 * Number(steps));
      }
      // The last frame is the last step, though there are fewer frames than steps.
      await page.locator("#filmstrip .frame").last().click();
      await page.waitForFunction(() => /^Step (69|70) of 70/.test(document.querySelector("#filmstrip").getAttribute("aria-valuetext")));
    },
  },
  {
    name: "where a step has only the straight line's colours, the stage says so, and the finished picture does not",
    fake: true,
    open: "?steps=2",
    async play({ page }) {
      await ready(page);
      const steps = await page.evaluate(async () => {
        const { isRough } = await import(new URL("web/ui/stage/picture.js", document.baseURI).href);
        return [8, 32].map((side) => isRough({ previewDenoised: new ImageData(side, side), shape: [4, 8, 8] }));
      });
      assert.deepEqual(steps, [true, false]);
      await page.fill("#prompt", "rough seven");
      await page.click("#step");
      await status(page, "Paused after step 1 of 2");
      await page.waitForSelector("#rough:visible");
      assert.match(await page.textContent("#strip-legend"), /in rough colours/);
      await page.click("#pause");
      await finished(page, 2);
      assert.ok(await page.isHidden("#rough"));
    },
  },
  {
    name: "on a phone words, button, picture, its run and the settings follow each other, for the eye and for the keyboard",
    fake: true,
    width: 390,
    height: 844,
    open: "?steps=2",
    async play({ page }) {
      await ready(page);
      await again(page, 2);
      const tops = await page.evaluate(() =>
        ["#prompt", "#generate", "#picture", "#step", "#filmstrip", "#download", "#specimen", "#details", "#gallery"].map((selector) => [
          document.querySelector(selector).getBoundingClientRect().top,
          selector,
        ]),
      );
      assert.deepEqual(
        tops.map(([, selector]) => selector),
        tops.toSorted(([one], [other]) => one - other).map(([, selector]) => selector),
      );
      await page.focus("#generate");
      const reached = [];
      for (let i = 0; i < 12; i++) {
        await page.keyboard.press("Tab");
        reached.push(await page.evaluate(() => document.activeElement.id));
      }
      assert.deepEqual(
        reached.filter((id) => ["step", "filmstrip", "download", "as-typed"].includes(id)).slice(0, 3),
        ["step", "filmstrip", "download"],
        reached.join(" "),
      );
    },
  },
];

/** Where each of these is on the page, whatever was scrolled. @param {import("playwright-core").Page} page */
function places(page) {
  return page.evaluate(
    (selectors) =>
      selectors.map((selector) => {
        const { left, top, width, height } = document.querySelector(selector).getBoundingClientRect();
        return { selector, left, top: top + scrollY + document.querySelector(".stage").scrollTop, width, height };
      }),
    LOOKED_AT,
  );
}
