// Choosing a model: what there is to open, and a look at one before it is loaded. It touches no element.

import { Decant } from "../api/decant.js";
import { forgetRecent, listRecent, mayRead, rememberRecent } from "../store/recent.js";
import { noteOf, spoken } from "./named.js";
import { INSIDE, fetchPart } from "../api/parts.js";
import { lookProblemOf, sentenceOf } from "./sentences.js";
import { readSetting } from "./settings.js";
import { agree, forget } from "../store/agreed.js";
import { downloadOf, modelName } from "../api/source.js";
import { listStored, removeStored, room } from "../store/opfs.js";
import { keptKernels } from "../store/gpu-kernels.js";
import { wantedThreads } from "../store/threads.js";
import { say } from "../words/say.js";

/** @import { Choice, Inspection, Model, Weights } from "../api/decant.d.ts" */
/** @import { RecentModel } from "../store/recent.js" */
/** @import { Message, Store } from "./state.js" */
/**
 * @typedef {{ name: string, role: "model" | "preview", family: string, address: string, files: string[] | null, size: number | null, licence: string, sha256: Record<string, string> | null, note: string }} CatalogEntry one of models/catalog.json: bytes, and the checksums that are known
 */
/**
 * @typedef {{ model: Model, weights: Weights, preview: Model | null, family?: string | undefined }} Chosen `family` where the model was taken for another than it would be
 */

/**
 * A model that the page's address names: what it is opened with, and what is done when nobody wants it.
 * @typedef {{ choose: import("./model.js").Choose, weights: Weights, then: () => unknown, decline: () => unknown }} Link
 */

