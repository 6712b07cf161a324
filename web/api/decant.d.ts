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
  /** Starts the worker that the next call will use, which begins to load the program: for a page that knows that it will need one, and has something else to do first. */
  prepare(): void;
  /** Starts a worker and opens a model in it. Rejects with a `DecantError` whose message is a sentence for people. */
  load(options: LoadOptions): Promise<Decant>;
  /**
   * Reads what a model says of itself, and none of its weights: what it is, and what each way to keep its weights would take.
   *
   * ```js
   * const found = await Decant.inspect("//host/owner/name");
   * const choices = await found.weigh({ width: 512, height: 512, guidance: 7.5 });
   * const decant = await found.load({ weights: choices.find((choice) => choice.suggested).weights });
   * ```
   */
  inspect(model: Model, options?: InspectOptions): Promise<Inspection>;
  /** What there is to choose from, whatever the model. Needs no model. */
  catalog(): Promise<Catalog>;
  /** What a file is good for, by what it holds. Needs no model. */
  recognise(file: Model): Promise<FileKind>;
  /**
   * Opens an upscaler, RRDBNet (ESRGAN, Real-ESRGAN) or SRVGGNetCompact, `.pth` or safetensors, in a worker of its own. Needs no model.
   *
   * ```js
   * const upscaler = await Decant.upscaler(file);
   * const { image, png } = await upscaler.enlarge(await decant.writePicture(made), { onTile: (done, of) => console.log(`${done} of ${of}`) });
   * upscaler.close();
   * ```
   */
  upscaler(file: Model, options?: UpscalerOptions): Promise<Upscaler>;
  /** What a picture (PNG, JPEG, WebP), a record or a file of settings says of how a picture was made, here or by a desktop tool; null for a picture that says nothing. */
  readRecord(file: Blob): Promise<FoundRecord | null>;
  /**
   * Runs in the plane in which they differ most: the two principal components of all their points together. Needs no model.
   * `runs` has, for each run, its points (latents after each step, say), all of one length.
   */
  plane(runs: Float32Array[][]): Promise<Plane>;
  /** How far two lists of numbers lie apart, and in which way. Needs no model. */
  distance(a: Float32Array, b: Float32Array): Promise<Distance>;
  /** A run as a safetensors file, as `decant generate --trace` writes it (docs/inside.md). The trace stays as it is. Needs no model. */
  writeTrace(trace: Trace): Promise<Blob>;
};

export interface UpscalerOptions extends OpeningEvents, Pick<InspectOptions, "device" | "threads" | "kernels"> {
  /** What records call it; its file's name without its end, where it is left out. */
  name?: string;
}

/** What an upscaler's file says of itself. */
export interface UpscalerInfo {
  name: string;
  /** "RRDBNet ×4, 23 blocks of 64 channels". */
  network: string;
  /** How many times as large a picture becomes each way. */
  scale: number;
  /** Where it computes: a GPU's name, or the CPU. */
  adapter: string;
}

export interface Upscaler {
  readonly info: UpscalerInfo;
  /**
   * The picture, `info.scale` times as large each way, in tiles that fit the memory. A PNG of Decant's keeps its record, which then says what
   * enlarged it. `onTile` is awaited before the first tile and after each: reject = give up, not yet = paused.
   */
  enlarge(
    picture: ImageSource,
    events?: { onTile?: (done: number, of: number) => void | Promise<void>; signal?: AbortSignal; budget?: number },
  ): Promise<{ image: ImageData; png: Blob }>;
  close(): void;
}

/** Points of several runs in two dimensions. */
export interface Plane {
  /** `[x, y]` of each point of each run. */
  runs: [number, number][][];
  /** Which part of all variance each of the two directions has. */
  explained: [number, number];
}

/** Root mean square difference, cosine, and the two root mean squares. */
export interface Distance {
  rms: number;
  cosine: number;
  lengths: [number, number];
}

/** A seed by lot. */
export function drawSeed(): number;

