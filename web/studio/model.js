// Which model is open: opening one, what is heard meanwhile, and what becomes of the one before. It touches no element.

import { Decant } from "../api/decant.js";
import { modelName } from "../api/source.js";
import { keepKernels, keptKernels } from "../store/gpu-kernels.js";
import { wantedThreads } from "../store/threads.js";
import { say } from "../words/say.js";
import { withoutGears } from "./gears.js";
import { noteOf, spoken } from "./named.js";
import { tellsCheaply } from "./runs.js";
import { noticeOf, orTheUsual, sentenceOf, stoppedOpening } from "./sentences.js";

/** @import { DeviceChoice, Info, Inspection, Loading, Model, OpeningEvents, Settings } from "../api/decant.d.ts" */
/** @import { createAdapters } from "./adapters.js" */
/** @import { Bus } from "./bus.js" */
/** @import { createForm } from "./form.js" */
/** @import { Chosen, Link, createLibrary } from "./library.js" */
/** @import { createMaker } from "./maker.js" */
/** @import { Message, State, Store } from "./state.js" */
/**
 * A model that was open, `decant` where it still is.
 * @typedef {{ chosen: Chosen, device: DeviceChoice, info: Info, decant: import("../api/decant.d.ts").Decant | null }} Earlier
 */
/** The settings to begin with. @typedef {(info: Info, before: State) => { settings: Settings, problems: string[] }} Choose */
/** @typedef {{ chosen: Chosen, device: DeviceChoice, choose: Choose }} Opening */

/**
 * @typedef {object} Others
 * @property {ReturnType<typeof createAdapters>} adapters
 * @property {ReturnType<typeof createForm>} form
 * @property {ReturnType<typeof createLibrary>} library
 * @property {ReturnType<typeof createMaker>} maker
 */

/** Bytes up to which a model stays open while another opens: those that come with the page. */
const STAYS = 400e6;

