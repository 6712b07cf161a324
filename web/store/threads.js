// How many threads the CPU takes: what the address says, else what was chosen on this browser before; undefined means as many as usual.

import { remember, remembered } from "./local.js";

const KEPT = "decant.threads";

export function wantedThreads() {
  return numberIn(new URLSearchParams(location.search).get("threads") ?? remembered(KEPT) ?? "");
}

/** Whole, and one at least. @param {string} text */
export function numberIn(text) {
  const threads = Number(text);
  return Number.isInteger(threads) && threads >= 1 ? threads : undefined;
}

/** From the next model on. @param {string} text empty: as many as usual */
export function chooseThreads(text) {
  remember(KEPT, text);
}
