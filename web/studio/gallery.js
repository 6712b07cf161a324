// The gallery: every finished picture, kept in this browser until a person deletes it. What can be done with it; it touches no element.

import { absentLoras, fromFormer } from "./gears.js";
import { fileName } from "../trace/file-name.js";
import { keep, listKept, putBack, readPng, readTrace, removeKept } from "../store/pictures.js";
import { readPicture } from "../api/inputs.js";
import { room } from "../store/opfs.js";
import { inList, say } from "../words/say.js";
import { Turns } from "../api/serial.js";

/** @import { Made, Settings, Trace } from "../api/decant.d.ts" */
/** @import { Kept, Whole } from "../store/pictures.js" */
/** @import { Room } from "../store/opfs.js" */
/** @import { Bus } from "./bus.js" */
/** @import { createForm } from "./form.js" */
/** @import { createStage } from "./stage.js" */
/** @import { Store } from "./state.js" */

/**
 * @typedef {object} Gallery
 * @property {Kept[]} pictures the last one first
 * @property {string} search
 * @property {number[]} selected ids, in the order in which they were chosen
 * @property {Whole[]} removed what was deleted last, and can come back
 * @property {{ kept: Kept, image: ImageData }[]} compared two, side by side; else none
 * @property {Room | null} room
 * @property {string} problem why a picture could not be kept, in a sentence; else ""
 */

/** @type {Gallery} */
export const EMPTY_GALLERY = { pictures: [], search: "", selected: [], removed: [], compared: [], room: null, problem: "" };

/** Which kept picture an image on the stage is. @type {WeakMap<ImageData, number>} */
const numbers = new WeakMap();

/** The kept picture that a run ended with, where it is kept. @param {Trace | null} trace */
export function shownIn(trace) {
  return trace?.image ? numbers.get(trace.image) : undefined;
}

/** More than these are not kept: the list is read whole when the page opens. */
export const MOST_KEPT = 1000;
/** A thumbnail's longer side. */
const THUMB = 256;

/**
 * @param {Store} store
 * @param {Bus} bus
 * @param {{ form: Pick<ReturnType<typeof createForm>, "count">, stage: Pick<ReturnType<typeof createStage>, "show"> }} others
 */
