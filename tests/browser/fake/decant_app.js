// Stands in for the WebAssembly module, so that the page can be tested without a model: same surface, drawn pictures instead of computed ones.
// It reads a model's files like the real one, from beginning to end, and takes any names for a model. What it should do wrong is said in the
// prompt and in the model's name. It is never part of what is built. That it has what the worker asks of the real one, fits.ts says.
// It is long because it is one module, as the real one is, and the worker gets it as one file.

/** @import * as protocol from "../../../web/api/protocol.d.ts" */

/** The program's own table of settings, as a Rust test keeps it. */
let settings = [];

export default async function init() {
  settings = await (await fetch(new URL("settings.json", import.meta.url))).json();
  return { memory: new WebAssembly.Memory({ initial: 32 }) };
}

export async function bench(device, only, onRow) {
  for (const size of ["256x1280x1280", "1024x640x640"])
    if (`linear ${size}`.includes(only)) onRow({ operation: `linear ${size}`, seconds: 0.25, flops: 8e8, bytes: 1e7 });
  return `a stand-in for the ${device}`;
}

export function useCores() {}

export function catalog() {
  const entry = (id, name, docs = `What ${name} does.`) => ({ id, name, docs });
  return {
    samplers: [
      {
        ...entry("ddim", "DDIM"),
        curves: false,
        spacing: /** @type {const} */ ("always"),
        cfgpp: true,
        zeroSnr: true,
        eta: 0,
        highestOrder: null,
      },
      {
        ...entry("euler", "Euler"),
        curves: true,
        spacing: /** @type {const} */ ("always"),
        cfgpp: true,
        zeroSnr: true,
        eta: null,
        highestOrder: null,
      },
      {
        ...entry("lms", "LMS"),
        curves: true,
        spacing: /** @type {const} */ ("always"),
        cfgpp: false,
        zeroSnr: false,
        eta: null,
        highestOrder: 4,
      },
    ],
    sigmas: [entry("config", "As the model says"), entry("karras", "Karras")],
    spacings: [entry("leading", "leading"), entry("trailing", "trailing")],
    longs: [entry("truncate", "truncate"), entry("chunks", "chunks"), entry("commas", "commas")],
    rngs: [entry("cpu", "CPU"), entry("cuda", "CUDA")],
    settings,
    gridCells: { range: /** @type {[number, number]} */ ([1, 1000]), form: /** @type {[number, number]} */ ([1, 144]) },
  };
}

export async function recognise(files) {
  const [name] = await files.names();
  return name.includes("lora") ? "lora" : name.includes("word") ? "inversion" : "model";
}

/** @template T @param {...T} items @returns {[T, T, T]} */
const three = (...items) => /** @type {any} */ (items);

/** A PNG of stored blocks, with the record as text behind its end. */
export function writePicture({ width, height, rgba }, settings, { model, hash, device, weights, also, enlarged }) {
  const record = new TextEncoder().encode(
    JSON.stringify({
      settings,
      model,
      hash,
      device,
      weights,
      source: "decant",
      notes: [
        ...enlarged.map(({ by, times }) =>
          said("the picture was made larger afterwards, {times} times by {by}; the settings are those before that", { times, by }),
        ),
        ...also.map((what) => said("the picture also came of {what}, which no record holds; give it too for the same picture", { what })),
      ],
    }),
  );
  return Uint8Array.from([...pngOf(width, height, rgba), ...record]);
}

/** No file: what is written is looked at where the real one writes it. */
export function writeTrace({ steps }) {
  return [new TextEncoder().encode(`a run of ${steps.length} steps`)];
}

/** A message and what it is made of, as the program hands it over. */
function said(template, values) {
  const english = (one) => {
    if (typeof one !== "object") return String(one);
    if ("bytes" in one) return `${(one.bytes / 1e9).toFixed(1)} GB`;
    return one.setting ?? one.template.replaceAll(/\{(\w+)\}/g, (_, name) => english(one.values[name]));
  };
  const text = english({ template, values });
  return { message: `${text.charAt(0).toUpperCase()}${text.slice(1)}.`, sentence: { template, values } };
}

