// Colours, and that nothing is too wide, unnamed or too faint.

import { strict as assert } from "node:assert";
import { contrastFaults, nameFaults, overflow } from "../look.mjs";
import { finished, pixels, ready } from "../steps.mjs";

/** @import { Journey } from "./index.mjs" */

/** @type {Journey[]} */
export const APPEARANCE = [
  {
    name: "colours: system, light, dark, for a projector, remembered",
    async play({ page }) {
      await ready(page);
      const theme = () => page.evaluate(() => document.documentElement.dataset["theme"]);
      const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      assert.equal(await theme(), "system");
      const light = await ground();
      await page.click("#theme");
      await page.click("#theme");
      assert.equal(await theme(), "dark");
      assert.notEqual(await ground(), light);
      await page.reload();
      assert.equal(await theme(), "dark");
      const size = await page.evaluate(() => document.querySelector("#generate").getBoundingClientRect().height);
      await page.focus("#theme");
      await page.keyboard.press("p");
      assert.equal(await theme(), "projector");
      assert.ok(
        (await page.evaluate(() => document.querySelector("#generate").getBoundingClientRect().height)) > size * 1.2,
        "a projector shows everything larger",
      );
      await page.keyboard.press("p");
      assert.equal(await theme(), "dark");
      await page.click("#theme");
      await page.click("#theme");
      assert.equal(await theme(), "system");
    },
  },
  ...[1280, 768, 390, 320].map((width) => ({
    name: `nothing is wider than the page at ${width} pixels, everything has a name and enough contrast`,
    open: "?steps=3&run=1",
    width,
    height: 844,
    async play({ page }) {
      await finished(page, 3);
      for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
        await page.emulateMedia({ colorScheme });
        assert.deepEqual(await page.evaluate(overflow), []);
        assert.deepEqual(await page.evaluate(contrastFaults), []);
      }
      assert.deepEqual(await page.evaluate(nameFaults), []);
    },
  })),
];
