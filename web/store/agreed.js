// Which models of other sites a person has agreed to load: a link to one of those that are kept here asks no second time.

import { remember, remembered } from "./local.js";
import { downloadOf } from "../api/source.js";
import { listStored } from "./opfs.js";

const KEPT = "decant.agreed";
const MOST = 50;

/** @returns {string[]} absolute addresses */
function all() {
  try {
    const kept = JSON.parse(remembered(KEPT) ?? "[]");
    return Array.isArray(kept) ? kept.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}

/** @param {string | null} address absolute; null is nothing to agree to */
export function agree(address) {
  if (address !== null) remember(KEPT, JSON.stringify([...all().filter((one) => one !== address), address].slice(-MOST)));
}

/** @param {string} address of a model that was deleted */
export function forget(address) {
  remember(KEPT, JSON.stringify(all().filter((one) => one !== address)));
}

/**
 * Whether opening it needs a person's word first: it is another site's, and not kept here with that word.
 * @param {string} model an address
 * @returns {Promise<boolean>}
 */
export async function needsWord(model) {
  const url = addressOr(model);
  if (url === null || new URL(url).origin === location.origin) return false;
  return !all().includes(url) || !(await listStored()).some(({ address }) => address === url);
}

/** What is no address is refused in a sentence, by whoever opens it. @param {string} model */
function addressOr(model) {
  try {
    return downloadOf(model);
  } catch {
    return null;
  }
}
