// How the page begins: with what its address says; after a reload, with what the tab was doing; on a first visit, with an example that runs by
// itself.

import { jobsOf, recallSession, recallStart } from "./tab.js";
import { USUAL_MODEL, readAddress, readAddressSettings } from "./link.js";
import { needsWord } from "../store/agreed.js";
import { absentLoras, formerly, fromFormer, shifted } from "./gears.js";
import { readSetting, writeSetting } from "./settings.js";
import { inList, say } from "../words/say.js";
import { takeDefaults } from "./model.js";
import { remember, remembered } from "../store/local.js";

/** @import { Info, Settings } from "../api/decant.d.ts" */
/** @import { Session } from "./tab.js" */
/** @import { State, Store } from "./state.js" */
/** @import { Studio } from "./studio.js" */

/** What of the address says how the page looks, and asks for nothing. */
const APPEARANCE = ["lang"];
/** What the address asks for that needs no model to be shown. */
const WORDS = /** @type {const} */ (["prompt", "negative"]);
const VISITED = "decant.visited";

/** What the tab was doing before it was reloaded, if it was. */
export const session = recallSession();

/** Brings back what a reload took away. @param {Studio} studio @param {Store} store */
export async function recall(studio, store) {
  if (!session) return;
  store.change({ settings: session.settings });
  if (typeof session.shown === "number") studio.gallery.bringBack(session.shown);
  const start = await recallStart();
  const jobs = jobsOf(session, start);
  store.change({ start });
  if (session.model.address !== null) studio.queue.hold(jobs);
}

/** Opens the model; gives back what is done then. @param {Studio} studio @param {Store} store @returns {Promise<() => Promise<void>>} */
export async function begin(studio, store) {
  const params = new URLSearchParams(location.search);
  const asked = readAddress(params);
  const before = session?.model;
  const former = typeof before?.address === "string" ? formerly(before.address) : null;
  const chosen = before?.address
    ? { model: former?.model ?? before.address, weights: before.weights, preview: null, family: before.family }
    : { model: asked.model, weights: asked.weights, preview: null, family: asked.family };
  const chooses = choosing(params, asked, store);
  if (!before?.address && asked.model !== USUAL_MODEL && (await needsWord(asked.model))) {
    // Nothing is asked of another site before a person has seen which it is.
    store.change({ phase: "failed", device: asked.device });
    studio.library.askFirst(asked.model, asked.family, {
      weights: asked.weights,
      choose: chooses,
      then: () => (asked.run ? studio.run.generate() : undefined),
      decline: () => studio.model.open({ model: USUAL_MODEL, weights: "auto", preview: null }, asked.device, chooses),
    });
    return async () => {};
  }
  await studio.model.open(
    chosen,
    asked.device,
    session
      ? (info, state) => ({
          settings: fitting(former ? fromFormer(state.settings, before?.name ?? "", info) : state.settings, info, state),
          problems: asked.problems,
        })
      : chooses,
  );
  return async () => {
    if (session) return goOn(studio, store, session);
    if (asked.run) return studio.run.generate();
    if (
      [...params.keys()].some((key) => !APPEARANCE.includes(key)) ||
      store.get().phase !== "ready" ||
      store.get().place !== "studio" ||
      !isFirstVisit()
    )
      return;
    note(studio, say("visit.first", { prompt: store.get().settings.prompt }));
    await studio.run.generate();
  };
}

/**
 * The settings that the address asks for. Its words stand in their fields at once; what a person types there meanwhile counts more.
 * @param {URLSearchParams} params @param {{ problems: string[], gear: string | null }} asked of the address itself @param {Store} store @returns {import("./model.js").Choose}
 */
function choosing(params, { problems, gear }, { get, change }) {
  const words = Object.fromEntries(WORDS.filter((name) => params.has(name)).map((name) => [name, params.get(name) ?? ""]));
  if (!session) change({ settings: { ...get().settings, ...words } });
  const begun = (/** @type {Info} */ info, /** @type {State} */ state) => {
    const { settings } = takeDefaults(info, state);
    return gear ? shifted(settings, info, gear) : settings;
  };
  return (info, state) => {
    const read = readAddressSettings(params, begun(info, state), info);
    const typed = WORDS.filter((name) => name in words && state.settings[name] !== words[name]).map((name) => [name, state.settings[name]]);
    return { settings: { ...read.settings, ...Object.fromEntries(typed) }, problems: [...problems, ...read.problems] };
  };
}

/**
 * What was being made is begun again: once by itself, and after that only when a person says so.
 * @param {Studio} studio
 * @param {Store} store
 * @param {Session} before
 */
async function goOn(studio, store, { settings, model, tries, jobs }) {
  const loras = absentLoras(settings, store.get());
  if (loras.length > 0) studio.messages.tell({ tone: "note", text: say("reload.loras", { names: inList(loras) }) });
  if (model.address === null)
    return studio.messages.tell({ tone: "note", text: say("reload.model", { name: model.name }), about: "visit", stays: true });
  if (store.get().queue.length < jobs.length) studio.messages.tell({ tone: "note", text: say("reload.lost") });
  if (store.get().queue.length === 0 || store.get().phase !== "ready") return;
  note(studio, say(tries > 0 ? "reload.waits" : "reload.again"));
  if (tries === 0) await studio.queue.goOn();
}

/** @param {Studio} studio @param {string} text */
function note(studio, text) {
  studio.messages.tell({ tone: "note", text, about: "visit" });
}

/**
 * Settings that this model can have; for the rest, what it says itself.
 * @param {Settings} settings
 * @param {Info} info
 * @param {State} state
 * @returns {Settings}
 */
function fitting(settings, info, state) {
  const usual = takeDefaults(info, state).settings;
  const names = /** @type {(keyof Settings)[]} */ (Object.keys(settings));
  const wrong = names.filter((name) => "problem" in readSetting(name, writeSetting(name, settings), info));
  const absent = absentLoras(settings, { loaded: [], info });
  const loras = settings.loras?.filter(({ name }) => !absent.includes(name));
  return { ...settings, loras: loras?.length ? loras : undefined, ...Object.fromEntries(wrong.map((name) => [name, usual[name]])) };
}

function isFirstVisit() {
  // A browser that keeps nothing would be greeted each time.
  return remembered(VISITED) === null && remember(VISITED, "1");
}
