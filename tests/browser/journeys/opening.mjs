// A model is opened: from an address, a folder, another site; what is said meanwhile, and where it cannot be.

import { strict as assert } from "node:assert";
import { readFile } from "node:fs/promises";
import { elsewhere, madeBytes } from "../other-site.mjs";
import { again, drawn, finished, focused, follow, load, pixels, ready, status, text } from "../steps.mjs";

/** @import { Journey } from "./index.mjs" */

/** As soon as it can be: small models open fast. */
const cancelOpening = (page) =>
  page.waitForFunction(
    () => document.querySelector("#opening-buttons:not([hidden])") && (document.querySelector("#cancel-opening").click(), true),
  );

/** @type {Journey[]} */
export const OPENING = [
  {
    name: "a model that is not there, then one that is",
    open: "?model=models/missing",
    expects: /404/,
    async play({ page }) {
      await page.waitForSelector(".message.error");
      assert.match(await text(page, ".message.error p"), /model_index\.json|no weight file/);
      assert.equal(await text(page, "#opening"), "No model is open.");
      await page.click("text=Open another model");
      await page.fill("#address", "models/digits");
      await page.keyboard.press("Enter");
      await load(page);
      await ready(page);
      await page.fill("#steps", "2");
      await again(page, 2);
    },
  },
  {
    name: "a server that does not deliver is said in a sentence",
    open: null,
    real: true,
    expects: /Failed to load resource/,
    async play({ page, address }) {
      const weights = "**/unet/diffusion_pytorch_model.*";
      const cases = [
        {
          does: (route) => route.fulfill({ status: 500, body: "" }),
          says: /^The connection broke: the server answers with status 500/,
          at: "#interrupted:visible",
        },
        {
          does: (route) => route.fulfill({ status: 403, body: "" }),
          says: /unet\/diffusion_pytorch_model\.\w+ could not be read: the server answers with status 403 Forbidden: it wants to know who asks/,
        },
        {
          does: (route) => route.fulfill({ status: 200, contentType: "text/html", body: "<p>Welcome!" }),
          says: /there is no weight file for unet/,
        },
        { does: (route) => route.fulfill({ status: 200, body: "PK\x03\x04 and so on, zipped" }), says: /is a zip archive/ },
        {
          does: (route) => route.fulfill({ status: 206, headers: { "content-range": "bytes 0-7/9000000" }, body: "GGUF\x03\x00\x00\x00" }),
          says: /^The connection broke: asked for the bytes 8 to 8388607, the server sent 0 to 7/,
          at: "#interrupted:visible",
        },
      ];
      for (const { does, says, at = ".message.error p" } of cases) {
        await page.route(weights, does);
        await page.goto(address);
        await page.waitForSelector(at);
        assert.match(await text(page, at), says);
        await page.unroute(weights);
      }
      await page.click("#cancel-opening");
      await page.click("text=Open another model");
      await page.fill("#address", "models/digits");
      await page.keyboard.press("Enter");
      await load(page);
      await ready(page);
    },
  },
  {
    name: "a model from another site is kept, and opens without it",
    open: null,
    real: true,
    expects: /Failed to load resource|favicon/,
    async play({ page, address, models }) {
      const names = JSON.parse(await readFile(`${models}/../dist/models/digits/decant.json`, "utf8")).files;
      const files = await Promise.all(
        [...names, "decant.json"].map(async (name) => [`shared/${name}`, await readFile(`${models}/../dist/models/digits/${name}`)]),
      );
      const server = await elsewhere(Object.fromEntries(files));
      const model = `${server.address}shared`;
      await follow(page, `${address}?model=${model}&steps=2&run=1`);
      await finished(page, 2);
      const first = (await pixels(page)).sum;
      await server.close();
      await page.goto(`${address}?model=${model}&steps=2&run=1`);
      await finished(page, 2);
      assert.equal((await pixels(page)).sum, first);
      assert.match(await text(page, "#memory"), /^Memory: [\d.]+ MB predicted.*; [\d.]+ MB in WebAssembly\.$/);
      await page.click("#open-model");
      await page.click("#stored [aria-label='Open shared']");
      await page.waitForSelector("#load");
      assert.match(await text(page, "#found-layout"), /^diffusers folder: /);
      await load(page);
      await ready(page);
      await page.click("#open-model");
      await page.click("#stored [aria-label='Delete shared']");
      await page.waitForFunction(() => !document.querySelector("#stored [aria-label='Delete shared']"));
    },
  },
  {
    name: "weights are quantized while loading, and each encoding's memory is shown",
    open: "?weights=q4_0&steps=2&run=1",
    real: true,
    gpu: true,
    async play({ page }) {
      await finished(page, 2);
      await page.waitForFunction(() => /weights in q4_0/.test(document.getElementById("size-note")?.textContent ?? ""));
      assert.match(await text(page, "#memory"), /predicted, [\d.]+ MB measured; [\d.]+ MB in WebAssembly/);
      await page.click("#open-model");
      await page.fill("#address", "models/digits");
      await page.keyboard.press("Enter");
      await page.waitForSelector("#load:focus");
      const titles = await page.locator("#choices label").allTextContents();
      assert.equal(titles.length, 4, titles.join());
      assert.match(titles[0] ?? "", /as stored.*suggested/);
    },
  },
  {
    name: "open a folder of one's own",
    async play({ page, models }) {
      await ready(page);
      await page.click("#open-model");
      await page.setInputFiles("#folder", `${models}/digits`);
      await load(page);
      await ready(page);
      assert.equal(await text(page, "#model-name"), "digits");
      await page.fill("#steps", "2");
      await again(page, 2);
    },
  },
  {
    name: "a folder without a model is refused in a sentence",
    async play({ page, models }) {
      await ready(page);
      await page.click("#open-model");
      await page.setInputFiles("#folder", `${models}/digits/tokenizer`);
      await page.waitForSelector("#look-problem:visible");
      assert.match(await text(page, "#look-problem-text"), /^“tokenizer” (is not a model|cannot be opened here)/);
      assert.match(await text(page, "#look-said"), /model_index\.json|no weight file/);
    },
  },
  {
    name: "words can be typed while the model loads",
    open: "?model=models/slow",
    fake: true,
    async play({ page }) {
      await page.fill("#prompt", "a pink zero");
      assert.ok(await page.isDisabled("#steps"));
      await ready(page);
      await drawn(page);
      assert.equal(await page.inputValue("#prompt"), "a pink zero");
      await again(page, 20);
      assert.match((await page.getAttribute("#picture canvas", "aria-label")) ?? "", /a pink zero/);
    },
  },
  {
    name: "loading says what and how many bytes",
    open: "?model=models/slow",
    fake: true,
    async play({ page }) {
      await page.waitForFunction(() => /^[\d.]+ MB of 17\.\d MB/.test(document.querySelector("#loaded")?.textContent ?? ""));
      assert.equal(await text(page, "#opening"), "Reading the weights…");
      await ready(page);
    },
  },
  {
    name: "a folder that lists its files is not asked for others",
    async play({ page, complaints }) {
      const missed = [];
      page.on("response", (response) => response.status() === 404 && missed.push(response.url()));
      await page.reload();
      await ready(page);
      assert.deepEqual(missed, []);
      assert.deepEqual(complaints, []);
    },
  },
  {
    name: "while another model opens, its bar lies over the picture; what was made keeps its own record",
    open: "?steps=2&seed=5&run=1",
    fake: true,
    async play({ page }) {
      await finished(page, 2);
      await page.waitForSelector("#gallery-list [aria-current=true]");
      await page.click("#open-model");
      await page.fill("#address", "models/slow");
      await page.keyboard.press("Enter");
      await load(page);
      await page.waitForFunction(() => ["#cancel-opening", "#loading"].every((one) => document.querySelector(one).checkVisibility())); // at once: it is soon open
      await ready(page);
      assert.ok(await page.isHidden("#loading"));
      const [download] = await Promise.all([page.waitForEvent("download"), page.click("#download")]);
      const bytes = [...(await readFile(await download.path()))];
      const record = await page.evaluate(
        async (png) => (await import(new URL("decant.js", document.baseURI).href)).Decant.readRecord(new Blob([new Uint8Array(png)])),
        bytes,
      );
      assert.deepEqual([record.model, record.settings.seed], ["digits", 5]);
    },
  },
  {
    name: "a model that is cancelled, or cannot be opened, leaves the one that works, small or large; a wrong address keeps what was typed",
    open: "?steps=2&seed=5&run=1",
    fake: true,
    expects: /404|Failed to load resource|favicon/,
    async play({ page }) {
      await finished(page, 2);
      const address = async (typed) => {
        await page.click("#open-model");
        await page.fill("#address", typed);
        await page.keyboard.press("Enter");
      };
      await address("models/missing");
      await page.waitForSelector("#look-problem:visible");
      assert.match(
        await text(page, "#look-problem-text"),
        /^There is no model at models\/missing, or only part of one\. Check the address/,
      );
      assert.equal(await page.inputValue("#address"), "models/missing");
      assert.equal(await focused(page), "address");
      await page.fill("#address", "http://");
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => /^“http:\/\/” is not an address/.test(document.querySelector("#look-problem-text").textContent));
      await page.fill("#address", "models/slow");
      await page.keyboard.press("Enter");
      await load(page);
      await cancelOpening(page);
      await page.waitForSelector(".message:has-text('digits is open again')");
      assert.equal(await text(page, "#model-name"), "digits");
      await page.fill("#seed", "6");
      await again(page, 2);
      // Tried again, it opens, and there is a way back.
      await page.click(".message >> text=Resume");
      await page.waitForSelector("#taken:has-text('slow is open')");
      await page.click("#taken >> text=Back to digits");
      await page.waitForSelector("#taken:has-text('digits is open')");
      await ready(page);
      // One that is too large to stay beside another is given back meanwhile, and read again.
      await page.click("#open-model");
      await page.setInputFiles("#file", { name: "large.safetensors", mimeType: "", buffer: madeBytes(1 << 20, 32) });
      await load(page);
      await ready(page);
      await address("models/slow");
      await load(page);
      await cancelOpening(page);
      await page.waitForSelector(".message:has-text('large.safetensors is open again')");
      await ready(page);
      assert.equal(await text(page, "#model-name"), "large.safetensors");
      await page.fill("#seed", "7");
      await again(page, 20);
    },
  },
];
