// Both in one page, in turn. Decant's UNet is timed as a step of a run, which is a call of the UNet and little else (what else there is counts
// against it), its text encoder as what a run spends on each of its two texts, its autoencoder as the answer to `decode`.

import { Decant } from "/decant/decant.js";

const NETWORKS = ["text", "unet", "vae"];
const SETTINGS = { prompt: "a blue seven", width: 256, height: 256, guidance: 7, sampler: "ddim", steps: 2, seed: 1 };
/** Runs before those that count: for compilers, and for what is captured at the second. */
const UNCOUNTED = 2;
/**
 * Above what two ways to add up come to: relative RMS of the text and of the noise, and RMS of the picture's numbers from 0 to 1. In f16
 * onnxruntime-web also computes in it, where Decant keeps weights in it.
 */
const ALLOWED = { f32: { text: 1e-4, unet: 1e-4, vae: 4e-3 }, f16: { text: 1e-2, unet: 3e-2, vae: 1e-2 } };

Object.assign(window, { compare });

/** @typedef {{ device: "cpu" | "gpu", threads: number, precision: "f32" | "f16", capture?: boolean }} Where */
/** @typedef {{ name: string, path: string, rival: boolean, threads: number, times: Record<string, number[]>, run(net: string, asked: any, round: number): Promise<{ milliseconds: number, values: number[] }> }} Contender */

/** @param {number} rounds @param {"cpu" | "gpu"} device @param {"f32" | "f16"} precision */
async function compare(rounds, device, precision) {
  const cores = navigator.hardwareConcurrency;
  const counts = device === "cpu" && cores > 1 ? [1, cores] : [1];
  /** @type {Contender[]} */
  const contenders = [];
  const impossible = [];
  for (const threads of counts) contenders.push(await ours({ device, precision, threads }));
  const asked = await question(contenders[0]);
  for (const threads of counts) {
    for (const capture of device === "gpu" ? [true, false] : [false]) {
      try {
        const rival = await theirs({ device, precision, threads, capture });
        for (const net of NETWORKS) await rival.run(net, asked, -UNCOUNTED);
        contenders.push(rival);
        impossible.push(...Object.entries(rival.refused).map(([net, why]) => ({ name: `${rival.name}, of the network ${net}`, why })));
      } catch (error) {
        impossible.push({ name: named("onnxruntime-web", { device, precision, threads, capture }), why: String(error) });
      }
    }
  }
  /** @type {Record<string, Record<string, number>>} */
  const errors = {};
  for (let round = -UNCOUNTED; round < rounds; round++) {
    const answers = [];
    for (const contender of contenders) {
      for (const net of NETWORKS) {
        const { milliseconds, values } = await contender.run(net, asked, round);
        answers.push({ name: contender.name, net, values });
        if (round >= 0) contender.times[net].push(milliseconds);
      }
    }
    if (round === -1) Object.assign(errors, compared(answers, ALLOWED[precision]));
    const last = contenders.map(({ name, times }) => `${name} ${NETWORKS.map((net) => Math.round(times[net].at(-1) ?? 0)).join(" + ")}`);
    if (round >= 0) console.info(`round ${round + 1} of ${rounds}: ${last.join(", ")}`);
  }
  const agent = navigator.userAgent;
  return { agent, cores, errors, impossible, contenders: contenders.map(({ run: _, ...contender }) => contender) };
}

/** @param {Where} where @returns {Promise<Contender & { decant: any, step(): any }>} */
async function ours({ device, threads, precision }) {
  const decant = await Decant.load({ model: new URL("/made/quarter", location.href).href, device, weights: precision, threads });
  /** @type {any} */
  let trace = null;
  return {
    name: named("Decant", { device, threads, precision }),
    path: decant.info.path ?? decant.info.adapter ?? "",
    rival: false,
    threads,
    times: { text: [], unet: [], vae: [] },
    decant,
    step: () => trace.steps[0],
    async run(net, asked, round) {
      if (net === "text") {
        // Another negative prompt each time, else the encoder's last answer is taken; the prompt's is compared.
        trace = (await decant.generate({ ...SETTINGS, negative: `${round + UNCOUNTED} sevens` })).trace;
        const { values } = trace.textEmbeddings;
        return { milliseconds: trace.timings.text / 2, values: [...values.slice(values.length / 2)] };
      }
      if (net === "unet") {
        trace = (await decant.generate({ ...SETTINGS, negative: "" })).trace;
        return { milliseconds: trace.steps[1].milliseconds, values: [...trace.steps[0].epsUncond, ...trace.steps[0].epsCond] };
      }
      const started = performance.now();
      const { data } = await decant.decode({ values: asked.latents, shape: [4, 32, 32], level: "clean" });
      const milliseconds = performance.now() - started;
      return { milliseconds, values: [...data].filter((_, at) => at % 4 < 3).map((value) => value / 255) };
    },
  };
}