/** The refusal of a picture that is too large; by “a driver” for a reason that only English has words for. */
function doesNotFit(prompt, width, height) {
  const need = { bytes: 9.1e9 };
  const advice = { template: "ask for a smaller picture, or weights kept as {encoding}", values: { encoding: "q4_0" } };
  const device = "Test GPU";
  return prompt.includes("a driver")
    ? {
        code: "memory",
        ...said("{width}×{height} would take {need} of memory on {device}: {reason}; {advice}", {
          ...{ width, height, need, device, advice },
          reason: { template: "a driver has words of its own", values: {} },
        }),
      }
    : {
        code: "memory",
        ...said("{width}×{height} would take {need} of memory on {device}, which has {most} for it; {advice}", {
          ...{ width, height, need, device, advice },
          most: { bytes: 2e9 },
        }),
      };
}

export function animate(noisy, _denoised, _image, settings) {
  return Uint8Array.of(0x89, ...new TextEncoder().encode(`PNG acTL ${noisy.length} ${JSON.stringify({ settings })}`));
}

/** @returns {import("../../../web/api/decant.d.ts").Plane} */
export function plane(runs) {
  return { runs: runs.map((points) => points.map((point) => [point[0] ?? 0, point[1] ?? 0])), explained: [0.7, 0.2] };
}

/** @returns {import("../../../web/api/decant.d.ts").Distance} */
export function distance(a, b) {
  const rms = (values) => Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
  return { rms: rms(a.map((value, i) => value - b[i])), cosine: 0.5, lengths: [rms(a), rms(b)] };
}

export function readRecord(bytes) {
  const text = new TextDecoder().decode(bytes);
  return text.includes('"source":') ? JSON.parse(text.slice(text.indexOf('{"settings"'))) : null;
}

const SIDE = 32;
const LIMIT = 75;
const ENDINGS = { lost: { code: "device", message: "The GPU was lost in the middle of step 3: device lost by test." } };

const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** What the real one reads in one go, at most. */
const PART = 1 << 20;
const WEIGHTS = /\.(safetensors|gguf|ckpt|bin)$/;
/** Names that are tried where a source cannot list its files. */
const USUAL = [
  "model_index.json",
  "unet/config.json",
  "unet/diffusion_pytorch_model.gguf",
  "vae/diffusion_pytorch_model.gguf",
  "text_encoder/model.gguf",
];
const GIGABYTE = 1e9;
/** What it may take one file for. */
const FAMILIES = [
  { id: "sd1", title: "Stable Diffusion 1.x" },
  { id: "sd-turbo", title: "SD-Turbo" },
];

/** What the worker could not read is no fault of the model's, as `Failure::opening` says it. */
function asTheProgramReads(files) {
  const reading =
    (act) =>
    async (...asked) => {
      try {
        return await act(...asked);
      } catch (error) {
        throw error?.code === "model" ? { ...error, why: "unread" } : error;
      }
    };
  return {
    place: () => files.place(),
    names: reading(() => files.names()),
    size: reading((name) => files.size(name)),
    read: reading((...where) => files.read(...where)),
  };
}

/** @implements {protocol.Session} */
export class Session {
  /** @type {protocol.Files} */
  files;
  /** @type {protocol.Files | undefined} */
  preview;
  /** Which of FAMILIES it is taken for. */
  family = "";
  /** What its decant.json says, if it is read. @type {any} */
  about = {};
  /** Bytes of each of its files of weights. @type {Map<string, number>} */
  sizes = new Map();
  /** What is loaded beside it, by name. @type {Set<string>} */
  beside = new Set();
  /** How they are kept. @type {Exclude<import("../../../web/api/decant.d.ts").Weights, "auto">} */
  weights = "stored";

