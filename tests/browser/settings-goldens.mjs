// Every setting's golden from diffusers once more, through the module API in Chromium: words, LoRAs, textual inversions, starting pictures,
// masks, guidance. The Rust tests judge each of them closely; here it is seen that what a page asks for arrives.

import { strict as assert } from "node:assert";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { closeTo, models, planesToPixels, readSafetensors, relative, rms } from "./pictures-goldens.mjs";

const GOLDEN = fileURLToPath(new URL("../golden/", import.meta.url));
const LORAS = fileURLToPath(new URL("../models/lora/", import.meta.url));
/** Root of the mean square difference: latents relative to their own, pictures in 0…1. */
const TOLERANCE = 1e-3;

/**
 * @typedef {object} Case
 * @property {string} name
 * @property {string} model
 * @property {object} settings
 * @property {{ kind: "lora" | "inversion", name: string, file: string, bytes: number[] }[]} [beside]
 * @property {Record<"image" | "mask", Pixels>} [inputs]
 * @property {Float32Array} latents that the run ends with
 * @property {Float32Array} [image]
 */
/** @typedef {{ width: number, height: number, rgba: number[] }} Pixels */

/** By what they are about: the cases of one kind share a page, which keeps their models open. @returns {Promise<Record<string, Case[]>>} */
export async function readSettings() {
  const words = ["clip-skip", "inversion", "inversion-4", "mix", "swap", "emphasis", "chunks"].map((name) =>
    wordsCase(`words-sd1-${name}`),
  );
  const loras = ["kohya", "locon", "loha", "two"].map((name) => loraCase(`lora-${name}`));
  const guidance = ["ddim.rescale", "euler.part", "ddim.curve", "ddim.cfgpp"].map((name) => guidanceCase("guidance-sd1-tiny", name));
  const pictures = [
    ...["ddim-0.2", "ddim-0.5", "ddim-1"].map((end) => startCase("images-img2img", `sd1-tiny-5-2-42-${end}`)),
    startCase("images-start-step", "sd1-tiny-5-2-42-lms-3"),
    startCase("images-inpaint", "sd1-tiny-5-2-42-ddim-1"),
    startCase("images-inpaint", "inpaint-tiny-5-2-42-ddim-1"),
  ];
  const kinds = Object.entries({ words, LoRAs: loras, guidance, "starting pictures and masks": pictures });
  return Object.fromEntries(await Promise.all(kinds.map(async ([kind, cases]) => [kind, await Promise.all(cases)])));
}

/**
 * Makes each picture in the page, with what is beside the model for as long, and compares.
 * @param {import("playwright-core").Page} page
 * @param {string} address
 * @param {Case[]} cases
 */
export async function checkSettings(page, address, cases) {
  const errors = [];
  for (const { name, model, settings, beside = [], inputs, latents, image } of cases) {
    const made = await page.evaluate(makeOne, { base: address, model: address + models[model], settings, beside, inputs });
    const error = relative(made.latents, latents);
    closeTo(`${name}: latents`, error, TOLERANCE);
    if (image) closeTo(`${name}: picture`, rms(made.image, planesToPixels(image)), TOLERANCE);
    errors.push(error);
  }
  return `${cases.length} pictures, latents ${Math.max(...errors).toExponential(1)}`;
}

async function golden(name) {
  return readSafetensors(await readFile(join(GOLDEN, `${name}.safetensors`)));
}

async function wordsCase(name) {
  const { metadata, tensors } = await golden(name);
  const files = (metadata.inversions ?? "").split(",").filter(Boolean);
  const beside = files.map(async (file) => ({
    kind: "inversion",
    name: file,
    file,
    bytes: [...(await readFile(join(GOLDEN, "inversions", file)))],
  }));
  return {
    name,
    model: metadata.model,
    settings: JSON.parse(metadata.request),
    beside: await Promise.all(beside),
    latents: tensors.latents,
    image: tensors.image,
  };
}

