// What a person does on the page, one row each. Rows are played on the page with its stand-in (but `real` ones) and on the
// built page with the real model (but `fake` ones), `gpu` ones once more on a GPU. `crash` ones are played on the built page in a browser of their own.

import { strict as assert } from "node:assert";
import { readFile } from "node:fs/promises";
import { elsewhere } from "./elsewhere.mjs";
import { contrastFaults, nameFaults, overflow } from "./look.mjs";
import { again, done, drawn, finished, follow, load, pixels, ready, status, text } from "./steps.mjs";

/** @typedef {{ page: import("playwright-core").Page, address: string, complaints: string[], models: string }} Scene */
/**
 * @typedef {{ name: string, open?: string | null, width?: number, height?: number, first?: boolean, usual?: boolean, host?: string, fake?: boolean, real?: boolean, crash?: boolean, gpu?: boolean, expects?: RegExp, play: (scene: Scene) => Promise<void> }} Journey
 */

/** @type {Journey[]} */
export const JOURNEYS = [
  {
    name: "open, generate, see a picture",
    gpu: true,
    async play({ page }) {
      await ready(page);
      await page.click("#generate");
      await finished(page, Number(await page.inputValue("#steps")));
      const { spread, size } = await pixels(page);
      assert.ok(spread > 8, `the picture is nearly one colour: standard deviation ${spread}`);
      assert.deepEqual(size, [32, 32]);
      assert.match(await text(page, "#prompt-tokens"), /^\d+ of 7\d tokens\.$/);
      assert.match(await text(page, "#adapter"), /\S{3}/);
    },
  },
  {
    name: "the same seed gives the same picture, another seed another one",
    open: "?steps=3&seed=11&run=1",
    async play({ page }) {
      await finished(page, 3);
      const first = (await pixels(page)).sum;
      await again(page, 3);
      assert.equal((await pixels(page)).sum, first);
      await page.click("#dice");
      await again(page, 3);
      const noise = await page.evaluate(() => document.querySelector("#seed")?.value);
      assert.notEqual(noise, "11");
    },
  },
  {
    name: "step by step, paused in between, then on to the end",
    gpu: true,
    open: "?steps=5",
    async play({ page }) {
      await ready(page);
      await page.click("#step");
      await status(page, "Paused after step 1 of 5");
      await page.click("#step");
      await status(page, "Paused after step 2 of 5");
      await page.waitForTimeout(300);
      assert.equal(await text(page, "#status"), "Paused after step 2 of 5");
      assert.equal(await text(page, "#pause"), "Resume");
      await page.click("#pause");
      await finished(page, 5);
    },
  },
  {
    name: "cancel stops the run early and the session stays usable",
    gpu: true,
    open: "?steps=150",
    async play({ page }) {
      await ready(page);
      await page.click("#generate");
      await page.waitForFunction(() => Number(document.querySelector("#progress")?.getAttribute("aria-valuenow")) >= 2);
      await page.click("#cancel");
      await status(page, /^Stopped after step \d+ of 150$/);
      // What is drawn, and then clicked, lags behind the run on a busy machine; the module API's journey counts exactly.
      assert.ok((await done(page)) < 50, `cancelled after step 2, stopped at ${await done(page)}`);
      await page.fill("#steps", "3");
      await again(page, 3);
    },
  },
  {
    name: "cancel while paused",
    fake: true,
    open: "?steps=5",
    async play({ page }) {
      await ready(page);
      await page.click("#step");
      await status(page, "Paused after step 1 of 5");
      await page.keyboard.press("Escape");
      await status(page, "Stopped after step 1 of 5");
      await again(page, 5);
    },
  },
  {
    name: "the address does what the form does",
    open: "?prompt=green%20eight&negative=red&steps=4&guidance=2.5&seed=123&sampler=euler&width=32&height=48&run=1",
    async play({ page }) {
      await finished(page, 4);
      const values = await page.$$eval("#details [name], #prompt", (fields) =>
        Object.fromEntries(fields.map(({ name, value }) => [name, value])),
      );
      assert.deepEqual(values, {
        prompt: "green eight",
        negative: "red",
        steps: "4",
        guidance: "2.5",
        seed: "123",
        sampler: "euler",
        width: "32",
        height: "48",
        count: "",
      });
      assert.deepEqual((await pixels(page)).size, [32, 48]);
    },
  },
  {
    name: "what the address cannot have is said in sentences",
    fake: true,
    open: "?steps=0&guidance=much&width=50&sampler=magic&device=tpu&colour=red",
    async play({ page }) {
      await ready(page);
      const said = (await page.locator(".message.error p").allTextContents()).join("\n");
      for (const part of [
        "“0” as “Steps”. Steps must be between 1",
        "Guidance must be a number",
        "multiple of",
        "no sampler called “magic”",
        "device=tpu",
        "“colour”",
      ]) {
        assert.ok(said.includes(part), `“${part}” is not said in:\n${said}`);
      }
      await page.fill("#steps", "2");
      await again(page, 2);
    },
  },
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
    name: "switch from CPU to GPU and back",
    fake: true,
    open: "?device=cpu&steps=2",
    async play({ page }) {
      await ready(page);
      const cpu = await text(page, "#adapter");
      await page.check("#device [value=gpu]");
      await ready(page);
      assert.notEqual(await text(page, "#adapter"), cpu);
      await again(page, 2);
      await page.check("#device [value=cpu]");
      await ready(page);
      assert.equal(await text(page, "#adapter"), cpu);
      await again(page, 2);
    },
  },
  {
    name: "an http address of another machine is explained, and the CPU computes",
    host: "elsewhere.test",
    open: "?steps=2",
    async play({ page }) {
      await ready(page);
      assert.match(await text(page, ".message p"), /plain http from another machine/);
      assert.ok(await page.isDisabled("#device [value=gpu]"));
      await again(page, 2);
    },
  },
  {
    name: "a program that cannot be loaded is said",
    open: null,
    expects: /decant_app/,
    async play({ page, address }) {
      await page.route("**/worker/pkg/**", (route) => route.abort());
      await page.goto(address);
      await page.waitForSelector(".message.error");
      assert.match(await text(page, ".message.error p"), /program itself could not be loaded from .*decant_app\.js/);
      assert.ok(await page.isDisabled("#generate"));
    },
  },
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
      await page.waitForFunction(() => document.querySelectorAll("#stored li").length === 0);
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
    name: "scrub with keys and mouse",
    open: "?steps=8&run=1",
    async play({ page }) {
      await finished(page, 8);
      const value = () => page.getAttribute("#filmstrip", "aria-valuetext");
      assert.equal(await value(), "The finished picture");
      await page.keyboard.press("ArrowLeft");
      await drawn(page);
      assert.match((await value()) ?? "", /^Step 8 of 8, sigma [\d.e-]+, timestep \d+$/);
      await page.keyboard.press("Home");
      await drawn(page);
      assert.equal(await text(page, "[data-of=step]"), "1 / 8");
      const box = await page.locator("#filmstrip .frame").nth(4).boundingBox();
      assert.ok(box);
      await page.mouse.move(box.x - 40, box.y + 10);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width / 2, box.y + 10);
      await page.mouse.up();
      await drawn(page);
      assert.equal(await text(page, "[data-of=step]"), "5 / 8");
      await page.keyboard.press("End");
      await drawn(page);
      assert.equal(await value(), "The finished picture");
    },
  },
  {
    name: "download a PNG",
    open: "?steps=2&seed=5&run=1",
    async play({ page }) {
      await finished(page, 2);
      await page.waitForSelector("#download:visible");
      const [download] = await Promise.all([page.waitForEvent("download"), page.click("#download")]);
      assert.equal(download.suggestedFilename(), "decant-digits-5.png");
      assert.equal((await readFile(await download.path())).subarray(1, 4).toString(), "PNG");
    },
  },
  {
    name: "keyboard: generate, pause, resume, sheet",
    fake: true,
    open: "?steps=60",
    async play({ page }) {
      await ready(page);
      await page.focus("#prompt");
      await page.keyboard.press("Control+Enter");
      await page.waitForFunction(() => Number(document.querySelector("#progress")?.getAttribute("aria-valuenow")) >= 1);
      await page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement).blur());
      await page.keyboard.press(" ");
      await status(page, /^Paused after step/);
      await page.keyboard.press("?");
      assert.ok(await page.isVisible("#keys"));
      await page.keyboard.press("Escape");
      await page.waitForSelector("#keys", { state: "hidden" });
      await drawn(page); // until then the sheet's own button still has the focus
      await status(page, /^Paused after step/);
      await page.keyboard.press(" ");
      await finished(page, 60);
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
    name: "a lost GPU is said, and the model opens again",
    open: "?prompt=lost&device=gpu",
    fake: true,
    async play({ page }) {
      await ready(page);
      await page.click("#generate");
      await page.waitForSelector(".message.error");
      assert.match(await text(page, ".message.error p"), /GPU was lost/);
      await page.click(".message button:has-text('Open the model again')");
      await ready(page);
      await page.fill("#prompt", "a red four");
      await again(page, 20);
    },
  },
  {
    name: "the browser's GPU crashes during a run, and the model opens again",
    open: null,
    crash: true,
    // Chromium's own words for it, and wgpu's.
    expects: /GPU|[Dd]evice/,
    async play({ page, address }) {
      await page.goto(`${address}?device=gpu&steps=150`);
      await ready(page);
      await page.click("#step");
      await status(page, "Paused after step 1 of 150");
      const session = await page.context().newCDPSession(page);
      await session.send("Browser.crashGpuProcess");
      await page.click("#pause");
      await page.waitForSelector(".message.error");
      assert.match(await text(page, ".message.error p"), /The GPU device was lost .*open the model again/);
      await page.fill("#steps", "2");
      await page.click(".message button:has-text('Open the model again')");
      await ready(page);
      await again(page, 2);
      await page.check("#device [value=gpu]");
      await ready(page);
      await again(page, 2);
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
    name: "the module API: awaited steps, rejection, signal, queue",
    open: null,
    expects: /favicon/,
    async play({ page, address }) {
      await page.goto(`${address}models/digits/model_index.json`);
      const result = await page.evaluate(async (base) => {
        const { Decant } = await import(`${base}decant.js`);
        const progress = [];
        const decant = await Decant.load({ model: `${base}models/digits`, onProgress: (event) => progress.push(event) });
        const request = { prompt: "a red four", steps: 4, seed: 3 };
        let awaited = 0;
        const first = await decant.generate({
          ...request,
          onStep: async (step) => {
            await new Promise((resolve) => setTimeout(resolve, 20));
            if (step.index === awaited) awaited++;
          },
        });
        const rejected = await decant
          .generate({ ...request, onStep: () => Promise.reject(new Error("enough")) })
          .catch(({ message }) => message);
        const controller = new AbortController();
        let seen = 0;
        const stop = () => {
          seen += 1;
          controller.abort();
        };
        const aborted = await decant.generate({ ...request, signal: controller.signal, onStep: stop }).catch(({ name }) => name);
        const [one, two] = await Promise.all([decant.generate(request), decant.generate(request)]);
        const tokens = await decant.tokenize("a red four");
        decant.close();
        const closed = await decant.generate(request).catch(({ code }) => code);
        const { trace } = first;
        return {
          awaited,
          rejected,
          aborted,
          seen,
          closed,
          tokens,
          progress: progress.length,
          same: String(one.image.data) === String(two.image.data),
          steps: trace.steps.length,
          shape: trace.steps[0].shape,
          floats: trace.steps[0].latents.length,
          noise: trace.noise.length,
          seed: trace.settings.seed,
          factor: decant.info.factor,
          memory: trace.memory,
        };
      }, address);
      const { progress, tokens, shape, floats, noise, factor, memory, ...rest } = result;
      assert.deepEqual(rest, {
        awaited: 4,
        rejected: "enough",
        aborted: "AbortError",
        seen: 1,
        closed: "cancelled",
        same: true,
        steps: 4,
        seed: 3,
      });
      assert.ok(progress > 0 && factor > 0);
      assert.ok(memory.predicted > 0 && memory.heap > 0 && memory.heap < 256e6, JSON.stringify(memory));
      assert.equal(tokens.used, 3);
      assert.equal(floats, shape[0] * shape[1] * shape[2]);
      assert.equal(noise, floats);
    },
  },
  {
    name: "the benchmark page measures what its address asks for",
    open: "bench.html?device=cpu&only=linear%20256x1280x1280&run=1",
    width: 390,
    async play({ page }) {
      await page.waitForFunction(() => /^Done/.test(document.querySelector("#state")?.textContent ?? ""));
      assert.match(await text(page, "tbody tr"), /^linear 256x1280x1280/);
      const { operations } = JSON.parse(await page.inputValue("#results"));
      assert.ok(operations.length > 0 && operations.every(({ seconds, flops, bytes }) => seconds > 0 && flops > 0 && bytes > 0));
      assert.deepEqual(await page.evaluate(overflow), []);
      assert.deepEqual(await page.evaluate(contrastFaults), []);
      assert.deepEqual(await page.evaluate(nameFaults), []);
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
