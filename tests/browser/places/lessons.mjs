// The classroom, and every step of its lessons.

import { drawn } from "../steps.mjs";
import { opened } from "./reaching.mjs";

/** @import { Page, Screen } from "./reaching.mjs" */

/** @type {Screen[]} */
export const LESSON_SCREENS = [
  { name: "lessons", open: "?#lessons", reach: async (page) => void (await page.waitForSelector("#lessons .card")) },
  { name: "lessons-sheet", open: "?#lessons/sheet", reach: async (page) => void (await page.waitForSelector("#lessons .sheet")) },
];

/** Every step of every lesson, played. @param {Page} page @param {string} address @returns {Promise<Screen[]>} */
export async function lessonScreens(page, address) {
  const counts = await page.evaluate(async (base) => {
    const [{ lessonsIn }, { LESSONS }] = await Promise.all([
      import(`${base}web/lessons/index.js`),
      import(`${base}web/words/en/lessons/index.js`),
    ]);
    return lessonsIn(LESSONS).map(({ steps }) => steps.length);
  }, address);
  return counts.flatMap((count, lesson) =>
    Array.from({ length: count }, (_, step) => ({
      name: `lesson-${lesson + 1}-${step + 1}`,
      open: `?#lessons/${lesson + 1}/${step + 1}`,
      reach: playStep,
    })),
  );
}

/** Answers what is asked, does what is to be done, and waits for what comes of it. @param {Page} page */
async function playStep(page) {
  await opened(page);
  await page.waitForSelector("#lessons .lesson h3");
  await drawn(page);
  if (await page.locator("#lessons .choice").count()) await page.locator("#lessons .choice").first().click();
  if (await page.locator("#lessons .estimate input").count())
    await page
      .locator("#lessons .estimate input")
      .fill("10")
      .then(() => page.keyboard.press("Enter"));
  await drawn(page);
  if (await page.locator("#lessons .act").isVisible()) await page.locator("#lessons .act").click();
  await drawn(page);
  await page.waitForSelector("#lessons .working", { state: "hidden", timeout: 120_000 });
  await drawn(page);
}
