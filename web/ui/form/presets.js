// The row over the settings: which preset they are, saving one's own, and undo and redo.

import { button, byId, h } from "../dom.js";
import { isPreset, presetsOf } from "../../studio/presets.js";
import { say } from "../../words/say.js";

/** @import { Preset } from "../../studio/presets.js" */
/** @import { State } from "../../studio/state.js" */
/** @import { View } from "../views.js" */

const ARROWS = { undo: "M7.5 4.5 4 8l3.5 3.5M4 8h7.5a4 4 0 0 1 0 8H8", redo: "M12.5 4.5 16 8l-3.5 3.5M16 8H8.5a4 4 0 0 0 0 8H12" };

/** @type {View<"presets" | "undo">} */
export function presetsView(studio, state) {
  const root = byId("presets", HTMLDivElement);
  const select = h("select", { id: "preset", aria: { label: say("preset.title") } });
  const keep = Object.assign(
    button(say("preset.save"), () => showName(true)),
    { id: "keep-preset" },
  );
  const forget = Object.assign(
    button(say("preset.remove"), () => studio.presets.removePreset(select.value)),
    { id: "forget-preset" },
  );
  const [undo, redo] = [arrow("undo", studio.undo.undo), arrow("redo", studio.undo.redo)];
  const name = h("input", {
    type: "text",
    maxLength: 60,
    id: "preset-name",
    placeholder: say("preset.name"),
    aria: { label: say("preset.name") },
  });
  const done = Object.assign(button(say("preset.done"), saveOwn), { id: "save-preset" });
  const naming = h("div", { className: "with-button", hidden: true }, name, done);
  root.append(h("div", { className: "with-button" }, select, keep, forget, undo, redo), naming);

  const showName = (/** @type {boolean} */ on) => {
    naming.hidden = !on;
    if (on) name.focus();
  };
  function saveOwn() {
    if (name.value.trim()) studio.presets.savePreset(name.value.trim());
    name.value = "";
    showName(false);
    select.focus();
  }
  name.addEventListener("keydown", (event) => {
    if (event.key === "Escape") showName(false);
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Enter") saveOwn();
  });
  select.addEventListener("change", () => {
    const preset = all(state()).find((one) => one.name === select.value);
    if (preset) studio.presets.usePreset(preset);
  });

  /** @type {unknown[]} */
  let drawn = [];
  return (now) => {
    const { info, presets, steps, settings } = now;
    undo.disabled = steps.undo === 0;
    redo.disabled = steps.redo === 0;
    select.disabled = keep.disabled = !info;
    if (drawn[0] !== info || drawn[1] !== presets)
      select.replaceChildren(new Option(say("preset.none"), ""), ...all(now).map((preset) => new Option(preset.name, preset.name)));
    drawn = [info, presets];
    const current = all(now).find((preset) => isPreset(preset, settings, info));
    select.value = current?.name ?? "";
    forget.hidden = !current?.own;
    keep.hidden = Boolean(current);
  };
}

/** @param {State} state @returns {Preset[]} */
function all({ info, presets }) {
  return info ? [...presetsOf(info), ...presets] : presets;
}

/** @param {keyof typeof ARROWS} which @param {() => void} act */
function arrow(which, act) {
  const element = Object.assign(button("", act), { id: which, className: "icon-button", title: say(which) });
  element.setAttribute("aria-label", say(which));
  element.innerHTML = `<svg viewBox="0 0 20 20" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"><path d="${ARROWS[which]}"/></svg>`;
  return element;
}
