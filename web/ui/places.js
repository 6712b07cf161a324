// The three places of the page, and which of them is shown: what stands behind the # of the address. Inside and Lessons are fetched when
// they are first entered.

import { byId } from "./dom.js";

/** @import { Place, State } from "../studio/state.js" */
/** @import { Studio } from "../studio/studio.js" */
/** @import { View } from "./views.js" */

/** @typedef {(state: State) => void} Draw */
/**
 * A place builds itself into its `main` when it is first entered, and gives back what draws the state.
 * @typedef {(root: HTMLElement, studio: Studio, state: () => State) => Draw | Promise<Draw>} Build
 */

/** @type {Record<Place, () => Promise<Build | null>>} */
const PLACES = {
  studio: async () => null,
  inside: async () => (await import("../inside/inside.js")).insidePlace,
  lessons: async () => (await import("../lessons/player/lessons.js")).lessonsPlace,
};

/**
 * The place, and the rest of the address for it: "#lessons/3/2" is lessons, "3/2".
 * @param {string} hash
 * @returns {{ place: Place, path: string }}
 */
export function readHash(hash) {
  const [name = "", ...path] = hash.replace(/^#/, "").split("/");
  const place = Object.hasOwn(PLACES, name) ? /** @type {Place} */ (name) : "studio";
  return { place, path: path.join("/") };
}

/** @type {View} */
export function placesView(studio, state) {
  /** @type {Partial<Record<Place, Promise<Draw>>>} */
  const built = {};
  const build = async (/** @type {Place} */ place) => (await PLACES[place]())?.(byId(place, HTMLElement), studio, state) ?? (() => {});
  /** One that failed, for instance without a network, is tried again when the page is next drawn. @param {Place} place */
  const attempt = (place) =>
    build(place).catch((error) => {
      delete built[place];
      if (place !== "studio") byId(place, HTMLElement).replaceChildren();
      throw error;
    });
  const enter = () => studio.stage.enter(readHash(location.hash));
  byId("skip", HTMLAnchorElement).addEventListener("click", (event) => {
    event.preventDefault();
    byId(state().place, HTMLElement).focus();
  });
  addEventListener("hashchange", enter);
  enter();
  /** @type {Place | null} */
  let last = null;
  return ({ place: shown }) => {
    for (const place of /** @type {Place[]} */ (Object.keys(PLACES))) {
      byId(place, HTMLElement).hidden = place !== shown;
      const tab = document.querySelector(`.places a[href="#${place}"]`);
      if (place === shown) tab?.setAttribute("aria-current", "page");
      else tab?.removeAttribute("aria-current");
    }
    // The place that is left hears of it, too, and stops what it does.
    if (last !== null && last !== shown) built[last]?.then((draw) => draw(state()));
    last = shown;
    (built[shown] ??= attempt(shown)).then((draw) => draw(state()));
  };
}
