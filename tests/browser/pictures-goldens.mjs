// Whole pipelines in the browser against diffusers: tokens, noise, every step's latents and the picture of the files in tests/golden.

import { strict as assert } from "node:assert";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../golden/", import.meta.url));
/** `torch.randn`'s logarithm and cosine are rounded differently on every machine. */
const NOISE = 1e-6;
/** Root of the mean square difference: pictures in 0…1, latents relative to their own. */
const PICTURE = 1e-3;

/** Where a golden file's model is, below the server's address. */
export const models = { digits: "models/digits", "sd1-tiny": "tests/models/sd1-tiny", "sd2-tiny": "tests/models/sd2-tiny" };
for (const family of ["sdxl", "lcm", "bk-sdm", "inpaint", "turbo"]) models[`${family}-tiny`] = `tests/models/${family}-tiny`;

/**
 * @param {RegExp} [wanted]
 * @returns {Promise<{ name: string, model: string, settings: object, tensors: Record<string, Float32Array> }[]>}
 */
export async function readGoldens(wanted = /./) {
  const names = (await readdir(FOLDER)).filter((name) => name.startsWith("pipeline-") && wanted.test(name)).sort();
  const files = await Promise.all(names.map((name) => readOne(name.replace(/^pipeline-|\.safetensors$/g, ""))));
  // A final picture by a tiny autoencoder is the command's and the Rust tests' affair: the page shows it in steps only.
  return files.filter(({ tiny }) => !tiny);
}

/** One golden picture: whose it is, how it was made, its tensors. @param {string} name */
export async function readOne(name) {
  const { metadata, tensors } = readSafetensors(await readFile(join(FOLDER, `pipeline-${name}.safetensors`)));
  const { model, prompt, negative, sampler, tiny } = metadata;
  const numbers = Object.fromEntries(["steps", "guidance", "seed", "width", "height"].map((key) => [key, Number(metadata[key])]));
  return { name, model, tiny, settings: { prompt, negative, sampler, ...numbers }, tensors };
}

/**
 * Makes one golden picture in the page and compares. The page keeps the model open for the next one.
 * @param {import("playwright-core").Page} page on any page of the server's
 * @param {{ model: string, family?: string | undefined }} [opened] another place of the same model, and what to take it for
 */
export async function checkGolden(page, address, device, { model, settings, tensors }, opened = { model: address + models[model] }) {
  const made = await page.evaluate(makeOne, { base: address, opened, device, settings });
  assert.equal(made.device, device);
  closeTo("noise", largest(made.noise, tensors.noise), NOISE);
  made.steps.forEach(({ next, denoised, timestep }, index) => {
    const number = String(index).padStart(3, "0");
    assert.ok(
      Math.abs(timestep - tensors.timesteps[index]) < 1e-2,
      `timestep ${index}: expected ${tensors.timesteps[index]}, got ${timestep}`,
    );
    closeTo(`latents after step ${index}`, relative(next, tensors[`latents_${number}`]), PICTURE);
    closeTo(`denoised in step ${index}`, relative(denoised, tensors[`denoised_${number}`]), PICTURE);
  });
  assert.ok(!(`latents_${String(made.steps.length).padStart(3, "0")}` in tensors), "a step is missing");
  return closeToPicture("picture", made.image, tensors.image);
}

/** A canvas's pixels against a golden picture; the error. @param {string} what @param {number[]} pixels @param {Float32Array} planes */
export function closeToPicture(what, pixels, planes) {
  const error = rms(pixels, planesToPixels(planes));
  closeTo(what, error, PICTURE);
  return error;
}

/** The models whose tokens are in tokens.json; the others have one of these tokenizers. */
export async function modelsWithTokens() {
  const { prompts } = JSON.parse(await readFile(join(FOLDER, "tokens.json"), "utf8"));
  return Object.keys(prompts[0].ids);
}

