// Journeys through the settings beside the usual ones: menus from the program's tables, rows of words, and the link that says it all.

import { strict as assert } from "node:assert";
import { readFile, readdir } from "node:fs/promises";
import { contrastFaults, nameFaults, overflow } from "./look.mjs";
import { again, drawn, finished, pixels, ready, text } from "./steps.mjs";

/** @import { Journey } from "./journeys.mjs" */

/** What every setting looks like in an address. */
const EVERYTHING = {
  prompt: "a puppy",
  negative: "red",
  steps: "3",
  guidance: "2.5",
  seed: "123",
  sampler: "lms",
  width: "32",
  height: "48",
  sigmas: "karras",
  spacing: "trailing",
  order: "2",
  rng: "cuda",
  zeroSnr: "true",
  rescale: "0.7",
  guidanceFrom: "0.1",
  guidanceUntil: "0.9",
  guidanceCurve: "1,7,3",
  cfgpp: "true",
  clipSkip: "1",
  long: "chunks",
  emphasis: "true",
  swaps: "puppy=skunk:0.5+cat:0.5\nred=blue",
  mixes: "a cat: big:0.25",
  count: "2",
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
      await page.waitForSelector("text=Link copied.");
      const link = await page.evaluate(() => navigator.clipboard.readText());
      assert.deepEqual(Object.fromEntries(new URL(link).searchParams), EVERYTHING);
      const values = () =>
        page.$$eval("#settings :is(input, select, textarea)", (fields) => fields.map(({ id, value, checked }) => [id, value, checked]));
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
      for (const table of ["samplers", "sigmas", "spacings", "rngs"])
        assert.ok(
          catalog[table].every(({ id, name, docs }) => id && name && docs),
          table,
        );
      assert.equal(catalog.samplers.find(({ id }) => id === "ddim").eta, 0);
      assert.deepEqual(catalog.settings, JSON.parse(await readFile(new URL("fake/settings.json", import.meta.url), "utf8")));
    },
  },
  {
    name: "a picture is started from, more of it or less, and forgotten again",
    open: "?steps=4",
    async play({ page }) {
      await ready(page);
      await again(page, 4);
      const alone = (await pixels(page)).sum;
      await page.setInputFiles("#image-file", await drawnFile(page, "start.png", { width: 32, height: 32, colour: "#d03030" }));
      await page.waitForSelector("#start-thumb canvas:visible");
      await page.fill("#strength", "0.3");
      await page.click("#generate");
      await page.waitForFunction(() => / steps? in /.test(document.querySelector("#status")?.textContent ?? ""));
      await ready(page);
      const reddish = await mean(page);
      assert.ok(reddish[0] > 120 && reddish[2] < 120, `of a red picture much should be left: ${reddish}`);
      await page.fill("#strength", "1.5");
      await drawn(page);
      assert.match(await text(page, "#strength-problem"), /between 0 and 1/);
      await page.fill("#strength", "");
      await page.click("#remove-image");
      await again(page, 4);
      assert.equal((await pixels(page)).sum, alone);
    },
  },
  {
    name: "a starting picture's shape becomes the size asked for; what is no picture is said",
    fake: true,
    open: "?width=64&height=64",
    async play({ page }) {
      await ready(page);
      await page.click("#start summary");
      await page.setInputFiles("#image-file", await drawnFile(page, "wide.png", { width: 800, height: 200, colour: "#333" }));
      await page.waitForSelector("#start-thumb canvas:visible");
      assert.deepEqual([await page.inputValue("#width"), await page.inputValue("#height")], ["128", "32"]);
      await page.setInputFiles("#image-file", { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("no picture") });
      await page.waitForSelector("#image-problem:has-text('could not be read')");
      assert.match(await text(page, "#image-problem"), /^“notes\.txt” could not be read as a picture/);
      const photo = await readFile(new URL("../golden/pictures/turned-6.jpg", import.meta.url));
      await page.setInputFiles("#image-file", {
        name: "cut.jpg",
        mimeType: "image/jpeg",
        buffer: photo.subarray(0, (photo.length * 2) / 3),
      });
      await page.waitForSelector("#image-problem:has-text('breaks off')");
      assert.match(await text(page, "#image-problem"), /^“cut\.jpg” is damaged or breaks off/);
      await page.setInputFiles("#mask-file", await drawnFile(page, "small.png", { width: 8, height: 8, colour: "#fff" }));
      await page.waitForSelector("#mask-problem:has-text('must be the same size')");
      assert.match(await text(page, "#mask-problem"), /is 8 × 8 pixels, but the picture is 800 × 200/);
    },
  },
  {
    name: "a mask is painted: only there the picture is new",
    open: "?steps=3",
    async play({ page }) {
      await ready(page);
      await page.setInputFiles("#image-file", await drawnFile(page, "start.png", { width: 32, height: 32, colour: "#20a040" }));
      await page.waitForSelector("#start-thumb canvas:visible");
      await page.click("#paint-mask");
      const box = await page.locator("#easel .veil").boundingBox();
      assert.ok(box);
      await page.mouse.move(box.x + box.width * 0.8, box.y + 5);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.8, box.y + box.height - 5, { steps: 4 });
      await page.mouse.up();
      await page.waitForSelector("#remove-mask:visible");
      assert.equal(await text(page, "#start-name"), "with a mask");
      await page.check("#keepUnmasked");
      await again(page, 3);
      const [left, right] = await Promise.all([mean(page, 0, 16), mean(page, 22, 30)]);
      assert.ok(Math.abs(left[0] - 0x20) + Math.abs(left[1] - 0xa0) < 4, `where nothing was painted it should be green still: ${left}`);
      assert.ok(
        Math.abs(right[0] - 0x20) + Math.abs(right[1] - 0xa0) + Math.abs(right[2] - 0x40) > 12,
        `where it was painted it should be new: ${right}`,
      );
      await page.click("#remove-mask");
      await page.waitForSelector("#remove-mask", { state: "hidden" });
    },
  },
  {
    name: "several pictures, each with its steps",
    open: "?steps=2&seed=7&count=3&run=1",
    async play({ page }) {
      await finished(page, 2);
      await page.waitForFunction(() => document.querySelectorAll("#series button").length === 3);
      const last = (await pixels(page)).sum;
      await page.click("#series li:first-child button");
      await drawn(page);
      const first = (await pixels(page)).sum;
      assert.notEqual(first, last);
      await page.fill("#count", "");
      await again(page, 2);
      assert.equal((await pixels(page)).sum, first);
      assert.ok(await page.isHidden("#series"));
    },
  },
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
    name: "a saved picture brings its settings back, and they make it again to the bit",
    real: true,
    open: "?steps=4&seed=11&sampler=lms&order=2&sigmas=karras&rng=cuda&guidance=3&rescale=0.3&clipSkip=1&emphasis=1&mixes=a%20red%20four:0.2&prompt=a%20(green:1.2)%20eight&run=1",
    async play({ page, models }) {
      await finished(page, 4);
      const first = (await pixels(page)).sum;
      await page.waitForSelector("#download:visible");
      const [download] = await Promise.all([page.waitForEvent("download"), page.click("#download")]);
      const saved = await readFile(await download.path());
      await page.goto(page.url().replace(/\?.*/, "?steps=2"));
      await ready(page);
      await page.setInputFiles("#record-file", { name: "saved.png", mimeType: "image/png", buffer: saved });
      await page.waitForSelector("#taken p:text-is('Using the settings of “saved.png”.')");
      await again(page, 4);
      assert.equal((await pixels(page)).sum, first);
      const { settings } = await page.evaluate(
        async (bytes) => {
          const { Decant } = await import(new URL("decant.js", document.baseURI).href);
          return Decant.readRecord(new Blob([new Uint8Array(bytes)]));
        },
        [...saved],
      );
      assert.equal(settings.mixes[0].prompt, "a red four");
      const plain = await drawnFile(page, "plain.png", { width: 16, height: 16, colour: "#888" });
      await page.setInputFiles("#record-file", plain);
      await page.waitForSelector(".message.error >> text=“plain.png” contains no settings");
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
    name: "a picture of another tool's brings its settings",
    real: true,
    async play({ page, models }) {
      await ready(page);
      const folder = `${models}/../tests/golden/records`;
      for (const name of (await readdir(folder)).filter((file) => file.endsWith(".png"))) {
        await drop(page, { name, type: "image/png", bytes: [...(await readFile(`${folder}/${name}`))] });
        await page.waitForSelector(`text=Using the settings of “${name}”.`);
        assert.notEqual(await page.inputValue("#prompt"), "", name);
      }
      assert.deepEqual(await page.locator(".message.error").allTextContents(), []);
    },
  },
  {
    name: "a finished picture is gone on from; margins make it larger",
    open: "?steps=3&run=1",
    async play({ page }) {
      await finished(page, 3);
      await page.click("#go-on");
      await page.waitForSelector("#start-thumb canvas:visible");
      const side = Number(await page.inputValue("#width"));
      await page.fill("#pad", "0,16,0,16");
      await drawn(page);
      assert.deepEqual([await page.inputValue("#width"), await page.inputValue("#height")], [String(side + 32), String(side)]);
      await page.click("#generate");
      await page.waitForFunction(
        (width) =>
          document.querySelector("#picture canvas")?.width === width && document.querySelector("#generate")?.textContent === "Generate",
        side + 32,
      );
      await page.fill("#pad", "1,2");
      await drawn(page);
      assert.match(await text(page, "#pad-problem"), /Enter one margin for all sides, or four/);
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
    name: "a run is saved as an animation of its steps",
    open: "?steps=3&seed=5&run=1",
    async play({ page }) {
      await finished(page, 3);
      const [download] = await Promise.all([page.waitForEvent("download"), page.click("#animate")]);
      assert.equal(download.suggestedFilename(), "decant-digits-5-steps.png");
      const bytes = await readFile(await download.path());
      assert.equal(bytes.subarray(1, 4).toString(), "PNG");
      assert.ok(bytes.includes("acTL"), "it should be animated");
      assert.ok(bytes.includes('"seed":5'), "it should carry its record");
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
];

/** A PNG of one colour, as a file to choose. */
export async function drawnFile(page, name, { width, height, colour }) {
  const bytes = await page.evaluate(
    async ({ width, height, colour }) => {
      const canvas = new OffscreenCanvas(width, height);
      const context = canvas.getContext("2d");
      context.fillStyle = colour;
      context.fillRect(0, 0, width, height);
      return [...new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer())];
    },
    { width, height, colour },
  );
  return { name, mimeType: "image/png", buffer: Buffer.from(bytes) };
}

/** The mean colour of the shown picture between two columns. */
function mean(page, from = 0, to = Infinity) {
  return page.evaluate(
    ([from, to]) => {
      const canvas = document.querySelector("#picture canvas");
      const end = Math.min(to, canvas.width);
      const { data } = canvas.getContext("2d").getImageData(from, 0, end - from, canvas.height);
      return [0, 1, 2].map(
        (channel) => data.filter((_, i) => i % 4 === channel).reduce((sum, value) => sum + value, 0) / (data.length / 4),
      );
    },
    [from, to === Infinity ? 1e9 : to],
  );
}

/** A file of nothing in particular. */
function someFile(name, size) {
  return { name, mimeType: "application/octet-stream", buffer: Buffer.alloc(size) };
}

/** Lets a file fall on the page. */
export function drop(page, { name, type, bytes }) {
  return page.evaluate(
    ({ name, type, bytes }) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([new Uint8Array(bytes)], name, { type }));
      for (const kind of ["dragover", "drop"])
        document.body.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
    },
    { name, type, bytes },
  );
}