/** An open model. One run at a time: a second `generate` waits for the first. */
export interface Decant {
  readonly info: Info;
  /** Makes a picture, or as many as `count` says. Rejects with the signal's reason when aborted, with `onStep`'s when that rejected, else with a `DecantError`. */
  generate(request: Request): Promise<Result>;
  /**
   * Loads a LoRA beside the model, under a name by which `Settings.loras` use it; without a name, the file's. It stays until it is removed.
   *
   * ```js
   * const { name } = await decant.addLora(file);
   * await decant.generate({ prompt: "a red four", loras: [{ name, weight: 0.8 }] });
   * ```
   */
  addLora(file: Model, name?: string): Promise<LoraInfo>;
  removeLora(name: string): Promise<void>;
  /** Adds the words of a textual inversion's file (`.bin`, `.pt`, `.safetensors`), which prompts may then use. It stays until it is removed. */
  addTextualInversion(file: File, name?: string): Promise<Inversion>;
  removeTextualInversion(name: string): Promise<void>;
  /** Puts another autoencoder in the place of the model's own: its file or folder, or that of a whole model of the family; null puts it back. */
  useVae(file: Model | null, name?: string): Promise<void>;
  /** A picture of this model's as a PNG that says how it was made, as the desktop tools write it too. `readRecord` reads it. */
  writePicture(made: Made): Promise<Blob>;
  /** A run as an animated PNG that says how it was made: noisy latents on the left, what the model predicts on the right. */
  animate(made: Made): Promise<Blob>;
  /** Which weights these are, in sixteen letters, whatever their files are called: as records have it. "" where they would have to be downloaded for it again. */
  fingerprint(): Promise<string>;
  /** What a picture of that size would take, for each way to keep the weights, as `Inspection.weigh` says it; refused while a picture is made. */
  weigh(picture: { width: number; height: number; guidance: number }): Promise<Choice[]>;
  /** How a text is cut into tokens, and what does not fit; `how` as in a request. */
  tokenize(text: string, how?: Pick<Settings, "long" | "emphasis">): Promise<TokenCount>;
  /**
   * What the prompt's words are as numbers: each token's embedding (after swaps and textual inversions), and what the text encoder makes of
   * all of them together. It is asked of the encoder alone, and no picture is made.
   */
  embed(settings: Partial<Settings> & { prompt: string }): Promise<Embeddings>;
  /** The vocabulary's tokens whose embeddings point most nearly the same way (cosine), nearest first. `token` as in a swap, or a vector. */
  neighbours(token: string | Float32Array, count: number): Promise<Neighbour[]>;
  /** A picture through the autoencoder and back. Resized to a multiple of the model's factor. */
  roundTrip(image: ImageSource): Promise<RoundTrip>;
  /** The noise schedule as a run with these settings goes through it, and as the model was trained with it. */
  schedule(settings?: Partial<Settings>): Promise<Schedule>;
  /** A picture's latents with the noise of a training timestep (diffusers' `add_noise`), and what they look like; 0 is the least noise. */
  addNoise(latents: Latents, timestep: number, seed: number): Promise<Noised>;
  /** Any latents as a picture: by the autoencoder ("model"), by the tiny one, or by the quick straight line ("projection"). */
  decode(latents: Latents, by?: "model" | "tiny" | "projection"): Promise<ImageData>;
  /** Stops whatever runs and gives all memory back. */
  /**
   * The upscaler that the model's folder brings along, in the model's own worker; it waits for the runs before it. Closing it closes nothing else.
   * Rejects where there is none (`Info.upscaler` is null).
   */
  upscaler(): Promise<Upscaler>;
  close(): void;
}

/** What a small model's prompts were made of besides things; some are two words ("light blue", "next to"). */
export interface Grammar {
  /** How things are drawn. */
  styles: string[];
  /** The colours behind them. */
  backgrounds: string[];
  words: string[];
}

/** A prompt as numbers. Both tables are `[tokens, width]`, row after row; `words` says what each row stands for, padding included. */
export interface Embeddings {
  tokens: TokenCount;
  words: string[];
  /** Of Stable Diffusion XL's two encoders, the first. */
  width: number;
  input: Float32Array;
  /** What the denoiser is shown; as wide as its context. */
  outputWidth: number;
  output: Float32Array;
}

export interface Neighbour {
  token: string;
  id: number;
  /** 1 is the same direction. */
  cosine: number;
}

export interface RoundTrip {
  /** As it went in, after resizing. */
  before: ImageData;
  latents: Latents;
  after: ImageData;
  /** Peak signal-to-noise ratio of `after` against `before`, in decibels; Infinity where they are equal. */
  psnr: number;
  /** How many times more numbers the picture has than its latents: 48 for 8 × 8 × 3 in 4. */
  ratio: number;
}

