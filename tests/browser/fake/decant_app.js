// Stands in for the WebAssembly module, so that the page can be tested without a model: same surface, drawn pictures instead of computed ones.
// It reads a model's files like the real one, from beginning to end, and takes any names for a model. What it should do wrong is said in the
// prompt and in the model's name. It is never part of what is built.

export default async function init() {
  return { memory: new WebAssembly.Memory({ initial: 32 }) };
}

export async function bench(device, only, onRow) {
  for (const size of ["256x1280x1280", "1024x640x640"]) if (`linear ${size}`.includes(only)) onRow({ operation: `linear ${size}`, seconds: 0.25, flops: 8e8, bytes: 1e7 });
  return `a stand-in for the ${device}`;
}

export function catalog() {
  const entry = (id, name, docs = `What ${name} does.`) => ({ id, name, docs });
  return {
    samplers: [{ ...entry("ddim", "DDIM"), curves: false, eta: 0, highestOrder: null }, { ...entry("euler", "Euler"), curves: true, eta: null, highestOrder: null }, { ...entry("lms", "LMS"), curves: true, eta: null, highestOrder: 4 }],
    sigmas: [entry("config", "As the model says"), entry("karras", "Karras")],
    spacings: [entry("leading", "leading"), entry("trailing", "trailing")],
    longs: [entry("truncate", "truncate"), entry("chunks", "chunks")],
    rngs: [entry("cpu", "CPU"), entry("cuda", "CUDA")],
  };
}

export async function recognise(files) {
  const [name] = await files.names();
  return name.includes("lora") ? "lora" : name.includes("word") ? "inversion" : "model";
}

/** No PNG of this stand-in's is a picture; that its record travels is enough. */
export function writePicture({ width, height }, settings, { model, hash, device, weights }) {
  return Uint8Array.of(0x89, ...new TextEncoder().encode(`PNG ${JSON.stringify({ settings, model, hash, device, weights, source: "decant", notes: [], width, height })}`));
}

export function animate(noisy) {
  return Uint8Array.of(0x89, ...new TextEncoder().encode(`PNG acTL ${noisy.length}`));
}

export function readRecord(bytes) {
  const text = new TextDecoder().decode(bytes);
  return text.includes('"source":') ? JSON.parse(text.slice(text.indexOf("{"))) : null;
}

const SIDE = 32;
const LIMIT = 75;
const ENDINGS = { lost: { code: "device", message: "The GPU was lost in the middle of step 3: device lost by test." } };

const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** What the real one reads in one go, at most. */
const PART = 1 << 20;
const WEIGHTS = /\.(safetensors|gguf|ckpt|bin)$/;
/** Names that are tried where a source cannot list its files. */
const USUAL = ["model_index.json", "unet/config.json", "unet/diffusion_pytorch_model.gguf", "vae/diffusion_pytorch_model.gguf", "text_encoder/model.gguf"];
const GIGABYTE = 1e9;
/** What it may take one file for. */
const FAMILIES = [{ id: "sd1", title: "Stable Diffusion 1.x" }, { id: "sd-turbo", title: "SD-Turbo" }];

export class Session {
  static async open(files, preview, { device, family }, onProgress) {
    onProgress("Reading the headers", 0, null);
    const session = new Session(device === "auto" ? "cpu" : device, device !== "auto" ? null : self.isSecureContext ? "software" : "insecure");
    session.files = files;
    session.preview = preview;
    session.family = family ?? FAMILIES[0].id;
    if (FAMILIES.every(({ id }) => id !== session.family)) throw { code: "model", message: `There is no family “${family}”.` };
    session.sizes = new Map();
    for (const name of (await files.names()) ?? USUAL) {
      const size = await files.size(name);
      if (size === null) continue;
      if (WEIGHTS.test(name)) session.sizes.set(name, size);
      await files.read(name, 0, Math.min(8, size));
    }
    if (session.sizes.size === 0) throw { code: "model", message: `${files.place()} holds no model: there is no model_index.json and no file of weights.` };
    return session;
  }

  constructor(device, fallbackReason) {
    this.device = device;
    this.fallbackReason = fallbackReason;
    this.weights = "stored";
    this.beside = new Set();
  }

