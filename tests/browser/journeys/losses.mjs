// A run that is pulled by a loss: in the form, Inside, and in a link.

import { strict as assert } from "node:assert";
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
      await page.waitForFunction(() => /character 5: this parenthesis is not closed/.test(document.querySelector(".messages")?.textContent ?? ""));
      await page.fill("#losses input >> nth=0", "mean(abs(blue - 0.9))");
      await page.fill("#losses input >> nth=1", "much");
      await page.press("#losses input >> nth=1", "Tab");
      assert.match(await text(page, "#losses-problem"), /needs a scale that is a number/);
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
];

/** The finished picture's pixels, as one text. @param {import("playwright-core").Page} page */
function pixels(page) {
  return page.evaluate(() => /** @type {HTMLCanvasElement} */ (document.querySelector("#picture > canvas")).toDataURL());
}