/** @param {Store} store */
export function createLibrary({ get, change }) {
  /** @type {Inspection | null} */
  let inspection = null;
  /** @type {Model} */
  let model = "";
  /** @type {string | undefined} */
  let asked;
  let looking = new AbortController();
  /** What was to be said of the one that is looked at: it is said with the model. @type {Message[]} */
  let notes = [];
  /** The link that waits for a person's word; as long as it does, nothing is open. @type {Link | null} */
  let link = null;
  /** @type {(() => void) | null} */
  let tryAgain = null;
  /** How often it was begun to read what there is. */
  let browsing = 0;

  /** Reads again what there is to open. Of several that read at once, the last to begin has the word. */
  async function browse() {
    const mine = ++browsing;
    const [catalog, stored, recent, space] = await Promise.all([readCatalog(), listStored(), listRecent(), room()]);
    if (mine === browsing) change({ shelf: { catalog, stored, recent, room: space } });
  }

  /**
   * Shows which site a link would have the page read from, and asks it for nothing.
   * @param {string} address
   * @param {string | undefined} family
   * @param {Link} linked
   */
  function askFirst(address, family, linked) {
    leave();
    [model, asked, link] = [address, family, linked];
    const url = downloadOf(address) ?? address;
    change({ opener: true, lookProblem: null, look: { phase: "ask", host: new URL(url).host, address: url } });
    browse();
  }

  /** Looks at a model. @param {Model} chosen @param {string} [family] what to take it for */
  async function look(chosen, family) {
    leave();
    if (chosen !== model) link = null;
    looking = new AbortController();
    notes = [];
    const { signal } = looking;
    const name = modelName((model = chosen)) || say("model.own");
    if (!get().opener) browse();
    change({ opener: true, lookProblem: null, look: { phase: "looking", name, progress: null, interrupted: null } });
    const part = (/** @type {object} */ more) => change({ look: { phase: "looking", name, progress: null, interrupted: null, ...more } });
    try {
      if (!(await isAtHand(chosen))) throw Object.assign(new Error(say("look.offline", { name })), { spoken: true });
      if (signal.aborted) return;
      const found = await Decant.inspect(chosen, {
        device: get().device,
        threads: wantedThreads(),
        gpuKernels: keptKernels(),
        family,
        signal,
        onProgress: (progress) => part({ progress }),
        onNote: (message, sentence) => notes.push(noteOf(message, sentence)),
        onInterrupted,
      });
      const { width, height } = found.info.defaults;
      const choices = await found.weigh({ width, height, guidance: found.info.defaults.guidance });
      if (signal.aborted) return found.close();
      inspection = found;
      change({
        look: {
          phase: "found",
          name,
          family,
          info: found.info,
          size: { width, height },
          problem: "",
          choices,
          weights: choices.find(({ weights }) => weights === link?.weights)?.weights ?? suggestedOf(choices),
        },
      });
    } catch (error) {
      if (signal.aborted) return;
      // What was typed stays, to be corrected.
      change({ look: null, lookProblem: lookProblemOf(error, { name, address: addressIn(chosen) }) });
    }

    /** @param {Error} error @returns {Promise<void>} */
    function onInterrupted(error) {
      part({ interrupted: spoken(error) });
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

  /**
   * What was looked at, to be loaded; null where it is not found yet, or not any more.
   * @param {Model | null} preview @returns {{ found: Inspection, chosen: Chosen, link: Link | null, notes: Message[] } | null}
   */
  function handOver(preview) {
    const { look: found } = get();
    if (found?.phase !== "found" || !inspection) return null;
    const [taken, linked] = [inspection, link];
    inspection = link = null;
    change({ opener: false, look: null });
    agree(downloadOf(model));
    remember(found.name, model).catch(() => {});
    return { found: taken, chosen: { model, weights: found.weights, preview, family: found.family }, link: linked, notes };
  }

  /** Shuts the sheet; a link that nobody wants gives way to what the page opens by itself. */
  function shut() {
    const declined = link;
    link = null;
    leave();
    change({ opener: false, lookProblem: null });
    if (declined && get().phase === "failed") declined.decline();
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
      change({ opener: true, lookProblem: null });
      browse();
    },
    shutOpener: shut,
    askFirst,
    /** The person lets the page read from the link's site. */
    lookAtLink: () => look(model, asked),
    /** A link is forgotten, because something else was chosen. */
    dropLink: () => (link = null),
    look,
    resize,
    handOver,
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
    async remove(key) {
      forget(get().shelf.stored.find((stored) => stored.key === key)?.address ?? "");
      await removeStored(key).then(browse);
    },
  };
}

/** Whether it can be read at all: without a network, what is on this machine, or kept in this browser. @param {Model} model */
async function isAtHand(model) {
  if (navigator.onLine) return true;
  const url = downloadOf(model);
  if (url !== null) return (await listStored()).some(({ address }) => address === url);
  const own = addressIn(model);
  if (own === null || INSIDE) return true;
  const index = new URL(`${own.replace(/\/$/, "")}/model_index.json`, document.baseURI);
  const kept = await globalThis.caches?.match(index, { ignoreSearch: true }).catch(() => undefined);
  return kept !== undefined || isHere(index);
}

/** A page that is served from this very machine needs no network for what came with it. @param {URL} url */
function isHere({ hostname }) {
  return ["127.0.0.1", "localhost", "[::1]"].includes(hostname);
}

/** As it was given; null for files. @param {Model} model */
function addressIn(model) {
  return typeof model === "string" ? model : "address" in model ? model.address : null;
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

/**
 * So that it opens next time: handles are kept, and what was downloaded is not to be cleared away.
 * @param {string} name
 * @param {Model} model
 */
async function remember(name, model) {
  if (typeof model === "string" || "address" in model) return (await listStored()).length > 0 && navigator.storage.persist();
  const handles = "kind" in model ? [model] : Array.isArray(model) ? model : [];
  const kept = /** @type {FileSystemHandle[]} */ (handles.filter((handle) => handle instanceof FileSystemHandle));
  if (kept.length > 0 && kept.length === handles.length) await rememberRecent(name, kept);
}
