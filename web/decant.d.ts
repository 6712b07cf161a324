/**
 * Decant's module API: Stable Diffusion on this machine, in a worker.
 *
 * ```js
 * import { Decant } from "./decant.js";
 * const decant = await Decant.load({ model: "models/digits" });
 * const { image } = await decant.generate({ prompt: "a blue seven on a yellow background" });
 * canvas.getContext("2d").putImageData(image, 0, 0);
 * decant.close();
 * ```
 */
export const Decant: {
  /** Starts a worker and opens a model in it. Rejects with a `DecantError` whose message is a sentence for people. */
  load(options: LoadOptions): Promise<Decant>;
};

/** A seed by lot. */
export function drawSeed(): number;

/** An open model. One run at a time: a second `generate` waits for the first. */
export interface Decant {
  readonly info: Info;
  /** Makes one picture. Rejects with the signal's reason when aborted, with `onStep`'s when that rejected, else with a `DecantError`. */
  generate(request: Request): Promise<Result>;
  /** How a text is cut into tokens, and what does not fit. */
  tokenize(text: string): Promise<TokenCount>;
  /** Stops whatever runs and gives all memory back. */
  close(): void;
}

export interface LoadOptions {
  /** A folder in diffusers' layout: its address (relative to the page), or the files of a folder that a person chose. */
  model: string | FileList | File[] | FileSystemDirectoryHandle | ModelFile[];
  /** "auto" (the default) takes a real GPU where there is one, else the CPU. */
  device?: DeviceChoice;
  onProgress?: (progress: Progress) => void;
}

export type DeviceChoice = "auto" | "gpu" | "cpu";

/** A file of a picked folder; `path` is relative to the folder that holds `model_index.json`. */
export interface ModelFile {
  path: string;
  file: File;
}

export interface Progress {
  /** What is being done, in words: "Reading the weights". */
  label: string;
  /** Bytes so far. */
  loaded: number;
  /** Bytes in all, when that is known. */
  total: number | null;
}

/** Why "auto" did not take the GPU, or why the GPU is not a real one. */
export type FallbackReason = "insecure" | "no-webgpu" | "no-adapter" | "software" | "failed";

export interface Info {
  /** The kind of model: "Stable Diffusion 1.x". */
  family: string;
  /** The machine that computes, as it names itself. */
  adapter: string;
  device: "gpu" | "cpu";
  /** The adapter is a GPU emulated by the CPU. */
  software: boolean;
  fallbackReason: FallbackReason | null;
  /** The prompt is one that shows the model well. */
  defaults: Omit<Settings, "negative" | "seed">;
  /** Width and height are multiples of this. */
  factor: number;
  samplers: Sampler[];
  /** Memory that a run at the default size takes at most, weights included. */
  predictedBytes: number;
}

export interface Sampler {
  /** The name in settings: "ddim". */
  name: string;
  /** The name in a menu: "DDIM". */
  title: string;
}

/** Everything that determines a picture, besides the model. */
export interface Settings {
  prompt: string;
  negative: string;
  steps: number;
  guidance: number;
  /** A whole number from 0 to 4294967295. */
  seed: number;
  sampler: string;
  width: number;
  height: number;
}

/** What is left out comes from `info.defaults`, an empty negative prompt; a seed that is left out is drawn by lot. */
export interface Request extends Partial<Settings> {
  prompt: string;
  signal?: AbortSignal;
  /**
   * Called after every step, and awaited: resolve = go on, reject = cancel, not yet = paused.
   * The trace holds all steps so far.
   */
  onStep?: (step: Step, trace: Trace) => void | Promise<void>;
}

export interface Result {
  image: ImageData;
  trace: Trace;
}

/** A run, live or finished: all that a view may draw from. */
export interface Trace {
  readonly settings: Settings;
  /** Null until the run is finished. */
  tokens: TraceTokens | null;
  /** The noise that the run began with, shaped like a step's latents. Null until the run is finished. */
  noise: Float32Array | null;
  readonly steps: Step[];
  /** Null until the run is finished. */
  image: ImageData | null;
  timings: Timings | null;
}

/** `negative` is null without guidance (1 or less), which does not read it. */
export interface TraceTokens {
  prompt: TokenCount;
  negative: TokenCount | null;
}

export interface Step {
  /** From 0. */
  index: number;
  total: number;
  /** Where the model saw the latents: in the numbering it was trained with, and as a standard deviation of the noise. */
  timestep: number;
  sigma: number;
  /** The latents after this step, and the clean latents predicted in it. */
  latents: Float32Array;
  denoised: Float32Array;
  /** [channels, height, width] of both. */
  shape: [number, number, number];
  previewNoisy: ImageData;
  previewDenoised: ImageData;
  milliseconds: number;
}

export interface TokenCount {
  /** Tokens that reach the model, of `limit`, without the two that mark beginning and end. */
  used: number;
  limit: number;
  /** The end of the text, when it did not fit; else "". */
  cut: string;
  /** What the model reads: beginning, tokens, end, padding. */
  ids: Uint32Array;
}

/** Milliseconds. */
export interface Timings {
  text: number;
  steps: number;
  picture: number;
  total: number;
}

/** `message` is one or two sentences that say what, where, expected, got, and what to do. */
export interface DecantError extends Error {
  name: "DecantError";
  code: ErrorCode;
}

/** "model": cannot be opened. "request": settings that this model cannot do. "device": lost or out of memory. "internal": our own fault. */
export type ErrorCode = "cancelled" | "model" | "request" | "device" | "internal";
