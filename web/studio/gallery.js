// The gallery: every finished picture, kept in this browser until a person deletes it. What can be done with it; it touches no element.

import { archiveOf } from "./archive.js";
import { absentLoras, fromFormer } from "./gears.js";
import { found, startsFromPicture } from "./kept.js";
import { imageOf, markKept, pngOf, pngOfKept, runOf, thumbOf, wholeOf } from "./kept-images.js";
import { keep, listKept, putBack, readPng, removeKept } from "../store/pictures.js";
import { room } from "../store/opfs.js";
import { inList, say } from "../words/say.js";
import { Turns } from "../api/serial.js";

/** @import { Made, Trace } from "../api/decant.d.ts" */
/** @import { Bus } from "./bus.js" */
/** @import { createForm } from "./form.js" */
/** @import { createStage } from "./stage.js" */
/** @import { Gallery } from "./kept.js" */
/** @import { Store } from "./state.js" */

/** More than these are not kept: the list is read whole when the page opens. */
export const MOST_KEPT = 1000;
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
      const trace = await runOf(kept);
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
        markKept(image, kept.id);
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
    const trace = await runOf(kept);
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

  /** Shows one of several, with its steps where they are kept. @param {Trace} trace */
  async function showOne(trace) {
    stage.show(await wholeOf(trace));
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
    archive: archiveOf,
    persist,
  };
}

/** Of a storage that is full, browsers say little or nothing. @param {unknown} error */
function reasonOf(error) {
  if (error instanceof DOMException && error.name === "QuotaExceededError") return say("gallery.noRoom");
  return error instanceof Error ? error.message : String(error);
}
