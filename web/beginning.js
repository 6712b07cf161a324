// How the page begins: with what its address says; after a reload, with what the tab was doing; on a first visit, with an example that runs by
// itself.

import { jobsOf, recallSession, recallStart } from "./session.js";
import { readAddress, readAddressSettings } from "./address.js";
import { readSetting, writeSetting } from "./settings.js";
import { inList, say } from "./words.js";
import { takeDefaults } from "./studio.js";
import { remember, remembered } from "./remembered.js";

/** @import { Info, Settings } from "./decant.d.ts" */
/** @import { Session } from "./session.js" */
/** @import { State, Store } from "./state.js" */
/** @import { Studio } from "./studio.js" */

const VISITED = "decant.visited";

/** What the tab was doing before it was reloaded, if it was. */
export const session = recallSession();

/** Brings back what a reload took away. @param {Studio} studio @param {Store} store */
export async function recall(studio, store) {
  if (!session) return;
  store.change({ settings: session.settings });
  const start = await recallStart();
  const jobs = jobsOf(session, start);
  store.change({ start });
  if (session.model.address !== null) studio.hold(jobs);
}

/** Opens the model; gives back what is done then. @param {Studio} studio @param {Store} store @returns {Promise<() => Promise<void>>} */
export async function begin(studio, store) {
  const params = new URLSearchParams(location.search);
  const asked = readAddress(params);
  const before = session?.model;
  const chosen = before?.address ? { model: before.address, weights: before.weights, preview: null, family: before.family } : { model: asked.model, weights: asked.weights, preview: null, family: asked.family };
  await studio.open(chosen, asked.device, (info, state) => {
    if (session) return { settings: fitting(state.settings, info, state), problems: asked.problems };
    const read = readAddressSettings(params, takeDefaults(info, state).settings, info);
    return { ...read, problems: [...asked.problems, ...read.problems] };
  });
  return async () => {
    if (session) return goOn(studio, store, session);
    if (asked.run) return studio.generate();
    if (location.search !== "" || store.get().phase !== "ready" || store.get().place !== "studio" || !isFirstVisit()) return;
    note(studio, say("visit.first", { prompt: store.get().settings.prompt }));
    await studio.generate();
  };
}

/** What was being made is begun again: once by itself, and after that only when a person says so. @param {Studio} studio @param {Store} store @param {Session} before */
async function goOn(studio, store, { settings, model, tries, jobs }) {
  const loras = (settings.loras ?? []).map(({ name }) => name);
  if (loras.length > 0) studio.tell({ tone: "note", text: say("reload.loras", { names: inList(loras) }) });
  if (model.address === null) return note(studio, say("reload.model", { name: model.name }));
  if (store.get().queue.length < jobs.length) studio.tell({ tone: "note", text: say("reload.lost") });
  if (store.get().queue.length === 0 || store.get().phase !== "ready") return;
  note(studio, say(tries > 0 ? "reload.waits" : "reload.again"));
  if (tries === 0) await studio.goOn();
}

/** @param {Studio} studio @param {string} text */
function note(studio, text) {
  studio.tell({ tone: "note", text, about: "visit" });
}

/** Settings that this model can have; for the rest, what it says itself. @param {Settings} settings @param {Info} info @param {State} state @returns {Settings} */
function fitting(settings, info, state) {
  const usual = takeDefaults(info, state).settings;
  const names = /** @type {(keyof Settings)[]} */ (Object.keys(settings));
  const wrong = names.filter((name) => "problem" in readSetting(name, writeSetting(name, settings), info));
  return { ...settings, loras: undefined, ...Object.fromEntries(wrong.map((name) => [name, usual[name]])) };
}

function isFirstVisit() {
  // A browser that keeps nothing would be greeted each time.
  return remembered(VISITED) === null && remember(VISITED, "1");
}
