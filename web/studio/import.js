// What a person drops on the page, taken for what it is by what it holds: a recorded run, a picture's settings, a picture to start from, a LoRA,
// a textual inversion, or a model.

import { absentLoras, fromFormer } from "./gears.js";
import { Decant } from "../api/decant.js";
import { isTrace } from "../trace/format.js";
import { isLatents } from "../trace/latents.js";
import { readPicture } from "../api/inputs.js";
import { spoken } from "./named.js";
import { sentenceOf } from "./sentences.js";
import { inList, say } from "../words/say.js";

/** @import { FileKind, FoundRecord, Model, Settings } from "../api/decant.d.ts" */
/** @import { Loaded, createAdapters } from "./adapters.js" */
/** @import { Bus } from "./bus.js" */
/** @import { createEnlarging } from "./enlarging.js" */
/** @import { createForm } from "./form.js" */
/** @import { createInitImage } from "./init-image.js" */
/** @import { createLibrary } from "./library.js" */
/** @import { createModel } from "./model.js" */
/** @import { createRuns } from "./runs.js" */
/** @import { State, Store } from "./state.js" */

/** What settings are read from is no larger; a picture may be. */
const MOST_SETTINGS = 16 << 20;
const MOST_PICTURE = 256 << 20;
/** No LoRA and no textual inversion is larger. */
const MOST_BESIDE = 2 ** 31;

/**
 * @typedef {object} Takers
 * @property {Pick<ReturnType<typeof createAdapters>, "addBeside">} adapters
 * @property {Pick<ReturnType<typeof createEnlarging>, "addUpscaler">} enlarging
 * @property {Pick<ReturnType<typeof createForm>, "count">} form
 * @property {Pick<ReturnType<typeof createInitImage>, "startFrom" | "startFromLatents">} initImage
 * @property {Pick<ReturnType<typeof createLibrary>, "look">} library
 * @property {Pick<ReturnType<typeof createModel>, "attachPreview">} model
 * @property {Pick<ReturnType<typeof createRuns>, "openRun">} runs
 */

/** @param {Store} store @param {Bus} bus @param {Takers} takers */
export function createImport({ get, change }, { model: open, tell }, { adapters, enlarging, form, initImage, library, model, runs }) {
  /** @param {Model} dropped */
  async function takeDropped(dropped) {
    try {
      const file = await onlyFile(dropped);
      if (file && (await isTrace(file))) return await runs.openRun(file);
      const record = file && (await recordIn(file).catch((error) => unlessPhoto(file, error)));
      if (file && record) return await restore(record, file);
      if (file?.type.startsWith("image/")) return initImage.startFrom(file);
      if (file && (await isLatents(file))) return initImage.startFromLatents(file);
      const kind = file ? await kindOf(file) : "model";
      if (file && kind !== "model") return await addOne(file, kind);
      const several = file ? null : await allBeside(dropped);
      if (several) for (const [one, what] of several) await addOne(one, what);
      if (several) return;
      library.look(dropped);
    } catch (error) {
      tell(sentenceOf(error, "run"));
    }
  }

  /** @param {File} file @param {Loaded["what"] | "preview" | "upscaler"} kind */
  async function addOne(file, kind) {
    if (kind === "upscaler") return enlarging.addUpscaler(file);
    if (get().info) return kind === "preview" ? model.attachPreview(file) : adapters.addBeside(file, kind).then(form.count);
    change({ taken: { what: "refused", text: say("taken.no-model", { name: file.name }) } });
  }

  /** A file that was chosen for its settings. @param {File} file */
  async function takeRecord(file) {
    try {
      const record = await recordIn(file);
      if (record) return await restore(record, file);
      tell({ tone: "error", text: say("record.none", { name: file.name }) });
    } catch (error) {
      tell(sentenceOf(error, "run"));
    }
  }

  /** @param {FoundRecord} record @param {File} file */
  async function restore(record, file) {
    const state = get();
    const usual = { ...pick(state.settings), ...(state.info && pick(/** @type {Settings} */ (state.info.defaults))) };
    const settings = fromFormer({ ...usual, prompt: "", negative: "", seed: 0, ...record.settings }, record.model, state.info);
    const starts = settings.strength !== undefined || settings.startStep !== undefined;
    change({ settings, problems: {}, ...(!starts && { start: { ...state.start, image: null, mask: null, latents: null } }) });
    form.count();
    const image = file.type.startsWith("image/") ? await readPicture(file).catch(() => null) : null;
    change({ taken: { what: "settings", text: say("record.taken", { name: file.name }), image } });
    const hash = record.source === "decant" && record.hash ? ((await open()?.fingerprint()) ?? "") : "";
    const lacks = missing(record, settings, get(), hash);
    if (lacks.length > 0)
      tell({ tone: "note", text: [say("record.taken", { name: file.name }), ...lacks].join(" "), about: "record", stays: true });
  }

  return { takeDropped, takeRecord };
}