export function createGallery({ get, change }, { makerOf, tell }, { form, stage }) {
  const turns = new Turns();
  /** Other tabs show the same gallery. */
  const tabs = "BroadcastChannel" in globalThis ? new BroadcastChannel("decant-gallery") : null;
  tabs?.addEventListener("message", () => turns.next(readAgain));
  const tellTabs = () => tabs?.postMessage(null);
  const put = (/** @type {Partial<Gallery>} */ part) => change({ gallery: { ...get().gallery, ...part } });
  const measure = async () => put({ room: await room().catch(() => null) });

  /** By the model that made it; null where nobody knows that. @param {Made} made */
  const write = async (made) => (await makerOf(made.image)?.writePicture(made)) ?? null;

  /** Reads what is kept; a browser that keeps nothing says so when there is something to keep. */
  function recall() {
    return turns.next(async () => {
      put({ pictures: await listKept().catch(() => []) });
      await measure();
    });
  }

  /** What another tab kept or deleted is seen here, too. */
  async function readAgain() {
    const pictures = await listKept().catch(() => get().gallery.pictures);
    const selected = get().gallery.selected.filter((id) => pictures.some((kept) => kept.id === id));
    put({ pictures, selected });
    await measure();
  }

  /** Shows a picture on a stage that is empty, as it was before the page was opened anew. @param {number} id */
  function bringBack(id) {
    return turns.next(async () => {
      const kept = get().gallery.pictures.find((one) => one.id === id);
      if (!kept || get().trace) return;
      const trace = (await readTrace(id).catch(() => undefined)) ?? (await traceOf(kept));
      if (trace.image) numbers.set(trace.image, id);
      if (!get().trace) change({ trace, cursor: trace.steps.length, following: false });
    });
  }

  /**
   * Keeps a finished picture. Whatever becomes of that, the run goes on.
   * @param {Made} made
   * @param {Blob} [file] its PNG, where there is one already
   */
  function keepMade({ image, trace }, file) {
    const { model, info } = get();
    // Asked for at once, because the next run would make it wait. A model that is closed meanwhile writes no record, and the picture is kept all the same.
    const written = file ? Promise.resolve(file) : write({ image, trace }).catch(() => null);
    const about = {
      made: Date.now(),
      settings: trace.settings,
      model,
      device: info?.adapter ?? "",
      milliseconds: trace.timings?.total ?? 0,
    };
    return turns.next(async () => {
      if (get().gallery.pictures.length >= MOST_KEPT) return put({ problem: say("gallery.full", { most: MOST_KEPT }) });
      try {
        const png = (await written) ?? (await pngOf(image));
        const thumb = await thumbOf(image);
        const kept = await keep({ ...about, thumb, bytes: png.size + thumb.size }, png, trace);
        numbers.set(image, kept.id);
        put({ pictures: [kept, ...get().gallery.pictures], problem: "" });
        tellTabs();
        await measure();
        return kept;
      } catch (error) {
        put({ problem: say("gallery.notKept", { reason: reasonOf(error) }) });
      }
    });
  }

  /** Shows a picture, with its steps where they are kept, and takes its settings. @param {number} id */
  async function openKept(id) {
    const kept = get().gallery.pictures.find((one) => one.id === id);
    if (!kept) return;
    const trace = (await readTrace(id).catch(() => undefined)) ?? (await traceOf(kept));
    if (trace.image) numbers.set(trace.image, id);
    const settings = fromFormer(kept.settings, kept.model, get().info);
    const absent = absentLoras(settings, get());
    stage.show(trace);
    change({ settings: { ...settings, count: undefined }, problems: {}, ...(get().phase !== "running" && { series: [] }) });
    form.count();
    const gone = !(await readPng(id).catch(() => undefined));
    const notes = [
      gone ? say("gallery.gone") : "",
      kept.model !== get().model && get().model ? say("gallery.otherModel", { model: kept.model, open: get().model }) : "",
      absent.length > 0 ? say("record.lora", { names: inList(absent) }) : "",
      startsFromPicture(kept.settings) ? say("gallery.started") : "",
    ].filter(Boolean);
    if (notes.length > 0) tell({ tone: "note", text: notes.join(" "), about: "record" });
  }

  /** A run with its steps, where they are kept. @param {Trace} trace @returns {Promise<Trace>} */
  async function wholeOf(trace) {
    const id = shownIn(trace);
    const kept = id === undefined || trace.steps.length > 0 ? undefined : await readTrace(id).catch(() => undefined);
    return kept ? { ...kept, image: trace.image } : trace;
  }

  /** Shows one of several, with its steps where they are kept. @param {Trace} trace */
  async function showOne(trace) {
    stage.show(await wholeOf(trace));
  }

  /** The file of a picture that is kept. @param {Trace} trace */
  async function pngOfKept(trace) {
    const id = shownIn(trace);
    return id === undefined ? undefined : readPng(id).catch(() => undefined);
  }

  /** @param {number} id */
  function select(id) {
    const { selected } = get().gallery;
    put({ selected: selected.includes(id) ? selected.filter((one) => one !== id) : [...selected, id] });
  }

  /** @param {number[]} ids */
  function remove(ids) {
    return turns.next(async () => {
      const removed = await removeKept(ids);
      const { pictures, selected } = get().gallery;
      put({
        pictures: pictures.filter(({ id }) => !ids.includes(id)),
        selected: selected.filter((id) => !ids.includes(id)),
        removed,
        problem: "",
      });
      tellTabs();
      await measure();
    });
  }

  function undoRemove() {
    return turns.next(async () => {
      const { removed, pictures } = get().gallery;
      await putBack(removed);
      put({ pictures: [...pictures, ...removed.map(({ kept }) => kept)].sort((a, b) => b.id - a.id), removed: [] });
      tellTabs();
      await measure();
    });
  }

  /** The two that are selected, or none. @param {number[]} ids */
  async function compare(ids) {
    const two = ids.map((id) => get().gallery.pictures.find((kept) => kept.id === id)).filter((kept) => kept !== undefined);
    put({ compared: two.length === 2 ? await Promise.all(two.map(async (kept) => ({ kept, image: await imageOf(kept) }))) : [] });
  }

  /**
   * Pictures with their records, in one archive: its parts are handed to the browser one by one, which need not hold them in memory.
   * @param {Kept[]} pictures
   */
  async function archive(pictures) {
    const { Zip, ZipPassThrough } = await import("../vendor/zip.js");
    /** @type {Blob[]} */
    const parts = [];
    const zip = new Zip((error, part) => {
      if (error) throw error;
      parts.push(new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (part)]));
    });
    for (const kept of pictures) {
      const png = await readPng(kept.id);
      if (!png) continue;
      // A PNG is packed already.
      const file = new ZipPassThrough(nameOf(kept));
      zip.add(file);
      file.push(new Uint8Array(await png.arrayBuffer()), true);
    }
    zip.end();
    return new Blob(parts, { type: "application/zip" });
  }

  async function persist() {
    await navigator.storage?.persist?.();
    await measure();
  }

  return {
    recall,
    bringBack,
    keepMade,
    openKept,
    showOne,
    pngOfKept,
    pngOf,
    /** What was deleted can still come back, without its steps: they would fill the memory. */
    forgetSteps: () =>
      get().gallery.removed.some(({ trace }) => trace) &&
      put({ removed: get().gallery.removed.map((one) => ({ ...one, trace: undefined })) }),
    select,
    selectAll: () => put({ selected: found(get().gallery).map(({ id }) => id) }),
    selectNone: () => put({ selected: [] }),
    search: (/** @type {string} */ text) => put({ search: text }),
    removeKept: remove,
    undoRemove,
    compare,
    archive,
    persist,
  };
}

