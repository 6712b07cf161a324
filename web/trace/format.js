// A run read from its file: what the command writes (`decant generate --trace`) and what the page has the program write (crates/sd/src/trace.rs,
// which lists the tensors), without the program, so that a page without WebAssembly shows it, too. A loaded run is a `Trace` like a live one.
// What a file does not have is left empty (an array of no numbers, null), never made up; only previews, which every view needs, are then coloured
// by the first three channels.

import { damaged, peekMetadata, readSafetensors } from "./safetensors.js";
import { readMeta } from "./meta.js";

/** @import { ChannelStatistics, Settings, Step, Tensor as Shaped, Trace } from "../api/decant.d.ts" */
/** @import { Contents, Tensor } from "./safetensors.js" */
/** @import { StepMeta } from "./meta.js" */

const FORMAT = "decant trace";

/** The versions that are read; files of the first do not say theirs. */
const [FIRST, LATEST] = [1, 2];

/** What a step's tensors are called in a file. */
const NAMES = {
  latents: "latents",
  modelInput: "model_input",
  prediction: "prediction",
  denoised: "denoised",
  next: "next",
  epsCond: "eps_cond",
  epsUncond: "eps_uncond",
  epsGuided: "eps_guided",
};

/** And in one of version 1, which lacks some. @type {typeof NAMES} */
const FORMER_NAMES = {
  ...NAMES,
  latents: "input",
  next: "latents",
  epsCond: "noise_text",
  epsUncond: "noise_uncond",
  epsGuided: "noise_guided",
};

/** Whether a file holds a run. @param {Blob} blob */
export async function isTrace(blob) {
  return (await peekMetadata(blob))?.["format"] === FORMAT;
}

/** Rejects with a sentence where the file is damaged, or something else. @param {Blob} blob @returns {Promise<Trace>} */
export async function readTrace(blob) {
  const contents = await readSafetensors(blob);
  const { tensors, metadata } = contents;
  if (metadata["format"] !== FORMAT) throw damaged(`it does not say that it is a “${FORMAT}”`);
  const version = Number(metadata["version"] ?? FIRST);
  if (version !== FIRST && version !== LATEST)
    throw damaged(`it is of version ${metadata["version"]}, and this page reads up to ${LATEST}`);
  const names = version === FIRST ? FORMER_NAMES : NAMES;
  // A run that starts from a picture begins later than with call 0.
  const calls = [...tensors.keys()].flatMap((name) => callIn(name, names.next)).sort((a, b) => a - b);
  if (calls.length === 0) throw damaged("it holds no step");
  const picture = tensors.get("image");
  const image = picture ? fromPlanes(picture) : null;
  const { settings, steps: stepMeta, ...rest } = readMeta(metadata);
  const steps = calls.map((_, at) => readStep(contents, names, calls, at, stepMeta[at] ?? {}, settings));
  settings.width ??= image?.width;
  settings.height ??= image?.height;
  const textEmbeddings = shapedOf(tensors.get("text_embeddings"));
  // Of version 1, only the command's files have the whole schedule; those have the text's embeddings as well.
  const whole = version !== FIRST || textEmbeddings !== null;
  return {
    settings: /** @type {Settings} */ (settings),
    textEmbeddings,
    noise: floatsOf(tensors.get("noise")),
    schedule: whole ? scheduleOf(tensors) : null,
    steps,
    image,
    ...rest,
  };
}

/** Of which model call a tensor is, if it is called so. @param {string} tensor @param {string} name */
function callIn(tensor, name) {
  const [begin, end] = [tensor.slice(0, name.length + 1), tensor.slice(name.length + 1)];
  return begin === `${name}_` && /^\d+$/.test(end) ? [Number(end)] : [];
}

/** @param {Tensor | undefined} tensor @returns {Float32Array | null} */
function floatsOf(tensor) {
  return tensor?.values instanceof Float32Array ? tensor.values : null;
}

/** @param {Contents["tensors"]} tensors @returns {Trace["schedule"]} */
function scheduleOf(tensors) {
  const [timesteps, sigmas] = [floatsOf(tensors.get("timesteps")), floatsOf(tensors.get("sigmas"))];
  return timesteps && sigmas && { timesteps, sigmas };
}

/**
 * @param {Contents} contents
 * @param {typeof NAMES} names
 * @param {number[]} calls the model calls that it holds
 * @param {number} at which of them
 * @param {StepMeta} meta
 * @param {Partial<Settings>} settings
 * @returns {Step}
 */