/** A noise schedule. */
export interface Schedule {
  /** Of each model call: in the numbering of training, and the standard deviation of the noise; `sigmas` has one more, the end. */
  timesteps: Float32Array;
  sigmas: Float32Array;
  /** Of each training timestep: the share of the picture's variance that is left (alphas_cumprod). */
  alphasCumprod: Float32Array;
}

export interface Noised {
  latents: Latents;
  /** By the quick straight line. */
  preview: ImageData;
  /** What is left of the picture and how much noise there is: x = signal · picture + noise · ε. */
  signal: number;
  noise: number;
}

/**
 * An address (relative to the page): a folder in diffusers' layout, one file, or a model hub's repository (`//host/owner/name`).
 * Or what a person chose: a file, several, a folder.
 */
export type Model =
  string | Address | File | FileList | File[] | FileSystemDirectoryHandle | FileSystemFileHandle | FileSystemHandle[] | ModelFile[];

export interface Address {
  address: string;
  /** The only files to use, where there are more than one wants: two precisions of one model, for instance. */
  files?: string[];
  /** SHA-256 of whole files, by name, in hexadecimal digits: a file that is kept is compared once, when it has been loaded. */
  sha256?: Record<string, string>;
}

/** What happens while a model is inspected or loaded. */
export interface OpeningEvents {
  /** Awaited while bytes come: resolve = go on, reject = give up, not yet = paused. */
  onProgress?: (progress: Progress) => void | Promise<void>;
  /**
   * The connection broke and did not come back within some tries. Awaited: resolve = try again, reject = give up. What has come is kept.
   * Without it, the error is what the promise rejects with.
   */
  onInterrupted?: (error: DecantError) => Promise<void>;
  /** A sentence that a person should know: the storage is full, a stored part was damaged, a server cannot resume. */
  onNote?: (message: string, sentence?: Sentence) => void;
  /** Gives up at once. */
  signal?: AbortSignal;
}

export interface InspectOptions extends OpeningEvents {
  /** "auto" (the default) takes a real GPU where there is one, else the CPU. */
  device?: DeviceChoice;
  /** Threads that the CPU computes with where the page is cross-origin isolated: all cores but one where it is left out, else one. They change no bit. */
  threads?: number | undefined;
  /** "simd128" keeps the CPU to the instructions that every browser has; where it is left out, relaxed SIMD is used where there is such. */
  kernels?: "simd128" | undefined;
  /**
   * A GPU's kernels: what was found before, `info.gpuKernels.choice` by its `key`. Where the GPU is not among them, its kernels are tried while
   * it opens, about two seconds, so `{}` tries them. Where it is left out, and on a GPU that the CPU emulates, the usual ones are taken.
   */
  gpuKernels?: Record<string, string> | undefined;
  /** What to take a model in one file for, where its tensors leave it open: an `id` of `info.families`. A folder says itself what it is. */
  family?: string;
  /** What its denoiser predicts, where its files do not say it or say it wrongly. */
  prediction?: "epsilon" | "v_prediction" | "sample";
}

/** How to load. */
export interface Loading extends OpeningEvents {
  /**
   * How weights are kept: "stored" as the files have them; "f16", "q8_0", "q4_0" quantize while loading.
   * "auto" (the default) is "stored" where that fits the machine at the model's own size with guidance, else the largest that fits.
   */
  weights?: Weights;
  /** A small decoder (TAESD) for each step's preview; without it the model's own serves where it is quick enough. */
  preview?: Model;
}

export interface LoadOptions extends Loading, InspectOptions {
  model: Model;
}

export type Weights = "auto" | "stored" | "f16" | "q8_0" | "q4_0";

/** A model of which headers and configuration were read. It holds a worker until it is loaded or closed. */
export interface Inspection {
  readonly info: Info;
  /** What each way to keep the weights takes for a picture of that size. */
  weigh(picture: Pick<Settings, "width" | "height" | "guidance">): Promise<Choice[]>;
  /** Goes on in the same worker. */
  load(options?: Loading): Promise<Decant>;
  close(): void;
}

/** One way to keep a model's weights. */
export interface Choice {
  weights: Exclude<Weights, "auto">;
  /** For a table: "as stored (f16)". */
  title: string;
  /** Bytes to read or download. */
  readBytes: number;
  /** Memory that a run takes at most, weights included. */
  peakBytes: number;
  /** Why this machine cannot hold it, in a sentence; null when it can. */
  problem: string | null;
  /** The same, for pages in other languages. */
  sentence: Sentence | null;
  /** What "auto" would take. */
  suggested: boolean;
}

