// Which kernels were found the best on this browser's GPUs: tried once for each adapter and each version of the shaders.

import { remember, remembered } from "./local.js";

const KEPT = "decant.gpu-kernels";
/** As many adapters and versions are kept. */
const MOST = 4;

/** What was found, by adapter and shaders; what anybody may have put there is only taken as far as it is text. @returns {Record<string, string>} */
export function keptKernels() {
  /** @type {unknown} */
  let kept = null;
  try {
    kept = JSON.parse(remembered(KEPT) ?? "{}");
  } catch {
    // Not ours: as if there were nothing.
  }
  const rows = kept && typeof kept === "object" ? Object.entries(kept) : [];
  return Object.fromEntries(rows.filter(([, choice]) => typeof choice === "string"));
}

/** @param {{ key: string, choice: string }} found the newest goes last, and the oldest goes */
export function keepKernels({ key, choice }) {
  const { [key]: _, ...others } = keptKernels();
  remember(KEPT, JSON.stringify(Object.fromEntries([...Object.entries(others), [key, choice]].slice(-MOST))));
}

/** They are tried again when the next model opens. */
export function forgetKernels() {
  remember(KEPT, "{}");
}
