// The worker: owns the one session, answers the page's questions (protocol.d.ts), holds no opinion and no maths.

import { startCores } from "./cores.js";
import { openFolder } from "./folder.js";
import { holdLife } from "./life.js";
import { fetchKernels, loadProgram } from "./program.js";
import { storeOf } from "../store/opfs.js";
import { beginReading, forget, hear, say, showStep, tell, tilesOf, watch } from "./talk.js";
import { worded } from "../api/worded.js";

/**
 * @import { Answers, App, Cores, Kind, Pixels, Result, Session, Source, ToWorker, Upscaler, Wanted, What } from "../api/protocol.d.ts"
 */
/** @import { ErrorCode, Info, Sentence, UpscalerInfo } from "../api/decant.d.ts" */

/**
 * What the program advises about a file whose bytes contradict each other (`DOWNLOAD_AGAIN` in crates/sd/src/error.rs, whose test reads
 * this line).
 */
const DAMAGED = "download the file again";
const DELETED = "what was kept of it is deleted, and opening the model again downloads it again";

/**
 * @type {{ app: App, memory: WebAssembly.Memory, source: Source, files: Awaited<ReturnType<typeof openFolder>>, wanted: Wanted } | null}
 */
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

const BEGINS = "Starting";

/** How each call is answered. @type {Answers} */
const ANSWERS = {
  catalog: { answer: async () => (await program()).app.catalog() },
  recognise: { reads: BEGINS, answer: async ({ source }) => (await program()).app.recognise(await openFolder(source, watch)) },
  writePicture: { answer: async ({ image, settings, about }) => (await program()).app.writePicture(image, settings, about) },
  writeTrace: { answer: async ({ trace }) => new Blob((await program()).app.writeTrace(trace)) },
  readRecord: { answer: async ({ bytes }) => (await program()).app.readRecord(bytes) },
  animate: {
    answer: async ({ noisy, denoised, image, settings, about }) => (await program()).app.animate(noisy, denoised, image, settings, about),
  },
  plane: { answer: async ({ runs }) => (await program()).app.plane(runs) },
  distance: { answer: async ({ a, b }) => (await program()).app.distance(a, b) },
  inspect: { reads: BEGINS, answer: inspect },
  load: { reads: BEGINS, answer: load },
  weigh: { answer: async ({ width, height, guidance }) => (await ready()).weigh(width, height, guidance > 1) },
  fingerprint: { reads: BEGINS, answer: async () => (opened && (await atHand(opened.source)) ? (await ready()).fingerprint() : "") },
  addLora: { reads: BEGINS, answer: addLora },
  removeLora: { answer: async ({ name }) => (await ready()).removeLora(name) },
  addTextualInversion: { answer: async ({ name, bytes }) => (await ready()).addTextualInversion(name, bytes) },
  removeTextualInversion: { answer: async ({ name }) => (await ready()).removeTextualInversion(name) },
  useVae: {
    answer: async ({ name, source }) =>
      source ? (await ready()).useVae(name, await openFolder(source, watch)) : (await ready()).useOwnVae(),
  },
  tokenize: { answer: async ({ text, how }) => (await ready()).tokenize(text, how) },
  embed: { reads: BEGINS, answer: async ({ settings }) => (await ready()).embed(settings) },
  neighbours: { reads: BEGINS, answer: async ({ token, count }) => (await ready()).neighbours(token, count) },
  roundTrip: { reads: BEGINS, answer: async ({ image }) => (await ready()).roundTrip(image) },
  schedule: { answer: async ({ settings }) => (await ready()).schedule(settings) },
  addNoise: { reads: BEGINS, answer: async ({ latents, timestep, seed }) => (await ready()).addNoise(latents, timestep, seed) },
  decode: { reads: BEGINS, answer: async ({ latents, by }) => (await ready()).decode(latents, by) },
  generate: { reads: "Reading again what did not stay in memory", answer: generate, moves: ({ image }) => [image.rgba.buffer] },
  openUpscaler: { reads: BEGINS, answer: openUpscaler },
  openOwnUpscaler: { reads: BEGINS, answer: async () => (await (upscaler = ownUpscaler())).info() },
  enlarge: {
    reads: BEGINS,
    answer: async ({ image, record, budget }, call) => (await theUpscaler()).run(image, record, budget, tilesOf(call)),
    moves: ({ image, png }) => [image.rgba.buffer, png.buffer],
  },
};

addEventListener("message", (/** @type {MessageEvent<ToWorker>} */ { data }) => {
  if ("kind" in data) answer(data);
  else hear(data);
});

holdLife((alive) => say({ alive }));
program().catch(() => {}); // told to whoever asks

