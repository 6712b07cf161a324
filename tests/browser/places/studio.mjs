// Every screen of the studio.

import { drawnFile } from "../files.mjs";
import { drawn } from "../steps.mjs";
import { STEPS, made, opened } from "./reaching.mjs";

/** @import { Page, Screen } from "./reaching.mjs" */

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
      await page.click("#losses > button");
      await page.keyboard.type("mean(abs(blue - 0.9))");
      await page.keyboard.press("Tab");
      await page.keyboard.type("20");
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

/** Presses what is in the bar; on a phone it is behind a button. @param {Page} page @param {string} selector */
async function fromBar(page, selector) {
  if (!(await page.isVisible(selector))) await page.click("#bar-more");
  await page.click(selector);
}
