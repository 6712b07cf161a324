// Every screen of the page, and how a person gets there: for those who look at all of them (access.mjs, screens.mjs). No row reads a text,
// so that the page may speak any language. What is new on the page gets a row here.

import { drawnFile } from "./more.mjs";
import { drawn } from "./steps.mjs";

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

const STEPS = "steps=8&prompt=a%20blue%20seven%20on%20a%20yellow%20background";

/** Presses what is in the bar; on a phone it is behind a button. @param {Page} page @param {string} selector */
async function fromBar(page, selector) {
  if (!(await page.isVisible(selector))) await page.click("#bar-more");
  await page.click(selector);
}

/** @type {Screen[]} */
export const STUDIO_SCREENS = [
  { name: "studio-first", open: "", usual: true, reach: (page) => opened(page).then(() => made(page)) },
  {
    name: "studio-words",
    open: "?steps=2&prompt=un%20gato%20en%20moto",
    usual: true,
    async reach(page) {
      await opened(page);
      await page.waitForSelector("#prompt-words.warning");
    },
  },
  {
    name: "studio-paused",
    open: `?${STEPS}`,
    async reach(page) {
      await opened(page);
      await page.click("#step");
      await page.waitForFunction(() => document.querySelector("#progress")?.getAttribute("aria-valuenow") === "1");
      for (const count of ["2", "3"]) {
        await page.click("#step");
        await page.waitForFunction((wanted) => document.querySelector("#progress")?.getAttribute("aria-valuenow") === wanted, count);
      }
    },
  },
  { name: "studio-finished", open: `?${STEPS}&run=1`, reach: made },
  {
    name: "studio-settings",
    open: `?${STEPS}&run=1`,
    async reach(page) {
      await made(page);
      await page.click("#go-on");
      await page.fill("#prompt", "a (blue:1.2) seven on a yellow background");
      await page.evaluate(() => {
        for (const details of document.querySelectorAll("#settings details")) details.setAttribute("open", "");
      });
      await page.check("#emphasis");
      await page.click("#swaps > button");
      await page.keyboard.type("seven");
      await page.keyboard.press("Tab");
      await page.keyboard.type("seven:0.5+eight:0.5");
      await page.fill("#width", "33");
      await page.waitForSelector("#piece-list .chip");
      await drawn(page);
    },
  },
  {
    name: "studio-taken",
    open: `?${STEPS}&run=1`,
    async reach(page) {
      await made(page);
      await page.setInputFiles("#image-file", await drawnFile(page, "a picture.png", { width: 64, height: 48, colour: "#2f6f8f" }));
      await page.waitForSelector("#easel-seen:visible");
      await drawn(page);
    },
  },
  {
    name: "studio-painting",
    open: `?${STEPS}`,
    async reach(page) {
      await opened(page);
      await page.setInputFiles("#image-file", await drawnFile(page, "a picture.png", { width: 64, height: 64, colour: "#2f6f8f" }));
      await page.click("#easel-paint");
      await page.focus("#easel .veil");
      for (const key of [" ", "ArrowRight", "ArrowRight", "ArrowDown", "ArrowDown", " "]) await page.keyboard.press(key);
      await drawn(page);
    },
  },
  {
    name: "studio-several",
    open: `?${STEPS}&count=4&run=1`,
    async reach(page) {
      await made(page);
      await page.waitForFunction(() => document.querySelectorAll("#series li").length === 4);
      await page.waitForFunction(() => document.querySelectorAll("#gallery-list li").length >= 4);
      await page.locator("#gallery-list").scrollIntoViewIfNeeded();
    },
  },
  {
    name: "studio-compare",
    open: `?${STEPS}&count=2&run=1`,
    async reach(page) {
      await made(page);
      await page.waitForFunction(() => document.querySelectorAll("#gallery-list li").length >= 2);
      await page.focus("#gallery-list .tile");
      for (const key of ["x", "ArrowRight", "x"]) await page.keyboard.press(key);
      await drawn(page);
      await page.click("#gallery-compare");
      await page.waitForSelector("dialog#compare[open]");
      await drawn(page);
    },
  },
  {
    name: "studio-sheet",
    open: `?${STEPS}`,
    async reach(page) {
      await page.waitForSelector("#generate:enabled");
      await page.evaluate(() => document.querySelector("#grid")?.setAttribute("open", ""));
      await page.fill("#grid-1", "1, 2");
      await page.fill("#grid-2", "1, 4, 8");
      await drawn(page);
      await page.click("#make-sheet");
      await page.waitForFunction(() => document.querySelectorAll("#sheet td canvas").length === 6);
      await drawn(page);
    },
  },
  {
    name: "studio-latents",
    open: `?${STEPS}&run=1`,
    async reach(page) {
      await made(page);
      await page.click("#show-latents");
      await page.waitForFunction(() => document.querySelectorAll("#latents .channels canvas").length === 4);
    },
  },
  {
    name: "studio-larger",
    open: `?${STEPS}&run=1`,
    async reach(page) {
      await made(page);
      await page.click("#larger");
    },
  },
  {
    name: "messages",
    open: "?steps=0&device=tpu&colour=red",
    async reach(page) {
      await opened(page);
      await page.waitForSelector(".message");
    },
  },
  {
    name: "opener",
    async reach(page) {
      await opened(page);
      await fromBar(page, "#open-model");
      await page.evaluate(() => document.querySelector("#public")?.setAttribute("open", ""));
      await page.waitForSelector("#catalog li");
      await drawn(page);
    },
  },
  {
    name: "opener-asks",
    open: "?model=https://models.example/owner/name",
    reach: async (page) => void (await page.waitForSelector("#agree:visible")),
  },
  {
    name: "opener-wrong",
    open: "?steps=2",
    async reach(page) {
      await opened(page);
      await fromBar(page, "#open-model");
      await page.fill("#address", "models/none");
      await page.keyboard.press("Enter");
      await page.waitForSelector("#look-problem:visible");
    },
  },
  {
    name: "found",
    async reach(page) {
      await opened(page);
      await fromBar(page, "#open-model");
      await page.fill("#address", "models/digits");
      await page.keyboard.press("Enter");
      await page.waitForSelector("#load:focus");
    },
  },
  {
    name: "machine",
    async reach(page) {
      await opened(page);
      await fromBar(page, "#show-machine");
      await page.waitForSelector("dialog#machine[open]");
      await drawn(page);
    },
  },
  {
    name: "keys",
    async reach(page) {
      await opened(page);
      await fromBar(page, "#show-keys");
    },
  },
  {
    name: "licences",
    async reach(page) {
      await opened(page);
      await fromBar(page, "#show-keys");
      await page.click("#show-licences");
      await page.waitForSelector("#licences :is(pre, .problem):not(:empty)");
    },
  },
];

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

/** @type {Screen[]} */
export const LESSON_SCREENS = [
  { name: "lessons", open: "?#lessons", reach: async (page) => void (await page.waitForSelector("#lessons .card")) },
  { name: "lessons-sheet", open: "?#lessons/sheet", reach: async (page) => void (await page.waitForSelector("#lessons .sheet")) },
];

/** Every step of every lesson, played. @param {Page} page @param {string} address @returns {Promise<Screen[]>} */
export async function lessonScreens(page, address) {
  const counts = await page.evaluate(
    async (base) => (await import(`${base}web/lessons/index.js`)).LESSONS.map(({ steps }) => steps.length),
    address,
  );
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

export const SCREENS = [...STUDIO_SCREENS, ...INSIDE_SCREENS, ...LESSON_SCREENS];
