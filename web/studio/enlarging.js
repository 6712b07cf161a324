// Finished pictures made larger: the upscalers that there are, and one picture at a time through one of them, beside whatever runs. It touches no element.

import { Decant } from "../api/decant.js";
import { remember, remembered } from "../store/local.js";
import { sentenceOf } from "./sentences.js";
import { stem } from "../api/source.js";
import { wantedThreads } from "../store/threads.js";
import { keepUpscaler, listUpscalers, readUpscaler, removeUpscaler } from "../store/upscalers.js";
import { say } from "../words/say.js";

/** @import { Trace } from "../api/decant.d.ts" */
/** @import { Bus } from "./bus.js" */
/** @import { createExport } from "./export.js" */
/** @import { createGallery } from "./gallery.js" */
/** @import { createStage } from "./stage.js" */
/** @import { Store } from "./state.js" */

/**
 * What is being made larger, and how many of its tiles are done; none are counted while the upscaler is read.
 * @typedef {{ by: string, done: number, of: number }} Enlarging
 */

/** Where it is kept that pictures are to stay as the model makes them. */
const EACH = "decant.enlarge";

/** Whether each picture is made larger by the model's own upscaler: as long as nobody has switched that off. */
export function enlargesEach() {
  return remembered(EACH) !== "no";
}

/** The file of a larger picture, with its record. @type {WeakMap<ImageData, Blob>} */
const files = new WeakMap();

/** The file of a picture that was made larger here. @param {ImageData | null} image */
export function enlargedFile(image) {
  return image && files.get(image);
}

/**
 * @typedef {object} Others
 * @property {Pick<ReturnType<typeof createExport>, "savePicture">} exports
 * @property {Pick<ReturnType<typeof createGallery>, "keepMade" | "pngOf">} gallery
 * @property {Pick<ReturnType<typeof createStage>, "show">} stage
 */

/** @param {Store} store @param {Bus} bus @param {Others} others */
export function createEnlarging({ get, change }, { model, tell }, { exports, gallery, stage }) {
  let stopping = new AbortController();
  /** Those that the browser could not keep last as long as the page. @type {Map<string, File>} */
  const unkept = new Map();

  async function readList() {
    const kept = await listUpscalers().catch(() => []);
    const more = Array.from(unkept, ([name, { size }]) => ({ name, bytes: size })).filter(
      ({ name }) => !kept.some((one) => one.name === name),
    );
    change({ upscalers: [...kept, ...more] });
  }

  /** Looks whether a file is an upscaler, and keeps it. @param {File} file */
  async function addUpscaler(file) {
    const name = stem(file.name);
    try {
      const upscaler = await Decant.upscaler(file, { name, device: "cpu", threads: 1 });
      const { scale } = upscaler.info;
      upscaler.close();
      await keepUpscaler(name, file).catch(() => unkept.set(name, file));
      await readList();
      change({
        taken: { what: "upscaler", text: say(unkept.has(name) ? "larger.taken-unkept" : "larger.taken", { name, scale }), word: name },
      });
    } catch (error) {
      tell(sentenceOf(error, "run"));
    }
  }

  /** @param {string} name */
  async function dropUpscaler(name) {
    unkept.delete(name);
    await removeUpscaler(name).catch(() => {});
    await readList();
  }

  /** Makes the picture that is shown larger, keeps it beside the other, and shows it. @param {string} name the upscaler's */
  async function enlarge(name) {
    const { trace, enlarging } = get();
    if (!trace?.image || enlarging) return;
    stopping = new AbortController();
    const { signal } = stopping;
    change({ enlarging: { by: name, done: 0, of: 0 } });
    try {
      const upscaler = await openUpscaler(name, signal);
      if (!upscaler) return void (await readList());
      try {
        const onTile = (/** @type {number} */ done, /** @type {number} */ of) => change({ enlarging: { by: name, done, of } });
        const { image, png } = await upscaler.enlarge(await pngOf(trace), { onTile, signal });
        files.set(image, png);
        const { scale } = upscaler.info;
        const larger = { ...trace, image, enlarged: [...(trace.enlarged ?? []), { by: name, times: scale }] };
        gallery.keepMade({ image, trace: larger }, png);
        if (get().trace === trace) stage.show(larger);
        tell({ tone: "note", text: say("larger.done", { width: image.width, height: image.height, name }), about: "larger" });
      } finally {
        upscaler.close();
      }
    } catch (error) {
      if (!signal.aborted) tell(sentenceOf(error, "run"));
    } finally {
      change({ enlarging: null });
    }
  }

  /** @param {Trace} trace */
  async function pngOf(trace) {
    return (await exports.savePicture(trace)) ?? gallery.pngOf(/** @type {ImageData} */ (trace.image));
  }

  /** The model's own, or one that is kept; null where there is none of that name. @param {string} name @param {AbortSignal} signal */
  async function openUpscaler(name, signal) {
    const { info, device } = get();
    if (name === info?.upscaler) return (await model()?.upscaler()) ?? null;
    const file = unkept.get(name) ?? (await readUpscaler(name));
    return file ? Decant.upscaler(file, { name, device, threads: wantedThreads(), signal }) : null;
  }

  return {
    /** @param {boolean} enlarges whether the next pictures are made larger */
    enlargeEach(enlarges) {
      remember(EACH, enlarges ? "yes" : "no");
      change({ enlarges });
    },
    readUpscalers: readList,
    addUpscaler,
    dropUpscaler,
    enlarge,
    stopEnlarging: () => stopping.abort(),
  };
}