export type DeviceChoice = "auto" | "gpu" | "cpu";

/** A chosen file; `path` has the folders that it was chosen with. */
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
  /** Which file is being read, and where from. */
  file: string | null;
  from: "network" | "storage" | "disk" | null;
  /** Over the last seconds; null until there is something to measure. */
  bytesPerSecond: number | null;
  secondsLeft: number | null;
}

/** Why "auto" did not take the GPU, or why the GPU is not a real one. */
export type FallbackReason = "insecure" | "no-webgpu" | "no-adapter" | "software" | "failed";

/** A way to use a model with a LoRA of its own: `loras: [{ name: lora }]`, with these steps, guidance and sampler. */
export interface Gear {
  name: string;
  lora: string;
  steps: number;
  guidance: number;
  sampler: string;
}

export interface Info {
  /** The kind of model: "Stable Diffusion 1.x". */
  family: string;
  /** How it was made to take a few steps; null where it was not. */
  distilled: "Turbo" | "LCM" | null;
  /** How its files are laid out, and what it was recognised by. */
  layout: string;
  why: string;
  /** The `id` of the family that a model in one file was taken for; null where a folder says itself what it is. */
  takenFor: string | null;
  /** What it may be taken for: more than one where its tensors leave it open. */
  families: { id: string; title: string }[];
  /** The machine that computes, as it names itself. */
  adapter: string;
  device: "gpu" | "cpu";
  /** The CPU's kernels and threads: "relaxed-simd, 3 threads"; null on a GPU. */
  path: string | null;
  /**
   * Which kernels a GPU takes instead of the usual ones, in words that `gpuKernels` understands ("conv2d many: square; wrong attention 40: q2"),
   * and the adapter and the shaders that this holds for. Null where it takes the usual ones.
   */
  gpuKernels: { key: string; choice: string } | null;
  /** The adapter is a GPU emulated by the CPU. */
  software: boolean;
  fallbackReason: FallbackReason | null;
  /** The prompt is one that shows the model well. */
  defaults: Pick<Settings, "prompt" | "steps" | "guidance" | "sampler" | "width" | "height">;
  /** The things that it can paint, by name, where its files list them: of a model that knows few. */
  words: string[];
  /** Prompts that show what else it understands, where its files list some. */
  examples: string[];
  /** The words besides those things that its prompts were made of, where its files list them. */
  grammar: Grammar | null;
  /** Other ways to use it, each with a LoRA that its files bring along, which settings use by its name like any other. */
  gears: Gear[];
  /** The upscaler that the model's folder brings along, by name, for `Request.enlarge` and `Decant.upscaler`; null where it brings none. */
  upscaler: string | null;
  /** Width and height are multiples of this. */
  factor: number;
  catalog: Catalog;
  /** Memory that a run at the default size takes at most, weights included. */
  predictedBytes: number;
  /** How the weights are kept: never "auto". */
  weights: Exclude<Weights, "auto">;
  /** The largest that WebAssembly's memory has been while loading, in bytes: all that is not on the device. */
  heapBytes: number;
}

/** Something to choose: a row of one of the program's tables. */
export interface Entry {
  /** The name in settings, addresses and on the command line: "ddim". */
  id: string;
  /** The name in a menu: "DDIM". */
  name: string;
  /** What it does, in a sentence or two, with its source. */
  docs: string;
}

export interface Sampler extends Entry {
  /** Whether it can follow other sigmas than its own. */
  curves: boolean;
  /** Whether it reads `spacing`: always, along the timesteps' own sigmas (`config`, `model`) alone, or never. */
  spacing: "always" | "timesteps" | "never";
  /** Whether its steps add predicted noise back, so that `cfgpp` can say which. */
  cfgpp: boolean;
  /** Whether it can be asked for `zeroSnr`. */
  zeroSnr: boolean;
  /** What `eta` is where it is left out; null where it is not read. */
  eta: number | null;
  /** The highest `order` that can be asked for; null where it is not read. */
  highestOrder: number | null;
}

/** What there is to choose from. Menus are made from it. */
export interface Catalog {
  samplers: Sampler[];
  sigmas: Entry[];
  spacings: Entry[];
  longs: Entry[];
  rngs: Entry[];
  /** Every setting, in the order of a form. */
  settings: Setting[];
  /** How many pictures a grid may have: by the program, and in a form. */
  gridCells: { range: [number, number]; form: [number, number] };
}

