// A run that is pulled by a loss: in the form, Inside, and in a link.

import { strict as assert } from "node:assert";
import { drawnFile } from "../files.mjs";
import { openedInside } from "../places/inside.mjs";
import { finished, ready, text } from "../steps.mjs";

/** @import { Journey } from "./index.mjs" */

/** @type {Journey[]} */
export const LOSSES = [
  {
    name: "losses: a formula of one's own pulls the picture, a mistake in it is said with its place, and Inside draws the pull",
    open: "?prompt=a%20blue%20seven&steps=6&seed=7",
    async play({ page }) {
      await ready(page);
      await page.click("#generate");
      await finished(page, 6);
      const alone = await pixels(page);
      await page.evaluate(() => {
        for (const details of document.querySelectorAll("#settings details")) details.setAttribute("open", "");
      });
      await page.click("#losses > button");
      await page.keyboard.type("mean(abs(blue - 0.9)");
      await page.keyboard.press("Tab");
      await page.keyboard.type("20");
      await page.click("#generate");
      await page.waitForFunction(() =>
        /character 5: this parenthesis is not closed/.test(document.querySelector(".messages")?.textContent ?? ""),
      );
      await page.fill("#losses input >> nth=0", "mean(abs(blue - 0.9))");
      await page.fill("#losses input >> nth=1", "much");
      await page.press("#losses input >> nth=1", "Tab");
      await page.waitForFunction(() => /needs a scale that is a number/.test(document.querySelector("#losses-problem")?.textContent ?? ""));
      await page.fill("#losses input >> nth=1", "20");
      await page.click("#generate");
      await finished(page, 6);
      assert.notEqual(await pixels(page), alone, "the loss changes the picture");
      await page.click('.places a[href="#inside"]');
      await page.waitForSelector("#inside-pulled:not([hidden]) .chart svg");
      const which = await text(page, "#inside-pulled > .hint");
      assert.match(which, /^The gradient at step \d, where the loss was \d+\.\d+$/);
      // An address may say the same.
      await page.goto(page.url().replace(/#.*/, "&losses=mean(abs(blue-0.9)):20#inside"));
      await openedInside(page, "3");
      await page.waitForSelector("#inside-pulled:not([hidden]) .chart svg");
    },
  },
  {
    name: "losses: a picture to resemble is chosen, pulls as a loss of its own, outlives a reload, and is taken away",
    open: "?prompt=a%20blue%20seven&steps=6&seed=7",
    async play({ page }) {
      await ready(page);
      await page.evaluate(() => {
        for (const details of document.querySelectorAll("#settings details")) details.setAttribute("open", "");
      });
      await page.setInputFiles("#resemble-file", { name: "no picture.png", mimeType: "image/png", buffer: Buffer.from("not a picture") });
      await page.waitForFunction(() => /no picture\.png/.test(document.querySelector("#resemble-problem")?.textContent ?? ""));
      await page.waitForSelector("#generate:enabled");
      await page.setInputFiles("#resemble-file", await drawnFile(page, "green.png", { width: 32, height: 32, colour: "#20c040" }));
      await page.waitForSelector("#resemble .thumb:not([hidden]) canvas[aria-label='green.png']");
      assert.equal(await text(page, "#resemble-problem"), "");
      // The page is drawn a moment after each change.
      const shows = (/** @type {string[]} */ ...lines) =>
        page.waitForFunction((wanted) => {
          const values = Array.from(document.querySelectorAll("#losses input"), (one) => /** @type {HTMLInputElement} */ (one).value);
          return JSON.stringify(values) === JSON.stringify(wanted);
        }, lines);
      await shows("picture", "5");
      await page.fill("#lossEvery", "1");
      await page.click("#generate");
      await finished(page, 6);
      const [, green] = await meanColour(page);
      await page.reload();
      await ready(page);
      await page.waitForSelector("#resemble .thumb:not([hidden])", { state: "attached" });
      await shows("picture", "5");
      await page.evaluate(() => /** @type {HTMLElement} */ (document.querySelector("#remove-resemble")).click());
      await shows();
      await page.click("#generate");
      await finished(page, 6);
      const [, alone] = await meanColour(page);
      assert.ok(green > alone + 20, `a green picture pulls towards green: ${green} of 255 on average, ${alone} without it`);
    },
  },
];

/** The finished picture's mean colour, 0 to 255. @param {import("playwright-core").Page} page @returns {Promise<number[]>} */
function meanColour(page) {
  return page.evaluate(() => {
    const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector("#picture > canvas"));
    const { data } = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")).getImageData(0, 0, canvas.width, canvas.height);
    return [0, 1, 2].map((channel) => data.filter((_, i) => i % 4 === channel).reduce((sum, value) => sum + value, 0) / (data.length / 4));
  });
}

/** The finished picture's pixels, as one text. @param {import("playwright-core").Page} page */
function pixels(page) {
  return page.evaluate(() => /** @type {HTMLCanvasElement} */ (document.querySelector("#picture > canvas")).toDataURL());
}
