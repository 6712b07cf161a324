/**
 * What page and worker say to each other: calls with a number, and answers that carry it back.
 *
 *     page    { call, kind, what }               worker  { call, event } …, then { call, result } or { call, failure }
 *
 * An event with `awaited` stops the worker until the page has sent `{ call, verdict }`: "go on" or "stop".
 * A verdict "stop" may also come at any other time; it takes effect at the next step.
 *
 * `Calls` has every call. Of it are made the client's `ask` (client.js), the worker's table of answers (worker/worker.js) and both directions of messages,
 * so that a new one is its row here, its row there, what the program answers (`App` or `Session` below), and its method of the public module.
 */
import type {
  Catalog,
  Choice,
  Distance,
  Embeddings,
  DeviceChoice,
  Enlarged,
  ErrorCode,
  FileKind,
  FoundRecord,
  Info,
  InspectOptions,
  Inversion,
  Latents,
  LoraInfo,
  Memory,
  ModelFile,
  Neighbour,
  Noised,
  Plane,
  Progress,
  RoundTrip,
  Schedule,
  Sentence,
  Settings,
  Step,
  Tensor,
  Timings,
  TokenCount,
  Trace,
  TraceTokens,
  UpscalerInfo,
  Weights,
} from "./decant.js";

/** Every call: what goes along, and what comes back. */
export interface Calls {
  catalog(): Catalog;
  recognise(what: { source: Source }): FileKind;
  inspect(what: { source: Source; wanted: Wanted }): Info;
  weigh(what: { width: number; height: number; guidance: number }): Choice[];
  load(what: { weights: Weights; preview: Source | null }): Info;
  generate(what: { settings: Settings; inputs: Inputs; attention: boolean; enlarge: boolean }): RawFinished;
  addLora(what: { source: Source; name: string }): LoraInfo;
  removeLora(what: { name: string }): void;
  writePicture(what: { image: Pixels; settings: Settings; about: About }): Uint8Array<ArrayBuffer>;
  animate(what: { noisy: Pixels[]; denoised: Pixels[]; image: Pixels; settings: Settings; about: About }): Uint8Array<ArrayBuffer>;
  writeTrace(what: { trace: RawTrace }): Blob;
  fingerprint(): string;
  readRecord(what: { bytes: Uint8Array<ArrayBuffer> }): FoundRecord | null;
  addTextualInversion(what: { bytes: Uint8Array<ArrayBuffer>; name: string }): Inversion;
  removeTextualInversion(what: { name: string }): void;
  useVae(what: { source: Source | null; name: string }): void;
  tokenize(what: { text: string; how: Pick<Settings, "long" | "emphasis"> }): TokenCount;
  embed(what: { settings: Settings }): Embeddings;
  neighbours(what: { token: string | Float32Array; count: number }): Neighbour[];
  roundTrip(what: { image: Pixels }): RawRoundTrip;
  schedule(what: { settings: Settings }): Schedule;
  addNoise(what: { latents: Latents; timestep: number; seed: number }): RawNoised;
  decode(what: { latents: Latents; by: "model" | "tiny" | "projection" }): Pixels;
  openUpscaler(what: { source: Source; name: string; wanted: Pick<Wanted, "device" | "threads" | "kernels"> }): UpscalerInfo;
  openOwnUpscaler(): UpscalerInfo;
  enlarge(what: { image: Pixels; record: Uint8Array<ArrayBuffer> | null; budget: number | null }): RawEnlarged;
  plane(what: { runs: Float32Array[][] }): Plane;
  distance(what: { a: Float32Array; b: Float32Array }): Distance;
}

export type Kind = keyof Calls;
export type What<K extends Kind> = Parameters<Calls[K]> extends [infer W] ? W : Record<string, never>;
export type Result<K extends Kind = Kind> = ReturnType<Calls[K]>;

/** How the worker answers a call. */
export interface Answer<K extends Kind> {
  answer(what: What<K>, call: number): Result<K> | Promise<Result<K>>;
  /** It reads bytes, and tells how far that is: under this word, until the program has a better one. */
  reads?: string;
  /** What of its result is moved, not copied. */
  moves?(result: Result<K>): Transferable[];
}
export type Answers = { [K in Kind]: Answer<K> };

export type ToWorker = { [K in Kind]: { call: number; kind: K; what: What<K> } }[Kind] | { call: number; verdict: Verdict };