  static async open(files, preview, { device, family, gpuKernels }, onProgress) {
    onProgress("Reading the headers", 0, null);
    const session = new Session(
      device === "auto" ? "cpu" : device,
      device !== "auto" ? null : self.isSecureContext ? "software" : "insecure",
    );
    // What was handed in last is taken, and otherwise the same is always found.
    if (gpuKernels && device === "gpu")
      session.gpuKernels = { key: "a stand-in 0", choice: gpuKernels["a stand-in 0"] ?? "linear many: square" };
    files = session.files = asTheProgramReads(files);
    session.preview = preview;
    session.family = family ?? FAMILIES[0].id;
    if (FAMILIES.every(({ id }) => id !== session.family)) throw { code: "model", message: `There is no family “${family}”.` };
    session.about = files.place().includes("emoji")
      ? JSON.parse(new TextDecoder().decode(await files.read("decant.json", 0, (await files.size("decant.json")) ?? 0)))
      : {};
    for (const name of (await files.names()) ?? USUAL) {
      const size = await files.size(name);
      if (size === null) continue;
      if (WEIGHTS.test(name)) session.sizes.set(name, size);
      await files.read(name, 0, Math.min(8, size));
    }
    if (session.sizes.size === 0)
      throw {
        code: "model",
        message: `${files.place()} holds no model: there is no model_index.json and no file of weights.`,
        why: "absent",
      };
    return session;
  }

  constructor(device, fallbackReason) {
    this.device = device;
    this.fallbackReason = fallbackReason;
    /** @type {{ key: string, choice: string } | null} */
    this.gpuKernels = null;
  }

  weigh(width, height, guided) {
    const bytes = [...this.sizes.values()].reduce((sum, size) => sum + size, 0);
    const pixels = width * height * 2000 * (guided ? 2 : 1);
    /** @type {[Session["weights"], string, number][]} */
    const rows = [
      ["stored", "as stored (f32)", 1],
      ["f16", "f16", 0.5],
      ["q8_0", "q8_0", 0.27],
      ["q4_0", "q4_0", 0.15],
    ];
    const choices = rows.map(([weights, title, share]) => {
      const peakBytes = Math.round(bytes * share + pixels);
      const problem =
        peakBytes > 2 * GIGABYTE
          ? `${title} takes more than the 2.0 GB that this machine has; take a smaller encoding or a smaller picture.`
          : null;
      return { weights, title, readBytes: bytes, peakBytes, problem, sentence: null, suggested: false };
    });
    (choices.find(({ problem }) => !problem) ?? choices.at(-1)).suggested = true;
    return choices;
  }

  async fill(weights, onProgress) {
    const choice = this.weigh(SIDE, SIDE, true).find((one) => (weights === "auto" ? one.suggested : one.weights === weights));
    if (choice.problem) throw { code: "memory", message: choice.problem };
    this.weights = choice.weights;
    let loaded = 0;
    this.sum = 0;
    for (const [name, size] of this.sizes) {
      for (let at = 0; at < size; at += PART) {
        const bytes = await this.files.read(name, at, Math.min(at + PART, size));
        if (at === 0 && String.fromCharCode(...bytes.slice(0, 7)) === "DAMAGED")
          throw { code: "model", message: `${name}: is not what it should be; download the file again.` };
        if (bytes.length !== Math.min(PART, size - at))
          throw { code: "model", message: `${name}: ${bytes.length} bytes came from byte ${at} on.` };
        for (let i = 0; i < bytes.length; i += 4099) this.sum = (this.sum * 31 + bytes[i]) % 4294967291;
        loaded += bytes.length;
        onProgress("Reading the weights", loaded, choice.readBytes);
        if (this.files.place().includes("slow")) await sleep(40);
      }
    }
    console.debug(`read ${this.sum}`);
  }

