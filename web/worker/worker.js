// The worker: owns the one session, answers the page's questions (protocol.d.ts), holds no opinion and no maths.

import { requestSubgroupsToo } from "./webgpu.js";

/** @import { App, Ask, FromWorker, RawStep, Session, ToWorker, Verdict } from "../protocol.d.ts" */
/** @import { ErrorCode } from "../decant.d.ts" */

/** @type {Promise<Session> | null} */
let session = null;
/** The runs that are waiting at a step, and those told to stop before they reached one. @type {Map<number, (verdict: Verdict) => void>} */
const waiting = new Map();
/** @type {Set<number>} */
const stopped = new Set();

addEventListener("message", (/** @type {MessageEvent<ToWorker>} */ { data }) => {
  if ("ask" in data) answer(data.call, data.ask);
  else if (waiting.has(data.call)) waiting.get(data.call)?.(data.verdict);
  else if (data.verdict === "stop") stopped.add(data.call);
});

/** @param {number} call @param {Ask} ask */
async function answer(call, ask) {
  try {
    const result = await perform(call, ask);
    say({ call, result }, "image" in result ? [result.image.rgba.buffer, result.noise.buffer] : []);
  } catch (error) {
    say({ call, failure: readFailure(error) });
  } finally {
    stopped.delete(call);
  }
}

/** @param {number} call @param {Ask} ask */
async function perform(call, ask) {
  switch (ask.kind) {
    case "open":
      session = open(call, ask);
      return (await session).info();
    case "tokenize":
      return (await ready()).tokenize(ask.text);
    case "generate":
      return (await ready()).generate(ask.settings, (step) => askToGoOn(call, step));
  }
}

/** @param {number} call @param {Extract<Ask, { kind: "open" }>} ask @returns {Promise<Session>} */
async function open(call, { source, device }) {
  requestSubgroupsToo();
  const app = await start();
  return app.Session.open(source, device, (progress) => say({ call, event: { progress } }));
}

/** The WebAssembly module is built, not written: its address is kept from the type checker, its shape is `App`. @returns {Promise<App>} */
async function start() {
  const address = new URL("./pkg/decant_app.js", import.meta.url).href;
  try {
    /** @type {App} */
    const app = await import(address);
    await app.default();
    return app;
  } catch (error) {
    throw { code: "internal", message: `The program itself could not be loaded from ${address}: ${error instanceof Error ? error.message : error}` };
  }
}

/** @returns {Promise<Session>} */
function ready() {
  return session ?? Promise.reject({ code: "internal", message: "No model is open." });
}

/** Sends a step and waits for the page's verdict; rejecting is how a run is cancelled. @param {number} call @param {RawStep} step */
async function askToGoOn(call, step) {
  /** @type {Promise<Verdict>} */
  const verdict = stopped.has(call) ? Promise.resolve("stop") : new Promise((resolve) => waiting.set(call, resolve));
  say({ call, event: { step }, awaited: true }, [step.latents.buffer, step.denoised.buffer, step.previewNoisy.rgba.buffer, step.previewDenoised.rgba.buffer]);
  const decided = await verdict;
  waiting.delete(call);
  if (decided === "stop") throw { code: "cancelled", message: "The run was cancelled." };
}

/** @param {unknown} error @returns {{ code: ErrorCode, message: string }} */
function readFailure(error) {
  if (error && typeof error === "object" && "code" in error && "message" in error) return { code: /** @type {ErrorCode} */ (error.code), message: String(error.message) };
  if (error instanceof RangeError) return { code: "device", message: `There is not enough memory: ${error.message}.` };
  return { code: "internal", message: `Something that should not happen did: ${error instanceof Error ? error.message : error}.` };
}

/** @param {FromWorker} message @param {Transferable[]} [moved] */
function say(message, moved = []) {
  /** @type {Worker} */ (/** @type {unknown} */ (self)).postMessage(message, moved);
}
