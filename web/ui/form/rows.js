// An editor for a setting that is a list: a row of fields for each line of its text, a button that adds a row, and one that takes it away.

import { byId, crossButton, within, write } from "../dom.js";
import { readSetting, writeSetting } from "../../studio/settings.js";
import { say } from "../../words/say.js";

/** @import { Settings } from "../../api/decant.d.ts" */
/** @import { Key } from "../../words/languages.js" */
/** @import { State } from "../../studio/state.js" */
/** @import { Studio } from "../../studio/studio.js" */
/** Of the studio. @typedef {"form"} Used */
/** @typedef {{ parts: [label: Key, example: string][], sign: string }} Shape a line's fields, and the sign between them */

/** @param {Pick<Studio, Used>} studio @param {keyof Settings} name @param {Shape} shape @returns {(state: State) => void} */
export function rowsEditor(studio, name, shape) {
  const root = byId(name, HTMLDivElement);
  const list = within(root, "ul", HTMLUListElement);
  const add = within(root, ":scope > button", HTMLButtonElement);
  const tell = () => studio.form.edit(name, textOf(list, shape));
  /** @param {string} line */
  const append = (line) => list.append(row(line, shape, list.children.length + 1, tell));
  root.addEventListener("input", (event) => {
    event.stopPropagation();
    tell();
  });
  add.addEventListener("click", () => {
    append("");
    list.lastElementChild?.querySelector("input")?.focus();
  });
  return ({ settings, problems, info }) => {
    write(byId(`${name}-problem`, HTMLParagraphElement), problems[name] ?? "");
    const read = readSetting(name, textOf(list, shape), info);
    // What is being typed is left alone.
    if (problems[name] || ("value" in read && JSON.stringify(read.value) === JSON.stringify(settings[name]))) return;
    list.replaceChildren();
    for (const line of writeSetting(name, settings).split("\n").filter(Boolean)) append(line);
  };
}

/** @param {string} line @param {Shape} shape @param {number} number @param {() => void} tell */
function row(line, { parts, sign }, number, tell) {
  const item = document.createElement("li");
  const place = sign === "=" ? line.indexOf(sign) : line.lastIndexOf(sign);
  const values = [line.slice(0, place), line.slice(place + 1)];
  const fields = parts.map(([label, placeholder], i) => {
    const field = Object.assign(document.createElement("input"), { type: "text", placeholder, value: values[i] ?? "", spellcheck: false });
    field.setAttribute("aria-label", say(label, { n: number }));
    return field;
  });
  const remove = crossButton(say("form.remove-line", { n: number }), () => {
    const next = /** @type {HTMLElement | null} */ (
      item.nextElementSibling?.querySelector("input") ?? item.parentElement?.nextElementSibling?.nextElementSibling
    );
    item.remove();
    tell();
    next?.focus();
  });
  item.append(...fields, remove);
  return item;
}

/** The setting's text; a row that nobody has written in yet is none. @param {HTMLUListElement} list @param {Shape} shape */
function textOf(list, { sign }) {
  const rows = Array.from(list.children, (item) => Array.from(item.querySelectorAll("input"), ({ value }) => value.trim()));
  return rows
    .filter((values) => values.some(Boolean))
    .map((values) => values.join(sign))
    .join("\n");
}
