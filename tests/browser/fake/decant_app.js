// Stands in for the WebAssembly module, so that the page can be tested without a model: same surface, drawn pictures instead of computed ones.
// What it should do wrong is said in the prompt and in the model's name. It is never part of what is built.

export default async function init() {}

export async function bench(device, only, onRow) {
  for (const size of ["256x1280x1280", "1024x640x640"]) if (`linear ${size}`.includes(only)) onRow({ operation: `linear ${size}`, seconds: 0.25, flops: 8e8, bytes: 1e7 });
  return `a stand-in for the ${device}`;
}

const SIDE = 32;
const LIMIT = 75;
const ENDINGS = { lost: { code: "device", message: "The GPU was lost in the middle of step 3: device lost by test." } };

const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

export class Session {
  static async open(source, device, onProgress) {
    const url = source.url ?? "";
    if (url.includes("missing")) throw { code: "model", message: `${url}model_index.json is not there (the server says 404). A model's folder holds that file.` };
    const total = 17_694_720;
    for (let part = 0; part <= 4; part++) {
      onProgress({ label: "Reading the weights", loaded: (total * part) / 4, total });
      await sleep(url.includes("slow") ? 400 : 5);
    }
    return new Session(device === "auto" ? "cpu" : device, device !== "auto" ? null : self.isSecureContext ? "software" : "insecure");
  }

  constructor(device, fallbackReason) {
    this.device = device;
    this.fallbackReason = fallbackReason;
  }

  info() {
    return {
      family: "Stable Diffusion 1.x",
      adapter: this.device === "gpu" ? "Google SwiftShader (Vulkan)" : "CPU, WebAssembly SIMD",
      device: this.device,
      software: this.device === "gpu",
      fallbackReason: this.fallbackReason,
      defaults: { prompt: "a blue seven on a yellow background", steps: 20, guidance: 4, sampler: "ddim", width: SIDE, height: SIDE },
      factor: 16,
      samplers: [{ name: "ddim", title: "DDIM" }, { name: "euler", title: "Euler" }],
      predictedBytes: 84_000_000,
    };
  }

  tokenize(text) {
    const words = text.split(/\s+/).filter(Boolean);
    return { used: Math.min(words.length, LIMIT), limit: LIMIT, cut: words.slice(LIMIT).join(" "), ids: new Uint32Array(LIMIT + 2) };
  }

  async generate(settings, onStep) {
    const { prompt, steps, seed, width, height } = settings;
    const started = performance.now();
    const pace = prompt.includes("slow") ? 120 : 12;
    const picture = draw(prompt, width, height);
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
    return { image: mix(picture, noise, 0, width, height), noise: new Float32Array((width * height) / 4), tokens, timings: { text: 3, steps: total - 5, picture: 2, total } };
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
