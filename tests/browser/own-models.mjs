// Journeys with the models that come with the page.

import { strict as assert } from "node:assert";
import { readFile } from "node:fs/promises";
import { again, drawn, finished, pixels, ready, text } from "./steps.mjs";

/** @import { Journey } from "./journeys.mjs" */

/** @type {Journey[]} */
export const OWN_MODELS = [
  {
    name: "the page's usual model: an example, and a thing that it knows, are put into the prompt and painted",
    open: "?steps=2&seed=3",
    real: true,
    usual: true,
    async play({ page }) {
      await ready(page);
      assert.equal(await page.inputValue("#prompt"), "a fox on a light blue background");
      const example = page.locator("#examples button").first();
      await example.click();
      await drawn(page);
      assert.equal(await page.inputValue("#prompt"), await example.innerText());
      await page.fill("#prompt", "a fox on a light blue background");
      await page.click("#known summary");
      await page.click("#known-list >> text=pizza");
      await drawn(page);
      assert.equal(await page.inputValue("#prompt"), "a pizza on a light blue background");
      await page.click("#generate");
      await finished(page, 2);
      assert.match(await text(page, "#known-title"), /^What this model can draw \(\d{3}\)$/);
      const [download] = await Promise.all([page.waitForEvent("download"), page.click("#download")]);
      assert.equal(download.suggestedFilename(), "decant-emoji-3.png");
      const png = await readFile(await download.path());
      assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [256, 256]); // enlarged by the model's own upscaler
    },
  },
  {
    name: "the model's fast gear is one switch away, is what typing uses, and what links and records of the model that it was once mean",
    open: "?seed=3",
    real: true,
    usual: true,
    async play({ page, address }) {
      await ready(page);
      const before = await Promise.all(["#steps", "#guidance", "#sampler"].map((field) => page.inputValue(field)));
      await page.check("#gears input[value=fast]");
      await drawn(page);
      assert.deepEqual(await Promise.all(["#steps", "#guidance", "#sampler"].map((field) => page.inputValue(field))), ["4", "1", "lcm"]);
      await again(page, 4);
      const { sum: fast } = await pixels(page);
      const [download] = await Promise.all([page.waitForEvent("download"), page.click("#download")]);
      await page.check('#gears input[value=""]');
      await drawn(page);
      assert.deepEqual(await Promise.all(["#steps", "#guidance", "#sampler"].map((field) => page.inputValue(field))), before);
      assert.equal(await page.locator("#beside-list li").count(), 0, "it is nothing that a person has loaded");
      // Its record is of a LoRA like any other, which the model has.
      await page.setInputFiles("#record-file", await download.path());
      await page.waitForFunction(() => document.querySelector("#gears input:checked")?.value === "fast");
      assert.equal(await page.inputValue("#steps"), "4");
      assert.equal(await page.locator(".message:has-text('LoRA')").count(), 0);
      await page.selectOption("#preset", { index: 1 });
      await page.waitForFunction(() => document.querySelector("#gears input:checked")?.value === "");
      // While one types.
      await page.check("#as-typed");
      await page.fill("#prompt", "a cat");
      await page.waitForFunction(
        () =>
          /^4 steps in/.test(document.querySelector("#status").textContent) &&
          document.querySelector("#picture canvas").getAttribute("aria-label") === "Picture: a cat",
      );
      assert.equal(await page.inputValue("#steps"), before[0]);
      // And as a model of its own, once.
      await page.goto(`${address}?model=models/emoji-fast&seed=3&run=1`);
      await finished(page, 4);
      assert.equal(await page.textContent("#model-name"), "emoji");
      assert.equal((await pixels(page)).sum, fast);
    },
  },
  {
    name: "a known thing takes the place of another in the prompt, with its article",
    open: "?steps=2",
    fake: true,
    async play({ page }) {
      await ready(page);
      assert.ok(await page.isHidden("#known"));
      const put = await page.evaluate(async () => {
        const { withWord } = await import(new URL("web/ui/form/known.js", document.baseURI).href);
        const known = ["dog", "hot dog", "owl", "t-rex (small)"];
        return [
          withWord("a hot dog on blue", "owl", known),
          withWord("An owl, flat", "dog", known),
          withWord("two dogs and one dog", "owl", known),
          withWord("clouds", "dog", known),
          withWord("", "owl", []),
        ];
      });
      assert.deepEqual(put, ["an owl on blue", "a dog, flat", "two dogs and one owl", "a dog", "an owl"]);
    },
  },
  {
    name: "while one types, every change makes the picture anew; it is kept when it is asked for",
    open: "?steps=2",
    fake: true,
    async play({ page }) {
      await ready(page);
      const kept = await page.locator("#gallery-list li").count();
      const settled = async () => {
        await page.waitForTimeout(250);
        await finished(page, 2);
        return (await pixels(page)).sum;
      };
      await page.check("#as-typed");
      const first = await settled();
      await page.fill("#seed", "3");
      await page.locator("#seed").pressSequentially("14", { delay: 30 });
      const second = await settled();
      assert.notEqual(first, second);
      assert.ok(await page.evaluate(() => document.activeElement?.id === "seed"));
      assert.equal(await page.locator("#gallery-list li").count(), kept);
      await page.uncheck("#as-typed");
      await page.click("#generate");
      await page.waitForFunction((count) => document.querySelectorAll("#gallery-list li").length === count + 1, kept);
      assert.equal((await pixels(page)).sum, second);
    },
  },
  {
    name: "lessons beside the usual model use the model of digits, which another one opened by hand replaces",
    open: "?model=models/emoji#lessons/2/1",
    fake: true,
    async play({ page }) {
      await page.waitForFunction(
        () => document.querySelector("#model-name")?.textContent === "emoji" && document.querySelector("#generate:enabled"),
      );
      await page.click(".act:enabled");
      await page.waitForFunction(
        () =>
          document.querySelector(".working[hidden]") &&
          document.querySelector(".figures > *") &&
          document.querySelector(".recorded[hidden]"),
      );
      assert.equal(page.workers().length, 2);
      await page.click("#open-model");
      await page.click("#own >> text=Open >> nth=-1");
      await page.waitForFunction(
        () => document.querySelector("#model-name")?.textContent === "digits" && document.querySelector("#generate:enabled"),
      );
      await page.click(".act:enabled");
      await page.waitForFunction(
        () =>
          document.querySelector(".working[hidden]") &&
          document.querySelector(".figures > *") &&
          document.querySelector(".recorded[hidden]"),
      );
      assert.equal(page.workers().length, 1);
    },
  },
];
