// Presets: settings by one name. Some are made from what the open model says of itself; a person's own are kept in this browser. A preset
// holds how a picture is made, not what: no words, no seed, nothing that is started from.

import { shifted } from "./gears.js";
import { namesOf, readSetting, writeSetting } from "./settings.js";
import { say } from "../words/say.js";
import { remember, remembered } from "../store/local.js";

/** @import { Info, Setting, Settings } from "../api/decant.d.ts" */
/** @import { Bus } from "./bus.js" */
/** @import { Store } from "./state.js" */
/** @typedef {{ name: string, settings: Partial<Settings>, own: boolean }} Preset */

const KEPT = "decant.presets";
/** A model whose own number of steps is no larger was trained to need few. */
const FEW = 8;
/** What to make, and what from: these groups of settings, and of the others these. @type {Set<Setting["group"] | Setting["name"]>} */
const NOT_HOW = new Set(["prompt", "start", "loras", "seed", "count", "swaps", "mixes"]);

/** @param {Store} store @param {Bus} bus */
export function createPresets({ get, change }, { tell }) {
  /** @param {Preset[]} presets */
  function put(presets) {
    change({ presets });
    if (!remember(KEPT, JSON.stringify(presets))) tell({ tone: "note", text: say("preset.notKept") });
  }

  return {
    /** What this model cannot do is left as it is, and said. @param {Preset} preset */
    usePreset(preset) {
      const { settings: before, info } = get();
      const how = howOf(info);
      // What the page makes of the model is for the model as it is.
      const settings = info && !preset.own ? shifted(before, info, null) : before;
      const rest = Object.fromEntries(how.filter((name) => !isNeeded(name)).map((name) => [name, undefined]));
      const read = how
        .filter((name) => preset.settings[name] !== undefined)
        .map((name) => ({ name, ...readSetting(name, writeSetting(name, /** @type {Settings} */ (preset.settings)), info) }));
      const taken = Object.fromEntries(read.flatMap((one) => ("value" in one ? [[one.name, one.value]] : [])));
      change({ settings: { ...settings, ...rest, ...taken }, problems: {} });
      const problems = read.flatMap((one) => ("problem" in one ? [one.problem] : []));
      if (problems.length > 0)
        tell({ tone: "note", text: say("preset.partly", { name: preset.name, problems: problems.join(" ") }), about: "record" });
    },
    /** @param {string} name */
    savePreset(name) {
      const settings = Object.fromEntries(howOf(get().info).map((key) => [key, get().settings[key]]));
      put(
        [...get().presets.filter((preset) => preset.name !== name), { name, settings, own: true }].sort((a, b) =>
          a.name.localeCompare(b.name),
        ),
      );
    },
    /** @param {string} name */
    removePreset: (name) => put(get().presets.filter((preset) => preset.name !== name)),
  };
}

/** A person's own. @returns {Preset[]} */
export function keptPresets() {
  try {
    const list = JSON.parse(remembered(KEPT) ?? "[]");
    return list
      .filter((/** @type {any} */ { name, settings }) => typeof name === "string" && settings && typeof settings === "object")
      .map((/** @type {any} */ one) => ({ ...one, own: true }));
  } catch {
    return [];
  }
}

/** What is good for the open model. @param {Info} info @returns {Preset[]} */
export function presetsOf({ defaults: { steps, guidance, sampler, width, height }, catalog, distilled }) {
  const usual = { steps, guidance, sampler, width, height };
  const preset = (/** @type {string} */ name, /** @type {Partial<Settings>} */ more) => ({
    name,
    settings: { ...usual, ...more },
    own: false,
  });
  const asTrained = preset(say("preset.model"), {});
  if (steps <= FEW) {
    const named = (/** @type {number} */ n) => (distilled ? say("preset.distilled", { kind: distilled, n }) : say("preset.steps", { n }));
    return [asTrained, preset(named(1), { steps: 1 }), preset(named(FEW), { steps: FEW })];
  }
  const fast = catalog.samplers.some(({ id }) => id === "dpmpp_2m") ? { sampler: "dpmpp_2m", sigmas: "karras" } : {};
  const [few, many] = [Math.max(6, Math.round(steps * 0.5)), Math.max(50, steps * 2)];
  return [
    asTrained,
    preset(say("preset.quick", { n: few }), { steps: few, ...fast }),
    preset(say("preset.careful", { n: many }), { steps: many }),
  ];
}

/** The settings that say how. @param {Info | null} info */
function howOf(info) {
  return namesOf(info, ({ group, name }) => !NOT_HOW.has(group) && !NOT_HOW.has(name));
}

/**
 * Whether all that a preset says is as it says; before a model is open, none is.
 * @param {Preset} preset
 * @param {Settings} settings
 * @param {Info | null} info
 */
export function isPreset(preset, settings, info) {
  return info !== null && howOf(info).every((name) => JSON.stringify(preset.settings[name]) === JSON.stringify(settings[name]));
}

/** What no run can do without. @param {keyof Settings} name */
function isNeeded(name) {
  return ["steps", "guidance", "sampler", "width", "height"].includes(name);
}