/** A row of the program's table of settings. */
export interface Setting {
  /** Its name in `Settings`; "preview", what is shown on the way, is no part of those. */
  name: keyof Settings | "preview";
  kind: "text" | "whole" | "real" | "choice" | "switch" | "numbers" | "list";
  /** The ids of a choice; else none. "sigmas" is a list of falling numbers, too. */
  choices: string[];
  /**
   * The least and the most that the program can do with the most able of models: of numbers each of them, of a list its entries, of a text its
   * bytes. Null where nothing is counted.
   */
  range: [number, number] | null;
  /** The part of that which a form offers. */
  form: [number, number] | null;
  /** What it is where it is left out, as text; "" where the model, the sampler or another setting says it, and for lists: none. */
  usual: string;
  /** What belongs together in a form. */
  group: "prompt" | "picture" | "start" | "sampling" | "guidance" | "losses" | "words" | "loras" | "second" | "decoder" | "preview";
  /** Whether what the text encoders say depends on it. */
  readsText: boolean;
  /** Whether a form offers it for a grid's axes. */
  inGrid: boolean;
  /** One line about it, in English. */
  help: string;
}

/**
 * Everything that determines a picture, besides the model and the pictures that it starts from. As JSON it is what a picture's record and a
 * file of settings hold. What may be left out is as usual then, which its comment says.
 */
export interface Settings {
  prompt: string;
  negative: string;
  steps: number;
  guidance: number;
  /** A whole number from 0 to 4294967295. */
  seed: number;
  /** An `id` of `Catalog.samplers`. */
  sampler: string;
  width: number;
  height: number;

  /** The noise levels: an `id` of `Catalog.sigmas`, or a falling list, "14.6,3,0.5,0". Usual: "config", what the model says. */
  sigmas?: string;
  /** How timesteps are spread: an `id` of `Catalog.spacings`. Usual: what the model says. */
  spacing?: string;
  /** How much of the noise is new in each step, 0 to 1. Usual: what the sampler's row says. */
  eta?: number;
  /** The sampler's order. Usual: what the sampler or the model says. */
  order?: number;
  /** Where noise comes from: an `id` of `Catalog.rngs`. Usual: "cpu". */
  rng?: string;
  /** Betas rescaled to zero terminal SNR, also where the model's scheduler does not say so. Usual: false. */
  zeroSnr?: boolean;

  /** How far the guided prediction's contrast is brought back to the unguided one's, 0 (usual) to 1. */
  rescale?: number;
  /** The parts of the run between which guidance is on. Usual: 0 and 1. */
  guidanceFrom?: number;
  guidanceUntil?: number;
  /** Scales spread evenly over the run, linear in between, in the place of `guidance`. Usual: none. */
  guidanceCurve?: number[];
  /** CFG++: the unguided noise goes back in. Usual: false. */
  cfgpp?: boolean;

  /** What the steps are pulled by: gradients of losses on the predicted picture. */
  losses?: Loss[];
  /** Of the steps, counted from 0, those that it divides are pulled. Usual: 5. */
  lossEvery?: number;
  /** The first step that may be pulled. Usual: 0. */
  lossFrom?: number;
  /** The first step that is not pulled any more. Usual: none. */
  lossUntil?: number;
  /** Whether gradients go through the denoiser, too, and not with its noise held fixed: three to four times a step's work. Usual: false. */
  lossExact?: boolean;

  /** How many of the text encoder's last layers are left out. Usual: 0. */
  clipSkip?: number;
  /** What becomes of a prompt that is too long: an `id` of `Catalog.longs`. Usual: "truncate". */
  long?: string;
  /** Whether "(word:1.3)" and "[word]" weigh words. Usual: false. */
  emphasis?: boolean;
  /** Tokens that mean something else. */
  swaps?: Swap[];
  /** Other prompts, mixed in by a factor. */
  mixes?: Mix[];

  /** Which of the loaded LoRAs are used, and how strongly. */
  loras?: LoraUse[];

