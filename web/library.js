// Choosing a model: what there is to open, and a look at one before it is loaded. It touches no element.

import { Decant } from "./decant.js";
import { forgetRecent, listRecent, mayRead, rememberRecent } from "./recent.js";
import { fetchPart } from "./parts.js";
import { sentenceOf } from "./sentences.js";
import { readSetting } from "./settings.js";
import { modelName } from "./source.js";
import { listStored, removeStored, room } from "./storage.js";

/** @import { Choice, Inspection, Model, Weights } from "./decant.d.ts" */
/** @import { RecentModel } from "./recent.js" */
/** @import { Store } from "./state.js" */
/** @typedef {{ name: string, role: "model" | "preview", family: string, address: string, files: string[] | null, size: number | null, licence: string, sha256: Record<string, string> | null, note: string }} CatalogEntry one of models/catalog.json: bytes, and the checksums that are known */
/** @typedef {{ model: Model, weights: Weights, preview: Model | null, family?: string | undefined }} Chosen `family` where the model was taken for another than it would be */

/** @param {Store} store @param {(found: Inspection, chosen: Chosen) => void} load @param {(message: import("./state.js").Message) => void} tell */
export function createLibrary({ get, change }, load, tell) {
  /** @type {Inspection | null} */
  let inspection = null;
  /** @type {Model} */
  let model = "";
  let looking = new AbortController();
  /** @type {(() => void) | null} */
  let tryAgain = null;

  /** Reads again what there is to open. */
  async function browse() {
    const [catalog, stored, recent, space] = await Promise.all([readCatalog(), listStored(), listRecent(), room()]);
    change({ shelf: { catalog, stored, recent, room: space } });
  }

  /** Looks at a model. @param {Model} chosen @param {string} [family] what to take it for */
  async function look(chosen, family) {
    leave();
    looking = new AbortController();
    const { signal } = looking;
    const name = modelName((model = chosen));
    change({ opener: true, look: { phase: "looking", name, progress: null, interrupted: null } });
    const part = (/** @type {object} */ more) => change({ look: { phase: "looking", name, progress: null, interrupted: null, ...more } });
    try {
      const found = await Decant.inspect(chosen, { device: get().device, family, signal, onProgress: (progress) => part({ progress }), onNote, onInterrupted });
      const { width, height } = found.info.defaults;
      const choices = await found.weigh({ width, height, guidance: found.info.defaults.guidance });
      if (signal.aborted) return found.close();
      inspection = found;
      change({ look: { phase: "found", name, family, info: found.info, size: { width, height }, problem: "", choices, weights: suggestedOf(choices) } });
    } catch (error) {
      if (signal.aborted) return;
      change({ opener: false, look: null });
      tell(sentenceOf(error, "open"));
    }

    /** @param {string} text */
    function onNote(text) {
      tell({ tone: "note", text, lang: "en" });
    }

    /** @param {Error} error @returns {Promise<void>} */
    function onInterrupted({ message }) {
      part({ interrupted: message });
      return new Promise((resolve) => (tryAgain = resolve));
    }
  }

  /** Weighs the choices for another size. @param {"width" | "height"} side @param {string} text */
  async function resize(side, text) {
    const before = get().look;
    if (before?.phase !== "found" || !inspection) return;
    const read = readSetting(side, text, before.info);
    if ("problem" in read) return change({ look: { ...before, problem: read.problem } });
    const size = { ...before.size, [side]: Number(read.value) };
    change({ look: { ...before, size, problem: "" } });
    try {
      const choices = await inspection.weigh({ ...size, guidance: before.info.defaults.guidance });
      const now = get().look;
      if (now?.phase === "found" && now.size === size) change({ look: { ...now, choices } });
    } catch (error) {
      const now = get().look;
      if (now?.phase === "found" && now.size === size) change({ look: { ...now, problem: sentenceOf(error, "run").text } });
    }
  }

  /** Loads what was looked at. @param {Model | null} preview */
  function take(preview) {
    const { look: found } = get();
    if (found?.phase !== "found" || !inspection) return;
    const taken = inspection;
    inspection = null;
    change({ opener: false, look: null });
    load(taken, { model, weights: found.weights, preview, family: found.family });
    remember(found.name, model).catch(() => {});
  }

  /** Gives up on what is looked at. */
  function leave() {
    looking.abort();
    inspection?.close();
    inspection = null;
    tryAgain = null;
    change({ look: null });
  }

  return {
    /** Shows the sheet. */
    openOpener: () => {
      change({ opener: true });
      browse();
    },
    shutOpener: () => {
      leave();
      change({ opener: false });
    },
    look,
    resize,
    take,
    leave,
    /** @param {Choice["weights"]} weights */
    pick: (weights) => {
      const { look: found } = get();
      if (found?.phase === "found") change({ look: { ...found, weights } });
    },
    /** Looks again, and takes it for another family. @param {string} family */
    takeFor: (family) => look(model, family),
    tryAgain: () => tryAgain?.(),
    /** @param {RecentModel} recent */
    lookAtRecent: async (recent) => ((await mayRead(recent)) ? look(recent.handles) : undefined),
    /** @param {number} id */
    forget: async (id) => forgetRecent(id).then(browse),
    /** @param {string} key */
    remove: async (key) => removeStored(key).then(browse),
  };
}

/** @param {Choice[]} choices */
function suggestedOf(choices) {
  return (choices.find(({ suggested }) => suggested) ?? choices[0])?.weights ?? "stored";
}

/** Where to find models; a page without the list does without. @returns {Promise<CatalogEntry[]>} */
async function readCatalog() {
  try {
    return (await (await fetchPart("models/catalog.json")).json()).models;
  } catch {
    return [];
  }
}

/** So that it opens next time: handles are kept, and what was downloaded is not to be cleared away. @param {string} name @param {Model} model */
async function remember(name, model) {
  if (typeof model === "string" || "address" in model) return (await listStored()).length > 0 && navigator.storage.persist();
  const handles = "kind" in model ? [model] : Array.isArray(model) ? model : [];
  const kept = /** @type {FileSystemHandle[]} */ (handles.filter((handle) => handle instanceof FileSystemHandle));
  if (kept.length > 0 && kept.length === handles.length) await rememberRecent(name, kept);
}
