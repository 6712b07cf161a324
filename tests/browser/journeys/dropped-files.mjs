// What is dropped on the page is taken for what it is, and seen at once.

import { strict as assert } from "node:assert";
import { readFile } from "node:fs/promises";
import { beside, drawnFile, drop } from "../files.mjs";
import { again, done, finished, focused, text } from "../steps.mjs";

/** @import { Journey } from "./index.mjs" */

/** @type {Journey[]} */
export const DROPPED_FILES = [
  {
    name: "what is dropped is taken for what it is: settings, a picture to start from, a LoRA, a model",
    fake: true,
    open: "?steps=2&seed=5&sampler=lms&order=3&swaps=blue%3Dred&run=1",
    async play({ page, models }) {
      await finished(page, 2);
      await page.waitForSelector("#download:visible");
      const [download] = await Promise.all([page.waitForEvent("download"), page.click("#download")]);
      const saved = [...(await readFile(await download.path()))];
      await page.fill("#seed", "9");
      await page.selectOption("#sampler", "ddim");
      await drop(page, { name: "saved.png", type: "image/png", bytes: saved });
      await page.waitForSelector("text=Using the settings of “saved.png”.");
      assert.deepEqual(
        [
          await page.inputValue("#seed"),
          await page.inputValue("#sampler"),
          await page.inputValue("#order"),
          await page.locator("#swaps li input").first().inputValue(),
        ],
        ["5", "lms", "3", "blue"],
      );
      const plain = await drawnFile(page, "plain.png", { width: 16, height: 16, colour: "#888" });
      await drop(page, { name: plain.name, type: plain.mimeType, bytes: [...plain.buffer] });
      await page.waitForSelector("#start-thumb canvas:visible");
      await drop(page, { name: "a lora.safetensors", type: "", bytes: Array(200).fill(0) });
      await page.waitForSelector("#beside-list li");
      await drop(page, { name: "model.safetensors", type: "", bytes: [...(await readFile(`${models}/digits/vae/config.json`))] });
      await page.waitForSelector("#load");
    },
  },
  {
    name: "what is dropped or chosen is seen at once, with what can be done next, and is undone",
    open: "?steps=2&seed=5&run=1",
    fake: true,
    async play({ page }) {
      await finished(page, 2);
      const used = page.locator("#in-use li");
      const plain = await drawnFile(page, "cat.png", { width: 64, height: 32, colour: "#20a040" });
      const size = async () => [await page.inputValue("#width"), await page.inputValue("#height")];
      const before = await size();
      await drop(page, { name: plain.name, type: plain.mimeType, bytes: [...plain.buffer] });
      await page.waitForSelector("#easel-tools:has-text('The next picture will start from “cat.png”')");
      assert.ok(await page.isVisible("#easel canvas.under"));
      assert.deepEqual(await page.locator("#easel-seen button").allInnerTexts(), ["Start from this", "Paint a part", "Undo", "Close"]);
      assert.ok(await page.evaluate(() => document.querySelector("#easel-seen").getBoundingClientRect().bottom <= innerHeight));
      assert.match((await used.first().textContent()) ?? "", /^cat\.pngstarting picture/);
      assert.notDeepEqual(await size(), before);
      await page.click("#easel-undo");
      await page.waitForSelector("#easel", { state: "hidden" });
      assert.equal(await used.count(), 0);
      assert.deepEqual(await size(), before, "the size came back, too");
      await page.click("#redo");
      await used.first().waitFor();
      await page.click("#in-use >> text=Paint a part");
      await page.waitForSelector("#easel-painting:visible");
      assert.equal(await page.getAttribute("#paint-mask", "aria-pressed"), "true");
      await page.click("#in-use [aria-label=Remove]");
      await used.first().waitFor({ state: "detached" });

      await drop(page, beside("ink lora.safetensors"));
      await page.waitForSelector("#taken:has-text('“ink lora” is in use')");
      assert.equal(await page.inputValue("#in-use input"), "1");
      await page.fill("#in-use input", "0.5");
      await page.waitForFunction(() => document.querySelector("#beside-list input[type=number]").value === "0.5");
      await page.waitForSelector("#taken", { state: "hidden" }); // its “Undo” would now mean another change
      await again(page, 2);
      await page.focus("#filmstrip");
      for (const left of [1, 0]) {
        await page.keyboard.press("Control+z");
        await page.waitForFunction((count) => document.querySelectorAll("#in-use li").length === count, left);
      }
      await again(page, 2);
      await page.keyboard.press("Control+Shift+z");
      await used.first().waitFor();
      await again(page, 2); // it is loaded again

      await drop(page, beside("birb word.bin"));
      await page.click("#taken >> text=Insert “birb word”");
      assert.match(await page.inputValue("#prompt"), /background birb word$/);
      assert.equal(await focused(page), "prompt");
      await page.click("#show-latents");
      await page.click("#start-latents");
      await page.waitForSelector("#taken:has-text('latents')");
      assert.match((await used.first().textContent()) ?? "", /starting latents/);
      await page.click("#taken >> text=Start from this");
      await finished(page, 2);
      await drop(page, { name: "notes.png", type: "image/png", bytes: [1, 2, 3] });
      await page.waitForSelector("#taken.refused:has-text('could not be read')");
    },
  },
];
