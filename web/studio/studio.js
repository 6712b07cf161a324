// What a person can do on the page: each action asks the model and changes the state. It touches no element.

import { Decant, drawSeed } from "../api/decant.js";
import { shifted, withoutGears } from "./gears.js";
import { readSetting } from "./settings.js";
import { writeAddress } from "./link.js";
import { noticeOf, orTheUsual, sentenceOf, stoppedOpening } from "./sentences.js";
import { createLibrary } from "./library.js";
import { createBeside } from "./adapters.js";
import { createTaking } from "./import.js";
import { createRunning } from "./run.js";
import { createRuns, tellsCheaply } from "./runs.js";
import { createSheets } from "./grid.js";
import { createStarting } from "./init-image.js";
import { modelName } from "../api/source.js";
import { named } from "./named.js";
import { createEnlarging } from "./enlarging.js";
import { createGallery } from "./gallery.js";
import { createPresets } from "./presets.js";
import { createQueue } from "./queue.js";
import { createSizing } from "./sizing.js";
import { wantedThreads } from "../store/threads.js";
import { createTyping } from "./typing.js";
import { createUndo } from "./undo.js";
import { createVariations } from "./variations.js";
import { say } from "../words/say.js";

/** @import { DeviceChoice, Info, Inspection, Loading, OpeningEvents, Settings, Trace } from "../api/decant.d.ts" */
/** @import { Chosen } from "./library.js" */
/** @import { Message, State, Store } from "./state.js" */
/** @typedef {ReturnType<typeof createStudio>} Studio */
/** A model that was open, `decant` where it still is. @typedef {{ chosen: Chosen, device: DeviceChoice, info: Info, decant: import("../api/decant.d.ts").Decant | null }} Earlier */
/** @typedef {(info: Info, before: State) => { settings: Settings, problems: string[] }} Choose */

/** Bytes up to which a model stays open while another opens: those that come with the page. */
const STAYS = 400e6;

