/**
 * What page and worker say to each other: questions with a number, and answers that carry it back.
 *
 *     page    { call, ask }                      worker  { call, event } …, then { call, result } or { call, failure }
 *
 * An event with `awaited` stops the worker until the page has sent `{ call, verdict }`: "go on" or "stop".
 * A verdict "stop" may also come at any other time; it takes effect at the next step.
 */
import type { DeviceChoice, ErrorCode, Info, ModelFile, Progress, Settings, Step, Timings, TokenCount, TraceTokens } from "./decant.js";

export type ToWorker = { call: number; ask: Ask } | { call: number; verdict: Verdict };

export type Ask =
  | { kind: "open"; source: Source; device: DeviceChoice }
  | { kind: "generate"; settings: Settings }
  | { kind: "tokenize"; text: string };

export type Verdict = "go on" | "stop";

export type FromWorker =
  | { call: number; event: { progress: Progress } | { step: RawStep }; awaited?: boolean }
  | { call: number; result: Info | RawResult | TokenCount }
  | { call: number; failure: { code: ErrorCode; message: string } };

/** Where a model's files are: below an absolute address, or picked by a person. */
export type Source = { url: string } | { files: ModelFile[] };

/** Pixels as they travel: an `ImageData` in parts, so that its bytes are moved and not copied. */
export interface Pixels {
  width: number;
  height: number;
  rgba: Uint8ClampedArray<ArrayBuffer>;
}

export type RawStep = Omit<Step, "previewNoisy" | "previewDenoised" | "latents" | "denoised"> & {
  latents: Float32Array<ArrayBuffer>;
  denoised: Float32Array<ArrayBuffer>;
  previewNoisy: Pixels;
  previewDenoised: Pixels;
};

export interface RawResult {
  image: Pixels;
  noise: Float32Array<ArrayBuffer>;
  tokens: TraceTokens;
  timings: Timings;
}

/** The WebAssembly module (`crates/app`), as the worker sees it. Errors are thrown as `{ code, message }`. */
export interface App {
  default(): Promise<unknown>;
  Session: { open(source: Source, device: DeviceChoice, onProgress: (progress: Progress) => void): Promise<Session> };
}

export interface Session {
  info(): Info;
  tokenize(text: string): TokenCount;
  /** `onStep` is awaited; when it rejects, the run ends with the code "cancelled" and the session stays usable. */
  generate(settings: Settings, onStep: (step: RawStep) => Promise<void>): Promise<RawResult>;
}