  info() {
    return {
      family: FAMILIES.find(({ id }) => id === this.family).title,
      distilled: this.family === "sd-turbo" ? /** @type {"Turbo"} */ ("Turbo") : null,
      layout: this.isFolder() ? "diffusers folder" : "single file",
      why: "the stand-in takes anything",
      takenFor: this.isFolder() ? null : this.family,
      families: this.isFolder() ? [] : FAMILIES,
      adapter: this.device === "gpu" ? "Google SwiftShader (Vulkan)" : "CPU, WebAssembly SIMD",
      path: this.device === "gpu" ? null : "simd128, 1 thread",
      device: this.device,
      software: this.device === "gpu",
      gpuKernels: this.gpuKernels,
      fallbackReason: this.fallbackReason,
      words: this.about.words ?? [],
      examples: this.about.examples ?? [],
      grammar: this.about.grammar ?? null,
      gears: this.about.gears ?? [],
      upscaler: this.about.upscaler ?? null,
      defaults: { prompt: "a blue seven on a yellow background", steps: 20, guidance: 4, sampler: "ddim", width: SIDE, height: SIDE },
      factor: 16,
      catalog: catalog(),
      predictedBytes: this.files.place().includes("large") ? 900_000_000 : 84_000_000,
      weights: this.weights,
    };
  }

  /** As the real one when not all of a model stays in memory. */
  async readAgain() {
    for (const [name, size] of this.sizes) {
      for (let at = 0; at < size; at += PART) (await sleep(60), await this.files.read(name, at, Math.min(at + PART, size)));
    }
  }

  isFolder() {
    return this.sizes.has("unet/diffusion_pytorch_model.gguf");
  }

  tokenize(text, { long } = /** @type {Partial<protocol.What<"tokenize">["how"]>} */ ({})) {
    const words = text.split(/\s+/).filter(Boolean);
    const chunks = long === "chunks" ? Math.max(1, Math.ceil(words.length / LIMIT)) : 1;
    const read = words.slice(0, LIMIT * chunks);
    const pieces = read.map((word, i) => ({
      id: 300 + word.length,
      text: `${word}</w>`,
      weight: 1,
      chunk: Math.floor(i / LIMIT),
      inversion: this.beside.has(word),
    }));
    return {
      used: read.length,
      limit: LIMIT * chunks,
      cut: words.slice(read.length).join(" "),
      chunks,
      pieces,
      ids: new Uint32Array((LIMIT + 2) * chunks),
    };
  }

  async addLora(name, files) {
    const size = await files.size((await files.names())[0]);
    if (size < 100) throw { code: "request", message: `LoRA ${name} is for another family.` };
    this.beside.add(name);
    return { name, unet: 12, text: 4, rank: 8, words: [], unmatched: [] };
  }

  async fingerprint() {
    return "0123456789abcdef";
  }

  /** Twice as large, each pixel four times. */
  async upscaler() {
    const name = this.about.upscaler;
    if (!name) throw { code: "request", message: "This model's folder brings no upscaler along; open one from a file." };
    return {
      info: () => ({ name, network: "none", scale: 2, adapter: this.device }),
      async run({ width, height, rgba }, record, _budget, onTile) {
        await onTile(0, 1);
        const large = new Uint8ClampedArray(rgba.length * 4);
        for (let at = 0; at < large.length; at++) {
          const [pixel, channel] = [at >> 2, at & 3];
          const [x, y] = [pixel % (2 * width), Math.floor(pixel / (2 * width))];
          large[at] = rgba[4 * ((y >> 1) * width + (x >> 1)) + channel];
        }
        await onTile(1, 1);
        const png = Uint8Array.from([...pngOf(2 * width, 2 * height, large), ...(record ?? [])]);
        return { image: { width: 2 * width, height: 2 * height, rgba: large }, png, enlarged: { by: name, times: 2 } };
      },
    };
  }

  removeLora(name) {
    this.beside.delete(name);
  }

  async addTextualInversion(name, bytes) {
    this.beside.add(name);
    return { name, words: [name], vectors: bytes.length > 200 ? 4 : 1 };
  }

