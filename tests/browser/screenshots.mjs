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

/** @param {import("playwright-core").BrowserContext} context @param {string} address @param {string} folder */
export async function takeScreenshots(context, address, folder) {
  await mkdir(folder, { recursive: true });
  for (const [size, look] of Object.entries(SIZES)) {
    const { page } = await newPage(context, look);
    await page.goto(`${address}?run=1`);
    await page.waitForFunction(() => / steps in /.test(document.querySelector("#status")?.textContent ?? ""));
    for (const [moment, reach] of Object.entries(MOMENTS)) {
      await reach(page);
      for (const scheme of /** @type {const} */ (["light", "dark"])) {
        await page.emulateMedia({ colorScheme: scheme });
        await page.waitForTimeout(100);
        await page.screenshot({ path: join(folder, `${size}-${moment}-${scheme}.png`), fullPage: size === "phone" });
      }
    }
    await page.close();
  }
  console.log(`screenshots: ${folder}`);
}
