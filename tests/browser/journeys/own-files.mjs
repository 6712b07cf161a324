// Models from this machine: one file, a folder, what is dropped; what it weighs, and what does not fit into memory.

import { strict as assert } from "node:assert";
import { contrastFaults, nameFaults, overflow } from "../look.mjs";
import { elsewhere, madeBytes } from "../other-site.mjs";
import { again, drawn, finished, follow, load, ready, status, text } from "../steps.mjs";
import { stored, until } from "../stored.mjs";

/** @import { Journey } from "./index.mjs" */

/** @type {Journey[]} */
export const OWN_FILES = [
  {
    name: "one file from this machine: looked at, its encodings weighed, one chosen and loaded",
    async play({ page }) {
      await ready(page);
      await page.click("#open-model");
      await page.setInputFiles("#file", { name: "mine.safetensors", mimeType: "application/octet-stream", buffer: madeBytes(2 << 20, 13) });
      await page.waitForSelector("#load");
      assert.equal(await text(page, "#found-name"), "mine.safetensors");
      assert.equal(await text(page, "#found-layout"), "single file: the stand-in takes anything");
      const rows = await page.locator("#choices tr").allTextContents();
      assert.equal(rows.length, 4);
      assert.match(rows[0] ?? "", /as stored \(f32\)suggested2\.1 MB[\d.]+ MByes$/);
      await page.fill("#found-width", "1024");
      await page.fill("#found-height", "1024");
      await page.press("#found-height", "Tab");
      await page.waitForFunction(() => document.querySelector("#choices")?.textContent?.includes("GBno"));
      assert.match(await text(page, "#choice-note"), /more than the 2\.0 GB/);
      await page.fill("#found-width", "33");
      await page.press("#found-width", "Tab");
      await page.waitForFunction(() => /multiple of 16/.test(document.querySelector("#found-problem")?.textContent ?? ""));
      await page.fill("#found-width", "32");
      await page.fill("#found-height", "32");
      await page.press("#found-height", "Tab");
      await page.waitForFunction(() => !document.querySelector("#choices")?.textContent?.includes("no"));
      await page.check("#choices [value=q4_0]");
      await load(page);
      await ready(page);
      assert.equal(await text(page, "#model-name"), "mine.safetensors");
      await page.waitForFunction(() => /q4_0/.test(document.querySelector("#size-note")?.textContent ?? ""));
      await again(page, 20);
    },
  },
  {
    name: "what did not stay in memory is read again during a run, and that is said, while words are typed",
    open: "?prompt=read%20again",
    async play({ page }) {
      await ready(page);
      await page.click("#open-model");
      await page.setInputFiles("#file", {
        name: "mine.safetensors",
        mimeType: "application/octet-stream",
        buffer: madeBytes(20 << 20, 19),
      });
      await page.waitForSelector("#load");
      await load(page);
      await ready(page);
      await page.click("#generate");
      await status(page, /^Reading again what did not stay in memory: [\d.]+ MB/);
      await page.fill("#prompt", "read again, but not this time");
      await finished(page, 20);
      await page.evaluate(async () => {
        const { Decant } = await import(new URL("decant.js", document.baseURI).href);
        const decant = await Decant.load({ model: new File([new Uint8Array(1 << 20)], "x.safetensors") });
        const told = [];
        await decant.generate({ prompt: "read again", steps: 1, onProgress: (progress) => void told.push(progress) });
        const stopped = await decant
          .generate({ prompt: "read again", steps: 1, onProgress: () => Promise.reject(new Error("enough")) })
          .catch(({ message }) => message);
        const without = await decant.generate({ prompt: "read again", steps: 1 });
        decant.close();
        if (!told.every(({ label, from }) => label === "Reading again what did not stay in memory" && from === "disk") || told.length === 0)
          throw new Error(JSON.stringify(told));
        if (stopped !== "enough" || without.trace.steps.length !== 1) throw new Error(`it ended with ${stopped}`);
      });
    },
  },
  {
    name: "one file whose tensors are several families': taken for another, and still that after a change of device",
    async play({ page, address }) {
      await ready(page);
      await page.click("#open-model");
      await page.setInputFiles("#file", { name: "mine.safetensors", mimeType: "application/octet-stream", buffer: madeBytes(1 << 20, 16) });
      await page.waitForSelector("#load");
      assert.equal(await text(page, "#found-family"), "Stable Diffusion 1.x");
      assert.equal(await page.inputValue("#taken-for"), "sd1");
      await page.selectOption("#taken-for", "sd-turbo");
      await page.waitForFunction(() => document.querySelector("#found-family")?.textContent === "SD-Turbo");
      await page.waitForSelector("#load:visible");
      assert.equal(await page.inputValue("#taken-for"), "sd-turbo");
      await load(page);
      await ready(page);
      await page.check("#device [value=gpu]");
      await ready(page);
      const server = await elsewhere({ "its.safetensors": madeBytes(1 << 20, 17) });
      for (const [family, says] of [
        ["sd-turbo", null],
        ["sd9", /There is no family “sd9”/],
      ]) {
        const link = `${address}?model=${server.address}its.safetensors&family=${family}`;
        await (says ? page.goto(link) : follow(page, link)); // once loaded, it asks no second time
        if (says) await page.waitForSelector(".message.error");
        else await ready(page);
        if (says) assert.match(await text(page, ".message.error p"), says);
      }
      await page.goto(`${address}?model=models/digits`);
      await ready(page);
      await page.click("#open-model");
      await page.fill("#address", "models/digits");
      await page.keyboard.press("Enter");
      await page.waitForSelector("#load:visible");
      assert.equal(await page.isVisible("#taken-for"), false, "a folder says itself what it is");
      await server.close();
    },
  },
  {
    name: "a folder chosen with a picker opens again another day",
    async play({ page, address }) {
      await ready(page);
      await page.evaluate(async () => {
        const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("my model", { create: true });
        const file = await (await folder.getFileHandle("w.safetensors", { create: true })).createWritable();
        await file.write(new Uint8Array(1 << 20));
        await file.close();
        Object.assign(globalThis, { showDirectoryPicker: async () => folder });
      });
      await page.click("#open-model");
      await page.click("#choose-folder");
      await load(page);
      await ready(page);
      await page.goto(address);
      await ready(page);
      await page.click("#open-model");
      await page.click("#recent [aria-label='Open my model']");
      await load(page);
      await ready(page);
      assert.equal(await text(page, "#model-name"), "my model");
      await page.click("#open-model");
      await page.click("#recent [aria-label='Forget my model']");
      await page.waitForFunction(() => document.querySelectorAll("#recent li").length === 0);
    },
  },
  {
    name: "a dropped file is looked at, and the model that is open stays until another is loaded",
    async play({ page }) {
      await ready(page);
      await page.evaluate(() => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(1 << 20)], "dropped.gguf"));
        document.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
      });
      await page.waitForSelector("#load:focus");
      assert.equal(await text(page, "#found-name"), "dropped.gguf");
      await page.keyboard.press("Escape");
      await page.waitForSelector("#opener", { state: "hidden" });
      assert.equal(await text(page, "#model-name"), "digits");
      await again(page, 20);
    },
  },
  {
    name: "more memory than there is ends a run with a sentence and a way out",
    open: "?prompt=too%20much",
    async play({ page }) {
      await ready(page);
      await page.click("#generate");
      await page.waitForSelector(".message.error");
      assert.match(await text(page, ".message.error p"), /takes 9\.1 GB/);
      await page.click("text=Choose a smaller format");
      await page.check("#choices [value=q8_0]");
      await load(page);
      await ready(page);
      await page.fill("#prompt", "a red four");
      await again(page, 20);
      assert.match(await text(page, "#memory"), /^Memory: 84\.0 MB predicted/);
    },
  },
  ...[1280, 390, 320].map((width) => ({
    name: `opening a model by keyboard at ${width} pixels: nothing too wide, everything named, enough contrast`,
    width,
    height: 844,
    async play({ page, address }) {
      const server = await elsewhere({ "keys.safetensors": madeBytes(9 << 20, 14), "slow.safetensors": madeBytes(9 << 20, 15) });
      await ready(page);
      // On a phone the bar's rest is behind one button.
      if (await page.isVisible("#bar-more")) {
        await page.focus("#bar-more");
        await page.keyboard.press("Enter");
        await page.waitForSelector("#open-model:visible");
      }
      await page.focus("#open-model");
      await page.keyboard.press("Enter");
      await page.waitForSelector("#catalog li, #public", { state: "attached" });
      await page.evaluate(() => document.querySelector("#public")?.setAttribute("open", ""));
      await looksRight(page);
      await page.fill("#address", `${server.address}keys.safetensors`);
      await page.keyboard.press("Enter");
      await page.waitForSelector("#load:focus");
      await looksRight(page);
      await page.keyboard.press("Enter");
      await page.waitForSelector("#opener", { state: "hidden" });
      await ready(page);
      assert.equal(await text(page, "#model-name"), "keys.safetensors");
      server.mood.pace = 20;
      await follow(page, `${address}?model=${server.address}slow.safetensors`);
      await page.waitForFunction(() => /downloading/.test(document.querySelector("#loaded-from")?.textContent ?? ""));
      await looksRight(page);
      await server.close();
    },
  })),
];

async function looksRight(page) {
  await drawn(page);
  for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await page.evaluate(overflow), []);
    assert.deepEqual(await page.evaluate(contrastFaults), []);
  }
  assert.deepEqual(await page.evaluate(nameFaults), []);
  const beyond = await page.evaluate(() => {
    const opener = document.querySelector("#opener");
    return opener ? opener.scrollWidth - opener.clientWidth : 0;
  });
  assert.equal(beyond, 0, "the sheet is wider than it shows");
}