  removeTextualInversion(name) {
    this.beside.delete(name);
  }

  async useVae(name, files) {
    this.vae = [name, await files.names()];
  }

  useOwnVae() {
    this.vae = null;
  }

  async embed(settings) {
    const tokens = this.tokenize(settings.prompt);
    const words = [
      "<|startoftext|>",
      ...tokens.pieces.map(({ text }) => text),
      ...Array(LIMIT + 1 - tokens.pieces.length).fill("<|endoftext|>"),
    ];
    const random = randomFrom(settings.prompt.length);
    const table = () => Float32Array.from({ length: words.length * 8 }, () => random() - 0.5);
    return { tokens, words, width: 8, input: table(), outputWidth: 8, output: table() };
  }

  async neighbours(token, count) {
    return Array.from({ length: count }, (_, i) => ({
      token: `${typeof token === "string" ? token : "vector"}${i || ""}</w>`,
      id: 300 + i,
      cosine: 1 - i / 10,
    }));
  }

  async roundTrip(image) {
    const { width, height } = image;
    return {
      before: image,
      after: image,
      latents: { values: new Float32Array((width * height) / 16), shape: three(4, height / 8, width / 8) },
      psnr: 31.4,
      ratio: 48,
    };
  }

  schedule({ steps }) {
    const at = (i) => 981 * (1 - i / steps);
    return {
      timesteps: Float32Array.from({ length: steps }, (_, i) => at(i)),
      sigmas: Float32Array.from({ length: steps + 1 }, (_, i) => 14.6 * (1 - i / steps) ** 2.4),
      alphasCumprod: Float32Array.from({ length: 1000 }, (_, t) => (1 - t / 1000) ** 2),
    };
  }

  async addNoise(latents, timestep, seed) {
    const signal = 1 - timestep / 1000;
    const random = randomFrom(seed);
    const noise = Array.from({ length: SIDE * SIDE * 3 }, () => random() * 255);
    return { latents, preview: mix(draw("", SIDE, SIDE), noise, 1 - signal, SIDE, SIDE), signal, noise: Math.sqrt(1 - signal ** 2) };
  }

  async decode() {
    return mix(draw("", SIDE, SIDE), [], 0, SIDE, SIDE);
  }

