// What was typed or written in the address, made into settings that a run can have: once, here, with a sentence for what cannot be.

/** @import { DeviceChoice, Info, Settings, Weights } from "./decant.d.ts" */
/** @typedef {{ value: string | number } | { problem: string }} Parsed */

const MOST_STEPS = 1000;
const LARGEST_SEED = 4294967295;
const LARGEST_SIDE = 4096;
/** How weights can be kept. */
const WEIGHTS = ["auto", "stored", "f16", "q8_0", "q4_0"];
const CLOSED = { problem: "No model is open." };

/** One row per setting: how to read it. Some depend on the model, and cannot be read while none is open. @type {{ [K in keyof Settings]: (text: string, info: Info | null) => Parsed }} */
const READ = {
  prompt: (text) => ({ value: text }),
  negative: (text) => ({ value: text }),
  steps: (text) => whole(text, "Steps", 1, MOST_STEPS),
  guidance: (text) => number(text, "Guidance", 0, 100),
  seed: (text) => whole(text, "The seed", 0, LARGEST_SEED),
  sampler: (text, info) => (info ? sampler(text, info) : CLOSED),
  width: (text, info) => (info ? side(text, "Width", info) : CLOSED),
  height: (text, info) => (info ? side(text, "Height", info) : CLOSED),
};

/** @param {keyof Settings} name @param {string} text @param {Info | null} info @returns {Parsed} */
export function readSetting(name, text, info) {
  return READ[name](text.trim(), info);
}

/** @param {string} name @returns {name is keyof Settings} */
export function isSetting(name) {
  return Object.hasOwn(READ, name);
}

/**
 * What the page's address asks for before a model is open.
 * @param {URLSearchParams} params
 */
export function readAddress(params) {
  const problems = [];
  const device = params.get("device") ?? "auto";
  const known = ["auto", "gpu", "cpu"].includes(device);
  if (!known) problems.push(`The address asks for device=${device}; there are auto, gpu and cpu. Taking auto.`);
  const weights = params.get("weights") ?? "auto";
  const kept = WEIGHTS.includes(weights);
  if (!kept) problems.push(`The address asks for weights=${weights}; there are ${WEIGHTS.join(", ")}. Taking auto.`);
  const strange = [...params.keys()].filter((key) => !isSetting(key) && !["model", "device", "weights", "family", "run"].includes(key));
  if (strange.length > 0) problems.push(`The address has ${strange.map((key) => `“${key}”`).join(", ")}, which nothing here is called.`);
  return {
    model: params.get("model") || "models/digits",
    device: /** @type {DeviceChoice} */ (known ? device : "auto"),
    weights: /** @type {Weights} */ (kept ? weights : "auto"),
    family: params.get("family") ?? undefined,
    run: ["1", "true", ""].includes(params.get("run") ?? "0"),
    problems,
  };
}

/**
 * The settings that the page's address asks for, once the model is known; what it cannot have stays as it was.
 * @param {URLSearchParams} params @param {Settings} before @param {Info} info
 */
export function readAddressSettings(params, before, info) {
  const settings = { ...before };
  const problems = [];
  for (const [name, text] of params) {
    if (!isSetting(name)) continue;
    const read = readSetting(name, text, info);
    if ("value" in read) Object.assign(settings, { [name]: read.value });
    else problems.push(`The address asks for ${name}=${text}. ${read.problem} Taking ${before[name] === "" ? "none" : before[name]}.`);
  }
  return { settings, problems };
}

/** @param {string} text @param {string} what @param {number} least @param {number} most @returns {Parsed} */
function number(text, what, least, most) {
  const value = Number(text);
  if (text === "" || !Number.isFinite(value)) return { problem: `${what} must be a number.` };
  if (value < least || value > most) return { problem: `${what} must be from ${least} to ${most}.` };
  return { value };
}

/** @param {string} text @param {string} what @param {number} least @param {number} most @returns {Parsed} */
function whole(text, what, least, most) {
  const read = number(text, what, least, most);
  if ("value" in read && !Number.isInteger(read.value)) return { problem: `${what} must be a whole number.` };
  return read;
}

/** @param {string} text @param {string} what @param {Info} info @returns {Parsed} */
function side(text, what, { factor }) {
  const read = whole(text, what, factor, LARGEST_SIDE);
  if (!("value" in read) || Number(read.value) % factor === 0) return read;
  const below = Math.floor(Number(read.value) / factor) * factor;
  return { problem: `${what} must be a multiple of ${factor}: ${below} or ${below + factor}.` };
}

/** @param {string} text @param {Info} info @returns {Parsed} */
function sampler(text, { samplers }) {
  if (samplers.some(({ name }) => name === text)) return { value: text };
  return { problem: `There is no sampler “${text}”; there are ${samplers.map(({ name }) => name).join(", ")}.` };
}
