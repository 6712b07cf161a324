// What is loaded beside a model: LoRAs, textual inversions, an autoencoder in the place of its own. They stay when the model is opened again, and each use of one is a setting.

import { readUse } from "./lists.js";
import { sentenceOf } from "./sentences.js";
import { stem } from "../api/source.js";
import { inList, say } from "../words/say.js";

/** @import { Decant, LoraUse } from "../api/decant.d.ts" */
/** @import { Bus } from "./bus.js" */
/** @import { Store } from "./state.js" */

/**
 * @typedef {object} Loaded
 * @property {"lora" | "inversion" | "vae"} what
 * @property {string} name
 * @property {string} facts what it changes, in words
 * @property {string[]} words what a prompt uses it by; a LoRA has none
 * @property {File | null} file absent where a setting uses what is not loaded
 */

/** @param {Store} store @param {Bus} bus */
export function createAdapters({ get, change }, { model, tell }) {
  /** Loads a file, and uses it. @param {File} file @param {Loaded["what"]} what */
  async function addBeside(file, what) {
    const decant = model();
    if (!decant) return;
    try {
      const added = await load(decant, file, what, freeName(file.name));
      if (decant !== model()) return;
      // There is one autoencoder at a time.
      change({ loaded: [...get().loaded.filter((one) => what !== "vae" || one.what !== "vae"), added] });
      const { settings } = get();
      const named = settings.loras?.some(({ name }) => name === added.name);
      if (what === "lora" && !named)
        change({ settings: { ...settings, loras: [...(settings.loras ?? []), { name: added.name, weight: 1 }] } });
      if (what === "vae") return change({ taken: { what, text: say("taken.vae", { name: added.name }) } });
      const text =
        what === "lora"
          ? say("taken.lora", { name: added.name })
          : say("taken.inversion", { name: added.name, words: inList(added.words) });
      change({ taken: { what, text, ...(added.words[0] && { word: added.words[0] }) } });
    } catch (error) {
      if (decant === model()) tell(sentenceOf(error, "run"));
    }
  }

  /** A name that no other has. @param {string} file */
  function freeName(file) {
    const first = stem(file);
    const taken = (/** @type {string} */ name) =>
      [...get().loaded, ...(get().info?.gears ?? []).map(({ lora }) => ({ name: lora }))].some((other) => other.name === name);
    let name = first;
    for (let n = 2; taken(name); n++) name = `${first} ${n}`;
    return name;
  }

  /** Takes it off the page's list, and out of the settings. @param {Loaded} one */
  function drop(one) {
    const { settings, loaded } = get();
    const loras = settings.loras?.filter(({ name }) => one.what !== "lora" || name !== one.name);
    change({ loaded: loaded.filter((other) => other !== one), settings: { ...settings, loras: loras?.length ? loras : undefined } });
  }

  /** @param {Loaded} one */
  async function removeBeside(one) {
    drop(one);
    try {
      await unload(model(), one);
    } catch (error) {
      tell(sentenceOf(error, "run"));
    }
  }

  /** @param {string} name @param {string} text */
  function weigh(name, text) {
    const read = readUse(`${name}:${text.trim()}`);
    const { settings, problems } = get();
    if (!("value" in read)) return change({ problems: { ...problems, loras: say("beside.weight-problem", { name }) } });
    const use = /** @type {LoraUse} */ (read.value);
    const loras = settings.loras?.map((other) => (other.name === name ? { ...other, weight: use.weight } : other));
    change({ settings: { ...settings, loras }, problems: { ...problems, loras: undefined } });
  }

  /**
   * Loads everything again, beside a model that was just opened; what does not fit it is left out, with a sentence.
   * @param {Decant} decant
   */
  async function loadAgain(decant) {
    for (const one of get().loaded) {
      try {
        if (one.file) await load(decant, one.file, one.what, one.name);
      } catch (error) {
        if (decant !== model()) return;
        drop(one);
        tell(sentenceOf(error, "run"));
      }
    }
  }

  /** What is undone or done again: what was loaded then is, and nothing else. @param {Loaded[]} wanted */
  async function loadInstead(wanted) {
    const decant = model();
    const before = get().loaded;
    change({ loaded: wanted });
    if (!decant) return;
    try {
      for (const one of before) if (!wanted.includes(one)) await unload(decant, one);
      for (const one of wanted) if (one.file && !before.includes(one)) await load(decant, one.file, one.what, one.name);
    } catch (error) {
      if (decant === model()) tell(sentenceOf(error, "run"));
    }
  }

  return { addBeside, removeBeside, weigh, loadAgain, loadInstead };
}

/** @param {Decant | null} decant @param {Loaded} one */
async function unload(decant, one) {
  if (!one.file) return;
  if (one.what === "lora") await decant?.removeLora(one.name);
  else if (one.what === "vae") await decant?.useVae(null);
  else await decant?.removeTextualInversion(one.name);
}

/** @param {Decant} decant @param {File} file @param {Loaded["what"]} what @param {string} name @returns {Promise<Loaded>} */
async function load(decant, file, what, name) {
  if (what === "inversion") {
    const { words, vectors } = await decant.addTextualInversion(file, name);
    return { what, name, file, words, facts: say("beside.vectors", { n: vectors }) };
  }
  if (what === "vae") {
    await decant.useVae(file, name);
    return { what, name, file, words: [], facts: "" };
  }
  const { unet, text, rank, words, unmatched } = await decant.addLora(file, name);
  const parts = [
    say("beside.rank", { n: rank }),
    say("beside.denoiser", { n: unet }),
    text > 0 ? say("beside.encoder", { n: text }) : "",
    unmatched.length > 0 ? say("beside.unmatched", { n: unmatched.length }) : "",
  ];
  return { what, name, file, words, facts: inList(parts.filter(Boolean)) };
}