  /** Which part of the steps a starting picture goes through: 0.2 keeps most of it, 1 next to nothing. Usual: 0.8, with a mask 1. */
  strength?: number;
  /** The first step that is taken, counted from 0, instead of `strength`. */
  startStep?: number;
  /** Pixels added to the starting picture and painted: above, right, below, left. Usual: none. */
  pad?: [number, number, number, number];
  /** Whether pixels that the mask leaves alone are put back exactly; else they have gone through the autoencoder. Usual: false. */
  keepUnmasked?: boolean;
  /** The picture is made once more, so many times larger each way (1 to 8): enlarged, it goes through a part of the steps again. A trace is of that second pass. */
  hires?: number;
  /** How it is enlarged between the passes: "latent" (usual), "latent_nearest", "latent_bicubic" or "lanczos". */
  hiresBy?: string;
  /** Which part of the steps the second pass goes through. Usual: 0.7. */
  hiresStrength?: number;
  /** The second pass's steps, of which it takes that part. Usual: as many as the first pass's. */
  hiresSteps?: number;
  /** What the final picture is made with: the model's own autoencoder ("model", usual), or the tiny one that the model was opened with. */
  decoder?: "model" | "tiny";
  /** How many pictures; each one's seed is one more than the last one's. Usual: 1. */
  count?: number;
}

/** In the place of `token`'s embedding comes the weighted sum of others'. */
/** One of an expression, a palette and a picture. */
export interface Loss {
  /** Of `red`, `green`, `blue`, `x`, `y` in 0 to 1, such as "mean(abs(blue - 0.9))": what should be small. */
  expression?: string;
  /** Colours as "#rrggbb": each pixel should be near to one of them. */
  palette?: string[];
  /** Whether the picture should resemble `Request.resemble`. */
  picture?: boolean;
  /** Pixels of the Gaussian that both are blurred by before. Usual: 0. */
  blur?: number;
  /** How strongly it pulls. Usual: 1. */
  scale?: number;
}

export interface Swap {
  token: string;
  with: { token: string; weight: number }[];
}

export interface Mix {
  prompt: string;
  factor: number;
}

export interface LoraUse {
  /** The name that it was loaded under. */
  name: string;
  /** How strong it is: 1 (usual) as it was trained, 0 not at all, below 0 the opposite. */
  weight?: number;
  /** How strong it is in the text encoders, where not as in the denoiser. */
  text?: number;
}

/** What a loaded LoRA is. */
export interface LoraInfo {
  name: string;
  /** How many layers of the denoiser and of the text encoders it changes. */
  unet: number;
  text: number;
  /** The most rows of a layer's smaller matrix. */
  rank: number;
  /** Words that the file brings along, as prompts call them. */
  words: string[];
  /** What the file has beside, which is not applied. */
  unmatched: string[];
}

/** What a textual inversion added. */
export interface Inversion {
  name: string;
  /** What it is called in a prompt. */
  words: string[];
  /** How many tokens it takes. */
  vectors: number;
}

/** How a picture was made. */
export interface FoundRecord {
  /** What is as usual is left out. */
  settings: Partial<Settings>;
  /** The names of the model and of the machine, and how weights were kept; "" where nobody says. */
  model: string;
  device: string;
  weights: string;
  /** The weights' fingerprint, or another tool's hash. */
  hash: string;
  /** Whose record it is: ours, the `parameters` text of the most used desktop tool, ComfyUI's graph, InvokeAI's metadata. */
  source: "decant" | "parameters" | "comfy" | "invoke";
  /** What could not be taken over. */
  notes: Note[];
  /** Textual inversions that its texts mean: where one is not loaded, its name is read as any word. */
  inversions: string[];
}

/** "preview": a tiny autoencoder (TAESD), to be given to `load` as `preview`; "upscaler": for `Decant.upscaler`. */
export type FileKind = "model" | "lora" | "inversion" | "vae" | "preview" | "upscaler";