/** What is wanted of a model before anything of it is read. */
export type Wanted = Pick<InspectOptions, "family" | "prediction" | "threads" | "kernels" | "gpuKernels"> & { device: DeviceChoice };

export type Verdict = "go on" | "stop";

export type FromWorker =
  | {
      call: number;
      event:
        | { progress: Progress }
        | { interrupted: Sentence }
        | { note: string; sentence?: Sentence }
        | { step: RawStep }
        | { tiles: [done: number, of: number] };
      awaited?: boolean;
    }
  | { call: number; result: Result }
  | { call: number; failure: { code: ErrorCode; message: string; why?: string; sentence?: Sentence } }
  | { alive: string }; // the lock that the worker holds as long as it lives

/** Where a model's files are: at an absolute address, or picked by a person. What comes from an address is stored if `keep`; `sha256` of whole files, by name. */
export type Source =
  { url: string; name: string; keep: boolean; only: string[] | null; sha256: Record<string, string> } | { files: ModelFile[] };

/** A model's files, as the WebAssembly module reads them. Failures are thrown as `{ code, message }`. */
export interface Files {
  /** For messages. */
  place(): string;
  /** Null where they cannot be listed. */
  names(): Promise<string[] | null>;
  /** In bytes; null where there is no such file. */
  size(name: string): Promise<number | null>;
  /** The bytes from `start` to before `end`. */
  read(name: string, start: number, end: number): Promise<Uint8Array>;
}

/** Pixels as they travel: an `ImageData` in parts, so that its bytes are moved and not copied. */
export interface Pixels {
  width: number;
  height: number;
  rgba: Uint8ClampedArray<ArrayBuffer>;
}

/** What drew a picture, where, and how weights were kept. */
export interface About {
  model: string;
  hash: string;
  device: string;
  weights: string;
  /** What else it came of, and what made it larger, as a `Trace` says it. */
  also: string[];
  enlarged: Enlarged[];
}

/** What a run starts from besides noise. */
export interface Inputs {
  image: Pixels | null;
  mask: Pixels | null;
  latents: RawLatents | null;
  /** What a loss wants the picture to resemble. */
  resemble: Pixels | null;
}

/** A file's bytes, or numbers. */
export type RawLatents =
  | { file: Uint8Array<ArrayBuffer>; name: string }
  | { values: Float32Array; shape: [number, number, number]; level?: "noise" | "clean" | undefined };

type Moved = Float32Array<ArrayBuffer>;

type MovedTensor = Tensor & { values: Moved };
type StepTensor = "latents" | "modelInput" | "prediction" | "denoised" | "next" | "epsCond" | "epsGuided";
type StepPreview = "previewNoisy" | "previewDenoised";

/** All its numbers are moved, not copied. */
export type RawStep = Omit<Step, StepTensor | StepPreview | "epsUncond" | "attention" | "lossGradient"> &
  Record<StepTensor, Moved> &
  Record<StepPreview, Pixels> & {
    epsUncond: Moved | null;
    attention: MovedTensor | null;
    lossGradient: MovedTensor | null;
    /** The first step of a pass brings it; the others bring none. */
    pass: RawPass | null;
  };

/** What is known of a run before its first step; of one that is made twice (`Settings.hires`), before the first step of each pass. */
export interface RawPass {
  tokens: TraceTokens;
  textEmbeddings: MovedTensor;
  noise: Moved;
  schedule: { timesteps: Moved; sigmas: Moved };
}

/** A run that becomes a file. It is copied on its way, once: the page goes on showing it. */
export type RawTrace = Omit<Trace, "steps" | "image"> & {
  steps: (Omit<Step, StepPreview> & Record<StepPreview, Pixels>)[];
  image: Pixels | null;
};

export type RawRoundTrip = Omit<RoundTrip, "before" | "after"> & { before: Pixels; after: Pixels };
export type RawNoised = Omit<Noised, "preview"> & { preview: Pixels };

/** The larger picture, as a PNG with its record, and by what it was made larger. */
export interface RawEnlarged {
  image: Pixels;
  png: Uint8Array<ArrayBuffer>;
  enlarged: Enlarged;
}

export interface RawResult {
  image: Pixels;
  /** With what the model and the inputs decided; what is as usual is left out. */
  settings: Partial<Settings>;
  also: string[];
  /** Where it was asked for and done. */
  enlarged?: Enlarged[];
  timings: Timings;
  memory: Omit<Memory, "heap">;
}

