// Journeys through the settings beside the usual ones: menus from the program's tables, rows of words, and the link that says it all.

import { strict as assert } from "node:assert";
import { contrastFaults, nameFaults, overflow } from "./look.mjs";
import { again, drawn, ready, text } from "./steps.mjs";

/** @import { Journey } from "./journeys.mjs" */

/** What every setting looks like in an address. */
const EVERYTHING = {
  prompt: "a puppy", negative: "red", steps: "3", guidance: "2.5", seed: "123", sampler: "lms", width: "32", height: "48", sigmas: "karras", spacing: "trailing", order: "2",
  rng: "cuda", rescale: "0.7", guidanceFrom: "0.1", guidanceUntil: "0.9", guidanceCurve: "1,7,3", cfgpp: "true", clipSkip: "1", long: "chunks", emphasis: "true",
  swaps: "puppy=skunk:0.5+cat\nred=blue", mixes: "a cat: big:0.25", count: "2",
};

/** @type {Journey[]} */
export const MORE = [
  {
    name: "a link says every setting, and opens with it again",
    fake: true,
    open: null,
    async play({ page, address }) {
      await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
      await page.goto(`${address}?${new URLSearchParams(EVERYTHING)}`);
      await ready(page);
      assert.deepEqual(await page.locator(".message.error").allTextContents(), []);
      await page.evaluate(() => document.querySelector("#more")?.setAttribute("open", ""));
      assert.equal(await text(page, "#more-count"), "15 changed");
      await page.click("#copy-link");
      await page.waitForSelector("text=The link is copied.");
      const link = await page.evaluate(() => navigator.clipboard.readText());
      assert.deepEqual(Object.fromEntries(new URL(link).searchParams), EVERYTHING);
      const values = () => page.$$eval("#settings :is(input, select, textarea)", (fields) => fields.map(({ id, value, checked }) => [id, value, checked]));
      const before = await values();
      await page.goto(link);
      await ready(page);
      assert.deepEqual(await values(), before);
    },
  },
  {
    name: "what the sampler does not read is not asked for, and menus are the program's tables",
    async play({ page }) {
      await ready(page);
      await page.click("#more summary");
      assert.ok(await page.isVisible("#eta"));
      assert.ok(await page.isHidden("#order"));
      assert.match(await text(page, "#sampler-note"), /^DDIM: ./);
      await page.selectOption("#sampler", "lms");
      await page.waitForSelector("#order:visible");
      assert.ok(await page.isHidden("#eta"));
      await page.selectOption("#sigmas-menu", { label: "A list of your own" });
      await page.waitForSelector("#sigmas:visible");
      await page.fill("#sigmas", "1, 2");
      await drawn(page);
      assert.match(await text(page, "#sigmas-problem"), /falling numbers/);
      assert.ok(await page.isDisabled("#generate"));
      await page.selectOption("#sigmas-menu", "karras");
      await page.waitForSelector("#sigmas", { state: "hidden" });
      assert.ok(await page.isEnabled("#generate"));
      const ids = await page.$$eval("#sampler option, #sigmas-menu option, #spacing option, #rng option", (options) => options.map(({ value }) => value));
      for (const id of ["ddim", "config", "karras", "leading", "trailing", "cpu", "cuda"]) assert.ok(ids.includes(id), id);
    },
  },
  {
    name: "words are swapped and mixed with the keyboard alone",
    fake: true,
    open: "?steps=2",
    async play({ page }) {
      await ready(page);
      await page.click("#more summary");
      await page.focus("#swaps > button");
      await page.keyboard.press("Enter");
      await page.keyboard.type("puppy");
      await drawn(page);
      assert.match(await text(page, "#swaps-problem"), /replaces nothing/);
      await page.keyboard.press("Tab");
      await page.keyboard.type("skunk:0.5+cat:0.5");
      await drawn(page);
      assert.equal(await text(page, "#swaps-problem"), "");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await drawn(page);
      assert.equal(await page.locator("#swaps li").count(), 0);
      assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Swap a word");
      await again(page, 2);
    },
  },
  {
    name: "the catalog needs no model",
    open: null,
    expects: /favicon/,
    async play({ page, address }) {
      await page.goto(`${address}models/digits/model_index.json`);
      const catalog = await page.evaluate(async (base) => (await import(`${base}decant.js`)).Decant.catalog(), address);
      for (const table of ["samplers", "sigmas", "spacings", "rngs"]) assert.ok(catalog[table].every(({ id, name, docs }) => id && name && docs), table);
      assert.equal(catalog.samplers.find(({ id }) => id === "ddim").eta, 0);
    },
  },
  ...[1280, 390, 320].map((width) => ({
    name: `more settings fit ${width} pixels, have names and contrast`,
    open: `?${new URLSearchParams({ swaps: EVERYTHING.swaps, mixes: EVERYTHING.mixes })}`,
    width,
    height: 844,
    async play({ page }) {
      await ready(page);
      await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
      for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
        await page.emulateMedia({ colorScheme });
        assert.deepEqual(await page.evaluate(overflow), []);
        assert.deepEqual(await page.evaluate(contrastFaults), []);
      }
      assert.deepEqual(await page.evaluate(nameFaults), []);
    },
  })),
];