/** What is left out comes from `info.defaults`, an empty negative prompt; a seed that is left out is drawn by lot. */
export interface Request extends Partial<Settings> {
  prompt: string;
  /** What to start from: a file (turned the right way up), or pixels. Resized to the size that is asked for; transparent parts show white. */
  image?: ImageSource | null;
  /** Which of its pixels to paint anew (white), of the same size as `image`. */
  mask?: ImageSource | null;
  /** Latents to start from, instead of a picture or instead of the noise that the seed gives. */
  latents?: Blob | Latents | null;
  /** The picture that a loss of `picture: true` wants this one to resemble. Resized to the size that is asked for. */
  resemble?: ImageSource | null;
  /** Whether each step tells where every token was looked for (`Step.attention`). Costs a little time, and memory for each step. Usual: false. */
  attention?: boolean;
  /**
   * Whether each picture is made larger by the model's own upscaler (`Info.upscaler`; a model that brings none makes its pictures as ever).
   * What could not be enlarged is there as the model made it, and `onNote` says why. Usual: false.
   */
  enlarge?: boolean;
  signal?: AbortSignal;
  /**
   * Called after every step, and awaited: resolve = go on, reject = cancel, not yet = paused.
   * The trace holds all steps so far.
   */
  onStep?: (step: Step, trace: Trace) => void | Promise<void>;
  /** What of the model did not stay in memory is read again during the run. Awaited like a step. */
  onProgress?: (progress: Progress) => void | Promise<void>;
  /** How many tiles of how many are enlarged, before the first and after each. Awaited like a step; a rejection leaves the picture as the model made it. */
  onTile?: (done: number, of: number) => void | Promise<void>;
  /** What did not succeed, in a sentence, and did not hinder the picture. */
  onNote?: (message: string, sentence?: Sentence) => void;
  /** Called after every picture, and awaited like a step. Of several, `Result.pictures` then hold no steps: they are given here. */
  onPicture?: (picture: Made, index: number) => void | Promise<void>;
}

export type ImageSource = ImageData | ImageBitmap | Blob;

/** As a `.safetensors` or `.npy` file holds them. */
export interface Latents {
  values: Float32Array;
  /** [channels, height, width]. */
  shape: [number, number, number];
  /** "noise": standard normals to begin with; "clean": a picture's. Without it, a picture's where a strength or a first step is asked for. */
  level?: "noise" | "clean";
}

export interface Made {
  image: ImageData;
  trace: Trace;
}

/** The first picture, and all of them. */
export interface Result extends Made {
  pictures: Made[];
}

/** A run, live or finished: all that a view may draw from. */
export interface Trace {
  /** As asked for, and once the run is finished as it was made: with what the model and the picture that it started from decided. */
  readonly settings: Settings;
  /** Null until the first step. */
  tokens: TraceTokens | null;
  /**
   * What the text encoders made of the prompts: `[2, tokens, width]`, the negative one first; `[1, tokens, width]` without guidance. Null until the
   * first step, and where it is not kept.
   */
  textEmbeddings: Tensor | null;
  /** The unit noise that was drawn first for the run, shaped like a step's latents. Null until the first step. */
  noise: Float32Array | null;
  /** All that the run was going to visit, also what it left out at its beginning. Null until the first step, and where it is not known. */
  schedule: Pick<Schedule, "timesteps" | "sigmas"> | null;
  readonly steps: Step[];
  /** Null until the run is finished. */
  image: ImageData | null;
  timings: Timings | null;
  memory: Memory | null;
  /** What else the picture came of that settings cannot hold, each in words: "a mask", "the textual inversion birb". None for a run that is not finished. */
  also?: string[];
  /** What made the picture larger after it was made, in order; `settings` are those of the picture before. */
  enlarged?: Enlarged[];
}

/** An upscaler's name, and how many times as large it made the picture each way. */
export interface Enlarged {
  by: string;
  times: number;
}

/** Bytes. */
export interface Memory {
  /** What the run was going to take on the device, weights included. */
  predicted: number;
  /** What it took; null where that cannot be known. */
  measured: number | null;
  /** The largest that WebAssembly's memory has been; null of a run of the command's. */
  heap: number | null;
}

/** `negative` is null without guidance (1 or less), which does not read it. */
export interface TraceTokens {
  prompt: TokenCount;
  negative: TokenCount | null;
}

/**
 * A model call, and the step that was taken from it. Tensors are called as the sampler calls them and as they are called in a file
 * (docs/design/runs.md); what a file of before does not have is empty. Those of equal numbers may be one array.
 */
