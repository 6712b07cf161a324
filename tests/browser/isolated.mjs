// Memory that a page shares among its workers: browsers lend it to one that is cross-origin isolated, which the service worker brings about on any
// plain server. Nothing that worked before may fail for it: played in Chromium, in Firefox where there is one, and where a browser does not know how.

import { strict as assert } from "node:assert";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { elsewhere, madeBytes } from "./other-site.mjs";
import { firefox } from "./firefox.mjs";
import { kept, onSite, placesScript, version } from "./site.mjs";
import { again, finished, follow, ready } from "./steps.mjs";

/** @import { Page } from "playwright-core" */

/** In a browser that lets pages install their service worker. @type {import("./offline.mjs").Reach[]} */
export const ISOLATED = [
  {
    name: "from the second opening on the page can share memory, and it is never opened anew for that",
    async play({ page }) {
      await onSite(async ({ address }) => {
        let openings = 0;
        page.on("framenavigated", () => openings++);
        await page.goto(`${address}?steps=30&run=1`);
        await kept(page);
        await finished(page, 30);
        assert.deepEqual([await isolation(page), openings], [{ page: false, worker: false, shares: false }, 1]);
        await page.fill("#prompt", "a blue seven");
        await page.reload();
        await ready(page);
        assert.deepEqual(await isolation(page), { page: true, worker: true, shares: true });
        assert.equal(await page.inputValue("#prompt"), "a blue seven", "what a tab remembers outlives the change");
        await again(page, 30);
        const [file] = await Promise.all([page.waitForEvent("download"), page.click("#download")]);
        assert.match(file.suggestedFilename(), /\.png$/);
        assert.ok((await readFile((await file.path()) ?? "")).length > 1000);
      });
    },
  },
  {
    name: "a model from another origin opens in an isolated page as before, and what that refuses is said as before",
    expects: /CORS|Failed to load resource|ERR_FAILED/,
    async play({ page }) {
      const bytes = madeBytes(9 << 20, 7);
      const server = await elsewhere({ "own.safetensors": bytes });
      await onSite(async ({ address }) => {
        await isolatedAt(page, address);
        await follow(page, `${address}?model=${server.address}own.safetensors`);
        await ready(page);
        assert.equal((await isolation(page)).page, true);
        await again(page, 20);
        assert.equal(server.asked().length > 0, true);
        await server.close();
        await page.goto(`${address}?model=${server.address}other.safetensors`);
        await page.click("#agree");
        await page.waitForFunction(() =>
          /the server is not there, or does not let this page read from it/.test(document.querySelector("#look-said")?.textContent ?? ""),
        );
      });
    },
  },
  {
    name: "a tab of the first visit and an isolated one work side by side",
    async play({ page }) {
      await onSite(async ({ address }) => {
        await page.goto(address);
        await kept(page);
        const second = await page.context().newPage();
        await second.goto(`${address}?model=models/digits`);
        await ready(second);
        assert.deepEqual([(await isolation(page)).page, (await isolation(second)).page], [false, true]);
        const both = [page, second];
        for (const one of both) await one.click("#generate");
        for (const one of both) {
          await one.bringToFront();
          await finished(one, 20);
        }
        await second.evaluate(() => localStorage.setItem("test.shared", "yes"));
        // A process hears of what another one wrote a moment later.
        await page.waitForFunction(() => localStorage.getItem("test.shared") === "yes");
        await second.close();
        await again(page, 20);
      });
    },
  },
  {
    name: "a page of before learns to share memory by an ordinary update, and an isolated one is updated as ever",
    async play({ page }) {
      await onSite(async ({ address, folder }) => {
        const today = await readFile(join(folder, "sw.js"));
        await rewrite(folder, "sw.js", /\w+\.has\(\w+\.destination\)/, (found) => `false&&${found}`);
        await page.goto(address);
        await kept(page);
        await page.reload();
        await ready(page);
        assert.equal((await isolation(page)).page, false, "a service worker of before does not isolate");
        await writeFile(join(folder, "sw.js"), today);
        for (const name of ["Atelier", "Workshop"]) {
          await rewrite(folder, await placesScript(folder), /(?<="place\.studio":)"(Studio|Atelier)"/, () => `"${name}"`);
          await version(folder);
          await page.reload();
          await page.click(".message button:text('Reload')");
          await page.waitForSelector(`.places a[href="#studio"]:text("${name}")`);
          await ready(page);
          assert.deepEqual(await isolation(page), { page: true, worker: true, shares: true });
          await again(page, 20);
        }
      });
    },
  },
  {
    name: "where a browser does not know the word credentialless, the page is as it was",
    async play({ page }) {
      await onSite(async ({ address, folder }) => {
        await rewrite(folder, "sw.js", /credentialless(?="\})/, () => "unheard-of");
        await page.goto(address);
        await kept(page);
        await page.reload();
        await ready(page);
        assert.deepEqual(await isolation(page), { page: false, worker: false, shares: false });
        await again(page, 20);
        await page.click("#show-machine");
        await page.waitForSelector("#machine-rows .verdict");
      });
    },
  },
];

/** In Firefox, which knows `credentialless`, and with it switched off, as in browsers without it. @type {import("./offline.mjs").Reach[]} */
export const IN_FIREFOX = [
  {
    knows: true,
    name: "Firefox: the page is isolated from the second opening on, without a reload of its own, and opens a model from another origin",
  },
  { knows: false, name: "Firefox without credentialless: the page is as it was" },
].map(({ knows, name }) => ({
  name,
  async play() {
    const server = await elsewhere({ "own.safetensors": madeBytes(1 << 20, 8) });
    const browser = await firefox({
      "browser.tabs.remote.coep.credentialless": knows,
      "dom.origin-trials.coep-credentialless.state": knows ? 1 : 2,
    });
    try {
      await onSite(async ({ address }) => {
        const open = `${address}?model=models/digits&steps=5`;
        const isReady = `document.querySelector("#generate")?.disabled === false`;
        const isDone = `/^5 steps in/.test(document.querySelector("#status")?.textContent)`;
        const press = `document.querySelector("#generate").click()`;
        const isIsolated = `return [crossOriginIsolated, typeof SharedArrayBuffer !== "undefined"]`;
        await browser.goto(open);
        await browser.until(isReady);
        await browser.until("navigator.serviceWorker.controller");
        assert.deepEqual(await browser.evaluate(isIsolated), [false, false]);
        await browser.evaluate(`${press}; window.first = true`);
        await browser.until(isDone);
        assert.equal(await browser.evaluate("return window.first"), true, "nobody reloaded it");
        await browser.goto(open);
        await browser.until(isReady);
        assert.deepEqual(await browser.evaluate(isIsolated), [knows, knows]);
        await browser.evaluate(press);
        await browser.until(isDone);
        await browser.goto(`${address}?model=${server.address}own.safetensors&steps=5`);
        for (const button of ["#agree", "#load"]) {
          await browser.until(`document.querySelector("${button}")?.checkVisibility()`);
          await browser.evaluate(`document.querySelector("${button}").click()`);
        }
        await browser.until(isReady);
        assert.deepEqual(await browser.evaluate(isIsolated), [knows, knows]);
        await browser.newTab();
        await browser.goto(open);
        await browser.until(isReady);
        await browser.evaluate(press);
        await browser.until(isDone);
      });
    } finally {
      await browser.close();
      await server.close();
    }
  },
}));

/** Opened for the second time. @param {Page} page @param {string} address */
export async function isolatedAt(page, address) {
  await page.goto(address);
  await kept(page);
  await page.goto(address);
  await ready(page);
}

/** Whether page and worker are isolated, and memory reaches the worker. @param {Page} page */
async function isolation(page) {
  const worker = page.workers().at(-1);
  const page_ = await page.evaluate(() => crossOriginIsolated);
  const shares = await page.evaluate(
    () =>
      typeof SharedArrayBuffer !== "undefined" &&
      new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer instanceof SharedArrayBuffer,
  );
  return { page: page_, worker: (await worker?.evaluate(() => crossOriginIsolated)) ?? null, shares };
}

/** Changes a file of a site. @param {string} folder @param {string} path @param {RegExp} what @param {(found: string) => string} to */
async function rewrite(folder, path, what, to) {
  const before = await readFile(join(folder, path), "utf8");
  assert.match(before, what);
  await writeFile(join(folder, path), before.replace(what, to));
}
