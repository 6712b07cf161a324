// Models as people have them, in the built page: every layout of the small twins opens and gives diffusers' picture, and a small decoder
// (TAESD) beside a model shows its steps.

import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { elsewhere, madeBytes } from "./other-site.mjs";
import { checkGolden, closeToPicture, readGoldens, readOne } from "./pictures-goldens.mjs";
import { again, drawn, load, ready, text } from "./steps.mjs";

const MODELS = fileURLToPath(new URL("../models/", import.meta.url));

/**
 * What lies in tests/models/layouts, and of which model it is; `family` where its tensors are several families'.
 * @type {{ name: string, twin: string, family?: string, golden: string }[]}
 */
const LAYOUTS = [
  { name: "inpaint-tiny.safetensors", twin: "inpaint-tiny", family: "sd1-inpainting", golden: "inpaint-tiny-euler-alone" },
  { name: "turbo-tiny.safetensors", twin: "turbo-tiny", family: "sd-turbo", golden: "turbo-tiny-euler-one-step" },
  { name: "turbo-tiny.gguf", twin: "turbo-tiny", family: "sd-turbo", golden: "turbo-tiny-euler-one-step" },
  { name: "lcm-tiny.safetensors", twin: "lcm-tiny", golden: "lcm-tiny-lcm" },
  { name: "lcm-tiny.ckpt", twin: "lcm-tiny", golden: "lcm-tiny-lcm" },
  { name: "bk-sdm-tiny.safetensors", twin: "bk-sdm-tiny", golden: "bk-sdm-tiny-ddim-guided" },
  { name: "bk-sdm-tiny", twin: "bk-sdm-tiny", golden: "bk-sdm-tiny-ddim-guided" },
  { name: "sdxl-tiny.safetensors", twin: "sdxl-tiny", golden: "sdxl-tiny-euler-guided" },
  { name: "sdxl-tiny.gguf", twin: "sdxl-tiny", golden: "sdxl-tiny-euler-guided" },
];

/** One test for each: `{ name, check }`. */
export async function layoutTests() {
  const there = (await readdir(join(MODELS, "layouts"))).filter((name) => !name.startsWith("taesd"));
  assert.deepEqual(there.sort(), LAYOUTS.map(({ name }) => name).sort(), "every layout is in the table");
  const goldens = await readGoldens();
  return LAYOUTS.map((layout) => ({
    name: layout.name,
    async check(page, address) {
      const golden = goldens.find(({ name }) => name === layout.golden);
      assert.ok(golden, layout.golden);
      const server = await elsewhere(await filesOf(layout));
      try {
        return await checkGolden(page, address, "cpu", golden, { model: `${server.address}theirs`, family: layout.family });
      } finally {
        await server.close();
      }
    },
  }));
}

/**
 * A folder that holds the layout's files and the twin's tokenizers (a twin's text encoder has no rows for CLIP's whole vocabulary); a
 * folder of weights has the twin's configurations, too.
 */
async function filesOf({ name, twin }) {
  const weights =
    name === twin
      ? (await filesBelow(join("layouts", name))).map((file) => [file, join("layouts", name, file)])
      : [[name, join("layouts", name)]];
  const beside = (await filesBelow(twin))
    .filter((file) => (name === twin ? /\.(json|txt)$/ : /^tokenizer/).test(file))
    .map((file) => [file, join(twin, file)]);
  const files = await Promise.all(
    [...weights, ...beside].map(async ([file, path]) => [`theirs/${file}`, await readFile(join(MODELS, path))]),
  );
  const list = files.map(([path]) => path.slice("theirs/".length));
  return Object.fromEntries([...files, ["theirs/decant.json", Buffer.from(JSON.stringify({ files: list }))]]);
}

async function filesBelow(folder) {
  const entries = await readdir(join(MODELS, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(MODELS, folder).length + 1));
}

