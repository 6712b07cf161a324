// Models as people have them, in the built page: every layout of the small twins opens and gives diffusers' picture, and a small decoder
// (TAESD) beside a model shows its steps.

import { strict as assert } from "node:assert";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { elsewhere } from "./elsewhere.mjs";
import { checkGolden, closeToPicture, readGoldens, readOne } from "./golden.mjs";
import { again, drawn, load, ready, text } from "./steps.mjs";

const MODELS = fileURLToPath(new URL("../models/", import.meta.url));

/** What lies in tests/models/layouts, and of which model it is; `family` where its tensors are several families'. @type {{ name: string, twin: string, family?: string, golden: string }[]} */
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

/** A folder that holds the layout's files and the twin's tokenizers (a twin's text encoder has no rows for CLIP's whole vocabulary); a folder of weights has the twin's configurations, too. */
async function filesOf({ name, twin }) {
  const weights = name === twin ? (await filesBelow(join("layouts", name))).map((file) => [file, join("layouts", name, file)]) : [[name, join("layouts", name)]];
  const beside = (await filesBelow(twin)).filter((file) => (name === twin ? /\.(json|txt)$/ : /^tokenizer/).test(file)).map((file) => [file, join(twin, file)]);
  const files = await Promise.all([...weights, ...beside].map(async ([file, path]) => [`theirs/${file}`, await readFile(join(MODELS, path))]));
  const list = files.map(([path]) => path.slice("theirs/".length));
  return Object.fromEntries([...files, ["theirs/decant.json", Buffer.from(JSON.stringify({ files: list }))]]);
}

async function filesBelow(folder) {
  const entries = await readdir(join(MODELS, folder), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(join(MODELS, folder).length + 1));
}

/** @type {import("./journeys.mjs").Journey[]} */
export const OWN = [
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
        for (let step = 0; step < settings.steps; step++) closeToPicture(`step ${step}`, await framePixels(page, step), tensors[`preview_${String(step).padStart(3, "0")}`]);
        assert.match(await text(page, "#model-name"), /bk-sdm-tiny/);
      }
    },
  },
];

/** What the filmstrip shows of a step: the predicted picture, below the noisy latents. */
function framePixels(page, step) {
  return page.evaluate((place) => {
    const canvas = document.querySelectorAll("#filmstrip .frame")[place].querySelectorAll("canvas")[1];
    return [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data];
  }, step);
}
