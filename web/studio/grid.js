// A grid: one picture for each combination of the values of two or three settings, made one after the other. It says which pictures there are
// and hands them to the queue; drawing is ui/form/grid.js's.

import { fieldText, readSetting } from "./settings.js";
import { inList, say } from "../words/say.js";
import { startOf } from "./init-image.js";

/** @import { Settings, Trace } from "../api/decant.d.ts" */
/** @import { createMaker } from "./maker.js" */
/** @import { Job, createQueue } from "./queue.js" */
/** @import { Store } from "./state.js" */

/** @typedef {{ name: typeof TRIED[number], texts: string[] }} Axis a setting, and its values as texts */
/**
 * @typedef {{ id: number, axes: Axis[], settings: Settings, cells: (Trace | null)[] }} Sheet `cells` in the order of its last axis first
 */

/** What can be tried out, in the order of the menus: the settings that the program's table has `inGrid` (tests/settings.mjs). */
export const TRIED = /** @type {const} */ ([
  "steps",
  "guidance",
  "seed",
  "sampler",
  "sigmas",
  "strength",
  "eta",
  "rescale",
  "clipSkip",
  "guidanceUntil",
  "prompt",
]);

/**
 * @param {Store} store @param {Pick<ReturnType<typeof createQueue>, "enqueue" | "unqueue">} queue
 * @param {Pick<ReturnType<typeof createMaker>, "cancel">} maker
 */
export function createGrid({ get, change }, { enqueue, unqueue }, { cancel }) {
  let count = 0;

  /** @param {Axis[]} axes */
  function makeSheet(axes) {
    const read = readAxes(axes, get());
    if (typeof read === "string") return change({ sheetProblem: read });
    const id = ++count;
    const cells = read.combinations.map(() => null);
    change({ sheet: { id, axes: read.axes, settings: get().settings, cells }, sheetShown: true, sheetProblem: "" });
    for (const [cell, own] of read.combinations.entries())
      enqueue({ ...startOf({ ...get().settings, ...own, count: undefined }, get().start), of: { sheet: id, cell } });
  }

  /** What of the sheet is not made yet is not made. */
  function stopSheet() {
    const { sheet, running } = get();
    unqueue(({ of }) => of?.sheet === sheet?.id);
    if (running?.of?.sheet === sheet?.id) cancel();
  }

  return { makeSheet, stopSheet, showSheet: (/** @type {boolean} */ shown) => change({ sheetShown: shown }) };
}

/** A cell's picture is made. @param {Store} store @param {Job} job @param {Trace} trace */
export function fillCell({ get, change }, { of }, trace) {
  const { sheet } = get();
  if (sheet && of?.sheet === sheet.id)
    change({ sheet: { ...sheet, cells: sheet.cells.map((cell, place) => (place === of.cell ? trace : cell)) } });
}

/**
 * What the axes ask for, or what is wrong with them.
 * @param {Axis[]} asked @param {Pick<import("./state.js").State, "info" | "settings">} state
 */
export function readAxes(asked, { info }) {
  const axes = asked.filter(({ texts }) => texts.length > 0);
  if (axes.length === 0) return say("grid.empty");
  if (new Set(axes.map(({ name }) => name)).size < axes.length) return say("grid.twice");
  /** @type {Partial<Settings>[]} */
  let combinations = [{}];
  for (const { name, texts } of axes) {
    const values = texts.map((text) => readSetting(name, text, info));
    const wrong = values.find((one) => "problem" in one);
    if (wrong && "problem" in wrong) return wrong.problem;
    combinations = combinations.flatMap((before) => values.map((one) => ({ ...before, [name]: "value" in one ? one.value : undefined })));
  }
  const [, most] = info?.catalog.gridCells.form ?? [1, Infinity];
  if (combinations.length > most) return say("grid.many", { n: combinations.length, most });
  return { axes, combinations };
}

/** “8, 16, 32”; prompts, which have commas, are parted by bars. @param {keyof Settings} name @param {string} text */
export function textsOf(name, text) {
  return text
    .split(name === "prompt" ? "|" : ",")
    .map((part) => part.trim())
    .filter(Boolean);
}

/** What a value is in a sheet's margin: “steps 16”. @param {Axis} axis @param {number} place */
export function labelOf({ name, texts }, place) {
  return name === "prompt" ? String(texts[place]) : say("grid.label", { name: say(`grid.${name}`), value: String(texts[place]) });
}

/** What all cells have in common. @param {Sheet} sheet */
export function commonOf({ axes, settings }) {
  const same = /** @type {const} */ (["prompt", "steps", "guidance", "sampler", "seed"]).filter(
    (name) => !axes.some((axis) => axis.name === name),
  );
  return inList(
    same.map((name) =>
      name === "prompt" ? `“${settings.prompt}”` : say("grid.label", { name: say(`grid.${name}`), value: fieldText(name, settings) }),
    ),
  );
}