/** With what only the worker knows. */
export type RawFinished = Omit<RawResult, "memory"> & { memory: Memory };

/** The WebAssembly module (`crates/app`), as the worker sees it. Errors are thrown as `{ code, message, why, sentence }`. */
export interface App {
  default(): Promise<{ memory: WebAssembly.Memory }>;
  /** Asked once, when the first model is to run on the CPU. */
  useCores(start: () => Promise<Cores | null>): void;
  catalog(): Catalog;
  Sha256: new () => Sum;
  recognise(files: Files): Promise<FileKind>;
  writePicture(image: Pixels, settings: Settings, about: About): Uint8Array<ArrayBuffer>;
  /** The parts of a file, in order: the trace's own arrays, and a few more. */
  writeTrace(trace: RawTrace): (Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer>)[];
  readRecord(bytes: Uint8Array): FoundRecord | null;
  animate(noisy: Pixels[], denoised: Pixels[], image: Pixels, settings: Settings, about: About): Uint8Array<ArrayBuffer>;
  plane(runs: Float32Array[][]): Plane;
  distance(a: Float32Array, b: Float32Array): Distance;
  Upscaler: { open(files: Files, name: string, device: DeviceChoice): Promise<Upscaler> };
  Session: { open(files: Files, preview: Files | undefined, wanted: Wanted, onProgress: Tell): Promise<Session> };
}

/** The CPU's kernels as a module of their own, and the threads that work on its memory (`crates/app/src/cores.rs`). */
export interface Cores {
  /** Which: a name of `decant_kernels::Set`. */
  kernels: string;
  threads: number;
  memory: WebAssembly.Memory;
  /** The first byte of it that is nobody's. */
  base: number;
  /** Makes the memory at least so many bytes large; false where there is no room. */
  grow(bytes: number): boolean;
  /** Works on a list of calls until all of it is done; all but `count` are addresses, `each` is how far the threads' scratch lies apart. */
  run(calls: number, count: number, progress: number, scratch: number, each: number): void;
}

/** An upscaler's headers; its weights are read while it runs. */
export interface Upscaler {
  info(): UpscalerInfo;
  /** `onTile` is awaited before the first tile and after each; when it rejects, the work ends with the code "cancelled". */
  run(
    image: Pixels,
    record: Uint8Array | null,
    budget: number | null,
    onTile: (done: number, of: number) => Promise<void>,
  ): Promise<RawEnlarged>;
}

/** A SHA-256 that is being counted. */
export interface Sum {
  add(bytes: Uint8Array): void;
  /** In hexadecimal digits; the sum cannot be used afterwards. */
  finish(): string;
}

/** Hears how far it is: what is done, bytes so far, bytes in all. */
export type Tell = (label: string, loaded: number, total: number | null) => void;

export interface Session {
  info(): Omit<Info, "heapBytes">;
  weigh(width: number, height: number, guided: boolean): Choice[];
  /** Brings the weights to the device. */
  fill(weights: Weights, onProgress: Tell): Promise<void>;
  addLora(name: string, files: Files): Promise<LoraInfo>;
  removeLora(name: string): void;
  fingerprint(): Promise<string>;
  /** The one that the model's folder brings along. */
  upscaler(): Promise<Upscaler>;
  addTextualInversion(name: string, bytes: Uint8Array): Promise<Inversion>;
  removeTextualInversion(name: string): void;
  useVae(name: string, files: Files): Promise<void>;
  useOwnVae(): void;
  tokenize(text: string, how: Pick<Settings, "long" | "emphasis">): TokenCount;
  /** `onStep` is awaited; when it rejects, the run ends with the code "cancelled" and the session stays usable. */
  generate(settings: Settings, inputs: Inputs, onStep: (step: RawStep) => Promise<void>, attention: boolean): Promise<RawResult>;
  embed(settings: Settings): Promise<Embeddings>;
  neighbours(token: string | Float32Array, count: number): Promise<Neighbour[]>;
  roundTrip(image: Pixels): Promise<RawRoundTrip>;
  schedule(settings: Settings): Schedule;
  addNoise(latents: Latents, timestep: number, seed: number): Promise<RawNoised>;
  decode(latents: Latents, by: "model" | "tiny" | "projection"): Promise<Pixels>;
}
