// What a run's file says of itself besides its tensors: its settings, its tokens, each step's numbers, as JSON. Another's file may say anything:
// what the page uses is checked here, once, and refused in a sentence.

import { damaged } from "./safetensors.js";

/** @import { Enlarged, Memory, Settings, Step, Timings, TokenCount, TraceTokens } from "../api/decant.d.ts" */
/** @typedef {{ timestep?: number | null, sigma?: number | null } & Partial<Pick<Step, "total" | "scale" | "guidance" | "milliseconds" | "channels">>} StepMeta */
/** @typedef {(value: any) => boolean} Check */

/** @type {Check} */
const isWord = (value) => typeof value === "string";
/** @type {Check} */
const isNumber = (value) => typeof value === "number";
/** @type {(of: Check) => Check} */
const listOf = (of) => (value) => Array.isArray(value) && value.every(of);
/**
 * An object in which these are so; what is not there is no fault, unless it is `needed`.
 * @type {(fields: Record<string, Check>, needed?: boolean) => Check}
 */
const fields =
  (wanted, needed = false) =>
  (value) =>
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.entries(wanted).every(([name, is]) => ((value[name] ?? null) === null ? !needed : is(value[name])));

const STATISTICS = listOf(fields({ mean: isNumber, deviation: isNumber, least: isNumber, largest: isNumber }, true));
/** What the list of steps is called in the file, and was called in one of version 1. */
const [STEPS, FORMER_STEPS] = /** @type {const} */ (["step_metadata", "told"]);
/** @param {"next" | "latents"} after what the latents after a step are called @returns {Check} */
const stepsOf = (after) =>
  listOf(
    fields({
      total: isNumber,
      timestep: isNumber,
      sigma: isNumber,
      scale: isNumber,
      guidance: isNumber,
      milliseconds: isNumber,
      channels: fields({ [after]: STATISTICS, denoised: STATISTICS }, true),
    }),
  );
const CHECKS = {
  settings: fields({
    prompt: isWord,
    negative: isWord,
    sampler: isWord,
    steps: isNumber,
    guidance: isNumber,
    seed: isNumber,
    width: isNumber,
    height: isNumber,
    swaps: listOf(fields({ token: isWord, with: listOf(fields({ token: isWord, weight: isNumber }, true)) }, true)),
    mixes: listOf(fields({ prompt: isWord, factor: isNumber }, true)),
    loras: listOf(fields({ name: isWord })),
    losses: listOf(fields({ expression: isWord, palette: listOf(isWord), blur: isNumber, scale: isNumber })),
  }),
  tokens: fields(
    {
      used: isNumber,
      limit: isNumber,
      cut: isWord,
      chunks: isNumber,
      pieces: listOf(fields({ id: isNumber, text: isWord, chunk: isNumber }, true)),
      ids: listOf(isNumber),
    },
    true,
  ),
  [STEPS]: stepsOf("next"),
  [FORMER_STEPS]: stepsOf("latents"),
  timings: fields({ text: isNumber, steps: isNumber, picture: isNumber, total: isNumber }, true),
  memory: (/** @type {any} */ value) =>
    fields({ predicted: isNumber }, true)(value) && fields({ measured: isNumber, heap: isNumber })(value),
  also: listOf(isWord),
  enlarged: listOf(fields({ by: isWord, times: isNumber }, true)),
};

/**
 * Rejects with a sentence what the page could not use.
 * @param {Record<string, string>} metadata
 * @returns {{ settings: Partial<Settings>, tokens: TraceTokens | null, steps: StepMeta[], timings: Timings | null, memory: Memory | null, also: string[], enlarged?: Enlarged[] }}
 */
export function readMeta(metadata) {
  const enlarged = read(metadata, "enlarged");
  const [prompt, negative] = [readTokens(metadata, "tokens"), readTokens(metadata, "negative_tokens")];
  return {
    settings: readSettings(metadata),
    tokens: prompt && { prompt, negative },
    steps: read(metadata, STEPS) ?? formerSteps(metadata),
    timings: read(metadata, "timings"),
    memory: read(metadata, "memory"),
    also: read(metadata, "also") ?? [],
    ...(enlarged && { enlarged }),
  };
}

/** @param {Record<string, string>} metadata @returns {StepMeta[]} */
function formerSteps(metadata) {
  const steps = read(metadata, FORMER_STEPS) ?? [];
  return steps.map((/** @type {any} */ { channels, ...step }) => ({
    ...step,
    ...(channels && { channels: { next: channels.latents, denoised: channels.denoised } }),
  }));
}

/**
 * Older files have the main settings alone; the command's say nothing of what is as usual but there.
 * @param {Record<string, string>} metadata
 * @returns {Partial<Settings>}
 */
function readSettings(metadata) {
  const { prompt = "", negative = "", sampler = "", steps, guidance, seed } = metadata;
  const settings = read(metadata, "settings") ?? {};
  const main = { prompt, negative, sampler, steps: Number(steps), guidance: Number(guidance), seed: Number(seed) };
  for (const [name, value] of Object.entries(main)) settings[name] ??= value;
  return settings;
}

/** @param {Record<string, string>} metadata @param {"tokens" | "negative_tokens"} name @returns {TokenCount | null} */
function readTokens(metadata, name) {
  const tokens = read(metadata, name, CHECKS.tokens);
  return tokens && { ...tokens, ids: Uint32Array.from(tokens.ids) };
}

/** @param {Record<string, string>} metadata @param {string} name @param {Check} [is] @returns {any} null where it says nothing */
function read(metadata, name, is = CHECKS[/** @type {keyof typeof CHECKS} */ (name)]) {
  const text = metadata[name];
  if (text === undefined) return null;
  let value = null;
  try {
    value = JSON.parse(text);
  } catch {
    throw damaged(`its ${name} cannot be read`);
  }
  if (value !== null && !is(value)) throw damaged(`its ${name} are not what a run says of itself`);
  return value;
}
