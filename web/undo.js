// Undo and redo of settings. Whatever changed them (a field, a dropped picture, a preset, the gallery) is seen here as they are drawn, so that
// nothing else needs to know of it. What is typed into one field within a second is one change.

/** @import { Settings } from "./decant.d.ts" */
/** @import { State, Store } from "./state.js" */

const MOST = 100;
/** Milliseconds between two strokes that are one change. */
const PAUSE = 1000;

/** @param {Store} store @param {() => void} changed is called after settings came back */
export function createUndo({ get, change }, changed) {
  /** @type {Settings[]} */
  let past = [];
  /** @type {Settings[]} */
  let future = [];
  /** @type {State["info"]} */
  let model = null;
  /** @type {Settings | null} */
  let known = null;
  let last = { field: "", at: 0 };

  /** Looks whether settings are others than when it looked last. @param {State} state */
  function watchSettings({ settings, info }) {
    if (info !== model || known === null) {
      // Another model has other limits: what was before does not fit.
      [model, known, past, future] = [info, settings, [], []];
      return tell();
    }
    const fields = changedFields(known, settings);
    if (fields.length === 0) return;
    const [field = ""] = fields;
    const goesOn = fields.length === 1 && field === last.field && performance.now() - last.at < PAUSE;
    if (!goesOn) past = [...past, known].slice(-MOST);
    last = { field: fields.length === 1 ? field : "", at: performance.now() };
    [known, future] = [settings, []];
    tell();
  }

  function undo() {
    watchSettings(get());
    const settings = past.at(-1);
    if (!settings || !known) return;
    [past, future] = [past.slice(0, -1), [known, ...future]];
    take(settings);
  }

  function redo() {
    watchSettings(get());
    const [settings, ...rest] = future;
    if (!settings || !known) return;
    [past, future] = [[...past, known], rest];
    take(settings);
  }

  /** @param {Settings} settings */
  function take(settings) {
    known = settings;
    last = { field: "", at: 0 };
    change({ settings, problems: {} });
    tell();
    changed();
  }

  function tell() {
    const { undo: before, redo: after } = get().steps;
    if (before !== past.length || after !== future.length) change({ steps: { undo: past.length, redo: future.length } });
  }

  return { watchSettings, undo, redo };
}

/** @param {Settings} before @param {Settings} after */
function changedFields(before, after) {
  const names = /** @type {(keyof Settings)[]} */ ([...new Set([...Object.keys(before), ...Object.keys(after)])]);
  return names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}