/** @param {Store} store @param {Bus} bus @param {Others} others */
export function createModel({ get, change }, bus, { adapters, form, library, maker }) {
  /** @type {Chosen} */
  let opened = { model: "", weights: "auto", preview: null };
  let opening = 0;
  /** What was open before what is being opened; `decant` where it still is. @type {Earlier | null} */
  let aside = null;
  /** And before what is open, to go back to. @type {Earlier | null} */
  let before = null;
  /** What could not be opened, to be tried again. @type {Opening | null} */
  let refused = null;
  let stopping = new AbortController();
  /** @type {(() => void) | null} */
  let tryAgain = null;

  /**
   * Opens a model in the place of the one that is open. Of several calls the last one counts.
   * @param {Chosen} chosen @param {DeviceChoice} [device] @param {Choose} [choose] the settings to begin with
   */
  function open(chosen, device = get().device, choose = chosen.model === opened.model ? keep : takeDefaults) {
    return opens({ chosen, device, choose });
  }

  /** @param {Inspection} found @param {Chosen} chosen @param {{ link: Link | null, notes: Message[] }} more */
  async function openFound(found, chosen, { link, notes }) {
    await opens({ chosen, device: get().device, choose: link?.choose ?? takeDefaults }, (loading) => found.load(loading), notes);
    if (link && get().phase === "ready" && opened === chosen) await link.then();
  }

  /**
   * @param {Opening} wanted @param {(loading: Loading) => Promise<import("../api/decant.d.ts").Decant>} [load]
   * @param {Message[]} [messages] what is still to be said
   */
  async function opens(
    wanted,
    load = (loading) =>
      Decant.load({
        model: wanted.chosen.model,
        device: wanted.device,
        threads: wantedThreads(),
        gpuKernels: keptKernels(),
        family: wanted.chosen.family,
        ...loading,
      }),
    messages = [],
  ) {
    const { chosen, device, choose } = wanted;
    const turn = ++opening;
    stopping.abort();
    maker.cancel();
    setAside();
    const other = chosen.model !== opened.model;
    opened = chosen;
    stopping = new AbortController();
    const { signal } = stopping;
    const name = nameOf(chosen);
    const gate = maker.newGate();
    const gears = get().info?.gears ?? [];
    change({ phase: "opening", opening: null, interrupted: null, paused: false, model: name, device, info: null, messages, taken: null });
    try {
      const loaded = await load({
        weights: chosen.weights,
        ...(chosen.preview && { preview: chosen.preview }),
        signal,
        ...hearing(turn, gate),
      });
      if (turn !== opening) return loaded.close();
      bus.setModel(loaded);
      if (loaded.info.gpuKernels) keepKernels(loaded.info.gpuKernels);
      await adapters.loadAgain(loaded);
      if (turn !== opening) return;
      const { settings: begun, problems } = choose(loaded.info, get());
      const settings = withoutGears(begun, gears, loaded.info);
      change({
        phase: "ready",
        opening: null,
        interrupted: null,
        paused: false,
        info: loaded.info,
        settings,
        problems: {},
        example: loaded.info.defaults.prompt,
        ...(other && { attention: tellsCheaply(loaded.info) }),
      });
      bus.tell(...problems.map((text) => ({ tone: /** @type {const} */ ("error"), text })), ...noticeOf(loaded.info));
      form.count();
      isOpen(chosen);
    } catch (error) {
      if (turn !== opening) return;
      const sentence = signal.aborted ? stoppedOpening(name) : sentenceOf(error, "open");
      refused = wanted;
      await bringBack(sentence);
    }
  }

  /**
   * The model that is open makes room for another, and comes back if that one does not open. A small one stays open meanwhile; a large
   * one's memory is given back, and it is read again.
   */
  function setAside() {
    const { info } = get();
    const decant = bus.model();
    if (!decant || !info) return;
    const stays = info.predictedBytes <= STAYS;
    if (!stays) decant.close();
    aside = { chosen: opened, device: get().device, info, decant: stays ? decant : null };
    bus.setModel(null);
  }

  /** Another model is open now. @param {Chosen} chosen */
  function isOpen(chosen) {
    aside?.decant?.close();
    before = aside && aside.chosen.model !== chosen.model ? aside : null;
    aside = refused = null;
    if (before) change({ taken: { what: "model", text: say("taken.model", { name: nameOf(chosen) }), word: nameOf(before.chosen) } });
  }

  /** After an opening that came to nothing: the model of before, if there was one. @param {Message} sentence why it came to nothing */
  async function bringBack(sentence) {
    const messages = [...get().messages, sentence];
    const last = aside;
    aside = null;
    if (!last) {
      return change({
        phase: "failed",
        opening: null,
        interrupted: null,
        paused: false,
        messages: [...get().messages, orTheUsual(sentence)],
      });
    }
    const again = {
      tone: /** @type {const} */ ("note"),
      text: say("opening.back", { model: nameOf(last.chosen) }),
      about: /** @type {const} */ ("back"),
    };
    const failed = refused;
    if (!last.decant) {
      await opens({ ...last, choose: keep }, undefined, messages);
      if (get().phase === "ready") bus.tell(again);
    } else {
      opened = last.chosen;
      bus.setModel(last.decant);
      change({
        phase: "ready",
        opening: null,
        interrupted: null,
        paused: false,
        model: nameOf(opened),
        device: last.device,
        info: last.info,
        messages,
      });
      bus.tell(again);
      form.count();
    }
    refused = failed;
  }

  /**
   * What is heard while a model opens. The gate pauses it like a run.
   * @param {number} turn
   * @param {import("./step-gate.js").Gate} gate
   * @returns {OpeningEvents}
   */
  function hearing(turn, gate) {
    const ours = () => turn === opening;
    return {
      onProgress(progress) {
        if (ours()) change({ opening: progress });
        return gate.pass();
      },
      onInterrupted(error) {
        change({ interrupted: spoken(error) });
        return new Promise((resolve) => (tryAgain = resolve));
      },
      onNote: (message, sentence) => (ours() ? bus.tell(noteOf(message, sentence)) : undefined),
    };
  }

  /** Goes on with an opening whose connection broke. */
  function reconnect() {
    if (get().interrupted === null) return;
    change({ interrupted: null });
    tryAgain?.();
  }

  /**
   * The open model draws its steps by a small decoder from now on, or as it did before: it is opened again with it.
   * @param {File | null} file
   */
  async function attachPreview(file) {
    await open({ ...opened, preview: file });
    const draws = get().phase === "ready" && opened.preview === file && file;
    if (draws) change({ taken: { what: "preview", text: say("taken.preview", { name: file.name }) } });
  }

  /** Loads what the library looked at. @param {Model | null} preview */
  async function take(preview) {
    const taken = library.handOver(preview);
    if (taken) await openFound(taken.found, taken.chosen, taken);
  }

  return {
    /** The open model, for what asks it of its own accord; null while there is none. */
    decant: bus.model,
    open,
    take,
    reconnect,
    attachPreview,
    stopOpening: () => stopping.abort(),
    /** What is open, to be opened again. */
    openedModel: () => ({ address: addressOf(opened), name: nameOf(opened), weights: opened.weights, family: opened.family }),
    lookAgain: () => library.look(opened.model, opened.family),
    /** Opens at once what came with the page. @param {string} model its address */
    openOwn(model) {
      library.dropLink();
      library.shutOpener();
      return open({ model, weights: "auto", preview: null });
    },
    /** Tries once more what could not be opened. */
    tryAgainToOpen: () => (refused ? opens(refused) : open(opened)),
    lookAtRefused: () => library.look(refused?.chosen.model ?? opened.model, refused?.chosen.family),
    /** The model that was open before this one. */
    openBefore: () => before && open(before.chosen, before.device),
    /** @param {DeviceChoice} device */
    reopen: (device) => open(opened, device),
  };
}

/** @param {Chosen} chosen */
function nameOf({ model }) {
  return modelName(model) || say("model.own");
}

/** Where it was opened from; null: from this machine. @param {Chosen} chosen */
function addressOf({ model }) {
  return typeof model === "string" || "address" in model ? model : null;
}

/** @param {Info} _info @param {State} before */
function keep(_info, { settings }) {
  return { settings, problems: [] };
}

/** The seed and a person's own words stay; everything else becomes what the model says. @param {Info} info @param {State} before */
export function takeDefaults({ defaults }, { settings, example }) {
  const prompt = settings.prompt === example ? defaults.prompt : settings.prompt;
  return { settings: { ...settings, ...defaults, prompt }, problems: /** @type {string[]} */ ([]) };
}
