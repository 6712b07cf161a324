// The gallery below the picture: thumbnails of everything that was made, found by its words, chosen, compared, saved and deleted.

import { MOST_KEPT } from "../../studio/gallery.js";
import { found } from "../../studio/kept.js";
import { shownIn } from "../../studio/kept-images.js";
import { button, byId, h, inSquares, inTime, write } from "../dom.js";
import { save } from "../stage/saving.js";
import { inBytes, say } from "../../words/say.js";
import { sentenceOf } from "../../studio/sentences.js";

/** @import { Gallery } from "../../studio/kept.js" */
/** @import { Kept } from "../../store/pictures.js" */
/** @import { Studio } from "../../studio/studio.js" */
/** @import { View } from "../views.js" */
/** Of the studio. @typedef {"gallery" | "messages"} Used */

/** @type {View<Used>} */
export function galleryView(studio, state) {
  const root = byId("gallery", HTMLElement);
  const search = h("input", {
    type: "search",
    id: "gallery-search",
    placeholder: say("gallery.search"),
    aria: { label: say("gallery.search") },
  });
  search.addEventListener("input", () => studio.gallery.search(search.value));
  const count = h("span", { className: "hint numbers", id: "gallery-count" });
  const bar = selectionBar(studio, state);
  const back = button(say("gallery.undo"), studio.gallery.undoRemove);
  const undo = h("p", { className: "toast", role: "status", id: "gallery-undo" }, h("span"), back);
  const list = h("ul", { className: "thumbs", id: "gallery-list", aria: { label: say("gallery.title") } });
  const empty = h("p", { className: "opening nothing" });
  const problem = h("p", { className: "problem", role: "status" });
  const room = h("p", { className: "hint numbers" });
  const persist = button(say("gallery.persist"), studio.gallery.persist);
  root.append(
    h("header", {}, h("h2", { textContent: say("gallery.title") }), count, search),
    bar.root,
    undo,
    list,
    empty,
    problem,
    h("p", { className: "sources" }, room, persist),
  );
  const tiles = tilesOf(studio, list);

  /** @type {Gallery | null} */
  let drawn = null;
  /** @type {number | undefined} */
  let shownBefore;
  return ({ gallery, trace }) => {
    const shown = shownIn(trace);
    if (gallery === drawn && shown === shownBefore) return;
    [drawn, shownBefore] = [gallery, shown];
    const { pictures, selected, removed } = gallery;
    const wanted = found(gallery);
    search.hidden = pictures.length < 2;
    write(
      count,
      pictures.length === 0
        ? ""
        : wanted.length === pictures.length
          ? say("gallery.count", { n: pictures.length })
          : say("gallery.found", { n: wanted.length, all: pictures.length }),
    );
    tiles.draw(wanted, selected, shown);
    bar.draw(gallery);
    undo.hidden = removed.length === 0;
    write(/** @type {HTMLElement} */ (undo.firstElementChild), say("gallery.removed", { n: removed.length }));
    empty.hidden = wanted.length > 0;
    write(empty, pictures.length === 0 ? say("gallery.empty") : say("gallery.none"));
    write(problem, gallery.problem);
    write(room, roomSentence(gallery));
    persist.hidden = pictures.length === 0 || gallery.room === null || gallery.room.persisted;
  };
}

/**
 * What can be done with those that are selected.
 * @param {Pick<Studio, Used>} studio
 * @param {() => import("../../studio/state.js").State} state
 */
function selectionBar(studio, state) {
  const chosen = () => state().gallery.pictures.filter(({ id }) => state().gallery.selected.includes(id));
  const exports = async () => {
    const pictures = chosen().length > 0 ? chosen() : found(state().gallery);
    try {
      save(await studio.gallery.archive(pictures), "decant-gallery.zip");
    } catch (error) {
      studio.messages.tell(sentenceOf(error, "run"));
    }
  };
  const summary = h("span", { className: "hint numbers" });
  const compare = button(say("gallery.compare"), () => studio.gallery.compare(state().gallery.selected));
  const zip = button("", exports);
  const remove = button(say("gallery.delete"), () => studio.gallery.removeKept(state().gallery.selected));
  const all = button(say("gallery.all"), studio.gallery.selectAll);
  const none = button(say("gallery.clear"), studio.gallery.selectNone);
  Object.assign(compare, { id: "gallery-compare" });
  Object.assign(zip, { id: "gallery-zip" });
  Object.assign(remove, { id: "gallery-delete" });
  const root = h("p", { className: "sources selection" }, summary, compare, remove, none, all, zip);
  return {
    root,
    /** @param {Gallery} gallery */
    draw({ pictures, selected }) {
      root.hidden = pictures.length === 0;
      const some = selected.length > 0;
      write(summary, some ? say("gallery.selected", { n: selected.length }) : say("gallery.how"));
      for (const element of [compare, remove, none]) element.hidden = !some;
      all.hidden = selected.length === pictures.length;
      compare.disabled = selected.length !== 2;
      write(zip, some ? say("gallery.zip", { n: selected.length }) : say("gallery.zipAll"));
    },
  };
}