  async generate(settings, { image, mask, latents }, onStep, attention) {
    const { prompt, steps, width = SIDE, height = SIDE } = settings;
    const seed = settings.seed + (latents?.file?.reduce((sum, byte) => (sum * 31 + byte) % 65521, 7) ?? 0);
    for (const { name } of settings.loras ?? [])
      if (!this.beside.has(name)) throw { code: "request", message: `There is no LoRA ${name}.` };
    const [, refused] = /refuse (\S+)/.exec(prompt) ?? [];
    if (refused)
      throw {
        code: "request",
        message: `${refused}: there is no mask; give one, or leave ${refused} (--${refused.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}) out.`,
      };
    if (prompt.includes("does not fit")) throw doesNotFit(prompt, width, height);
    if (prompt.includes("gone")) {
      self.close();
      await new Promise(() => {});
    }
    if (prompt.includes("out of memory")) throw new WebAssembly.RuntimeError("unreachable");
    if (prompt.includes("too much"))
      throw {
        code: "memory",
        message: "A picture of that size takes 9.1 GB, and this machine has 2.0 GB; take a smaller picture or q4_0.",
      };
    const started = performance.now();
    if (prompt.includes("read again")) await this.readAgain();
    // Without guidance the model is asked once a step.
    const pace = prompt.includes("slow") ? 120 : settings.guidance > 1 ? 12 : 4;
    const picture = paintOver(draw(prompt, width, height), { image, mask }, settings, width, height);
    const random = randomFrom(seed);
    const noise = Array.from({ length: width * height * 3 }, () => random() * 255);
    const tokens = {
      prompt: this.tokenize(prompt, settings),
      negative: settings.guidance > 1 ? this.tokenize(settings.negative, settings) : null,
    };
    const sigmaAt = (index) => Math.fround(14.6 * (1 - index / steps) ** 2.4);
    const timestepAt = (index) => Math.round(981 * (1 - index / steps));
    const pass = {
      tokens,
      textEmbeddings: { shape: three(1 + Number(tokens.negative !== null), LIMIT + 2, 1), values: new Float32Array(2 * (LIMIT + 2)) },
      noise: new Float32Array((width * height) / 4),
      schedule: {
        timesteps: Float32Array.from({ length: steps }, (_, index) => timestepAt(index)),
        sigmas: Float32Array.from({ length: steps + 1 }, (_, index) => sigmaAt(index)),
      },
    };
    for (let index = 0; index < steps; index++) {
      await sleep(pace);
      const sigma = sigmaAt(index);
      const share = sigma / (sigma + 1);
      await onStep({
        index,
        total: steps,
        timestep: timestepAt(index),
        sigma,
        scale: 1,
        shape: [4, height / 4, width / 4],
        ...numbersOf(picture, random, share, [4, height / 4, width / 4]),
        guidance: settings.guidance,
        attention: attention ? attentionOf(this.tokenize(prompt).pieces.length, height / 4, width / 4) : null,
        ...pullingOf(settings, index, [4, height / 4, width / 4]),
        previewNoisy: mix(picture, noise, share, width, height),
        previewDenoised: prompt.includes("rough")
          ? mix(draw(prompt, width / 4, height / 4), [], 0, width / 4, height / 4)
          : mix(picture, noise, 0.55 * share ** 3, width, height),
        milliseconds: pace,
        pass: index === 0 ? pass : null,
      });
      if (prompt.includes("lost") && index === 2) throw ENDINGS.lost;
    }
    const total = performance.now() - started;
    const also = [image && "a picture", mask && "a mask", latents && "latents"].filter(Boolean);
    return {
      also,
      image: mix(picture, noise, 0.01, width, height),
      settings: {
        ...settings,
        width,
        height,
        ...(image && settings.startStep === undefined && { strength: settings.strength ?? (mask ? 1 : 0.8) }),
      },
      timings: { text: 3, steps: total - 5, picture: 2, total },
      memory: { predicted: 84_000_000, measured: null },
    };
  }
}

/** A drawn digit: enough to judge the layout by. */
function draw(prompt, width, height) {
  const context = new OffscreenCanvas(width, height).getContext("2d");
  context.fillStyle = prompt.includes("green") ? "#3f9b57" : "#efc94a";
  context.fillRect(0, 0, width, height);
  context.strokeStyle = "#2f58b8";
  context.lineWidth = 3.4;
  context.lineJoin = context.lineCap = "round";
  context.scale(width / SIDE, height / SIDE);
  context.stroke(new Path2D("M9 8.5 L22.5 7.5 C19 14 16 18 14 25"));
  return context.getImageData(0, 0, width, height).data;
}

/** What is started from shines through as far as the strength leaves it; where a mask is black, wholly. */
function paintOver(picture, { image, mask }, { strength = mask ? 1 : 0.8 }, width, height) {
  if (!image) return picture;
  return picture.map((value, i) => {
    const [x, y] = [(i >> 2) % width, Math.floor((i >> 2) / width)];
    const at = (Math.floor((y * image.height) / height) * image.width + Math.floor((x * image.width) / width)) * 4;
    const share = !mask || mask.rgba[at] >= 128 ? strength : 0;
    return value * share + image.rgba[at + (i % 4)] * (1 - share);
  });
}

function mix(picture, noise, share, width, height) {
  const rgba = new Uint8ClampedArray(picture.length);
  for (let i = 0; i < rgba.length; i++)
    rgba[i] = i % 4 === 3 ? 255 : picture[i] * (1 - share) + (noise[(i >> 2) * 3 + (i % 4)] ?? 0) * share;
  return { width, height, rgba };
}