/** The pictures that hold every word that is looked for. @param {Gallery} gallery */
export function found({ pictures, search }) {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return words.length === 0 ? pictures : pictures.filter((kept) => words.every((word) => textOf(kept).includes(word)));
}

/** What a picture is found by. @param {Kept} kept */
function textOf({ settings, model, made }) {
  const { prompt, negative, sampler, seed, width, height } = settings;
  return [prompt, negative, sampler, seed, model, `${width}×${height}`, new Date(made).toISOString().slice(0, 10)].join(" ").toLowerCase();
}

/** @param {Kept} kept */
export function nameOf({ id, model, settings: { seed } }) {
  return fileName(model, seed, `-${id}.png`);
}

/** A run of which only the end is known. @param {Kept} kept @returns {Promise<Trace>} */
async function traceOf(kept) {
  const timings = { text: 0, steps: 0, picture: 0, total: kept.milliseconds };
  return { settings: kept.settings, tokens: null, noise: null, steps: [], image: await imageOf(kept), timings, memory: null };
}

/** @param {Kept} kept */
async function imageOf({ id, thumb }) {
  return readPicture((await readPng(id)) ?? thumb);
}

/** Whether a picture was made from another one, which its settings do not hold. @param {Settings} settings */
export function startsFromPicture({ strength, startStep }) {
  return strength !== undefined || startStep !== undefined;
}

/** @param {ImageData} image */
function pngOf(image) {
  return scaled(image, 1).convertToBlob({ type: "image/png" });
}

/** Small pictures stay as they are. @param {ImageData} image */
function thumbOf(image) {
  const scale = Math.min(1, THUMB / Math.max(image.width, image.height));
  return scaled(image, scale).convertToBlob(scale === 1 ? { type: "image/png" } : { type: "image/webp", quality: 0.85 });
}

/** @param {ImageData} image @param {number} scale */
function scaled(image, scale) {
  const whole = new OffscreenCanvas(image.width, image.height);
  whole.getContext("2d")?.putImageData(image, 0, 0);
  if (scale === 1) return whole;
  const small = new OffscreenCanvas(Math.max(1, Math.round(image.width * scale)), Math.max(1, Math.round(image.height * scale)));
  const context = small.getContext("2d");
  if (context) context.imageSmoothingQuality = "high";
  context?.drawImage(whole, 0, 0, small.width, small.height);
  return small;
}

/** Of a storage that is full, browsers say little or nothing. @param {unknown} error */
function reasonOf(error) {
  if (error instanceof DOMException && error.name === "QuotaExceededError") return say("gallery.noRoom");
  return error instanceof Error ? error.message : String(error);
}
