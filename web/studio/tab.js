// What a tab remembers of itself over a reload: the settings as they were typed, the model, what was being made and what waited, and the
// picture that was started from. Only a reload (or coming back) reads it; an address that is opened says itself what it wants.

import { absentLoras } from "./gears.js";
import { settled, transact } from "../store/idb.js";
import { shownIn } from "./kept-images.js";
import { startOf } from "./init-image.js";

/** @import { Address, Settings, Weights } from "../api/decant.d.ts" */
/** @import { Job } from "./queue.js" */
/** @import { State } from "./state.js" */
/** @import { Starting } from "./init-image.js" */

/**
 * @typedef {object} Session
 * @property {Settings} settings
 * @property {{ address: string | Address | null, name: string, weights: Weights, family: string | undefined }} model `address` is null for one from this machine
 * @property {{ settings: Settings, from: "noise" | "start" | "other" }[]} jobs what was being made, and what waited; what comes from elsewhere (another picture, a LoRA) cannot be had again
 * @property {number | null} shown the gallery's number of the picture on the stage
 * @property {number} tries how often that was begun again without an end
 */

const KEPT = "decant.session";
const TAB = "decant.tab";
/** Milliseconds that a picture outlives its tab. */
const KEPT_FOR = 24 * 60 * 60 * 1000;
/** @type {import("../store/idb.js").Shape} */
const SHAPE = { name: "decant-session", version: 1, upgrade: (database) => void database.createObjectStore("start") };

/** @param {() => Session["model"]} model @param {number} tries */
export function createSession(model, tries) {
  let written = "";
  /** @type {Starting | null} */
  let start = null;
  /** @type {State["trace"]} */
  let finished = null;
  return (/** @type {State} */ state) => {
    // A tab that ends while it makes a picture shall not do so for ever.
    if (state.trace?.image && state.trace !== finished) tries = 0;
    finished = state.trace;
    const all = (state.running ? [state.running, ...state.queue] : state.queue).filter(({ passing }) => !passing);
    /** @type {Session} */
    const session = {
      settings: state.settings,
      model: model(),
      jobs: all.map((job) => ({ settings: job.settings, from: fromOf(job, state) })),
      shown: shownIn(state.trace) ?? null,
      tries,
    };
    const text = JSON.stringify(session);
    // Before a model has said what it likes, there is nothing to remember but what somebody typed.
    if (text !== written && (state.info || state.settings.prompt !== state.example)) keepText((written = text));
    if (state.start !== start) keepStart((start = state.start));
  };
}

/** What this tab was doing before it was reloaded; null where it was not. @returns {Session | null} */
export function recallSession() {
  const [entry] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
  // Where a Chromium has run for long, its list is empty now and then; the Navigation API says the same in other words.
  const { activation } = /** @type {{ activation?: { navigationType?: string } }} */ (globalThis.navigation ?? {});
  if (!["reload", "back_forward", "traverse"].includes(entry?.type ?? activation?.navigationType ?? "")) return null;
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  } catch {
    return null;
  }
}

/** What was started from. @returns {Promise<Starting>} */
export async function recallStart() {
  const kept = await transact(SHAPE, ["start"], "readonly", (store) =>
    settled(/** @type {IDBObjectStore} */ (store).get(sessionStorage.getItem(TAB) ?? "")),
  ).catch(() => undefined);
  return kept ?? { image: null, mask: null };
}

/** What was to be made, as far as it can be begun again. @param {Session} session @param {Starting} start @returns {Omit<Job, "id">[]} */
export function jobsOf({ jobs }, start) {
  return jobs
    .filter(({ from }) => from === "noise" || (from === "start" && hasAny(start)))
    .map(({ settings, from }) => (from === "start" ? startOf(settings, start) : { settings, inputs: {} }));
}

/** @param {Job} job @param {State} state */
function fromOf({ inputs, settings }, { start, info }) {
  if (absentLoras(settings, { loaded: [], info }).length > 0) return "other";
  const { image, latents, resemble } = inputs;
  if (!image && !latents && !resemble) return "noise";
  const begins = image || latents ? (image ?? latents) === (start.image?.pixels ?? start.latents) : !start.image && !start.latents;
  return begins && (!resemble || resemble === start.resemble?.pixels) ? "start" : "other";
}

/** @param {Starting} start */
function hasAny({ image, latents, resemble }) {
  return Boolean(image || latents || resemble);
}

/** @param {string} text */
function keepText(text) {
  try {
    sessionStorage.setItem(KEPT, text);
  } catch {
    // Then a reload begins anew.
  }
}

/**
 * Two tabs do not share what they start from: each has a key of its own, which begins with the time, so that what tabs left behind is
 * found.
 * @param {Starting} start
 */
function keepStart(start) {
  transact(SHAPE, ["start"], "readwrite", async (/** @type {IDBObjectStore} */ store) => {
    const before = sessionStorage.getItem(TAB);
    const key = `${Date.now()} ${crypto.randomUUID()}`;
    sessionStorage.setItem(TAB, key);
    for (const other of await settled(store.getAllKeys())) if (other === before || isOld(String(other))) store.delete(other);
    if (hasAny(start)) store.put(start, key);
  }).catch(() => {});
}

/** @param {string} key */
function isOld(key) {
  return !(Date.now() - Number(key.split(" ")[0]) < KEPT_FOR);
}
