// The models that come with the page: what they know, what is not known to them, in Spanish too, their gears, and pictures while one types.

import { strict as assert } from "node:assert";
import { readFile } from "node:fs/promises";
import { again, drawn, finished, pixels, ready, status, text } from "../steps.mjs";

/** @import { Journey } from "./index.mjs" */

/** @type {Journey[]} */
export const USUAL_MODELS = [
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
    name: "while one types, the last sharp picture stays until there is another",
    fake: true,
    open: "?steps=3&prompt=rough%20seven",
    async play({ page }) {
      await ready(page);
      await again(page, 3);
      const first = await page.getAttribute("#picture canvas", "aria-label");
      await page.evaluate(() => {
        const canvas = document.querySelector("#picture canvas");
        globalThis.widths = new Set();
        new MutationObserver(() => globalThis.widths.add(canvas.width)).observe(canvas, { attributes: true });
      });
      await page.fill("#steps", "12");
      await page.check("#as-typed");
      await page.fill("#prompt", "rough slow green four");
      await page.waitForFunction(
        () =>
          Number(document.querySelector("#progress")?.getAttribute("aria-valuenow")) >= 2 &&
          /of 12/.test(document.querySelector("#status").textContent),
      );
      assert.equal(await page.getAttribute("#picture canvas", "aria-label"), first);
      assert.ok(await page.isHidden("#rough"));
      await page.waitForSelector("#picture canvas[aria-label='Picture: rough slow green four']");
      assert.deepEqual(await page.evaluate(() => [...globalThis.widths]), [32]);
    },
  },
  {
    name: "words that the model does not know are named before they are painted; Spanish ones are translated, and that is said and recorded",
    fake: true,
    usual: true,
    open: "?steps=2",
    async play({ page }) {
      await ready(page);
      assert.equal(await page.locator("#examples button").count(), 6);
      assert.ok(await page.isVisible("#examples button >> nth=5"));
      await page.click("#examples >> text=a star above a castle");
      await drawn(page);
      assert.equal(await page.inputValue("#prompt"), "a star above a castle");
      await saysOf(page, "a fox on a motorbike, on Mars", /^Not in this model’s words: motorbike, Mars\.$/);
      await saysOf(page, "two tigers", /^Not one of this model’s words: two\.$/);
      await saysOf(
        page,
        "the motorbike",
        /words: motorbike\. This model draws \d{3} things, and none of them is named here: the picture will be a guess\.$/,
      );
      await saysOf(page, "", /^$/);
      await saysOf(page, "a (fox:1.3) next to mushrooms, flat", /^$/);
      await saysOf(
        page,
        "Un gato negro junto a una moto sobre fondo azul claro, en 3D",
        /^Translated for the model: “a black cat next to a moto on a light blue background, 3d”\. Not one of this model’s words: moto\.$/,
      );
      await saysOf(page, "una rosa rosa", /“a pink rose”\.$/);
      await again(page, 2);
      assert.equal(await page.getAttribute("#picture canvas", "aria-label"), "Picture: a pink rose");
      assert.equal(await page.inputValue("#prompt"), "una rosa rosa");
    },
  },
  {
    name: "in Spanish the six prompts are Spanish, and each is read as the model's own",
    fake: true,
    usual: true,
    open: "?steps=2&lang=es",
    async play({ page }) {
      await page.waitForSelector("#examples button");
      const shown = await page.locator("#examples button").allInnerTexts();
      assert.equal(shown.length, 6);
      const read = await page.evaluate(async (prompts) => {
        const load = (path) => import(new URL(`web/${path}`, document.baseURI).href);
        const [{ understand }, { EXAMPLES }, { words, grammar, examples }] = await Promise.all([
          load("studio/understood/understood.js"),
          load("studio/understood/spanish.js"),
          fetch("models/emoji/decant.json").then((answer) => answer.json()),
        ]);
        return {
          own: examples.map((prompt) => EXAMPLES[prompt]),
          read: prompts.map((prompt) => understand(prompt, { words, grammar })),
          examples,
        };
      }, shown);
      assert.deepEqual(shown, read.own);
      for (const [i, { translated, unknown, prompt }] of read.read.entries())
        assert.deepEqual(
          [translated, unknown, prompt.replace("next to", "beside")],
          [true, [], read.examples[i].replace("next to", "beside")],
        );
      await page.click("#examples button");
      await page.waitForFunction(() => /^Traducido para el modelo: «.*»\.$/.test(document.querySelector("#prompt-words").textContent));
    },
  },
  {
    name: "four more of a model that draws a thing in one way differ in style or background, beside each other",
    fake: true,
    usual: true,
    open: "?steps=2&seed=7&prompt=a%20fox%20on%20a%20light%20blue%20background",
    async play({ page }) {
      await ready(page);
      await again(page, 2);
      await page.click("#four-more");
      await page.waitForFunction(() => document.querySelectorAll("#series button").length === 4);
      await page.waitForSelector("#generate:text-is('Generate')");
      const prompts = [];
      for (let i = 0; i < 4; i++) {
        await page.locator("#series button").nth(i).click();
        await drawn(page);
        prompts.push(await page.getAttribute("#picture canvas", "aria-label"));
      }
      assert.equal(new Set(prompts).size, 4, prompts.join("; "));
      assert.deepEqual(prompts.slice(0, 2), [
        "Picture: a fox on a light blue background, flat",
        "Picture: a fox on a light blue background, 3d",
      ]);
      assert.ok(
        prompts.slice(2).every((one) => /a fox on an? (?!light blue)[a-z ]+ background, (flat|3d)$/.test(one)),
        prompts.join("; "),
      );
    },
  },
];

/**
 * What stands below the prompt, once it has been rested on.
 * @param {import("playwright-core").Page} page
 * @param {string} prompt
 * @param {RegExp} wanted
 */
async function saysOf(page, prompt, wanted) {
  await page.fill("#prompt", prompt);
  await page.waitForFunction((source) => new RegExp(source).test(document.querySelector("#prompt-words").textContent), wanted.source);
}
