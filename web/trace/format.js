// A run as a file: the safetensors file that `decant generate --trace` writes (crates/sd/src/trace.rs), written and read without the module.
// A loaded run is a `Trace` like a live one. What a file does not have is left empty (an array of no numbers, null), never made up; only
// previews, which every view needs, are then coloured by the first three channels.

import { damaged, peekMetadata, readSafetensors, writeSafetensors } from "./safetensors.js";
import { STEPS, readMeta, writeTokens } from "./meta.js";

/** @import { Attention, ChannelStatistics, Settings, Step, Trace } from "../api/decant.d.ts" */
/** @import { Contents, Tensor } from "./safetensors.js" */
/** @import { StepMeta } from "./meta.js" */

const FORMAT = "decant trace";

/** Whether a file holds a run. @param {Blob} blob */
export async function isTrace(blob) {
  return (await peekMetadata(blob))?.["format"] === FORMAT;
}

/** @param {Trace} trace @returns {Promise<Blob>} */
export async function writeTrace({ settings, tokens, noise, steps, image, timings, memory, also, enlarged }) {
  /** @type {Contents["tensors"]} */
  const tensors = new Map();
  const add = (
    /** @type {string} */ name,
    /** @type {number[]} */ shape,
    /** @type {Float32Array | Uint8Array | null | undefined} */ values,
  ) => {
    if (values?.length) tensors.set(name, { dtype: values instanceof Uint8Array ? "U8" : "F32", shape, values });
  };
  const [first] = steps;
  if (first) {
    add("noise", [1, ...first.shape], noise);
    add("start", [1, ...first.shape], first.input);
  }
  add(
    "timesteps",
    [steps.length],
    Float32Array.from(steps, ({ timestep }) => timestep),
  );
  add("sigmas", [steps.length + 1], Float32Array.of(...steps.map(({ sigma }) => sigma), 0));
  for (const step of steps) addStep(step, add);
  if (image) add("image", [1, 3, image.height, image.width], planes(image));
  const stepMeta = steps.map(({ total, guidance, milliseconds, channels }) => ({ total, guidance, milliseconds, channels }));
  const { prompt, negative, sampler, guidance, seed } = settings;
  const metadata = {
    format: FORMAT,
    settings: JSON.stringify(settings),
    prompt,
    negative,
    sampler,
    steps: String(settings.steps),
    guidance: String(guidance),
    seed: String(seed),
    [STEPS]: JSON.stringify(stepMeta),
    timings: JSON.stringify(timings),
    memory: JSON.stringify(memory),
    also: JSON.stringify(also ?? []),
    ...(enlarged && { enlarged: JSON.stringify(enlarged) }),
    ...(tokens && { tokens: writeTokens(tokens.prompt), negative_tokens: writeTokens(tokens.negative) }),
  };
  return writeSafetensors({ tensors, metadata });
}

/** @param {Step} step @param {(name: string, shape: number[], values: Float32Array | Uint8Array | null | undefined) => void} add */
function addStep(step, add) {
  const end = number(step.index);
  const shape = [1, ...step.shape];
  add(`latents_${end}`, shape, step.latents);
  add(`denoised_${end}`, shape, step.denoised);
  add(`input_${end}`, shape, step.input);
  add(`noise_text_${end}`, shape, step.noiseText);
  add(`noise_uncond_${end}`, shape, step.noiseUncond);
  add(`noise_guided_${end}`, shape, step.noise);
  if (step.attention) add(`attention_${end}`, step.attention.shape, step.attention.values);
  for (const [name, picture] of Object.entries({ noisy: step.previewNoisy, denoised: step.previewDenoised }))
    add(`preview_${name}_${end}`, [picture.height, picture.width, 3], colours(picture));
}

/** Rejects with a sentence where the file is damaged, or something else. @param {Blob} blob @returns {Promise<Trace>} */
export async function readTrace(blob) {
  const contents = await readSafetensors(blob);
  const { tensors, metadata } = contents;
  if (metadata["format"] !== FORMAT) throw damaged(`it does not say that it is a “${FORMAT}”`);
  // A run that starts from a picture begins later than with call 0.
  const calls = [...tensors.keys()].flatMap((name) => /^latents_(\d+)$/.exec(name)?.slice(1).map(Number) ?? []).sort((a, b) => a - b);
  if (calls.length === 0) throw damaged("it holds no step");
  const picture = tensors.get("image");
  const image = picture ? fromPlanes(picture) : null;
  const { settings, steps: stepMeta, ...rest } = readMeta(metadata);
  const steps = calls.map((_, at) => readStep(contents, calls, at, stepMeta[at] ?? {}, settings));
  settings.width ??= image?.width;
  settings.height ??= image?.height;
  return {
    settings: /** @type {Settings} */ (settings),
    noise: /** @type {Float32Array | undefined} */ (tensors.get("noise")?.values) ?? null,
    steps,
    image,
    ...rest,
  };
}

/**
 * @param {Contents} contents
 * @param {number[]} calls the model calls that it holds
 * @param {number} at which of them
 * @param {StepMeta} meta
 * @param {Partial<Settings>} settings
 * @returns {Step}
 */
