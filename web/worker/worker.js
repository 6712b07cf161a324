// The worker: owns the one session, answers the page's questions (protocol.d.ts), holds no opinion and no maths.

import { startCores } from "./cores.js";
import { openFolder } from "./folder.js";
import { holdLife } from "./life.js";
import { Pace } from "./pace.js";
import { fetchKernels, loadProgram } from "./program.js";
import { storeOf } from "../store/opfs.js";
import { requestSubgroupsToo } from "./webgpu.js";

/** @import { App, Ask, Cores, FromWorker, Pixels, RawStep, Session, Source, Tell, ToWorker, Upscaler, Verdict, Wanted } from "../api/protocol.d.ts" */
/** @import { ErrorCode, Info, UpscalerInfo } from "../api/decant.d.ts" */
/** @import { Watch } from "./line.js" */
/** @typedef {Extract<FromWorker, { event: unknown }>["event"]} Event */

/** What the program advises about a file whose bytes contradict each other (`DOWNLOAD_AGAIN` in crates/sd/src/error.rs, whose test reads this line). */
const DAMAGED = "download the file again";

/** Milliseconds between two words on how far it is. */
const SELDOM = 100;

/** @type {{ app: App, memory: WebAssembly.Memory, source: Source, files: Awaited<ReturnType<typeof openFolder>>, wanted: Wanted } | null} */
let opened = null;
/** @type {Promise<Session> | null} */
let session = null;
/** @type {Promise<Upscaler> | null} */
let upscaler = null;
/** The open model's own. @type {Promise<Upscaler> | null} */
let own = null;
/** The CPU's, where it has kernels beside the program's own. @type {Cores | null} */
let cores = null;
/** Loading it begins with the worker, before anything is asked. @type {ReturnType<typeof loadProgram> | null} */
let loading = null;
/** For which call bytes are being read now, and how far that is. */
let reading = { call: 0, pace: new Pace(), told: 0 };
/** The calls that are waiting for the page, and those told to stop before they reached a place to wait at. @type {Map<number, (verdict: Verdict) => void>} */
const waiting = new Map();
/** @type {Set<number>} */
const stopped = new Set();

addEventListener("message", (/** @type {MessageEvent<ToWorker>} */ { data }) => {
  if ("ask" in data) answer(data.call, data.ask);
  else if (waiting.has(data.call)) waiting.get(data.call)?.(data.verdict);
  else if (data.verdict === "stop") stopped.add(data.call);
});

holdLife((alive) => say({ alive }));
program().catch(() => {}); // told to whoever asks

/** @param {number} call @param {Ask} ask */
async function answer(call, ask) {
  try {
    const result = await perform(call, ask);
    say({ call, result }, result && typeof result === "object" && "noise" in result && "image" in result ? [result.image.rgba.buffer, result.noise.buffer] : []);
  } catch (error) {
    say({ call, failure: readFailure(error) });
  } finally {
    stopped.delete(call);
  }
}