export interface Step {
  /** From 0. */
  index: number;
  total: number;
  /** Where the model saw the latents: in the numbering it was trained with, and as a standard deviation of the noise. */
  timestep: number;
  sigma: number;
  /** What `latents` were divided by for the model: 1, or √(sigma² + 1) (diffusers' `scale_model_input`). Null where a file of before does not say it. */
  scale: number | null;
  /** The latents before this step, in the sampler's own scale: the last step's `next`. */
  latents: Float32Array;
  /** What the model was shown: `latents / scale`. */
  modelInput: Float32Array;
  /** The model's raw output (eps, v or x0), after guidance. */
  prediction: Float32Array;
  /** The clean latents that it comes to: x0. */
  denoised: Float32Array;
  /** The latents after this step (diffusers' `prev_sample`). */
  next: Float32Array;
  /** [channels, height, width] of each of these. */
  shape: [number, number, number];
  /**
   * The predicted unit noise, whatever the model itself predicts: with the prompt, without (null where guidance is off or rests), and what the
   * step was taken with.
   */
  epsCond: Float32Array;
  epsUncond: Float32Array | null;
  epsGuided: Float32Array;
  /** The scale that guidance had in this step; 1 where it was off. */
  guidance: number;
  /** Mean, deviation, least and largest of each channel of `next` and of `denoised`. */
  channels: { next: ChannelStatistics[]; denoised: ChannelStatistics[] };
  /** Where the denoiser looked for each token, if that was asked for. */
  attention: Attention | null;
  /** The losses that the step was pulled by, in all, and their gradient by the latents, `[channels, height, width]`, before it is multiplied by sigma²; null where it was not. */
  loss: number | null;
  lossGradient: Tensor | null;
  previewNoisy: ImageData;
  previewDenoised: ImageData;
  milliseconds: number;
}

export interface ChannelStatistics {
  mean: number;
  deviation: number;
  least: number;
  largest: number;
}

/**
 * Cross-attention of one step, with the prompt: for each token (of all that the model reads, padding too), which share of each place's
 * attention went to it. The mean over heads and over all layers, each brought to the latents' size; all tokens of a place sum to 1.
 */
export interface Attention extends Tensor {}

/** Numbers, and along what: of attention `[tokens, height, width]`. */
export interface Tensor {
  shape: [number, number, number];
  values: Float32Array;
}

export interface TokenCount {
  /** Tokens that reach the model, of `limit`, without the two that mark beginning and end. */
  used: number;
  limit: number;
  /** The end of the text, when it did not fit; else "". */
  cut: string;
  /** How many times 77 numbers the model reads: once, unless a long prompt is read in chunks. */
  chunks: number;
  pieces: Piece[];
  /** What the model reads: beginning, tokens, end, padding; chunk after chunk. */
  ids: Uint32Array;
  /** Of `tokenize`: what another tool would follow in this text, and which is read as words here. */
  unfollowed?: Unfollowed[];
}

/** A place of a text that means something to another tool. */
export interface Unfollowed {
  what:
    "editing" | "alternation" | "and" | "tag" | "lora-off" | "lora-part" | "weight-off" | "break-off" | "choice" | "wildcard" | "embedding";
  /** As it stands there, cut to what fits a sentence. */
  text: string;
}

/** A piece of a text that has a number. */
export interface Piece {
  /** Beyond the vocabulary, that of a textual inversion's vector. */
  id: number;
  /** As the vocabulary spells it, `</w>` at a word's end. */
  text: string;
  /** How much it is stressed; 1 is usual. */
  weight: number;
  /** In which chunk it is, from 0. */
  chunk: number;
  /** Whether it is one of the vectors of a textual inversion. */
  inversion: boolean;
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
  /** Of a model: "absent" where there is none, or not all of it; "unread" where its bytes did not come as they should; "address" where what was given is none that could be read. */
  why?: string;
  /** What the message is made of, for pages in other languages; absent where nobody but the browser or a server said it. */
  sentence?: Sentence;
}

/**
 * What the program says: an English template, which is also its code, and by name what stands in its braces. The message is the template filled,
 * with a capital and a full stop.
 *
 * ```js
 * // { template: "the prompt {problem}; {hint}", values: { problem: { template: "has {got} bytes, expected {most} at most", … }, … } }
 * ```
 */
export interface Sentence {
  template: string;
  values: Record<string, SentenceValue>;
}

/** A text or a number, a size, a setting by its name in `Settings`, a list, or a part that is a sentence itself. */
export type SentenceValue = string | number | { bytes: number } | { setting: string } | SentenceValue[] | Sentence;

/** What is told by the way. */
export interface Note {
  message: string;
  sentence: Sentence;
}

/**
 * "model": cannot be opened. "network": the connection broke; opening it again goes on where it was. "memory": more than the machine has.
 * "request": settings that this model cannot do. "device": lost, or refuses. "gone": the worker is no more, for lack of memory as a rule; the
 * model must be opened again. "internal": our own fault.
 */
export type ErrorCode = "cancelled" | "model" | "network" | "memory" | "request" | "device" | "gone" | "internal";