/** Thumbnails, made once each and moved about. @param {Pick<Studio, Used>} studio @param {HTMLUListElement} list */
function tilesOf(studio, list) {
  /** @type {Map<number, HTMLLIElement>} */
  const tiles = new Map();
  list.addEventListener("keydown", (event) => walk(event, list, studio));
  return {
    /** @param {Kept[]} wanted @param {number[]} selected @param {number | undefined} shown */
    draw(wanted, selected, shown) {
      const ids = new Set(wanted.map(({ id }) => id));
      for (const [id, tile] of tiles) {
        if (ids.has(id)) continue;
        const image = tile.querySelector("img");
        if (image) URL.revokeObjectURL(image.src);
        tile.remove();
        tiles.delete(id);
      }
      for (const [place, kept] of wanted.entries()) {
        const tile = tiles.get(kept.id) ?? tileOf(studio, kept);
        tiles.set(kept.id, tile);
        if (list.children[place] !== tile) list.insertBefore(tile, list.children[place] ?? null);
        const box = tile.querySelector("input");
        if (box) box.checked = selected.includes(kept.id);
        tile.firstElementChild?.setAttribute("aria-current", String(kept.id === shown));
      }
      list.classList.toggle("choosing", selected.length > 0);
    },
  };
}

/** @param {Pick<Studio, Used>} studio @param {Kept} kept */
function tileOf(studio, kept) {
  const { id, settings, thumb, model, milliseconds } = kept;
  const words = settings.prompt || say("gallery.wordless");
  const image = h("img", { src: URL.createObjectURL(thumb), alt: "", loading: "lazy", className: inSquares(settings) ? "squares" : "" });
  const open = h(
    "button",
    {
      type: "button",
      className: "tile",
      title: say("gallery.about", {
        words,
        model,
        sampler: settings.sampler,
        steps: settings.steps,
        seed: settings.seed,
        time: inTime(milliseconds),
      }),
      data: { id: String(id) },
      aria: { label: say("gallery.open", { words, seed: settings.seed }) },
    },
    image,
  );
  open.addEventListener("click", async () => {
    await studio.gallery.openKept(id);
    // The gallery lies below the picture.
    byId("picture", HTMLElement).scrollIntoView({ block: "nearest" });
  });
  const box = h("input", { type: "checkbox", aria: { label: say("gallery.select", { words, seed: settings.seed }) } });
  box.addEventListener("change", () => studio.gallery.select(id));
  return h("li", {}, open, h("label", { className: "tick" }, box));
}

/**
 * Arrow keys walk over the thumbnails, X selects, Delete deletes.
 * @param {KeyboardEvent} event
 * @param {HTMLUListElement} list
 * @param {Pick<Studio, Used>} studio
 */
function walk(event, list, studio) {
  const item = /** @type {HTMLElement} */ (event.target).closest("li");
  const id = Number(item?.querySelector("button")?.dataset["id"]);
  if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
  const items = Array.from(list.children);
  const place = items.indexOf(item);
  const columns = items.filter(
    (one) => /** @type {HTMLElement} */ (one).offsetTop === /** @type {HTMLElement} */ (items[0]).offsetTop,
  ).length;
  /** @type {Record<string, number>} */
  const to = {
    ArrowLeft: place - 1,
    ArrowRight: place + 1,
    ArrowUp: place - columns,
    ArrowDown: place + columns,
    Home: 0,
    End: items.length - 1,
  };
  const next = to[event.key];
  if (next !== undefined) items[Math.min(Math.max(next, 0), items.length - 1)]?.querySelector("button")?.focus();
  else if (event.key === "x" || event.key === "X") studio.gallery.select(id);
  else if (event.key === "Delete") {
    /** @type {HTMLElement | null | undefined} */ ((items[place + 1] ?? items[place - 1])?.querySelector("button"))?.focus();
    studio.gallery.removeKept([id]);
  } else return;
  event.preventDefault();
}

/** What is used, and what may become of it. @param {Gallery} gallery */
function roomSentence({ pictures, room }) {
  if (pictures.length === 0) return "";
  const bytes = inBytes(pictures.reduce((sum, kept) => sum + kept.bytes, 0));
  const most = MOST_KEPT;
  if (!room) return say("gallery.room", { bytes, most });
  return say(room.persisted ? "gallery.roomKept" : "gallery.roomLoose", {
    bytes,
    most,
    usage: inBytes(room.usage),
    quota: inBytes(room.quota),
  });
}