/** @type {import("./journeys/index.mjs").Journey[]} */
export const LAYOUT_JOURNEYS = [
  {
    name: "a small decoder shows each step as diffusers' AutoencoderTiny would, from an address and from this machine",
    real: true,
    // The twins' folders list no files, so files that other layouts have are asked for.
    expects: /Failed to load resource|favicon/,
    async play({ page }) {
      const { settings, tensors } = await readOne("bk-sdm-tiny-taesd");
      const decoders = [
        () => page.fill("#preview-address", "tests/models/taesd-tiny"),
        () => page.setInputFiles("#preview-file", join(MODELS, "layouts/taesd-tiny/decoder.safetensors")),
      ];
      for (const choose of decoders) {
        await ready(page);
        await page.click("#open-model");
        await page.fill("#address", "tests/models/bk-sdm-tiny");
        await page.keyboard.press("Enter");
        await page.waitForSelector("#load:visible");
        await page.click("text=A small decoder for previews");
        await choose();
        await drawn(page);
        await load(page);
        await ready(page);
        for (const [name, value] of Object.entries(settings)) {
          const field = page.locator(`#settings [name=${name}]`).first();
          await (name === "sampler" ? field.selectOption(value) : field.fill(String(value)));
        }
        await again(page, settings.steps);
        await drawn(page);
        for (let step = 0; step < settings.steps; step++)
          closeToPicture(`step ${step}`, await framePixels(page, step), tensors[`preview_${String(step).padStart(3, "0")}`]);
        assert.match(await text(page, "#model-name"), /bk-sdm-tiny/);
      }
    },
  },
  {
    name: "a whole file is compared with its published SHA-256, once; what is another file is refused and not kept",
    open: null,
    real: true,
    expects: /Failed to load resource|favicon/,
    async play({ page, address }) {
      const layout = { name: "lcm-tiny.safetensors", twin: "lcm-tiny" };
      const files = { ...(await filesOf(layout)), "theirs/lcm-tiny.safetensors": await padded("layouts/lcm-tiny.safetensors", 20 << 20) };
      const sum = createHash("sha256").update(files["theirs/lcm-tiny.safetensors"]).digest("hex");
      const server = await elsewhere(files);
      await page.goto(`${address}models/digits/model_index.json`);
      const open = (sha256) =>
        page.evaluate(loadOnce, {
          base: address,
          model: { address: `${server.address}theirs`, sha256: { "lcm-tiny.safetensors": sha256 } },
        });
      const asked = () => server.asked().filter((line) => line.includes("lcm-tiny.safetensors"));
      const said = await open(sum);
      assert.deepEqual([said.code, said.notes], [null, []]);
      assert.ok(said.labels.includes("Comparing the SHA-256 of lcm-tiny.safetensors"), said.labels.join());
      assert.equal(new Set(asked()).size, 3, "the parts that the model does not need come, too, and none twice");
      const again = await open(sum);
      assert.deepEqual([again.code, again.labels.some((label) => label.startsWith("Comparing"))], [null, false]);
      assert.deepEqual(asked(), ["theirs/lcm-tiny.safetensors 0-0"]);
      const other = await open("0".repeat(64));
      assert.equal(other.code, "model");
      assert.equal(
        other.message,
        `lcm-tiny.safetensors is not the file that was published: its SHA-256 is ${sum}, and ${"0".repeat(64)} was expected. What was kept of it is deleted; open it again, or take it from another place.`,
      );
      server.asked();
      assert.equal((await open(sum)).code, null);
      assert.ok(asked().length > 2, "it came anew");
      await server.close();

      // Behind a file's address, typed on the page.
      const whole = await elsewhere({ "alone.safetensors": Buffer.from("nothing") });
      await page.goto(`${address}?model=${encodeURIComponent(`${whole.address}alone.safetensors#sha256=12`)}`);
      await page.waitForSelector(".message.error");
      assert.match(await text(page, ".message.error p"), /“#sha256=12” is no SHA-256: that is 64 digits from 0 to f\./);
      const typed = await page.evaluate(async (base) => {
        const { modelSource } = await import(`${base}web/api/source.js`);
        return modelSource(`host.example/a/b/resolve/main/my%20model.safetensors#sha256=${"AB".repeat(32)}`);
      }, address);
      assert.deepEqual(
        [typed.url, typed.sha256],
        ["https://host.example/a/b/resolve/main/my%20model.safetensors", { "my model.safetensors": "ab".repeat(32) }],
      );
      await whole.close();
    },
  },
];

/** Runs in the page. */
async function loadOnce({ base, model }) {
  const { Decant } = await import(`${base}decant.js`);
  const [labels, notes] = [[], []];
  const loading = Decant.load({
    model,
    device: "cpu",
    onProgress: ({ label }) => void labels.push(label),
    onNote: (note) => notes.push(note),
  });
  const { code, message } = await loading.then(
    (decant) => (decant.close(), { code: null, message: "" }),
    (error) => error,
  );
  return { code, message, labels, notes };
}

/** A twin's file of many chunks: an averaged copy of something, which every reader leaves alone, lies behind its tensors. */
async function padded(path, bytes) {
  const file = await readFile(join(MODELS, path));
  const length = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString("utf8", 8, 8 + length));
  const end = file.length - 8 - length;
  const json = Buffer.from(
    JSON.stringify({ ...header, "model_ema.copy": { dtype: "U8", shape: [bytes], data_offsets: [end, end + bytes] } }),
  );
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([start, json, file.subarray(8 + length), madeBytes(bytes, 21)]);
}

/** What the filmstrip shows of a step: the predicted picture, below the noisy latents. */
function framePixels(page, step) {
  return page.evaluate((place) => {
    const canvas = document.querySelectorAll("#filmstrip .frame")[place].querySelectorAll("canvas")[1];
    return [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data];
  }, step);
}