/** What everybody is asked, made by Decant: tokens, and the first step of a run. @param {any} first */
async function question({ decant, run, step }) {
  await run("unet", null, 0);
  const { ids } = await decant.tokenize(SETTINGS.prompt);
  const [context, negative] = await Promise.all([decant.embed({ ...SETTINGS }), decant.embed({ ...SETTINGS, prompt: "" })]);
  const { modelInput, timestep, denoised } = step();
  return { ids, sample: modelInput, timestep, context: [...negative.output, ...context.output], latents: denoised };
}

/** @param {Where & { capture: boolean }} where @returns {Promise<Contender & { refused: Record<string, string> }>} */
async function theirs({ device, threads, precision, capture }) {
  const worker = new Worker(new URL("./ort.js", import.meta.url), { type: "module" });
  /** @param {object} message @returns {Promise<any>} */
  const ask = (message) =>
    new Promise((resolve, reject) => {
      worker.addEventListener("message", ({ data }) => (data.failure ? reject(new Error(data.failure)) : resolve(data)), { once: true });
      worker.postMessage(message);
    });
  const { refused } = await ask({ start: { provider: device === "gpu" ? "webgpu" : "wasm", threads, precision, capture } });
  return {
    name: named("onnxruntime-web", { device, threads, precision, capture }),
    path: "",
    rival: true,
    refused,
    threads,
    times: { text: [], unet: [], vae: [] },
    async run(net, { ids, sample, timestep, context, latents }) {
      /** @type {Record<string, object>} */
      const feeds = {
        text: { ids: [Int32Array.from(ids), [1, 77]] },
        unet: {
          sample: [Float32Array.from([...sample, ...sample]), [2, 4, 32, 32]],
          timestep: [Float32Array.of(timestep), [1]],
          context: [Float32Array.from(context), [2, 77, 192]],
        },
        vae: { latents: [Float32Array.from(latents), [1, 4, 32, 32]] },
      };
      const { milliseconds, values } = await ask({ net, feeds: feeds[net] });
      if (net !== "vae") return { milliseconds, values: [...values] };
      const side = values.length / 3; // planes, where a picture has pixels
      const level = (/** @type {number} */ at) => Math.min(Math.max(values[(at % 3) * side + Math.floor(at / 3)] / 2 + 0.5, 0), 1);
      return { milliseconds, values: Array.from({ length: 3 * side }, (_, at) => level(at)) };
    },
  };
}

/** Everybody's answers beside the first one's: the error of each. @param {{ name: string, net: string, values: number[] }[]} answers @param {Record<string, number>} allowed */
function compared(answers, allowed) {
  /** @type {Record<string, Record<string, number>>} */
  const errors = {};
  for (const { name, net, values } of answers) {
    const first = answers.find((other) => other.net === net)?.values ?? [];
    const rms = (/** @type {number[]} */ list) => Math.sqrt(list.reduce((sum, value) => sum + value ** 2, 0) / list.length);
    if (values.length !== first.length) throw new Error(`${name}, ${net}: ${values.length} numbers beside ${first.length}`);
    const error = rms(values.map((value, at) => value - first[at])) / (net === "vae" ? 1 : rms(first));
    if (!(error <= allowed[net])) throw new Error(`The answers differ: ${name}, ${net} by ${error}, where ${allowed[net]} is allowed.`);
    errors[name] = { ...errors[name], [net]: error };
  }
  return errors;
}

/** @param {string} who @param {Where} where */
function named(who, { device, threads, precision, capture }) {
  if (device === "gpu") return `${who}, WebGPU, ${precision}${capture ? ", graph captured" : ""}`;
  return `${who}, ${precision}, ${threads === 1 ? "one thread" : `${threads} threads`}`;
}
