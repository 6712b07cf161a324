// Gears: other ways to use the open model, each with a LoRA that it brings along, such as few steps without guidance. Settings hold all that a gear
// stands for, so links, records and runs need no word of their own for it. It touches no element.

/** @import { Gear, Info, Settings } from "../api/decant.d.ts" */
/** @import { State } from "./state.js" */

/** What was a model of its own once, and is another one's gear now. */
const FORMER = [{ model: "models/emoji-fast", name: "emoji-fast", now: "models/emoji", gear: "fast" }];

/** The gear that settings are in; null where they are in none. @param {Settings} settings @param {Info | null} info */
export function gearOf({ loras = [] }, info) {
  return info?.gears.find(({ lora }) => loras.some(({ name }) => name === lora)) ?? null;
}

/**
 * The same settings in a gear, or, where `name` is null or none of the model's, as the model itself is used.
 * @param {Settings} settings
 * @param {Info} info
 * @param {string | null} name
 * @returns {Settings}
 */
export function shifted(settings, info, name) {
  const gear = info.gears.find((one) => one.name === name);
  const rest = (settings.loras ?? []).filter((use) => !info.gears.some(({ lora }) => lora === use.name));
  const loras = gear ? [...rest, { name: gear.lora, weight: 1 }] : rest;
  const { steps, guidance, sampler } = gear ?? info.defaults;
  return { ...settings, steps, guidance, sampler, loras: loras.length > 0 ? loras : undefined };
}

/**
 * The LoRAs that settings use, and nobody has loaded.
 * @param {Pick<Settings, "loras">} settings
 * @param {Pick<State, "loaded" | "info">} state
 */
export function absentLoras({ loras = [] }, { loaded, info }) {
  const there = [...loaded.filter(({ what }) => what === "lora").map(({ name }) => name), ...(info?.gears ?? []).map(({ lora }) => lora)];
  return loras.map(({ name }) => name).filter((name) => !there.includes(name));
}

/** Settings without the gears of a model that is open no more. @param {Settings} settings @param {Gear[]} gone @param {Info} info */
export function withoutGears(settings, gone, info) {
  const loras = settings.loras?.filter(
    ({ name }) => !gone.some(({ lora }) => lora === name) || info.gears.some(({ lora }) => lora === name),
  );
  return { ...settings, loras: loras?.length ? loras : undefined };
}

/** The model and the gear that an address stands for, where it was a model of its own once. @param {string} address */
export function formerly(address) {
  const whole = (/** @type {string} */ path) => new URL(path, document.baseURI).href.replace(/\/$/, "");
  const found = URL.canParse(address, document.baseURI) ? FORMER.find(({ model }) => whole(model) === whole(address)) : undefined;
  return found ? { model: found.now, gear: found.gear } : null;
}

/**
 * Settings of a record that names such a model, with what its gear uses.
 * @param {Settings} settings
 * @param {string} model as the record names it
 * @param {Info | null} info
 */
export function fromFormer(settings, model, info) {
  const gear = info?.gears.find(({ name }) => FORMER.some((former) => former.name === model && former.gear === name));
  return gear && !gearOf(settings, info) ? { ...settings, loras: [...(settings.loras ?? []), { name: gear.lora, weight: 1 }] } : settings;
}