/** @param {Extract<ToWorker, { kind: Kind }>} call */
async function answer({ call, kind, what }) {
  try {
    /**
     * @type {{ answer(what: any, call: number): any, reads?: string, moves?(result: any): Transferable[] }} whichever it is, `what` fits it
     */
    const row = ANSWERS[kind];
    // Of the others, the page may ask while something is read.
    if (row.reads) beginReading(call, row.reads);
    const result = await row.answer(what, call);
    say({ call, result }, row.moves?.(result));
  } catch (error) {
    say({ call, failure: readFailure(error) });
  } finally {
    forget(call);
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
  const loaded = await program();
  if (fetchKernels && !cores) {
    const fetchModule = fetchKernels;
    loaded.app.useCores(async () => (cores = await startCores(wanted, fetchModule)));
  }
  return loaded;
}

/** @param {What<"openUpscaler">} what @returns {Promise<UpscalerInfo>} */
async function openUpscaler({ source, name, wanted }) {
  const { app } = await programFor(wanted);
  const files = await openFolder(source, watch);
  upscaler = app.Upscaler.open(files, name, wanted.device);
  return (await orAgain(upscaler, files)).info();
}

/** @returns {Promise<Upscaler>} */
function theUpscaler() {
  return upscaler ?? Promise.reject({ code: "internal", ...worded("No upscaler is open.") });
}

/** The one that the open model brings along, opened once. @returns {Promise<Upscaler>} */
function ownUpscaler() {
  own ??= ready().then((model) => model.upscaler());
  own.catch(() => (own = null));
  return own;
}

/** @param {What<"generate">} what @param {number} call @returns {Promise<Result<"generate">>} */
async function generate({ settings, inputs, attention, enlarge }, call) {
  const result = await (await ready()).generate(settings, inputs, (step) => showStep(call, step), attention);
  const larger = enlarge ? await enlarged(call, result.image) : {};
  return { ...result, ...larger, memory: { ...result.memory, heap: heapBytes() } };
}

/**
 * A finished picture, larger. Where that does not succeed, it stays as it is, and it is said why.
 * @param {number} call
 * @param {Pixels} image
 */
async function enlarged(call, image) {
  try {
    const larger = await (await ownUpscaler()).run(image, null, null, tilesOf(call));
    return { image: larger.image, enlarged: [larger.enlarged] };
  } catch (error) {
    const { code, message, sentence } = readFailure(error);
    if (code === "gone") throw error;
    if (code !== "cancelled") say({ call, event: { note: message, ...(sentence && { sentence }) } });
    return {};
  }
}

/** @param {What<"inspect">} what @returns {Promise<Info>} */
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
    const { code, message, sentence } = readFailure(error);
    const hasGone = message.includes(DAMAGED) && files && "forgetDamaged" in files && (await files.forgetDamaged(message));
    throw hasGone ? { code, message: message.replace(DAMAGED, DELETED), ...(sentence && { sentence: deleted(sentence) }) } : error;
  }
}

/** A sentence with what was done instead of what is advised. @param {Sentence} sentence @returns {Sentence} */
function deleted({ template, values }) {
  const each = Object.entries(values).map(([name, value]) => [
    name,
    value instanceof Object && "template" in value ? deleted(value) : value,
  ]);
  return { template: template === DAMAGED ? DELETED : template, values: Object.fromEntries(each) };
}

/** @param {What<"load">} what @returns {Promise<Info>} */
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

/** @param {What<"addLora">} what */
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

/** @returns {Promise<Session>} */
function ready() {
  return session ?? Promise.reject({ code: "internal", ...worded("No model is open.") });
}

/** @param {unknown} error @returns {{ code: ErrorCode, message: string, why?: string, sentence?: Sentence }} */
function readFailure(error) {
  if (error && typeof error === "object" && "code" in error && "message" in error)
    return {
      code: /** @type {ErrorCode} */ (error.code),
      message: String(error.message),
      ...("why" in error && { why: String(error.why) }),
      ...("sentence" in error && { sentence: /** @type {Sentence} */ (error.sentence) }),
    };
  // The program ends so where WebAssembly's memory has no room: what else ends it in its middle has words of its own.
  if (error instanceof WebAssembly.RuntimeError)
    return {
      code: "gone",
      ...worded(
        "WebAssembly ran out of memory (it has {size}), and the program ended. Open the model again to go on; a smaller picture, or the weights in a smaller encoding, take less.",
        { size: { bytes: heapBytes() } },
      ),
    };
  if (error instanceof RangeError) return { code: "memory", ...worded("There is not enough memory: {reason}.", { reason: error.message }) };
  const reason = error instanceof Error ? error.message : String(error);
  return { code: "internal", ...worded("Something that should not happen did: {reason}.", { reason }) };
}