/** Every prompt of tokens.json through a model's tokenizer: the same ids, and what is cut is said. */
export async function checkTokens(page, address, model) {
  const { prompts } = JSON.parse(await readFile(join(FOLDER, "tokens.json"), "utf8"));
  const got = await page.evaluate(tokenizeAll, {
    base: address,
    model: address + models[model],
    texts: prompts.map(({ prompt }) => prompt),
  });
  prompts.forEach(({ purpose, ids, untruncated }, index) => {
    const { ids: gotIds, used, limit, cut } = got[index];
    assert.deepEqual(gotIds, ids[model], purpose);
    assert.equal(used, Math.min(untruncated[model] - 2, limit), purpose);
    assert.equal(cut !== "", untruncated[model] - 2 > limit, purpose);
  });
}

/** Runs in the page. */
async function makeOne({ base, opened, device, settings }) {
  const { Decant } = await import(`${base}decant.js`);
  const open = (globalThis.open_models ??= new Map());
  const key = `${opened.model} ${device}`;
  if (!open.has(key)) open.set(key, Decant.load({ ...opened, device }));
  const decant = await open.get(key);
  const { image, trace } = await decant.generate(settings);
  const steps = trace.steps.map(({ next, denoised, timestep }) => ({ next: [...next], denoised: [...denoised], timestep }));
  return { device: decant.info.device, noise: [...trace.noise], steps, image: [...image.data] };
}

/** Runs in the page. */
async function tokenizeAll({ base, model, texts }) {
  const { Decant } = await import(`${base}decant.js`);
  const decant = await Decant.load({ model, device: "cpu" });
  const counts = [];
  for (const text of texts) counts.push(await decant.tokenize(text));
  decant.close();
  return counts.map(({ ids, ...count }) => ({ ids: [...ids], ...count }));
}

/**
 * Eight bytes of length, a header in JSON, numbers: https://huggingface.co/docs/safetensors. All of ours are float32.
 * @param {Buffer} file
 */
export function readSafetensors(file) {
  const length = Number(file.readBigUInt64LE(0));
  const { __metadata__: metadata, ...entries } = JSON.parse(file.toString("utf8", 8, 8 + length));
  const tensors = Object.entries(entries).map(
    ([
      name,
      {
        dtype,
        data_offsets: [from, to],
      },
    ]) => {
      assert.equal(dtype, "F32", name);
      return [name, new Float32Array(file.buffer.slice(file.byteOffset + 8 + length + from, file.byteOffset + 8 + length + to))];
    },
  );
  const shapes = Object.fromEntries(Object.entries(entries).map(([name, { shape }]) => [name, shape]));
  return { metadata, tensors: Object.fromEntries(tensors), shapes };
}

/** `[3, height, width]` in 0…1 as a canvas has it. A page shows bytes, so bytes are compared: rounding alone would be 1.1e-3. */
export function planesToPixels(planes) {
  const places = planes.length / 3;
  return Array.from({ length: places * 4 }, (_, i) => (i % 4 === 3 ? 255 : Math.round(planes[(i % 4) * places + (i >> 2)] * 255)));
}

/** Of bytes, in 0…1, without the opaque alpha. */
export function rms(got, expected) {
  assert.equal(got.length, expected.length);
  const squares = got.reduce((sum, value, i) => sum + ((value - expected[i]) / 255) ** 2, 0);
  return Math.sqrt(squares / ((got.length / 4) * 3));
}

export function relative(got, expected) {
  assert.equal(got.length, expected.length);
  const squares = (values) => values.reduce((sum, value) => sum + value ** 2, 0);
  return Math.sqrt(squares(got.map((value, i) => value - expected[i])) / squares(expected));
}

function largest(got, expected) {
  assert.equal(got.length, expected.length);
  return got.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0);
}

export function closeTo(what, error, tolerance) {
  assert.ok(error <= tolerance, `${what}: error ${error.toExponential(2)}, tolerance ${tolerance.toExponential(0)}`);
}
