// The form: shows the settings, and hands every change of a field to the studio as the text that was typed.

import { byId, write, writeSpoken } from "../dom.js";
import { makeFields } from "./fields.js";
import { limitsOf } from "../../studio/readers.js";
import { fieldText, isSetting, readSetting } from "../../studio/settings.js";
import { sizeKey } from "../../studio/sizing.js";
import { canAsk } from "../../studio/state.js";
import { inBytes, say } from "../../words/say.js";

/** @import { Info, TokenCount } from "../../api/decant.d.ts" */
/** @import { State } from "../../studio/state.js" */
/** @import { View } from "../views.js" */

/** What diffusers takes where nobody says: the one number with a scale that may be left out. @param {State} state */
function usualStrength({ start, settings }) {
  return start.mask || settings.pad ? 1 : 0.8;
}

/** @type {View<"form" | "run">} */
export function formView(studio) {
  const form = byId("settings", HTMLFormElement);
  const generate = byId("generate", HTMLButtonElement);
  const details = byId("details", HTMLDetailsElement);
  let fields = fieldsIn(form);
  const ranges = Array.from(form.querySelectorAll("input")).filter(({ type, dataset }) => type === "range" && dataset["for"]);
  details.open = !matchMedia("(max-width: 760px)").matches;

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    studio.run.generate();
  });
  form.addEventListener("input", ({ target }) => {
    const { name, type, checked, value, dataset } = /** @type {HTMLInputElement} */ (target);
    const setting = dataset["for"] ?? name;
    if (isSetting(setting)) studio.form.edit(setting, type === "checkbox" ? String(checked) : value);
  });
  for (const id of ["prompt", "negative"]) sendsOnEnter(byId(id, HTMLTextAreaElement), () => studio.run.generate());
  byId("dice", HTMLButtonElement).addEventListener("click", studio.form.throwDice);

  /** @type {Info | null} */
  let known = null;
  return (state) => {
    if (state.info && state.info !== known) {
      known = state.info;
      makeFields(form, known);
      describeModel(known, (fields = fieldsIn(form)));
    }
    if (state.info) drawSize(state.info, state);
    for (const field of fields) known || field instanceof HTMLTextAreaElement ? drawField(field, state) : (field.disabled = true); // what it says before is no model's
    byId("strength", HTMLInputElement).placeholder = String(usualStrength(state));
    for (const range of ranges) {
      range.value = String(state.settings[/** @type {"steps" | "guidance" | "strength"} */ (range.dataset["for"])] ?? usualStrength(state));
      range.style.setProperty("--part", String((range.valueAsNumber - Number(range.min)) / (Number(range.max) - Number(range.min))));
    }
    for (const name of /** @type {const} */ (["prompt", "negative"])) {
      const hint = byId(`${name}-tokens`, HTMLParagraphElement);
      const count = state.tokens[name];
      write(hint, tokenSentence(count, name === "negative"));
      hint.classList.toggle("warning", Boolean(count?.cut || count?.unfollowed?.length));
    }
    generate.disabled = !canAsk(state);
    write(generate, say(state.phase === "running" && !state.running?.passing ? "queue.add" : "form.generate"));
  };
}

/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Field */

/** Those of settings. @param {HTMLFormElement} form */
function fieldsIn(form) {
  return /** @type {Field[]} */ (Array.from(form.elements)).filter(({ name }) => isSetting(name));
}

/**
 * Enter makes the picture, Shift+Enter a line; not while letters are being composed (Safari tells that by the key's old number alone). A phone's
 * keyboard may tell of no key at all, only of the line that it is about to break.
 * @param {HTMLTextAreaElement} field @param {() => unknown} send
 */
function sendsOnEnter(field, send) {
  let shift = false;
  field.addEventListener("keydown", (event) => {
    shift = event.shiftKey;
    if (
      event.key !== "Enter" ||
      event.isComposing ||
      event.keyCode === 229 ||
      event.shiftKey ||
      event.ctrlKey ||
      event.metaKey ||
      event.altKey
    )
      return;
    event.preventDefault();
    if (!event.repeat) send();
  });
  field.addEventListener("beforeinput", (event) => {
    if (!["insertLineBreak", "insertParagraph"].includes(event.inputType) || event.isComposing || shift) return;
    event.preventDefault();
    send();
  });
}

/** @param {Field} field @param {State} state */
function drawField(field, { settings, problems, info }) {
  const name = /** @type {keyof State["settings"]} */ (field.name);
  field.disabled = !info && !(field instanceof HTMLTextAreaElement);
  const problem = problems[name];
  if (field.type === "checkbox") {
    /** @type {HTMLInputElement} */ (field).checked = settings[name] === true;
    return;
  }
  // What is being typed is left alone: "1." is on the way to "1.5", and a wrong number stays to be corrected.
  if (!problem && !says(field.value, name, settings, info)) field.value = fieldText(name, settings);
  const line = document.getElementById(`${name}-problem`);
  if (!line) return;
  field.setAttribute("aria-invalid", String(Boolean(problem)));
  write(line, problem ?? "");
}

/**
 * Whether a text is the setting, however it is written.
 * @param {string} text
 * @param {keyof State["settings"]} name
 * @param {State["settings"]} settings
 * @param {Info | null} info
 */
function says(text, name, settings, info) {
  const read = readSetting(name, text, info);
  return "value" in read && JSON.stringify(read.value) === JSON.stringify(settings[name]);
}

/** Limits that come from the program, and from the model. @param {Info} info @param {Field[]} fields */
function describeModel(info, fields) {
  for (const field of fields) {
    if (field.type !== "number") continue;
    const [least, most] = limitsOf(/** @type {keyof State["settings"]} */ (field.name), info);
    Object.assign(field, { min: String(least), max: String(most) });
  }
  for (const side of ["width", "height"]) {
    const field = byId(side, HTMLInputElement);
    field.step = field.min = String(info.factor);
  }
}

/**
 * What a picture of the size that is asked for takes; until that is known, which sizes there are.
 * @param {Info} info
 * @param {State} state
 */
function drawSize({ factor, weights }, state) {
  const note = byId("size-note", HTMLParagraphElement);
  const {
    settings: { width, height },
    weighed,
    problems,
  } = state;
  const known = weighed?.key === sizeKey(state) && !problems.width && !problems.height ? weighed : null;
  note.classList.toggle("warning", Boolean(known?.problem));
  const fits = () =>
    known
      ? say(weights === "stored" ? "form.size-stored" : "form.size-kept", { factor, width, height, bytes: inBytes(known.bytes), weights })
      : say("form.size", { factor });
  writeSpoken(note, known?.problem ?? { text: fits() });
}

/** More places of a text that mean something elsewhere are not told of at a time. */
const MOST_UNFOLLOWED = 3;

/** @param {TokenCount | null} count @param {boolean} quietWhenEmpty */
function tokenSentence(count, quietWhenEmpty) {
  if (!count || (quietWhenEmpty && count.used === 0)) return "";
  const words = count.cut.split(/\s+/).filter(Boolean).length;
  const { used, limit, unfollowed = [] } = count;
  const unread = unfollowed.slice(0, MOST_UNFOLLOWED).map(({ what, text }) => say(`unfollowed.${what}`, { text }));
  return [say("form.tokens", { used, limit }), words === 0 ? "" : say("form.cut", { n: words, text: shorten(count.cut) }), ...unread]
    .filter(Boolean)
    .join(" ");
}

/** @param {string} text */
function shorten(text) {
  return text.length <= 120 ? text : `${text.slice(0, 118)}…`;
}
