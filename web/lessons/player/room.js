// The model that the lessons run on: the one that somebody chose; beside another that came with the page, or where none is open, the model of
// digits, which the teacher's numbers are of. That one is loaded when a lesson first asks for it.

import { Decant } from "../../api/decant.js";

/** @import { State } from "../../studio/state.js" */
/** @import { Studio } from "../../studio/studio.js" */
/**
 * @typedef {{ messages: Pick<Studio["messages"], "tell">, model: Pick<Studio["model"], "decant"> }} Desk of the studio, what a lesson uses
 */
/** @typedef {{ studio: Desk, state: () => State }} Room */

const OWN = "models/digits";

/**
 * The studio and its state as lessons see them.
 * @param {Pick<Studio, "messages" | "model">} studio @param {() => State} state @param {() => void} redraw
 * @returns {Room}
 */
export function createRoom(studio, state, redraw) {
  /** @type {{ device: State["device"], decant: Decant | null, phase: "opening" | "ready" | "failed" } | null} */
  let own = null;

  /** Whether lessons need a model of their own: beside one that came with the page, and where none comes. */
  function apart() {
    const { phase, interrupted, paused } = state();
    if (phase === "failed" || (phase === "opening" && (interrupted !== null || paused))) return true;
    const { address } = studio.model.openedModel();
    return typeof address === "string" && address !== OWN && address.startsWith("models/");
  }

  function close() {
    own?.decant?.close();
    own = null;
  }

  /** The model of digits for what computes now, as far as it is. */
  function ours() {
    const { device } = state();
    if (own?.device === device) return own;
    close();
    /** @type {NonNullable<typeof own>} */
    const opening = { device, decant: null, phase: "opening" };
    own = opening;
    Decant.load({ model: OWN, device }).then(
      (loaded) => {
        if (own !== opening) return loaded.close();
        Object.assign(opening, { decant: loaded, phase: "ready" });
        redraw();
      },
      () => {
        opening.phase = "failed";
        redraw();
      },
    );
    return opening;
  }

  return {
    studio: { messages: studio.messages, model: { decant: () => (apart() ? ours().decant : studio.model.decant()) } },
    state() {
      if (!apart()) {
        close();
        return state();
      }
      const { phase, decant } = ours();
      return { ...state(), phase, interrupted: null, paused: false, info: decant?.info ?? null };
    },
  };
}