/** Latents and what belongs to them, so that plots have something to show. */
function numbersOf(picture, random, share, [c, h, w]) {
  const clean = Float32Array.from({ length: c * h * w }, (_, i) => picture[(i * 16) % picture.length] / 128 - 1);
  const noise = clean.map(() => random() * 2 - 1);
  const latents = clean.map((value, i) => value * (1 - share) + noise[i] * share);
  const statistics = (values) =>
    Array.from({ length: c }, (_, channel) => {
      const own = values.subarray(channel * h * w, (channel + 1) * h * w);
      const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
      return {
        mean,
        deviation: Math.sqrt(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / own.length),
        least: Math.min(...own),
        largest: Math.max(...own),
      };
    });
  return {
    latents: latents.slice(),
    modelInput: latents.slice(),
    prediction: noise.slice(),
    denoised: clean,
    next: latents,
    epsCond: noise,
    epsUncond: noise.map((value) => value / 2),
    epsGuided: noise.slice(),
    channels: { next: statistics(latents), denoised: statistics(clean) },
  };
}

/** Each token looks at a stripe of its own. */
/** What a step is pulled by: a loss that falls, and a gradient along the channels. */
function pullingOf({ losses = [], lossEvery = 5 }, index, shape) {
  if (losses.length === 0 || index % lossEvery !== 0) return { loss: null, lossGradient: null };
  const values = Float32Array.from({ length: shape[0] * shape[1] * shape[2] }, (_, i) => Math.sin(i + index) / 100);
  return { loss: 1 / (index + 1), lossGradient: { shape, values } };
}

function attentionOf(tokens, h, w) {
  const values = new Float32Array((LIMIT + 2) * h * w);
  for (let token = 0; token < LIMIT + 2; token++)
    for (let at = 0; at < h * w; at++)
      values[token * h * w + at] = token === 0 ? 0.5 : token <= tokens && (at % w) % tokens === token - 1 ? 0.5 : 0;
  return { shape: [LIMIT + 2, h, w], values };
}

function pngOf(width, height, rgba) {
  const rows = Array.from({ length: height }, (_, y) => [0, ...rgba.subarray(y * width * 4, (y + 1) * width * 4)]).flat();
  const blocks = [];
  for (let at = 0; at < rows.length; at += 65535) {
    const part = rows.slice(at, at + 65535);
    blocks.push(
      at + 65535 >= rows.length ? 1 : 0,
      part.length & 255,
      part.length >> 8,
      ~part.length & 255,
      (~part.length >> 8) & 255,
      ...part,
    );
  }
  let [a, b] = [1, 0];
  for (const value of rows) [a, b] = [(a + value) % 65521, (b + a + value) % 65521];
  const chunk = (name, data) => {
    const body = [...new TextEncoder().encode(name), ...data];
    let crc = -1;
    for (const value of body) {
      crc ^= value;
      for (let k = 0; k < 8; k++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    }
    return [...bigEndian(data.length), ...body, ...bigEndian(~crc)];
  };
  const header = [...bigEndian(width), ...bigEndian(height), 8, 6, 0, 0, 0];
  return [
    0x89,
    0x50,
    0x4e,
    0x47,
    0x0d,
    0x0a,
    0x1a,
    0x0a,
    ...chunk("IHDR", header),
    ...chunk("IDAT", [0x78, 1, ...blocks, ...bigEndian(b * 65536 + a)]),
    ...chunk("IEND", []),
  ];
}

function bigEndian(value) {
  return [24, 16, 8, 0].map((by) => (value >>> by) & 255);
}

/** A small generator, so that a seed gives the same picture twice. */
function randomFrom(seed) {
  let state = seed + 0x9e3779b9;
  return () => {
    state = Math.imul(state ^ (state >>> 15), state | 1);
    state ^= state + Math.imul(state ^ (state >>> 7), state | 61);
    return ((state ^ (state >>> 14)) >>> 0) / 4294967296;
  };
}