function readStep({ tensors }, calls, at, meta, settings) {
  const index = calls[at] ?? 0;
  const end = number(index);
  const first = wanted(tensors, `latents_${end}`);
  const shape = /** @type {[number, number, number]} */ (first.shape.slice(-3));
  if (shape.length !== 3 || first.shape.slice(0, -3).some((side) => side !== 1))
    throw damaged(`latents_${end} is [${first.shape.join(", ")}], not [1, channels, height, width]`);
  const like = (/** @type {string} */ name) => {
    const tensor = tensors.get(name);
    if (tensor && tensor.values.length !== first.values.length)
      throw damaged(`${name} is [${tensor.shape.join(", ")}], unlike latents_${end}`);
    return /** @type {Float32Array} */ (tensor?.values ?? new Float32Array(0));
  };
  wanted(tensors, `denoised_${end}`);
  const [latents, denoised, uncond] = [like(`latents_${end}`), like(`denoised_${end}`), like(`noise_uncond_${end}`)];
  const before = at === 0 ? (tensors.has("start") ? "start" : "noise") : `latents_${number(calls[at - 1] ?? 0)}`;
  // The command writes the whole schedule, the page that of the calls that were made.
  const level = (/** @type {string} */ name, /** @type {number} */ more) => {
    const { values } = wanted(tensors, name);
    return Number(values[values.length > calls.length + more ? index : at] ?? 0);
  };
  return {
    index,
    total: meta.total ?? index + calls.length - at,
    timestep: level("timesteps", 0),
    sigma: level("sigmas", 1),
    latents,
    denoised,
    shape,
    input: like(tensors.has(`input_${end}`) ? `input_${end}` : before),
    noiseText: like(`noise_text_${end}`),
    noiseUncond: uncond.length > 0 ? uncond : null,
    noise: like(`noise_guided_${end}`),
    guidance: meta.guidance ?? (uncond.length > 0 ? (settings.guidance ?? 1) : 1),
    channels: meta.channels ?? { latents: statisticsOf(latents, shape), denoised: statisticsOf(denoised, shape) },
    attention: attentionOf(tensors.get(`attention_${end}`)),
    previewNoisy: previewOf(tensors.get(`preview_noisy_${end}`), latents, shape),
    previewDenoised: previewOf(tensors.get(`preview_denoised_${end}`), denoised, shape),
    milliseconds: meta.milliseconds ?? 0,
  };
}

/** @param {Contents["tensors"]} tensors @param {string} name */
function wanted(tensors, name) {
  const tensor = tensors.get(name);
  if (!tensor) throw damaged(`${name} is missing`);
  return tensor;
}

/** @param {Tensor | undefined} tensor @returns {Attention | null} */
function attentionOf(tensor) {
  if (!tensor || tensor.shape.length !== 3 || !(tensor.values instanceof Float32Array)) return null;
  return { shape: /** @type {[number, number, number]} */ (tensor.shape), values: tensor.values };
}

/**
 * The numbers under the maps, for files that do not say them: what the module says of a live step.
 * @param {Float32Array} values
 * @param {[number, number, number]} shape
 * @returns {ChannelStatistics[]}
 */
function statisticsOf(values, [channels, height, width]) {
  return Array.from({ length: channels }, (_, channel) => {
    const own = values.subarray(channel * height * width, (channel + 1) * height * width);
    const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
    const deviation = Math.sqrt(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / own.length);
    return {
      mean,
      deviation,
      least: own.reduce((a, b) => Math.min(a, b), Infinity),
      largest: own.reduce((a, b) => Math.max(a, b), -Infinity),
    };
  });
}

/** @param {Tensor | undefined} tensor @param {Float32Array} latents @param {[number, number, number]} shape */
function previewOf(tensor, latents, [channels, height, width]) {
  if (tensor?.shape.length === 3 && tensor.shape[2] === 3) {
    const [rows = 0, columns = 0] = tensor.shape;
    return fill(columns, rows, (i, c) => Number(tensor.values[i * 3 + c]));
  }
  return fill(width, height, (i, c) => 128 + 48 * Number(latents[Math.min(c, channels - 1) * height * width + i]));
}

/** @param {Tensor} tensor @returns {ImageData} */
function fromPlanes({ shape, values }) {
  const [one, three, height = 0, width = 0] = shape;
  if (shape.length !== 4 || one !== 1 || three !== 3 || height * width === 0)
    throw damaged(`image is [${shape.join(", ")}], not [1, 3, height, width]`);
  return fill(width, height, (i, c) => Math.round(255 * Number(values[c * height * width + i])));
}

/** @param {number} width @param {number} height @param {(place: number, colour: number) => number} value */
function fill(width, height, value) {
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) image.data[i * 4 + c] = value(i, c);
    image.data[i * 4 + 3] = 255;
  }
  return image;
}

/** @param {ImageData} image */
function planes({ data, width, height }) {
  return Float32Array.from(
    { length: 3 * width * height },
    (_, i) => Number(data[(i % (width * height)) * 4 + Math.floor(i / (width * height))]) / 255,
  );
}

/** @param {ImageData} image */
function colours({ data, width, height }) {
  return Uint8Array.from({ length: 3 * width * height }, (_, i) => Number(data[Math.floor(i / 3) * 4 + (i % 3)]));
}

/** @param {number} index */
function number(index) {
  return String(index).padStart(3, "0");
}