function readStep({ tensors }, names, calls, at, meta, settings) {
  const index = calls[at] ?? 0;
  const end = number(index);
  const first = wanted(tensors, `${names.next}_${end}`);
  const shape = /** @type {[number, number, number]} */ (first.shape.slice(-3));
  if (shape.length !== 3 || first.shape.slice(0, -3).some((side) => side !== 1))
    throw damaged(`${names.next}_${end} is [${first.shape.join(", ")}], not [1, channels, height, width]`);
  const like = (/** @type {string} */ name) => {
    const tensor = tensors.get(name);
    if (tensor && tensor.values.length !== first.values.length)
      throw damaged(`${name} is [${tensor.shape.join(", ")}], unlike ${names.next}_${end}`);
    return /** @type {Float32Array} */ (tensor?.values ?? new Float32Array(0));
  };
  const tensor = (/** @type {keyof typeof NAMES} */ key) => like(`${names[key]}_${end}`);
  wanted(tensors, `${names.denoised}_${end}`);
  const [latents, next, denoised, epsUncond] = [tensor("latents"), tensor("next"), tensor("denoised"), tensor("epsUncond")];
  // The first files had no latents before a step of their own.
  const before = at === 0 ? (tensors.has("start") ? "start" : "noise") : `${names.next}_${number(calls[at - 1] ?? 0)}`;
  return {
    index,
    total: meta.total ?? index + calls.length - at,
    timestep: levelAt(tensors, "timesteps", calls, at, meta.timestep),
    sigma: levelAt(tensors, "sigmas", calls, at, meta.sigma),
    scale: meta.scale ?? null,
    latents: latents.length > 0 ? latents : like(before),
    modelInput: tensor("modelInput"),
    prediction: tensor("prediction"),
    denoised,
    next,
    shape,
    epsCond: tensor("epsCond"),
    epsUncond: epsUncond.length > 0 ? epsUncond : null,
    epsGuided: tensor("epsGuided"),
    guidance: meta.guidance ?? (epsUncond.length > 0 ? (settings.guidance ?? 1) : 1),
    channels: meta.channels ?? { next: statisticsOf(next, shape), denoised: statisticsOf(denoised, shape) },
    attention: shapedOf(tensors.get(`attention_${end}`)),
    loss: floatsOf(tensors.get(`loss_${end}`))?.[0] ?? null,
    lossGradient: gradientOf(tensors.get(`loss_gradient_${end}`), shape),
    previewNoisy: previewOf(tensors.get(`preview_noisy_${end}`), latents.length > 0 ? latents : next, shape),
    previewDenoised: previewOf(tensors.get(`preview_denoised_${end}`), denoised, shape),
    milliseconds: meta.milliseconds ?? 0,
  };
}

/**
 * Of a step's timestep or sigma, which the schedule says; a file without one says it of each step. A schedule is whole, or in the page's files of
 * version 1 that of the calls that were made; sigmas have one more, the end.
 * @param {Contents["tensors"]} tensors
 * @param {"timesteps" | "sigmas"} name
 * @param {number[]} calls
 * @param {number} at
 * @param {number | null | undefined} own
 */
function levelAt(tensors, name, calls, at, own) {
  // JSON has no infinity, where a schedule may begin.
  if (!tensors.has(name) && own !== undefined) return own ?? Infinity;
  const { values } = wanted(tensors, name);
  return Number(values[values.length > calls.length + (name === "sigmas" ? 1 : 0) ? (calls[at] ?? 0) : at] ?? 0);
}

/** @param {Contents["tensors"]} tensors @param {string} name */
function wanted(tensors, name) {
  const tensor = tensors.get(name);
  if (!tensor) throw damaged(`${name} is missing`);
  return tensor;
}

/** Shaped as the step's latents, or left out. @param {Tensor | undefined} tensor @param {[number, number, number]} shape @returns {Shaped | null} */
function gradientOf(tensor, shape) {
  const values = floatsOf(tensor);
  return values?.length === shape[0] * shape[1] * shape[2] ? { shape, values } : null;
}

/** @param {Tensor | undefined} tensor @returns {Shaped | null} */
function shapedOf(tensor) {
  if (!tensor || tensor.shape.length !== 3 || !(tensor.values instanceof Float32Array)) return null;
  return { shape: /** @type {[number, number, number]} */ (tensor.shape), values: tensor.values };
}

/**
 * The numbers under the maps, for the first files, which do not say them: what the program says of every other step (crates/sd/src/latents/statistics.rs).
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

/** @param {number} index */
function number(index) {
  return String(index).padStart(3, "0");
}
