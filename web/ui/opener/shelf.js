// What there is to open: files and folders of before, public checkpoints, and what was downloaded, with its size and a button to delete it.

import { button, byId, element, write } from "../dom.js";
import { inBytes, language, say } from "../../words/say.js";

/** @import { CatalogEntry } from "../../studio/library.js" */
/** @import { RecentModel } from "../../store/recent.js" */
/** @import { Room, StoredModel } from "../../store/opfs.js" */
/** @import { State } from "../../studio/state.js" */
/** @import { Studio } from "../../studio/studio.js" */
/** @import { View } from "../views.js" */
/** Of the studio. @typedef {"library" | "model"} Used */

/** What comes with the page. */
const OWN = /** @type {const} */ ([
  { model: "models/emoji", name: "own.emoji", about: "own.emoji-about" },
  { model: "models/digits", name: "own.digits", about: "own.digits-about" },
]);

/** @type {View<Used>} */
export function shelfView(studio) {
  byId("own", HTMLUListElement).replaceChildren(
    ...OWN.map(({ model, name, about }) => row(say(name), [say(about)], "", [open(say(name), () => studio.model.openOwn(model))])),
  );
  /** @type {State["shelf"] | null} */
  let drawn = null;
  return ({ shelf }) => {
    if (shelf === drawn) return;
    drawn = shelf;
    const { catalog, stored, recent, room } = shelf;
    byId("recent", HTMLUListElement).replaceChildren(...recent.map((model) => ofRecent(studio, model)));
    byId("catalog", HTMLUListElement).replaceChildren(
      ...catalog.filter(({ role }) => role === "model").map((entry) => ofCatalog(studio, entry)),
    );
    byId("previews", HTMLDataListElement).replaceChildren(
      ...catalog.filter(({ role }) => role === "preview").map(({ name, address }) => new Option(name, address)),
    );
    byId("public", HTMLDetailsElement).hidden = catalog.length === 0;
    byId("stored", HTMLUListElement).replaceChildren(...stored.map((model) => ofStored(studio, model)));
    write(byId("room", HTMLParagraphElement), roomSentence(stored, room));
  };
}

/** @param {Pick<Studio, Used>} studio @param {RecentModel} model */
function ofRecent(studio, model) {
  const kind = model.handles[0]?.kind === "directory" ? say("shelf.folder") : say("shelf.files", { n: model.handles.length });
  return row(model.name, [kind, dateOf(model.opened)], "", [
    open(model.name, () => studio.library.lookAtRecent(model)),
    named(
      button(say("do.forget"), () => studio.library.forget(model.id)),
      say("shelf.forget", { name: model.name }),
    ),
  ]);
}

/** @param {Pick<Studio, Used>} studio @param {CatalogEntry} entry */
function ofCatalog(studio, { name, family, address, files, size, licence, sha256, note }) {
  const facts = [family, size === null ? "" : inBytes(size), licence];
  return row(name, facts, note, [open(name, () => studio.library.look({ address, ...(files && { files }), ...(sha256 && { sha256 }) }))]);
}

/** @param {Pick<Studio, Used>} studio @param {StoredModel} model */
function ofStored(studio, { key, name, address, opened, bytes }) {
  const remove = named(
    button(say("do.delete"), () => studio.library.remove(key)),
    say("shelf.delete", { name }),
  );
  return row(
    name,
    [inBytes(bytes), dateOf(opened)],
    address,
    address ? [open(name, () => studio.library.look(address)), remove] : [remove],
  );
}

/** @param {StoredModel[]} stored @param {Room | null} room */
function roomSentence(stored, room) {
  const empty = stored.length === 0;
  if (!room) return say(empty ? "shelf.empty" : "shelf.unknown");
  const used = say("shelf.room", { used: inBytes(room.usage), quota: inBytes(room.quota) });
  return [empty ? say("shelf.empty") : "", used, empty || room.persisted ? "" : say("shelf.may-clear")].filter(Boolean).join(" ");
}

/** @param {string} name @param {string[]} facts @param {string} note @param {HTMLButtonElement[]} buttons */
function row(name, facts, note, buttons) {
  const item = document.createElement("li");
  const words = document.createElement("div");
  words.append(element("strong", name), element("span", facts.filter(Boolean).join(" · "), "hint numbers"));
  if (note) words.append(element("span", note, "hint note"));
  item.append(words, ...buttons);
  return item;
}

/** @param {string} name @param {() => void} action */
function open(name, action) {
  return named(button(say("do.open"), action), say("shelf.open", { name }));
}

/** Of several buttons with one word, each needs a name of its own. @param {HTMLButtonElement} element @param {string} name */
function named(element, name) {
  element.setAttribute("aria-label", name);
  return element;
}

/** @param {number} time */
function dateOf(time) {
  return time
    ? new Date(time).toLocaleDateString(language === "en" ? undefined : language, { day: "numeric", month: "short", year: "numeric" })
    : "";
}