/** @param {Store} store */
export function createStudio(store) {
  const { get, change } = store;
  const starting = createStarting(store);
  const beside = createBeside(store, () => decant, (message) => tell(message));
  const library = createLibrary(store, (found, chosen, more) => openFound(found, chosen, more));
  /** @type {import("../api/decant.d.ts").Decant | null} */
  let decant = null;
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
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let counting;

  /**
   * Opens a model in the place of the one that is open. Of several calls the last one counts.
   * @param {Chosen} chosen @param {DeviceChoice} [device] @param {Choose} [choose] the settings to begin with
   */
  function open(chosen, device = get().device, choose = chosen.model === opened.model ? keep : takeDefaults) {
    return opens({ chosen, device, choose });
  }

  /** @param {Inspection} found @param {Chosen} chosen @param {{ link: import("./library.js").Link | null, notes: Message[] }} more */
  async function openFound(found, chosen, { link, notes }) {
    await opens({ chosen, device: get().device, choose: link?.choose ?? takeDefaults }, (loading) => found.load(loading), notes);
    if (link && get().phase === "ready" && opened === chosen) await link.then();
  }

  /** @typedef {{ chosen: Chosen, device: DeviceChoice, choose: Choose }} Opening */

  /**
   * @param {Opening} wanted @param {(loading: Loading) => Promise<import("../api/decant.d.ts").Decant>} [load]
   * @param {Message[]} [messages] what is still to be said
   */
  async function opens(wanted, load = (loading) => Decant.load({ model: wanted.chosen.model, device: wanted.device, threads: wantedThreads(), family: wanted.chosen.family, ...loading }), messages = []) {
    const { chosen, device, choose } = wanted;
    const turn = ++opening;
    stopping.abort();
    running.cancelRun();
    setAside();
    const other = chosen.model !== opened.model;
    opened = chosen;
    stopping = new AbortController();
    const { signal } = stopping;
    const name = nameOf(chosen);
    const gate = running.newGate();
    const gears = get().info?.gears ?? [];
    change({ phase: "opening", opening: null, interrupted: null, paused: false, model: name, device, info: null, messages, taken: null });
    try {
      const loaded = await load({ weights: chosen.weights, ...(chosen.preview && { preview: chosen.preview }), signal, ...hearing(turn, gate) });
      if (turn !== opening) return loaded.close();
      decant = loaded;
      await beside.loadAgain(loaded);
      if (turn !== opening) return;
      const { settings: begun, problems } = choose(loaded.info, get());
      const settings = withoutGears(begun, gears, loaded.info);
      change({ phase: "ready", opening: null, interrupted: null, paused: false, info: loaded.info, settings, problems: {}, example: loaded.info.defaults.prompt, ...(other && { attention: tellsCheaply(loaded.info) }) });
      tell(...problems.map((text) => ({ tone: /** @type {const} */ ("error"), text })), ...noticeOf(loaded.info));
      count();
      isOpen(chosen);
    } catch (error) {
      if (turn !== opening) return;
      const sentence = signal.aborted ? stoppedOpening(name) : sentenceOf(error, "open");
      refused = wanted;
      await bringBack(sentence);
    }
  }

  /** The model that is open makes room for another, and comes back if that one does not open. A small one stays open meanwhile; a large one's memory is given back, and it is read again. */
  function setAside() {
    const { info } = get();
    if (!decant || !info) return;
    const stays = info.predictedBytes <= STAYS;
    if (!stays) decant.close();
    aside = { chosen: opened, device: get().device, info, decant: stays ? decant : null };
    decant = null;
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
      return change({ phase: "failed", opening: null, interrupted: null, paused: false, messages: [...get().messages, orTheUsual(sentence)] });
    }
    const again = { tone: /** @type {const} */ ("note"), text: say("opening.back", { model: nameOf(last.chosen) }), about: /** @type {const} */ ("back") };
    const failed = refused;
    if (!last.decant) {
      await opens({ ...last, choose: keep }, undefined, messages);
      if (get().phase === "ready") tell(again);
    } else {
      [opened, decant] = [last.chosen, last.decant];
      change({ phase: "ready", opening: null, interrupted: null, paused: false, model: nameOf(opened), device: last.device, info: last.info, messages });
      tell(again);
      count();
    }
    refused = failed;
  }

  /** What is heard while a model opens. The gate pauses it like a run. @param {number} turn @param {import("./step-gate.js").Gate} gate @returns {OpeningEvents} */
  function hearing(turn, gate) {
    const ours = () => turn === opening;
    return {
      onProgress(progress) {
        if (ours()) change({ opening: progress });
        return gate.pass();
      },
      onInterrupted(error) {
        change({ interrupted: error.message });
        return new Promise((resolve) => (tryAgain = resolve));
      },
      onNote: (text) => (ours() ? tell({ tone: "note", text: named(text), lang: "en" }) : undefined),
    };
  }

  /** Goes on with an opening whose connection broke. */
  function reconnect() {
    if (get().interrupted === null) return;
    change({ interrupted: null });
    tryAgain?.();
  }

  /** The open model draws its steps by a small decoder from now on, or as it did before: it is opened again with it. @param {File | null} file */
  async function attachPreview(file) {
    await open({ ...opened, preview: file });
    const draws = get().phase === "ready" && opened.preview === file && file;
    if (draws) change({ taken: { what: "preview", text: say("taken.preview", { name: file.name }) } });
  }

  /** Shows a kept picture, and takes what it was made with. @param {Trace} trace @param {Settings} settings */
  function openPicture(trace, settings) {
    running.show(trace);
    change({ settings: { ...settings, count: undefined }, problems: {}, ...(get().phase !== "running" && { series: [] }) });
    count();
  }

  /** @param {keyof Settings} name @param {string} text */
  function edit(name, text) {
    const { info, settings, problems } = get();
    const read = readSetting(name, text, info);
    if ("problem" in read) return change({ problems: { ...problems, [name]: read.problem } });
    change({ settings: { ...settings, ...(name !== "pad" && { [name]: read.value }) }, problems: { ...problems, [name]: undefined } });
    if (name === "pad") starting.padBy(/** @type {Settings["pad"]} */ (read.value));
    if (!["prompt", "negative", "long", "emphasis"].includes(name)) return;
    clearTimeout(counting);
    counting = setTimeout(count, 150);
  }

  /** Counts the tokens of both texts; a text that changed meanwhile is counted again by its own edit. */
  async function count() {
    const model = decant;
    try {
      const counts = model && (await readTokens(model, running.asRead(get().settings)));
      if (counts && model === decant) change({ tokens: counts, problems: { ...get().problems, prompt: undefined } });
    } catch (error) {
      // Of a worker that is gone, the words are not at fault.
      const { code } = /** @type {Partial<import("../api/decant.d.ts").DecantError>} */ (error);
      if (model === decant && code === "request") change({ problems: { ...get().problems, prompt: sentenceOf(error, "run").text } });
    }
  }

  /** Puts an address that makes this picture on the clipboard; where that is refused, into the page's own address. */
  async function copyLink() {
    const { settings } = get();
    const address = addressOf(opened);
    const model = typeof address === "string" ? address : (address?.address ?? null);
    const link = writeAddress(location.href, model, settings);
    const copied = await navigator.clipboard?.writeText(link).then(() => true, () => false);
    if (!copied) history.replaceState(null, "", link);
    const [there, here] = model === null ? /** @type {const} */ (["link.copied-own", "link.shown-own"]) : /** @type {const} */ (["link.copied", "link.shown"]);
    tell({ tone: "note", text: say(copied ? there : here), about: "link" });
  }

  /** @param {...Message} more */
  function tell(...more) {
    const about = more.map((message) => message.about).filter(Boolean);
    const { messages, place } = get();
    change({ messages: [...messages.filter((before) => !before.about || !about.includes(before.about)), ...more.map((message) => ({ place, ...message }))] });
  }

  const running = createRunning(store, { model: () => decant, enqueue: (job) => queue.enqueue(job), giveWay: () => typing.giveWay(), forgetSteps: () => gallery.forgetSteps(), keepMade: (made) => gallery.keepMade(made), wholeOf: (trace) => gallery.wholeOf(trace), fillCell: (job, trace) => sheets.fillCell(job, trace), tell });
  const gallery = createGallery(store, { write: async (made) => (await running.makerOf(made.image)?.writePicture(made)) ?? null, open: openPicture, tell });
  const enlarging = createEnlarging(store, { model: () => decant, pngOf: async (trace) => (await savePicture(trace)) ?? gallery.pngOf(/** @type {ImageData} */ (trace.image)), keepMade: gallery.keepMade, show: running.show, tell });
  const queue = createQueue(store, running.run);
  const runs = createRuns(store, { show: running.show, tell });
  const typing = createTyping(store, { ...queue, cancel: running.cancelRun });
  const sizing = createSizing(store, () => decant);
  const undoing = createUndo(store, () => count(), (loaded) => void beside.loadInstead(loaded));
  const presets = createPresets(store, tell);
  const variations = createVariations(store, queue.enqueue);
  const sheets = createSheets(store, queue.enqueue);
  const taking = createTaking(store, { look: library.look, openRun: runs.openRun, startFrom: starting.startFrom, startFromLatents: starting.startFromLatents, addBeside: (file, what) => beside.addBeside(file, what).then(count), addUpscaler: (file) => enlarging.addUpscaler(file), attachPreview, fingerprint: async () => (await decant?.fingerprint()) ?? "", count, tell });

  /** A finished picture as a PNG with its record: as it was kept, or by the model that made it; null when that is not open any more. @param {Trace} trace */
  async function savePicture(trace) {
    const { image } = trace;
    const model = image && running.makerOf(image);
    return enlarging.enlargedFile(image) ?? (await gallery.pngOfKept(trace)) ?? (image && model && model === decant ? model.writePicture({ image, trace }) : null);
  }

  /** A finished run as an animation; null when the model that made it is not open any more. @param {Trace} trace */
  async function animate(trace) {
    const { image } = trace;
    const model = decant;
    if (!image || !model) return null;
    return running.makerOf(image) === model || (await isRecorded(trace, await model.fingerprint())) ? model.animate({ image, trace }) : null;
  }

  /** Whether a kept picture's record names these weights. @param {Trace} trace @param {string} hash "" where nobody knows them */
  async function isRecorded(trace, hash) {
    const png = hash === "" ? undefined : await gallery.pngOfKept(trace);
    return png !== undefined && (await Decant.readRecord(png))?.hash === hash;
  }

  return {
    ...library,
    ...starting,
    ...beside,
    ...taking,
    ...runs,
    ...gallery,
    ...enlarging,
    attachPreview,
    /** A picture as its settings say, behind those that wait. @param {Settings} settings */
    repeat: (settings) => queue.enqueue({ settings: { ...settings, count: undefined }, inputs: {} }),
    ...queue,
    ...typing,
    ...sizing,
    ...undoing,
    ...presets,
    ...variations,
    ...sheets,
    /** What of the sheet is not made yet is not made. */
    stopSheet() {
      const { sheet, running: made } = get();
      queue.unqueue(({ of }) => of?.sheet === sheet?.id);
      if (made?.of?.sheet === sheet?.id) running.cancelRun();
    },
    open,
    reconnect,
    ...running.acts,
    edit,
    copyLink,
    savePicture,
    animate,
    tell,
    /** What is open, to be opened again. */
    openedModel: () => ({ address: addressOf(opened), name: nameOf(opened), weights: opened.weights, family: opened.family }),
    /** The open model, for what asks it of its own accord; null while there is none. */
    model: () => decant,
    /** Shows another place of the page. @param {{ place: import("./state.js").Place, path: string }} where */
    enter(where) {
      const { place, messages } = get();
      change({ ...where, ...(place !== where.place && { taken: null, messages: messages.filter(({ tone, stays }) => tone === "error" || stays) }) });
    },
    cancel: () => (get().phase === "opening" ? stopping.abort() : running.cancelRun()),
    lookAgain: () => library.look(opened.model, opened.family),
    /** Puts the settings into one of the model's gears, or into none. @param {string | null} gear */
    shift(gear) {
      const { info, settings } = get();
      if (info) change({ settings: shifted(settings, info, gear), problems: {} });
    },
    throwDice: () => edit("seed", String(drawSeed())),
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
    /** What was taken last is known by now. */
    forgetTaken: () => change({ taken: null }),
    /** @param {Message} message */
    dismiss: (message) => change({ messages: get().messages.filter((other) => other !== message) }),
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

/** @param {import("../api/decant.d.ts").Decant} model @param {Settings} settings */
async function readTokens(model, { prompt, negative, long, emphasis }) {
  const how = { long, emphasis };
  return { prompt: await model.tokenize(prompt, how), negative: await model.tokenize(negative, how) };
}