/** @param {number} call @param {Ask} ask */
async function perform(call, ask) {
  // Of the others, the page may ask while something is read.
  if (["recognise", "inspect", "load", "openUpscaler", "enlarge", "generate", "addLora", "fingerprint", "embed", "neighbours", "roundTrip", "addNoise", "decode"].includes(ask.kind)) {
    reading = { call, pace: new Pace(ask.kind === "generate" ? "Reading again what did not stay in memory" : "Starting"), told: 0 };
  }
  switch (ask.kind) {
    case "catalog":
      return (await program()).app.catalog();
    case "recognise":
      return (await program()).app.recognise(await openFolder(ask.source, watch));
    case "writePicture":
      return (await program()).app.writePicture(ask.image, ask.settings, ask.about);
    case "readRecord":
      return (await program()).app.readRecord(ask.bytes);
    case "animate":
      return (await program()).app.animate(ask.noisy, ask.denoised, ask.image, ask.settings, ask.about);
    case "inspect":
      return inspect(ask);
    case "weigh":
      return (await ready()).weigh(ask.width, ask.height, ask.guidance > 1);
    case "load":
      return load(ask);
    case "addLora":
      return addLora(ask);
    case "fingerprint":
      return opened && (await atHand(opened.source)) ? (await ready()).fingerprint() : "";
    case "removeLora":
      return (await ready()).removeLora(ask.name);
    case "addTextualInversion":
      return (await ready()).addTextualInversion(ask.name, ask.bytes);
    case "removeTextualInversion":
      return (await ready()).removeTextualInversion(ask.name);
    case "useVae":
      return ask.source ? (await ready()).useVae(ask.name, await openFolder(ask.source, watch)) : (await ready()).useOwnVae();
    case "tokenize":
      return (await ready()).tokenize(ask.text, ask.how);
    case "embed":
      return (await ready()).embed(ask.settings);
    case "neighbours":
      return (await ready()).neighbours(ask.token, ask.count);
    case "roundTrip":
      return (await ready()).roundTrip(ask.image);
    case "schedule":
      return (await ready()).schedule(ask.settings);
    case "addNoise":
      return (await ready()).addNoise(ask.latents, ask.timestep, ask.seed);
    case "decode":
      return (await ready()).decode(ask.latents, ask.by);
    case "openUpscaler":
      return openUpscaler(ask);
    case "openOwnUpscaler":
      return (await (upscaler = ownUpscaler())).info();
    case "enlarge":
      return (await theUpscaler()).run(ask.image, ask.record, ask.budget, (done, of) => askToGoOn(call, { tiles: [done, of] }));
    case "plane":
      return (await program()).app.plane(ask.runs);
    case "distance":
      return (await program()).app.distance(ask.a, ask.b);
    case "generate": {
      const result = await (await ready()).generate(ask.settings, ask.inputs, (step) => showStep(call, step), ask.attention);
      const larger = ask.enlarge ? await enlarged(call, result.image) : {};
      return { ...result, ...larger, memory: { ...result.memory, heap: heapBytes() } };
    }
  }
}

/** Loaded once; after a failure, anew when something is asked again. */
function program() {
  loading ??= loadProgram().catch((error) => {
    loading = null;
    throw error;
  });
  return loading;
}

/** The program, with the CPU's kernels as they are wanted. @param {Pick<Wanted, "threads" | "kernels">} wanted */
async function programFor(wanted) {
  requestSubgroupsToo();
  const loaded = await program();
  if (fetchKernels && !cores) {
    const fetchModule = fetchKernels;
    loaded.app.useCores(async () => (cores = await startCores(wanted, fetchModule)));
  }
  return loaded;
}

/** @param {Extract<Ask, { kind: "openUpscaler" }>} ask @returns {Promise<UpscalerInfo>} */
async function openUpscaler({ source, name, wanted }) {
  const { app } = await programFor(wanted);
  const files = await openFolder(source, watch);
  upscaler = app.Upscaler.open(files, name, wanted.device);
  return (await orAgain(upscaler, files)).info();
}

/** @returns {Promise<Upscaler>} */
function theUpscaler() {
  return upscaler ?? Promise.reject({ code: "internal", message: "No upscaler is open." });
}

/** The one that the open model brings along, opened once. @returns {Promise<Upscaler>} */
function ownUpscaler() {
  own ??= ready().then((model) => model.upscaler());
  own.catch(() => (own = null));
  return own;
}

/** A finished picture, larger. Where that does not succeed, it stays as it is, and it is said why. @param {number} call @param {Pixels} image */
async function enlarged(call, image) {
  try {
    const larger = await (await ownUpscaler()).run(image, null, null, (done, of) => askToGoOn(call, { tiles: [done, of] }));
    return { image: larger.image, enlarged: [larger.enlarged] };
  } catch (error) {
    const { code, message } = readFailure(error);
    if (code === "gone") throw error;
    if (code !== "cancelled") say({ call, event: { note: message } });
    return {};
  }
}

/** @param {Extract<Ask, { kind: "inspect" }>} ask @returns {Promise<Info>} */
async function inspect({ source, wanted }) {
  const { app, memory } = await programFor(wanted);
  own = null;
  opened = { app, memory, wanted, source, files: await openFolder(source, watch) };
  session = app.Session.open(opened.files, undefined, wanted, tell);
  const { files } = opened;
  const found = await orAgain(session, files);
  return { ...found.info(), heapBytes: heapBytes() };
}

/**
 * A reader that finds a file damaged advises to download it again: what is kept of it goes, so that this is what happens next.
 * @template T @param {Promise<T>} reading @param {Awaited<ReturnType<typeof openFolder>> | null | undefined} files @returns {Promise<T>}
 */
async function orAgain(reading, files) {
  try {
    return await reading;
  } catch (error) {
    const { code, message } = readFailure(error);
    const hasGone = message.includes(DAMAGED) && files && "forgetDamaged" in files && (await files.forgetDamaged(message));
    throw hasGone ? { code, message: message.replace(DAMAGED, "what was kept of it is deleted, and opening the model again downloads it again") } : error;
  }
}