async function loraCase(name) {
  const { metadata, tensors } = await golden(name);
  const { prompt, negative, sampler } = metadata;
  const loras = JSON.parse(metadata.loras).map(([lora, weight]) => ({ name: lora, weight }));
  const beside = loras.map(async ({ name: lora }) => {
    const file = ["safetensors", "bin"].map((end) => `${lora}.${end}`).find((one) => existsSync(join(LORAS, one)));
    return { kind: "lora", name: lora, file, bytes: [...(await readFile(join(LORAS, file)))] };
  });
  const numbers = numbersOf(metadata, ["steps", "guidance", "seed", "width", "height"]);
  const last = `latents_${String(numbers.steps - 1).padStart(3, "0")}`;
  return {
    name,
    model: metadata.model,
    settings: { prompt, negative, sampler, ...numbers, loras },
    beside: await Promise.all(beside),
    latents: tensors[last],
  };
}

/** What a case asks for is a sentence of its recipe's: "7.5 rescaled by 0.7". */
async function guidanceCase(file, name) {
  const { metadata, tensors } = await golden(file);
  const { prompt, negative, model, size } = metadata;
  const [sampler, kind] = name.split(".");
  const asked = metadata[kind].match(/[\d.]+/g).map(Number);
  const guidance = {
    rescale: ([scale, rescale]) => ({ guidance: scale, rescale }),
    part: ([scale, guidanceFrom, guidanceUntil]) => ({ guidance: scale, guidanceFrom, guidanceUntil }),
    curve: (guidanceCurve) => ({ guidanceCurve }),
    cfgpp: ([scale]) => ({ guidance: scale, cfgpp: true }),
  }[kind](asked);
  const settings = {
    prompt,
    negative,
    sampler,
    ...numbersOf(metadata, ["steps", "seed"]),
    width: Number(size),
    height: Number(size),
    ...guidance,
  };
  return { name: `${file}, ${name}`, model, settings, latents: tensors[name] };
}

async function startCase(file, name) {
  const { metadata, tensors, shapes } = await golden(file);
  const { model, start_step: startStep, ...asked } = JSON.parse(metadata.cases)[name];
  const [height, width] = shapes.picture.slice(-2);
  const settings = {
    prompt: metadata.prompt,
    negative: metadata.negative_prompt,
    ...asked,
    ...(startStep !== undefined && { startStep }),
    width,
    height,
  };
  const pixels = (planes) => ({ width, height, rgba: planesToPixels(planes) });
  const grey = (plane) => new Float32Array([...plane, ...plane, ...plane]);
  const inputs = { image: pixels(tensors.picture), ...(tensors.mask && { mask: pixels(grey(tensors.mask)) }) };
  return { name: `${file}, ${name}`, model, settings, inputs, latents: tensors[`${name}.latents`], image: tensors[`${name}.image`] };
}

function numbersOf(metadata, keys) {
  return Object.fromEntries(keys.map((key) => [key, Number(metadata[key])]));
}

/** Runs in the page, which keeps the model open for the next one. */
async function makeOne({ base, model, settings, beside, inputs }) {
  const { Decant } = await import(`${base}decant.js`);
  const open = (globalThis.open_models ??= new Map());
  if (!open.has(model)) open.set(model, Decant.load({ model, device: "cpu" }));
  const decant = await open.get(model);
  for (const { kind, name, file, bytes } of beside) {
    const chosen = new File([new Uint8Array(bytes)], file);
    await (kind === "lora" ? decant.addLora(chosen, name) : decant.addTextualInversion(chosen, name));
  }
  const pixels = Object.entries(inputs ?? {}).map(([name, { width, height, rgba }]) => [
    name,
    new ImageData(new Uint8ClampedArray(rgba), width, height),
  ]);
  const { image, trace } = await decant.generate({ ...settings, ...Object.fromEntries(pixels) });
  for (const { kind, name } of beside) await (kind === "lora" ? decant.removeLora(name) : decant.removeTextualInversion(name));
  return { latents: [...trace.steps.at(-1).next], image: [...image.data] };
}
