// The module without the page: its calls, what they refuse, its catalog; and the benchmark's page.

import { strict as assert } from "node:assert";
import { readFile } from "node:fs/promises";
import { contrastFaults, nameFaults, overflow } from "../look.mjs";
import { again, pixels, text } from "../steps.mjs";

/** @import { Journey } from "./index.mjs" */

/** @type {Journey[]} */
export const MODULE = [
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
    name: "the module: a picture from a picture, saved and read again; what cannot be is a sentence",
    open: null,
    real: true,
    expects: /favicon/,
    async play({ page, address }) {
      await page.goto(`${address}models/digits/model_index.json`);
      const got = await page.evaluate(async (base) => {
        const { Decant } = await import(`${base}decant.js`);
        const decant = await Decant.load({ model: `${base}models/digits`, device: "cpu" });
        const { image } = await decant.generate({ prompt: "a blue seven on a yellow background", sampler: "heun", steps: 4, seed: 3 });
        const changed = await decant.generate({ prompt: "a red four", image, strength: 0.6, steps: 5, seed: 3, guidance: 2 });
        const { settings, hash } = await Decant.readRecord(await decant.writePicture(changed));
        const latents = { values: changed.trace.noise, shape: changed.trace.steps[0].shape };
        const again = await decant.generate({ prompt: "a red four", latents, steps: 2 });
        const refusals = [];
        const refused = (request) =>
          decant.generate({ prompt: "x", steps: 4, ...request }).then(
            () => refusals.push("made"),
            ({ code, message }) => refusals.push(`${code}: ${message}`),
          );
        await refused({ image, strength: 0 });
        await refused({ image, strength: 0.5, startStep: 2 });
        await refused({ image, mask: new ImageData(8, 8) });
        await refused({ strength: 0.5 });
        await refused({ image: new Blob(["no picture"]) });
        await refused({ sampler: "heum" });
        await refused({ swaps: [{ token: "puppy", with: [{ token: "skunk" }] }] });
        await refused({ loras: [{ name: "ink" }] });
        await refused({ steps: 2000 });
        const fingerprint = await decant.fingerprint();
        decant.close();
        return {
          settings,
          steps: changed.trace.steps.length,
          size: [again.image.width, again.image.height],
          same: hash === fingerprint && hash.length === 16,
          refusals,
        };
      }, address);
      const { strength, steps, width, height } = got.settings;
      assert.deepEqual({ strength, steps, width, height, taken: got.steps }, { strength: 0.6, steps: 5, width: 32, height: 32, taken: 3 });
      assert.deepEqual([got.size, got.same], [[32, 32], true]);
      const wanted = [
        /Strength 0:/,
        /strength 0\.5 and startStep 2/i,
        /8×8 pixels, the picture 32×32/,
        /no picture to start from/,
        /could not be read as a picture/,
        /heun/,
        /puppy/,
        /ink/,
        /1000/,
      ];
      assert.equal(got.refusals.length, wanted.length);
      wanted.forEach((sentence, i) => assert.match(got.refusals[i], sentence));
      for (const refusal of got.refusals) assert.match(refusal, /^request: \S[^]*[.!?”]$/);
    },
  },
  {
    name: "the catalog needs no model",
    open: null,
    expects: /favicon/,
    async play({ page, address }) {
      await page.goto(`${address}models/digits/model_index.json`);
      const catalog = await page.evaluate(async (base) => (await import(`${base}decant.js`)).Decant.catalog(), address);
      for (const table of ["samplers", "sigmas", "spacings", "rngs"])
        assert.ok(
          catalog[table].every(({ id, name, docs }) => id && name && docs),
          table,
        );
      assert.equal(catalog.samplers.find(({ id }) => id === "ddim").eta, 0);
      assert.deepEqual(catalog.settings, JSON.parse(await readFile(new URL("../fake/settings.json", import.meta.url), "utf8")));
    },
  },
  {
    name: "the benchmark page measures what its address asks for",
    open: "bench.html?device=cpu&only=linear%20256x1280x1280&run=1",
    width: 390,
    async play({ page }) {
      await page.waitForFunction(() => /^Done/.test(document.querySelector("#state")?.textContent ?? ""));
      assert.match(await text(page, "tbody tr"), /^linear 256x1280x1280/);
      const { operations, picture } = JSON.parse(await page.inputValue("#results"));
      assert.equal(picture, null, "only some rows were wanted");
      assert.ok(operations.length > 0 && operations.every(({ seconds, flops, bytes }) => seconds > 0 && flops > 0 && bytes > 0));
      assert.deepEqual(await page.evaluate(overflow), []);
      assert.deepEqual(await page.evaluate(contrastFaults), []);
      assert.deepEqual(await page.evaluate(nameFaults), []);
    },
  },
  {
    name: "the benchmark page draws a picture after its rows, and saves what it found as a file",
    open: "bench.html?device=cpu",
    async play({ page }) {
      // No rows: those take minutes, and are the other journey's.
      const body = `onmessage = () => postMessage({ machine: "nobody" });`;
      await page.route("**/worker/bench.js", (route) => route.fulfill({ contentType: "text/javascript", body }));
      assert.equal(await page.isDisabled("#save"), true);
      await page.click("form button");
      await page.waitForFunction(() => /^Done/.test(document.querySelector("#state")?.textContent ?? ""));
      const [saved] = await Promise.all([page.waitForEvent("download"), page.click("#save")]);
      assert.match(saved.suggestedFilename(), /^decant-bench-[0-9-]+\.json$/);
      const { date, agent, picture } = JSON.parse(await readFile(await saved.path(), "utf8"));
      assert.match(`${date} ${agent}`, /^\d{4}-\d\d-\d\d Mozilla/);
      const { steps, size, milliseconds } = picture;
      assert.match(`${size} in ${steps}`, /^\d+×\d+ in [1-9]\d*$/);
      assert.ok(
        ["open", "first", "picture", "text", "step", "decoding"].every((part) => milliseconds[part] >= 0),
        milliseconds,
      );
    },
  },
];
