// The place where a run is looked into, part by part.

import { drawn } from "../steps.mjs";
import { STEPS } from "./reaching.mjs";

/** @import { Page, Screen } from "./reaching.mjs" */

/** A run is open inside, with all that it tells, and at that step ("end" is the picture). @param {Page} page @param {string} [at] */
export async function openedInside(page, at = "end") {
  await page.waitForSelector("#inside-begin:enabled");
  await page.click("#inside-begin");
  await page.waitForSelector('.inside-timeline[data-at="end"]');
  await page.waitForSelector("#inside-run:enabled");
  if (at === "end") return drawn(page);
  await page.focus(".inside-strip [role=slider]");
  await page.keyboard.press("Home");
  for (let i = 0; i < Number(at); i++) await page.keyboard.press("ArrowRight");
  await page.waitForSelector(`.inside-timeline[data-at="${at}"]`);
}

/** Everything of the place is drawn, what is out of sight too. @param {Page} page */
export async function settledInside(page) {
  await page.waitForFunction(
    () => document.querySelectorAll("#inside .chart svg").length >= 2 && document.querySelector("#inside .figure-table tbody tr"),
  );
  await drawn(page);
}

/** @param {Page} page @param {string} part of the place inside */
const showPart = (page, part) => page.evaluate((id) => document.getElementById(id)?.scrollIntoView(), `inside-${part}`);

/** @param {Page} page */
async function atThirdStep(page) {
  await openedInside(page, "3");
  await settledInside(page);
}

/** @type {Screen[]} */
export const INSIDE_SCREENS = [
  { name: "inside-empty", open: "?#inside", reach: (page) => page.waitForSelector("#inside-begin:enabled").then(() => undefined) },
  { name: "inside-step", open: `?${STEPS}#inside`, reach: atThirdStep },
  ...["guidance", "looking"].map((part) => ({
    name: `inside-${part}`,
    open: `?${STEPS}#inside`,
    settle: (page) => showPart(page, part),
    reach: atThirdStep,
  })),
  {
    name: "inside-pulled",
    open: `?${STEPS}&losses=mean(abs(blue%20-%200.9)):20#inside`,
    settle: (page) => showPart(page, "pulled"),
    async reach(page) {
      await atThirdStep(page);
      await page.waitForSelector("#inside-pulled:not([hidden]) .chart svg");
    },
  },
  { name: "inside-numbers", open: `?${STEPS}#inside`, settle: (page) => showPart(page, "channels"), reach: atThirdStep },
  {
    name: "inside-words",
    open: `?${STEPS}#inside`,
    settle: (page) => showPart(page, "words"),
    async reach(page) {
      await openedInside(page);
      await settledInside(page);
      await page.locator("#inside-words .figure-table .quiet-button").nth(2).click();
      await page.waitForSelector(".near .chip");
      await page.locator(".near .chip").nth(1).click();
      await page.click("#inside-use-swap");
      await page.waitForSelector(".before-after:not([hidden])");
    },
  },
  {
    name: "inside-paths",
    open: `?${STEPS}#inside`,
    settle: (page) => page.evaluate(() => document.querySelector("#inside-paths .chart")?.scrollIntoView({ block: "end" })),
    async reach(page) {
      await openedInside(page);
      await page.click("#inside-draw-paths");
      await page.waitForSelector("#inside-paths .ends li:nth-child(3)");
      await page.waitForSelector("#inside-draw-paths:enabled");
      await page.waitForSelector("#inside-paths .chart svg");
    },
  },
  {
    name: "inside-pair",
    open: `?${STEPS}#inside`,
    settle: (page) => showPart(page, "pair"),
    async reach(page) {
      await openedInside(page);
      await page.click("#inside-keep");
      await page.click("#inside-run");
      await page.waitForSelector("#inside-pair .pair:not([hidden])");
      await page.locator("#inside-pair").scrollIntoViewIfNeeded();
      await page.waitForSelector("#inside-pair .chart svg");
    },
  },
];
