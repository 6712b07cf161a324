// The form's settings: what is asked for and what is not, refused numbers, words, presets, undo.

import { strict as assert } from "node:assert";
import { EVERYTHING } from "../all-settings.mjs";
import { drawnFile } from "../files.mjs";
import { contrastFaults, nameFaults, overflow } from "../look.mjs";
import { again, drawn, pixels, ready, text } from "../steps.mjs";

/** @import { Journey } from "./index.mjs" */

/** @type {Journey[]} */
export const SETTINGS = [
  {
    name: "a wrong number is said beside its field and holds the button",
    fake: true,
    async play({ page }) {
      await ready(page);
      await page.fill("#width", "33");
      await drawn(page);
      assert.match(await text(page, "#width-problem"), /multiple of/);
      assert.ok(await page.isDisabled("#generate"));
      await page.fill("#width", "32");
      await drawn(page);
      assert.equal(await text(page, "#width-problem"), "");
      assert.ok(await page.isEnabled("#generate"));
    },
  },
  {
    name: "words that do not fit are said",
    async play({ page }) {
      await ready(page);
      await page.fill("#prompt", `${"word ".repeat(80)}and the end`);
      await page.waitForFunction(() => document.querySelector("#prompt-tokens")?.textContent?.includes("were cut"));
      assert.match(await text(page, "#prompt-tokens"), /^75 of 75 tokens\. \d+ words were cut off: “.*and the end”$/);
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
      await page.selectOption("#sigmas-menu", { label: "Your own list" });
      await page.waitForSelector("#sigmas:visible");
      await page.fill("#sigmas", "1, 2");
      await drawn(page);
      assert.match(await text(page, "#sigmas-problem"), /from high to low/);
      assert.ok(await page.isDisabled("#generate"));
      await page.selectOption("#sigmas-menu", "karras");
      await page.waitForSelector("#sigmas", { state: "hidden" });
      assert.ok(await page.isEnabled("#generate"));
      const ids = await page.$$eval("#sampler option, #sigmas-menu option, #spacing option, #rng option", (options) =>
        options.map(({ value }) => value),
      );
      for (const id of ["ddim", "config", "karras", "leading", "trailing", "cpu", "cuda"]) assert.ok(ids.includes(id), id);
      const group = page.locator("fieldset:has(> [data-group=second])");
      assert.ok(await group.isVisible());
      await page.evaluate(() => document.querySelectorAll("[data-group=second] > .field").forEach((field) => (field.hidden = true)));
      assert.ok(await group.isHidden(), "a group of which nothing is shown has no frame");
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
    name: "page and program know the same settings",
    open: null,
    real: true,
    expects: /favicon/,
    async play({ page, address }) {
      await page.goto(`${address}models/digits/model_index.json`);
      const { names, refusal } = await page.evaluate(async (base) => {
        const [{ Decant }, { NAMES }] = await Promise.all([import(`${base}decant.js`), import(`${base}web/studio/settings.js`)]);
        const decant = await Decant.load({ model: `${base}models/digits`, device: "cpu" });
        const refusal = await decant.generate({ prompt: "x", colour: "red" }).catch(({ message }) => message);
        decant.close();
        return { names: NAMES, refusal };
      }, address);
      const [, known = ""] = /there is no colour, expected one of ([\w, ]+)/.exec(refusal) ?? [];
      // How steps are shown is the page's own affair.
      assert.deepEqual(
        known
          .split(", ")
          .filter((name) => name !== "preview")
          .sort(),
        [...names].sort(),
      );
    },
  },
  {
    name: "the prompt's pieces, where it is cut, and in chunks",
    async play({ page }) {
      await ready(page);
      await page.waitForSelector("#pieces summary:visible");
      await page.click("#pieces summary");
      const chips = () => page.locator("#piece-list .chip:not(.cut)").count();
      await page.waitForFunction(() => document.querySelectorAll("#piece-list .chip").length === 7);
      await page.fill("#prompt", `${"word ".repeat(80)}and the end`);
      await page.waitForSelector("#piece-list .cut");
      assert.equal(await chips(), 75);
      assert.match(await text(page, "#piece-list .mark-line"), /^Cut off after 75 tokens$/);
      await page.click("#more summary");
      await page.selectOption("#long", "chunks");
      await page.waitForSelector("#piece-list .cut", { state: "detached" });
      assert.equal(await chips(), 83);
      assert.deepEqual(await page.locator("#piece-list .mark-line").allTextContents(), ["Chunk 1", "Chunk 2"]);
    },
  },
  ...[1280, 390, 320].map((width) => ({
    name: `more settings fit ${width} pixels, have names and contrast`,
    open: `?${new URLSearchParams({ swaps: EVERYTHING.swaps, mixes: EVERYTHING.mixes })}`,
    width,
    height: 844,
    async play({ page }) {
      await ready(page);
      await page.setInputFiles("#image-file", await drawnFile(page, "start.png", { width: 64, height: 32, colour: "#d03030" }));
      await page.waitForSelector("#start-thumb canvas:visible");
      await page.click("#paint-mask");
      await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
      for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
        await page.emulateMedia({ colorScheme });
        assert.deepEqual(await page.evaluate(overflow), []);
        assert.deepEqual(await page.evaluate(contrastFaults), []);
      }
      assert.deepEqual(await page.evaluate(nameFaults), []);
    },
  })),
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
  ...["en", "es"].map(
    (language) =>
      /** @type {Journey} */ ({
        name: `no message has a setting's internal name, whichever setting (${language})`,
        open: `?lang=${language}&steps=2`,
        fake: true,
        async play({ page, address }) {
          await ready(page);
          const faults = await page.evaluate(async (base) => {
            const [{ NAMES, labelOf, readSetting }, { sentenceOf }, { readAddressSettings }] = await Promise.all(
              ["settings", "sentences", "link"].map((name) => import(`${base}web/studio/${name}.js`)),
            );
            const { Decant } = await import(`${base}decant.js`);
            const catalog = await Decant.catalog();
            const info = /** @type {any} */ ({ catalog, factor: 16, defaults: {} });
            const internal = (name) =>
              new RegExp(`(?<![\\w-])(${name}|${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)})(?![\\w-])|--`);
            const faults = [];
            for (const name of NAMES) {
              const label = labelOf(name);
              const field = document.querySelector(`#settings [name="${name}"]`);
              const shown = field && (document.querySelector(`label[for="${name}"]`) ?? field.closest("label"))?.textContent?.trim();
              // In a sentence a label stands alone: “Start of guidance”, where the form has “Start at” below “Guidance”.
              const below = ["guidanceFrom", "guidanceUntil", "guidanceCurve", "startStep"].includes(name);
              if (shown && shown !== label && !below) faults.push(`${name}: “${label}” is not what its field is called: “${shown}”`);
              const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
              const said = [
                `${name}: there is no such thing; leave --${flag} out.`,
                `Settings: ${name} is "much", expected a number.`,
                ...(name !== flag ? [`Ask for less of ${name}, or leave ${flag.replaceAll("-", "_")} out.`] : []),
              ].map((message) => sentenceOf(Object.assign(new Error(message), { code: "request" }), "run").text);
              for (const problem of [readSetting(name, "?!", info)]) if ("problem" in problem) said.push(problem.problem);
              said.push(...readAddressSettings(new URLSearchParams({ [name]: "?!" }), /** @type {any} */ ({}), info).problems);
              for (const sentence of said) {
                // A name that is a label's word, too (“steps”, “seed”), is a word.
                const rest = sentence.replaceAll(label, "");
                if (internal(name).test(rest) && (name !== flag || /^[a-z]/.test(sentence) || rest.includes("--")))
                  faults.push(`${name}: ${sentence}`);
                if (/^(Settings: )?\w+: there is no such/.test(sentence)) faults.push(`${name}: ${sentence}`);
              }
            }
            return faults;
          }, address);
          assert.deepEqual(faults, []);
          await page.fill("#prompt", "refuse keepUnmasked");
          await page.click("#generate");
          await page.waitForSelector(".message.error");
          const wanted = language === "en" ? "“Keep the rest unchanged”" : "«Dejar el resto intacto»";
          assert.equal(await text(page, ".message.error p"), `${wanted}: there is no mask; give one, or leave ${wanted} (${wanted}) out.`);
        },
      }),
  ),
];
