// Undo and redo of what a picture is made from: the settings, what it starts from, and what is loaded beside the model. Whatever changed them (a
// field, a dropped file, a stroke of the brush, a preset, the gallery) is seen here as they are drawn, so that nothing else needs to know of it.
// What is typed into one field within a second is one change.

/** @import { Settings } from "../api/decant.d.ts" */
/** @import { createAdapters } from "./adapters.js" */
/** @import { createForm } from "./form.js" */
/** @import { Starting } from "./init-image.js" */
/** @import { State, Store } from "./state.js" */
/** @typedef {Pick<State, "settings" | "start" | "loaded">} Known */

const MOST = 100;
/** Bytes of pictures and masks that are kept for it: each stroke of a brush is a mask of its own. */
const MOST_BYTES = 256e6;
/** Milliseconds between two strokes that are one change. */
const PAUSE = 1000;

/**
 * @param {Store} store
 * @param {{ adapters: Pick<ReturnType<typeof createAdapters>, "loadInstead">, form: Pick<ReturnType<typeof createForm>, "count"> }} others
 */
export function createUndo({ get, change }, { adapters, form }) {
  /** @type {Known[]} */
  let past = [];
  /** @type {Known[]} */
  let future = [];
  /** @type {State["info"]} */
  let model = null;
  /** @type {Known | null} */
  let known = null;
  let last = { field: "", at: 0 };

  /** Looks whether anything is other than when it looked last. @param {State} state */
  function watchSettings({ settings, start, loaded, info }) {
    if (!info) return; // while a model opens; the one before may come back
    const now = { settings, start, loaded };
    if (info !== model || known === null) {
      // Another model has other limits: what was before does not fit.
      [model, known, past, future] = [info, now, [], []];
      return tell();
    }
    const fields = changedIn(known, now);
    if (fields.length === 0) return void (known = now);
    const [field = ""] = fields;
    const typed = fields.length === 1 && field !== "start" && field !== "loaded";
    const goesOn = typed && field === last.field && performance.now() - last.at < PAUSE;
    if (!goesOn) past = bounded([...past, known]);
    last = { field: typed ? field : "", at: performance.now() };
    [known, future] = [now, []];
    tell();
  }

  function undo() {
    watchSettings(get());
    const before = past.at(-1);
    if (!before || !known) return;
    [past, future] = [past.slice(0, -1), [known, ...future]];
    take(before);
  }

  function redo() {
    watchSettings(get());
    const [after, ...rest] = future;
    if (!after || !known) return;
    [past, future] = [[...past, known], rest];
    take(after);
  }

  /** @param {Known} wanted */
  function take(wanted) {
    known = wanted;
    last = { field: "", at: 0 };
    if (wanted.loaded !== get().loaded) adapters.loadInstead(wanted.loaded);
    change({ ...wanted, problems: {}, taken: null });
    tell();
    form.count();
  }

  function tell() {
    const { undo: before, redo: after } = get().steps;
    if (before !== past.length || after !== future.length) change({ steps: { undo: past.length, redo: future.length } });
  }

  return { watchSettings, undo, redo };
}

/** The names of what differs. @param {Known} before @param {Known} after */
function changedIn(before, after) {
  const names = /** @type {(keyof Settings)[]} */ ([...new Set([...Object.keys(before.settings), ...Object.keys(after.settings)])]);
  /** @type {string[]} */
  const fields = names.filter((name) => JSON.stringify(before.settings[name]) !== JSON.stringify(after.settings[name]));
  if (before.loaded !== after.loaded) fields.push("loaded");
  return isSame(before.start, after.start) ? fields : [...fields, "start"];
}

/** @param {Starting} one @param {Starting} other */
function isSame(one, other) {
  return (
    one.image === other.image &&
    one.mask === other.mask &&
    (one.latents ?? null) === (other.latents ?? null) &&
    (one.resemble ?? null) === (other.resemble ?? null)
  );
}

/** The latest of it, as many as there is room for. @param {Known[]} past */
function bounded(past) {
  /** @type {Set<ImageData>} */
  const pictures = new Set();
  let bytes = 0;
  let from = past.length;
  while (from > 0 && past.length - from < MOST) {
    const start = past[from - 1]?.start;
    for (const part of [start?.image, start?.mask, start?.resemble]) {
      if (part && !pictures.has(part.pixels)) bytes += part.pixels.data.length;
      if (part) pictures.add(part.pixels);
    }
    if (bytes > MOST_BYTES) break;
    from -= 1;
  }
  return past.slice(from);
}
