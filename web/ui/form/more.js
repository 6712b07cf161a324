// The menus, which are the program's own tables, what their choices do, and the settings beside the usual ones: how many of them are changed,
// and which of them the sampler reads.

import { byId, write } from "../dom.js";
import { namesOf } from "../../studio/settings.js";
import { rowsEditor } from "./rows.js";
import { say } from "../../words/say.js";
import { inWords } from "../../words/catalogue.js";

/** @import { Catalog, Entry, Setting } from "../../api/decant.d.ts" */
/** @import { State } from "../../studio/state.js" */
/** @import { View } from "../views.js" */

/** Noise levels to begin a list of one's own with. */
const OWN_SIGMAS = "14.6, 7, 3, 1, 0";
/**
 * Which of the settings are on this sheet: those that are not in the form above it, nor below the starting picture.
 * @type {Set<Setting["group"]>}
 */
const ABOVE = new Set(["prompt", "picture", "start"]);

/** @type {View<"exports" | "form">} */
export function moreView(studio) {
  const editors = [
    rowsEditor(studio, "losses", {
      parts: [
        ["form.loss-what", "mean(abs(blue - 0.9))"],
        ["form.loss-scale", "200"],
      ],
      sign: ":",
    }),
    rowsEditor(studio, "swaps", {
      parts: [
        ["form.swap-word", "puppy"],
        ["form.swap-place", "puppy:0.5+skunk:0.5"],
      ],
      sign: "=",
    }),
    rowsEditor(studio, "mixes", {
      parts: [
        ["form.mix-prompt", say("form.mix-example")],
        ["form.mix-factor", "0.5"],
      ],
      sign: ":",
    }),
  ];
  byId("copy-link", HTMLButtonElement).addEventListener("click", studio.exports.copyLink);
  /** @type {Catalog | null} */
  let known = null;
  /** @type {Catalog | null} */
  let spoken = null;
  return (state) => {
    const { info, settings } = state;
    if (info && info.catalog !== known) spoken = fillMenus((known = info.catalog));
    for (const draw of editors) draw(state);
    if (info && spoken) drawSampling(state, spoken);
    const more = namesOf(info, ({ group }) => !ABOVE.has(group)).filter((name) => settings[name] !== undefined).length;
    const badge = byId("more-count", HTMLSpanElement);
    badge.hidden = more === 0;
    write(badge, say("form.changed", { n: more }));
  };
}

/** @param {Catalog} catalog @returns {Catalog} in the language that is spoken */
function fillMenus(catalog) {
  const samplers = catalog.samplers.map((entry) => inWords("samplers", entry));
  const sigmas = catalog.sigmas.map((entry) => inWords("sigmas", entry));
  const spacings = catalog.spacings.map((entry) => inWords("spacings", entry));
  const rngs = catalog.rngs.map((entry) => inWords("rngs", entry));
  const longs = catalog.longs.map((entry) => inWords("longs", entry));
  menu("sampler", samplers);
  menu("sigmas-menu", sigmas).append(new Option(say("form.own-list"), OWN_SIGMAS));
  menu("spacing", spacings).prepend(new Option(say("form.models-own"), ""));
  menu("rng", rngs);
  menu("long", longs);
  return { ...catalog, samplers, sigmas, spacings, rngs, longs };
}

/** @param {string} id @param {Entry[]} entries */
function menu(id, entries) {
  const select = byId(id, HTMLSelectElement);
  select.replaceChildren(...entries.map(({ id: value, name, docs }) => Object.assign(new Option(name, value), { title: docs })));
  return select;
}

/** @param {State} state @param {Catalog} catalog */
function drawSampling({ settings }, { samplers, sigmas, longs }) {
  const sampler = samplers.find(({ id }) => id === settings.sampler);
  write(byId("sampler-note", HTMLParagraphElement), sampler ? say("form.sampler-note", { name: sampler.name, docs: sampler.docs }) : "");
  byId("sigmas-field", HTMLDivElement).hidden = !sampler?.curves && settings.sigmas === undefined;
  const row = sigmas.find(({ id }) => id === (settings.sigmas ?? "config"));
  const spaces = sampler?.spacing === "timesteps" ? ["config", "model"].includes(row?.id ?? "") : sampler?.spacing !== "never";
  byId("spacing-field", HTMLDivElement).hidden = !spaces && settings.spacing === undefined;
  byId("sigmas-menu", HTMLSelectElement).value = row?.id ?? OWN_SIGMAS;
  byId("sigmas", HTMLInputElement).hidden = Boolean(row);
  write(byId("sigmas-note", HTMLParagraphElement), row && row.id !== "config" ? row.docs : "");
  const long = longs.find(({ id }) => id === settings.long);
  write(byId("long-note", HTMLParagraphElement), long?.docs ?? "");
  // What is switched on can always be switched off.
  byId("cfgpp", HTMLInputElement).disabled = Boolean(sampler && !sampler.cfgpp && !settings.cfgpp);
  write(byId("cfgpp-hint", HTMLParagraphElement), say(!sampler || sampler.cfgpp ? "form.cfgpp" : "form.cfgpp-unread"));
  byId("zeroSnr", HTMLInputElement).disabled = Boolean(sampler && !sampler.zeroSnr && !settings.zeroSnr);
  write(byId("zeroSnr-hint", HTMLParagraphElement), say(!sampler || sampler.zeroSnr ? "form.zero-snr-hint" : "form.zero-snr-unread"));
  byId("eta-field", HTMLDivElement).hidden = sampler?.eta == null && settings.eta === undefined;
  byId("eta", HTMLInputElement).placeholder = String(sampler?.eta ?? "");
  byId("order-field", HTMLDivElement).hidden = sampler?.highestOrder == null && settings.order === undefined;
  byId("order", HTMLInputElement).max = String(sampler?.highestOrder ?? "");
}
