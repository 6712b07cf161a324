// The steps that journeys through lessons are made of.

import { strict as assert } from "node:assert";
import { text } from "./steps.mjs";

/** How many steps each lesson has, as the overview says. @param {import("playwright-core").Page} page @returns {Promise<number[]>} */
export const counts = (page) => page.locator(".card-bar").evaluateAll((bars) => bars.map((bar) => bar.children.length));

/** What came of the step that is shown. Its figures are there, its numbers are said, and nothing went wrong. */
export async function shown(page) {
  await page.waitForFunction(
    () =>
      document.querySelector(".working[hidden]") &&
      (document.querySelector(".figures > *") || document.querySelector(".acts .problem")?.textContent),
  );
  assert.equal(await text(page, ".acts .problem"), "");
}

/** @param {import("playwright-core").Page} page @param {string} where "3/2" */
export async function enter(page, where) {
  await page.evaluate((path) => (location.hash = `#lessons/${path}`), where);
  const [lesson, step] = where.split("/");
  await page.waitForFunction(
    ([number, at]) =>
      document.querySelector(".lesson-head h2")?.textContent?.startsWith(`${number} ·`) &&
      document.querySelector(".dot[aria-current]")?.textContent === at,
    [lesson, step],
  );
}

/** Says what is expected, has it measured, and waits for it. */
export async function playStep(page) {
  if (await page.locator(".estimate").count()) {
    await page.fill(".estimate input", "1,5");
    await page.click(".estimate button");
  } else if (await page.locator(".choice").count()) {
    await page.locator(".choice").first().click();
  } else if (await page.locator(".act:visible").count()) {
    await page.click(".act");
  }
  await shown(page);
  if (await page.locator(".question").count()) await page.waitForSelector(".verdict");
}

export const opened = (page) => page.waitForFunction(() => document.querySelector("#generate:enabled"));

export const fact = async (page, id) => Number((await text(page, `[data-fact="${id}"] dd`)).replace(/[^\d.−-]/g, "").replace("−", "-"));

/** All pages of a test's browser share what is kept: this one begins with nothing done. */
export async function afresh(page) {
  await page.evaluate(() => localStorage.removeItem("decant.lessons"));
  await page.reload();
  await opened(page);
}
