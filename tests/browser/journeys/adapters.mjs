// LoRAs, textual inversions and small decoders beside a model.

import { strict as assert } from "node:assert";
import { readFile } from "node:fs/promises";
import { beside, drop, someFile } from "../files.mjs";
import { again, pixels, ready, text } from "../steps.mjs";

/** @import { Journey } from "./index.mjs" */

/** @type {Journey[]} */
export const ADAPTERS = [
  {
    name: "LoRAs and textual inversions are added, weighed, used, and stay when the device changes",
    fake: true,
    open: "?steps=2",
    async play({ page }) {
      await ready(page);
      await page.click("#beside summary");
      await page.setInputFiles("#beside-file", [someFile("my lora.safetensors", 300), someFile("word.pt", 300)]);
      await page.waitForFunction(() => document.querySelectorAll("#beside-list li").length === 2);
      assert.match(
        await text(page, "#beside-list li:first-child"),
        /^my loraLoRA, rank 8, 12 layers of the denoiser, 4 of the text encoder$/,
      );
      assert.match(await text(page, "#beside-list li:last-child"), /4 vectorsUse in a prompt: word$/);
      await page.fill("[aria-label='Weight of my lora']", "0.5");
      await again(page, 2);
      await page.check("#device [value=gpu]");
      await ready(page);
      assert.equal(await page.inputValue("[aria-label='Weight of my lora']"), "0.5");
      await again(page, 2);
      await page.click("[aria-label='Remove my lora']");
      await again(page, 2);
      await page.setInputFiles("#beside-file", [someFile("small lora.safetensors", 50), someFile("notes.txt", 50)]);
      await page.waitForSelector(".message.error >> text=is neither a LoRA nor a textual inversion");
      assert.match(await text(page, ".message.error p"), /for another family/);
    },
  },
  {
    name: "a LoRA and a textual inversion are found out by what they hold, and change the picture",
    real: true,
    open: "?model=tests/models/sd1-tiny&sampler=ddim&steps=2&width=32&height=32&seed=3&prompt=a%20house",
    async play({ page, models }) {
      await ready(page);
      await again(page, 2);
      const plain = (await pixels(page)).sum;
      const bytes = async (file) => [...(await readFile(`${models}/../tests/${file}`))];
      await drop(page, { name: "unnamed.bin", type: "", bytes: await bytes("models/lora/kohya.safetensors") });
      await page.waitForSelector("#beside-list li");
      assert.match(await text(page, "#beside-list li"), /^unnamedLoRA, rank \d+, \d+ layers of the denoiser/);
      await again(page, 2);
      const changed = (await pixels(page)).sum;
      assert.notEqual(changed, plain);
      await page.fill("[aria-label='Weight of unnamed']", "0");
      await again(page, 2);
      assert.equal((await pixels(page)).sum, plain);
      await page.click("[aria-label='Remove unnamed']");
      await drop(page, { name: "learned_embeds.bin", type: "", bytes: await bytes("golden/inversions/birb.learned_embeds.bin") });
      await page.waitForSelector("#beside-list li code");
      const word = await text(page, "#beside-list code");
      await page.fill("#prompt", `a house ${word}`);
      await again(page, 2);
      assert.notEqual((await pixels(page)).sum, plain);
    },
  },
  {
    name: "several LoRAs dropped at once are all taken; one without a model is told what it lacks",
    open: "?steps=2",
    fake: true,
    expects: /404|favicon/,
    async play({ page, address }) {
      await ready(page);
      await page.evaluate(() => {
        const dataTransfer = new DataTransfer();
        for (const name of ["one lora.safetensors", "two lora.safetensors", "a word.bin"])
          dataTransfer.items.add(new File([new Uint8Array(200)], name));
        for (const kind of ["dragover", "drop"])
          document.body.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
      });
      await page.waitForFunction(() => document.querySelectorAll("#in-use li").length === 3);
      await page.goto(`${address}?model=models/missing`);
      await page.waitForSelector(".message.error");
      await drop(page, beside("ink lora.safetensors"));
      await page.waitForSelector("#taken:has-text('none is open')");
    },
  },
  {
    name: "a small decoder that is dropped draws each step of the open model, and is taken away again",
    real: true,
    open: "?model=tests/models/sd1-tiny&steps=2&seed=5&sampler=ddim",
    async play({ page }) {
      await ready(page);
      const rough = () => page.evaluate(() => document.querySelector("#progress") && document.body.innerText.includes("in rough colours"));
      await again(page, 2);
      assert.ok(await rough(), "it has none of its own");
      const file = new URL("../../models/taesd-tiny/diffusion_pytorch_model.safetensors", import.meta.url);
      await drop(page, { name: "taesd.safetensors", type: "", bytes: [...(await readFile(file))] });
      await page.waitForSelector("#taken:has-text('“taesd.safetensors” now draws each step of a run.')");
      await ready(page);
      await again(page, 2);
      assert.ok(!(await rough()));
      await drop(page, { name: "taesd.safetensors", type: "", bytes: [...(await readFile(file))] });
      await page.click("#taken >> text=Without it again");
      await ready(page);
      await again(page, 2);
      assert.ok(await rough());
    },
  },
];
