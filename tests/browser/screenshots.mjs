// Pictures of the page at its two widths in both colours, to be looked at by people.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { newPage } from "./browser.mjs";

const SIZES = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };
const MOMENTS = {
  finished: async () => {},
  step: async (page) => {
    for (let i = 0; i < 9; i++) await page.keyboard.press("ArrowLeft");
  },
};

/** All settings, with a picture to start from. */
const MORE = {
  more: async (page) => {
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
    await page.waitForSelector("#piece-list .chip");
  },
};

/** The sheet for opening a model: what is on offer, and what was found. */
const SHEET = {
  opener: async (page) => {
    await page.click("#open-model");
    await page.evaluate(() => document.querySelector("#public")?.setAttribute("open", ""));
    await page.waitForSelector("#catalog li");
  },
  found: async (page) => {
    await page.fill("#address", "models/digits");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#load:focus");
  },
};

/** @param {import("playwright-core").BrowserContext} context @param {string} address @param {string} folder */
export async function takeScreenshots(context, address, folder) {
  await mkdir(folder, { recursive: true });
  for (const [size, look] of Object.entries(SIZES)) {
    const { page } = await newPage(context, look);
    await page.goto(`${address}?run=1`);
    await page.waitForFunction(() => / steps in /.test(document.querySelector("#status")?.textContent ?? ""));
    for (const [moment, reach] of Object.entries({ ...MOMENTS, ...MORE, ...SHEET })) {
      await reach(page);
      for (const scheme of /** @type {const} */ (["light", "dark"])) {
        await page.emulateMedia({ colorScheme: scheme });
        await page.waitForTimeout(100);
        await page.screenshot({ path: join(folder, `${size}-${moment}-${scheme}.png`), fullPage: moment in MORE || (size === "phone" && moment in MOMENTS) });
      }
    }
    await page.close();
  }
  console.log(`screenshots: ${folder}`);
}
