// One seed for a whole class: it stands in the page's address, so that a teacher shares a link and everybody makes the same noise.

/** What the numbers in the teacher's notes were measured with. */
const USUAL = 7;
const LARGEST = 4294967295;

/** @returns {number} */
export function classSeed() {
  return readSeed(new URLSearchParams(location.search).get("class") ?? "") ?? USUAL;
}

/** A whole number that a seed can be, else null. @param {string} text */
export function readSeed(text) {
  const seed = Number(text);
  return /^\d+$/.test(text.trim()) && seed <= LARGEST ? seed : null;
}

/** @param {number} seed */
export function setClassSeed(seed) {
  history.replaceState(history.state, "", classLink(seed, location.hash));
}

/**
 * An address that opens the lessons with that seed; what else stands in the page's own (which model) stays.
 * @param {number} seed
 * @param {string} [hash]
 */
export function classLink(seed, hash = "#lessons") {
  const url = new URL(location.href);
  url.searchParams.set("class", String(seed));
  url.searchParams.delete("run");
  url.hash = hash;
  return url.href;
}
