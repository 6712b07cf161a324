// How any screen of the page is reached, and what rows of them are made of.

import { drawn } from "../steps.mjs";

/** @typedef {import("playwright-core").Page} Page */
/**
 * @typedef {{ name: string, open?: string, reach?: (page: Page) => Promise<void>, settle?: (page: Page) => Promise<void>, usual?: boolean }} Screen `usual`: for its pictures with the model that the page opens by itself; `open` is the rest of the address; `settle` is done again when the colours have changed
 */

/**
 * Goes to a screen, on a page that remembers nothing of before.
 * @param {import("playwright-core").Page} page @param {string} address @param {Screen} screen @param {{ language?: string, theme?: string }} [how]
 */
export async function enter(page, address, { open = "?", reach }, { language = "en", theme = "system" } = {}) {
  await page.goto(`${address}models/digits/model_index.json`);
  await page.evaluate((colours) => {
    localStorage.clear();
    localStorage.setItem("decant.theme", colours);
    return new Promise((done) =>
      Object.assign(indexedDB.deleteDatabase("decant-gallery"), { onsuccess: done, onerror: done, onblocked: done }),
    );
  }, theme);
  const [search = "", hash] = open.split("#");
  // An address that asks for nothing is a first visit, with its example, whatever its language.
  const asks =
    search === "" ? (language === "en" ? "" : `?lang=${language}`) : `${search.length > 1 ? search : "?device=auto"}&lang=${language}`;
  await page.goto(`${address}${asks}${hash ? `#${hash}` : ""}`);
  await reach?.(page);
  await page.evaluate(() => localStorage.clear());
}

/** The form is alive. */
export async function opened(page) {
  await page.waitForSelector("#generate:enabled", { state: "attached" });
}

/** All steps are done, and the picture is there. */
export async function made(page) {
  await page.waitForFunction(
    () =>
      document.querySelector("#status")?.textContent?.trim() &&
      document.querySelector("#pause")?.matches(":disabled") &&
      document.querySelector("#picture canvas:not([hidden])"),
  );
  await page.waitForSelector("#generate:enabled", { state: "attached" });
  await drawn(page);
}

/** Of a run that is worth looking at, in an address. */
export const STEPS = "steps=8&prompt=a%20blue%20seven%20on%20a%20yellow%20background";
