// Both in one page, in turn. Decant's UNet is timed as a step of a run, which is a call of the UNet and little else (what else there is counts
// against it); its autoencoder as the answer to `decode`.

import { Decant } from "/decant/decant.js";

const SETTINGS = { prompt: "a blue seven", width: 256, height: 256, guidance: 7, sampler: "ddim", steps: 2, seed: 1 };
/** Above what two ways to add up in f32 come to: relative RMS of the noise, and of the picture's numbers from 0 to 1. */
const ALLOWED = { noise: 1e-4, picture: 4e-3 };

Object.assign(window, { compare });

/** @typedef {{ device: "cpu" | "gpu", threads: number }} Where */

/** @param {number} rounds @param {"cpu" | "gpu"} device */
async function compare(rounds, device) {
  const cores = navigator.hardwareConcurrency;
  const counts = device === "cpu" && cores > 1 ? [1, cores] : [1];
  const contenders = [];
  for (const threads of counts) contenders.push(await ours({ device, threads }));
  for (const threads of counts) contenders.push(await theirs({ device, threads }));
  const asked = await contenders[0].question();
  /** @type {Record<string, number>} */
  const agreement = {};
  for (let round = -1; round < rounds; round++) {
    const answers = [];
    for (const contender of contenders) {
      for (const net of ["unet", "vae"]) {
        const { milliseconds, values } = await contender.run(net, asked);
        answers.push({ net, values });
        if (round >= 0) contender.times[net].push(milliseconds); // the first time is for the compiler
      }
    }
    if (round < 0) Object.assign(agreement, compared(answers));
    console.info(
      `round ${round + 1} of ${rounds}: ${contenders
        .map(
          ({ name, times }) =>
            `${name} ${Object.values(times)
              .map((list) => Math.round(list.at(-1) ?? 0))
              .join(" + ")}`,
        )
        .join(", ")}`,
    );
  }
  return {
    agent: navigator.userAgent,
    cores,
    agreement,
    contenders: contenders.map(({ name, path, rival, times }) => ({ name, path, rival, times })),
  };
}

/** @param {Where} where */
async function ours({ device, threads }) {
  const decant = await Decant.load({ model: new URL("/made/quarter", location.href).href, device, weights: "f32", threads });
  /** @type {any} */
  let step = null;
  return {
    name: `Decant, ${named({ device, threads })}`,
    path: decant.info.path ?? decant.info.adapter ?? "",
    rival: `onnxruntime-web, ${named({ device, threads })}`,
    times: { unet: [], vae: [] },
    async question() {
      await this.run("unet");
      const [context, negative] = await Promise.all([decant.embed({ ...SETTINGS }), decant.embed({ ...SETTINGS, prompt: "" })]);
      return { sample: step.modelInput, timestep: step.timestep, context: [...negative.output, ...context.output], latents: step.denoised };
    },
    /** @param {string} net @param {any} [asked] */
    async run(net, asked) {
      if (net === "unet") {
        const { trace } = await decant.generate(SETTINGS);
        step = trace.steps[0];
        return { milliseconds: trace.steps[1].milliseconds, values: [...step.epsUncond, ...step.epsCond] };
      }
      const started = performance.now();
      const { data } = await decant.decode({ values: asked.latents, shape: [4, 32, 32], level: "clean" });
      return { milliseconds: performance.now() - started, values: [...data].filter((_, at) => at % 4 < 3).map((value) => value / 255) };
    },
  };
}

/** @param {Where} where */
async function theirs({ device, threads }) {
  const worker = new Worker(new URL("./ort.js", import.meta.url), { type: "module" });
  /** @param {object} message @returns {Promise<any>} */
  const ask = (message) =>
    new Promise((resolve, reject) => {
      worker.addEventListener("message", ({ data }) => (data.failure ? reject(new Error(data.failure)) : resolve(data)), { once: true });
      worker.postMessage(message);
    });
  await ask({ provider: device === "gpu" ? "webgpu" : "wasm", threads });
  return {
    name: `onnxruntime-web, ${named({ device, threads })}`,
    path: "",
    rival: null,
    times: { unet: [], vae: [] },
    question: () => Promise.reject(new Error("only Decant is asked")),
    /** @param {string} net @param {any} asked */
    async run(net, { sample, timestep, context, latents }) {
      const feeds =
        net === "unet"
          ? {
              sample: [Float32Array.from([...sample, ...sample]), [2, 4, 32, 32]],
              timestep: [Float32Array.of(timestep), [1]],
              context: [Float32Array.from(context), [2, 77, 192]],
            }
          : { latents: [Float32Array.from(latents), [1, 4, 32, 32]] };
      const { milliseconds, values } = await ask({ net, feeds });
      if (net === "unet") return { milliseconds, values: [...values] };
      const side = values.length / 3; // planes, where a picture has pixels
      return {
        milliseconds,
        values: Array.from({ length: 3 * side }, (_, at) =>
          Math.min(Math.max(values[(at % 3) * side + Math.floor(at / 3)] / 2 + 0.5, 0), 1),
        ),
      };
    },
  };
}

/** Everybody's answers beside the first one's. @param {{ net: string, values: number[] }[]} answers */
function compared(answers) {
  const worst = { noise: 0, picture: 0 };
  for (const { net, values } of answers) {
    const first = answers.find((other) => other.net === net)?.values ?? [];
    const rms = (/** @type {number[]} */ list) => Math.sqrt(list.reduce((sum, value) => sum + value ** 2, 0) / list.length);
    const error = rms(values.map((value, at) => value - first[at]));
    if (values.length !== first.length) throw new Error(`${net}: ${values.length} numbers beside ${first.length}`);
    if (net === "unet") worst.noise = Math.max(worst.noise, error / rms(first));
    else worst.picture = Math.max(worst.picture, error);
  }
  for (const [name, error] of Object.entries(worst))
    if (!(error <= ALLOWED[name])) throw new Error(`The answers differ: ${name} by ${error}, where ${ALLOWED[name]} is allowed.`);
  return worst;
}

/** @param {Where} where */
function named({ device, threads }) {
  if (device === "gpu") return "WebGPU";
  return threads === 1 ? "one thread" : `${threads} threads`;
}