/** The settings that every run has, without words and seed. @param {Settings} settings */
function pick({ steps, guidance, sampler, width, height }) {
  return { steps, guidance, sampler, width, height };
}

/**
 * What keeps the picture from being made again, a sentence each.
 * @param {FoundRecord} record @param {Settings} settings @param {State} state @param {string} opened the fingerprint of the open model's weights; "" where nobody knows
 */
function missing({ model, hash, source, notes, inversions }, settings, { model: open, start, loaded, info }, opened) {
  const sentences = notes.map((note) => spoken(note).text);
  const others = opened ? hash !== opened : source !== "decant" && model && model !== open;
  if (others && open) sentences.push(say("record.model", { model, open }));
  if ((settings.strength !== undefined || settings.startStep !== undefined) && !start.image) sentences.push(say("record.start"));
  if (settings.losses?.some(({ picture }) => picture) && !start.resemble) sentences.push(say("record.resemble"));
  const absent = absentLoras(settings, { loaded, info });
  if (absent.length > 0) sentences.push(say("record.lora", { names: inList(absent) }));
  const words = loaded.flatMap((one) => [one.name, ...one.words]).map((word) => word.toLowerCase());
  const unknown = inversions.filter((name) => !words.includes(name.toLowerCase()));
  if (unknown.length > 0) sentences.push(say("record.inversion", { names: inList(unknown) }));
  return sentences;
}

/** @param {File} file @returns {Promise<FileKind>} */
async function kindOf(file) {
  return file.size <= MOST_BESIDE ? Decant.recognise(file) : "model";
}

/**
 * Several files that all belong beside a model, and what each is; null where they are something else: a model in parts, a folder.
 * @param {Model} dropped
 * @returns {Promise<[File, Loaded["what"] | "preview" | "upscaler"][] | null>}
 */
async function allBeside(dropped) {
  if (!Array.isArray(dropped) || dropped.length < 2) return null;
  /** @type {[File, Loaded["what"] | "preview" | "upscaler"][]} */
  const all = [];
  for (const one of dropped) {
    const file = await onlyFile(/** @type {Model} */ (/** @type {unknown} */ ([one])));
    const kind = file ? await kindOf(file).catch(() => "model") : "model";
    if (!file || kind === "model") return null;
    all.push([file, /** @type {Loaded["what"] | "upscaler"} */ (kind)]);
  }
  return all;
}

/** @param {File} file @returns {Promise<FoundRecord | null>} */
async function recordIn(file) {
  const start = String.fromCharCode(...new Uint8Array(await file.slice(0, 64).arrayBuffer()));
  const picture = /^(\x89PNG|\xff\xd8\xff|RIFF....WEBP)/s.test(start) && file.size <= MOST_PICTURE;
  const text = (/^(\xef\xbb\xbf)?\s*\{/.test(start) || /\.txt$/i.test(file.name)) && file.size <= MOST_SETTINGS;
  return picture || text ? Decant.readRecord(file) : null;
}

/**
 * A photograph may say damaged things of its camera; it is still a picture to start from.
 * @param {File} file
 * @param {unknown} error
 * @returns {null}
 */
function unlessPhoto(file, error) {
  if (/^image\/(jpeg|webp)$/.test(file.type)) return null;
  throw error;
}

/** The file, if it is one alone. @param {Model} dropped @returns {Promise<File | null>} */
async function onlyFile(dropped) {
  if (dropped instanceof File) return dropped;
  if (!Array.isArray(dropped) || dropped.length !== 1) return null;
  const [one] = dropped;
  if (!one || one instanceof File) return one ?? null;
  if ("file" in one) return one.file;
  return one.kind === "file" ? /** @type {FileSystemFileHandle} */ (one).getFile() : null;
}