/** @param {Extract<Ask, { kind: "load" }>} ask @returns {Promise<Info>} */
async function load({ weights, preview }) {
  const small = preview && (await openFolder(preview, watch));
  if (small && opened) {
    session = opened.app.Session.open(opened.files, small, opened.wanted, tell);
    own = null;
  }
  const filled = await ready();
  await orAgain(filled.fill(weights, tell), opened?.files);
  for (const folder of [opened?.files, small]) if (opened && folder && "check" in folder) await folder.check(opened.app.Sha256, tell);
  return { ...filled.info(), heapBytes: heapBytes() };
}

/** @param {Extract<Ask, { kind: "addLora" }>} ask */
async function addLora({ name, source }) {
  const files = await openFolder(source, watch);
  return orAgain((await ready()).addLora(name, files), files);
}

/** Whether a model can be read again without a download. @param {Source} source */
async function atHand(source) {
  return "files" in source || !source.keep || (await storeOf(source.url, source.name)) !== null;
}

/** WebAssembly's memory never shrinks: what it is now is the most that it was. */
function heapBytes() {
  return (opened?.memory.buffer.byteLength ?? 0) + (cores?.memory.buffer.byteLength ?? 0);
}

/** The module's own word on how far it is; it does not wait. @type {Tell} */
function tell(label, loaded, total) {
  reading.pace.told(label, loaded, total);
  if (!due()) return;
  say({ call: reading.call, event: { progress: reading.pace.at(performance.now()) } });
}

/** Whoever reads bytes waits here for the page, which may have paused. @type {Watch} */
const watch = {
  async arrived(file, from, bytes) {
    reading.pace.arrived(file, from, bytes);
    if (due()) await askToGoOn(reading.call, { progress: reading.pace.at(performance.now()) });
  },
  interrupted: (reason) => askToGoOn(reading.call, { interrupted: reason }),
  note: (sentence) => say({ call: reading.call, event: { note: sentence } }),
};

function due() {
  const time = performance.now();
  if (time - reading.told < SELDOM) return false;
  reading.told = time;
  return true;
}

/** @returns {Promise<Session>} */
function ready() {
  return session ?? Promise.reject({ code: "internal", message: "No model is open." });
}

/** @param {number} call @param {RawStep} step */
function showStep(call, step) {
  const numbers = [step.latents, step.denoised, step.input, step.noiseText, step.noiseUncond, step.noise, step.attention?.values];
  const pictures = [step.previewNoisy, step.previewDenoised];
  return askToGoOn(call, { step }, [...numbers.flatMap((values) => (values ? [values.buffer] : [])), ...pictures.map(({ rgba }) => rgba.buffer)]);
}

/** Sends an event and waits for the page's verdict; rejecting is how a call is cancelled. @param {number} call @param {Event} event @param {Transferable[]} [moved] */
async function askToGoOn(call, event, moved) {
  /** @type {Promise<Verdict>} */
  const verdict = stopped.has(call) ? Promise.resolve("stop") : new Promise((resolve) => waiting.set(call, resolve));
  say({ call, event, awaited: true }, moved);
  const decided = await verdict;
  waiting.delete(call);
  if (decided === "stop") throw { code: "cancelled", message: "It was cancelled." };
}

/** @param {unknown} error @returns {{ code: ErrorCode, message: string, why?: string }} */
function readFailure(error) {
  if (error && typeof error === "object" && "code" in error && "message" in error) return { code: /** @type {ErrorCode} */ (error.code), message: String(error.message), ...("why" in error && { why: String(error.why) }) };
  // The program ends so where WebAssembly's memory has no room: what else ends it in its middle has words of its own.
  if (error instanceof WebAssembly.RuntimeError) return { code: "gone", message: `WebAssembly ran out of memory (it has ${Math.round(heapBytes() / 1e6)} MB), and the program ended. Open the model again to go on; a smaller picture, or the weights in a smaller encoding, take less.` };
  if (error instanceof RangeError) return { code: "memory", message: `There is not enough memory: ${error.message}.` };
  return { code: "internal", message: `Something that should not happen did: ${error instanceof Error ? error.message : error}.` };
}

/** @param {FromWorker} message @param {Transferable[]} [moved] */
function say(message, moved = []) {
  /** @type {Worker} */ (/** @type {unknown} */ (self)).postMessage(message, moved);
}
