// The page's address says what to open and what to make: read when the page opens, and written as a link that does the same again.

import { formerly } from "./gears.js";
import { NAMES, isSetting, labelOf, readSetting, writeSetting } from "./settings.js";
import { numberIn } from "../store/threads.js";
import { inList, say } from "../words/say.js";

/** @import { DeviceChoice, Info, Settings, Weights } from "../api/decant.d.ts" */

/** What is opened where the address says nothing: whoever serves the page says it in index.html. */
export const USUAL_MODEL = document.querySelector('meta[name="model"]')?.getAttribute("content") || "models/digits";
/** What can compute, and how weights can be kept. */
const DEVICES = ["auto", "gpu", "cpu"];
const WEIGHTS = ["auto", "stored", "f16", "q8_0", "q4_0"];

/**
 * What the page's address asks for before a model is open.
 * @param {URLSearchParams} params
 */
export function readAddress(params) {
  const problems = [];
  const device = params.get("device") ?? "auto";
  const known = DEVICES.includes(device);
  if (!known) problems.push(say("address.device", { asked: device, all: inList(DEVICES) }));
  const weights = params.get("weights") ?? "auto";
  const kept = WEIGHTS.includes(weights);
  if (!kept) problems.push(say("address.weights", { asked: weights, all: inList(WEIGHTS) }));
  const threads = params.get("threads") ?? "1";
  if (!numberIn(threads)) problems.push(say("address.threads", { asked: threads }));
  const strange = [...params.keys()].filter(
    (key) => !isSetting(key) && !["model", "device", "threads", "weights", "family", "run", "lang", "class"].includes(key),
  );
  if (strange.length > 0) problems.push(say("address.strange", { names: inList(strange.map((key) => `“${key}”`)) }));
  const model = params.get("model") || USUAL_MODEL;
  const former = formerly(model);
  return {
    model: former?.model ?? model,
    /** Which of the model's gears is asked for by a name that it had once. */
    gear: former?.gear ?? null,
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
    else
      problems.push(
        say("address.setting", {
          name: say("problem.setting", { label: labelOf(name) }),
          text,
          problem: read.problem,
          taken: writeSetting(name, before) || say("address.usual"),
        }),
      );
  }
  return { settings, problems };
}

/**
 * An address that opens the same model with the same settings.
 * @param {string} page @param {string | null} model its address; null for one from this machine, which no address opens
 * @param {Settings} settings
 */
export function writeAddress(page, model, settings) {
  const url = new URL(page);
  url.search = url.hash = "";
  if (model !== null && model !== USUAL_MODEL) url.searchParams.set("model", model);
  for (const name of NAMES) {
    const text = writeSetting(name, settings);
    if (text !== "" || name === "prompt") url.searchParams.set(name, text);
  }
  return url.href;
}