  weigh(width, height, guided) {
    const bytes = [...this.sizes.values()].reduce((sum, size) => sum + size, 0);
    const pixels = width * height * 2000 * (guided ? 2 : 1);
    const rows = [["stored", "as stored (f32)", 1], ["f16", "f16", 0.5], ["q8_0", "q8_0", 0.27], ["q4_0", "q4_0", 0.15]];
    const choices = rows.map(([weights, title, share]) => {
      const peakBytes = Math.round(bytes * share + pixels);
      const problem = peakBytes > 2 * GIGABYTE ? `${title} takes more than the 2.0 GB that this machine has; take a smaller encoding or a smaller picture.` : null;
      return { weights, title, readBytes: bytes, peakBytes, problem, suggested: false };
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
        if (bytes.length !== Math.min(PART, size - at)) throw { code: "model", message: `${name}: ${bytes.length} bytes came from byte ${at} on.` };
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
      layout: this.isFolder() ? "diffusers folder" : "single file",
      why: "the stand-in takes anything",
      takenFor: this.isFolder() ? null : this.family,
      families: this.isFolder() ? [] : FAMILIES,
      adapter: this.device === "gpu" ? "Google SwiftShader (Vulkan)" : "CPU, WebAssembly SIMD",
      device: this.device,
      software: this.device === "gpu",
      fallbackReason: this.fallbackReason,
      defaults: { prompt: "a blue seven on a yellow background", steps: 20, guidance: 4, sampler: "ddim", width: SIDE, height: SIDE },
      factor: 16,
      catalog: catalog(),
      predictedBytes: 84_000_000,
      weights: this.weights,
    };
  }

  /** As the real one when not all of a model stays in memory. */
  async readAgain() {
    for (const [name, size] of this.sizes) {
      for (let at = 0; at < size; at += PART) await sleep(60), await this.files.read(name, at, Math.min(at + PART, size));
    }
  }

  isFolder() {
    return this.sizes.has("unet/diffusion_pytorch_model.gguf");
  }

  tokenize(text, { long } = {}) {
    const words = text.split(/\s+/).filter(Boolean);
    const chunks = long === "chunks" ? Math.max(1, Math.ceil(words.length / LIMIT)) : 1;
    const read = words.slice(0, LIMIT * chunks);
    const pieces = read.map((word, i) => ({ id: 300 + word.length, text: `${word}</w>`, weight: 1, chunk: Math.floor(i / LIMIT), inversion: this.beside.has(word) }));
    return { used: read.length, limit: LIMIT * chunks, cut: words.slice(read.length).join(" "), chunks, pieces, ids: new Uint32Array((LIMIT + 2) * chunks) };
  }

  async addLora(name, files) {
    const size = await files.size((await files.names())[0]);
    if (size < 100) throw { code: "request", message: `LoRA ${name} is for another family.` };
    this.beside.add(name);
    return { name, unet: 12, text: 4, rank: 8, unmatched: [] };
  }

  async fingerprint() {
    return "0123456789abcdef";
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

  async generate(settings, { image, mask }, onStep) {
    const { prompt, steps, seed, width, height } = settings;
    for (const { name } of settings.loras ?? []) if (!this.beside.has(name)) throw { code: "request", message: `There is no LoRA ${name}.` };
    if (prompt.includes("too much")) throw { code: "memory", message: "A picture of that size takes 9.1 GB, and this machine has 2.0 GB; take a smaller picture or q4_0." };
    const started = performance.now();
    if (prompt.includes("read again")) await this.readAgain();
    const pace = prompt.includes("slow") ? 120 : 12;
    const picture = paintOver(draw(prompt, width, height), { image, mask }, settings, width, height);
    const random = randomFrom(seed);
    const noise = Array.from({ length: width * height * 3 }, () => random() * 255);
    for (let index = 0; index < steps; index++) {
      await sleep(pace);
      const sigma = 14.6 * (1 - index / steps) ** 2.4;
      const share = sigma / (sigma + 1);
      await onStep({
        index, total: steps, timestep: Math.round(981 * (1 - index / steps)), sigma, shape: [4, height / 4, width / 4],
        latents: new Float32Array((width * height) / 4), denoised: new Float32Array((width * height) / 4),
        previewNoisy: mix(picture, noise, share, width, height),
        previewDenoised: mix(picture, noise, 0.55 * share ** 3, width, height),
        milliseconds: pace,
      });
      if (prompt.includes("lost") && index === 2) throw ENDINGS.lost;
    }
    const tokens = { prompt: this.tokenize(prompt), negative: this.tokenize(settings.negative) };
    const total = performance.now() - started;
    return { image: mix(picture, noise, 0.01, width, height), settings, noise: new Float32Array((width * height) / 4), tokens, timings: { text: 3, steps: total - 5, picture: 2, total }, memory: { predicted: 84_000_000, measured: null } };
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
  for (let i = 0; i < rgba.length; i++) rgba[i] = i % 4 === 3 ? 255 : picture[i] * (1 - share) + noise[(i >> 2) * 3 + (i % 4)] * share;
  return { width, height, rgba };
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
