// Chromium for the tests: one browser, a fresh page for each test, and everything that a page complains about kept.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

/** Chromium on a recent lavapipe, where tests/rig/setup_vulkan.sh has made it. */
export const LAVAPIPE = fileURLToPath(new URL("../../.tools/vulkan/chromium-lvp", import.meta.url));

/** @typedef {{ program?: string, more?: string[], keeps?: boolean }} Choice which Chromium, and more arguments for it; by itself Debian's, whose GPU
 *   is SwiftShader; `keeps`: pages may install their service worker, whose requests no test can answer in a server's place */

/** On a busy machine a Chromium now and then starts and never answers; then another one is tried. @param {Choice} [choice] */
export function launch(choice = {}) {
  return start(choice).catch(() => start(choice));
}

/** @param {Choice} choice */
async function start({ program = process.env.CHROME || "/usr/bin/chromium", more = [], keeps = false }) {
  const profile = await mkdtemp(join(tmpdir(), "decant-browser-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: program,
    timeout: 60_000,
    headless: false,
    serviceWorkers: keeps ? "allow" : "block",
    // Playwright's own arguments switch WebGPU off; these are all that a test needs.
    ignoreDefaultArgs: true,
    args: [
      "--headless=new",
      "--no-sandbox",
      "--remote-debugging-pipe",
      "--enable-unsafe-webgpu",
      "--use-webgpu-adapter=swiftshader",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--hide-scrollbars",
      `--user-data-dir=${profile}`,
      ...more,
    ],
    viewport: null,
  });
  return {
    context,
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/**
 * A page that remembers its complaints: console errors, uncaught errors, requests that failed.
 * @param {import("playwright-core").BrowserContext} context
 * @param {{ width?: number, height?: number, scheme?: "light" | "dark", motion?: "reduce", first?: boolean, usual?: boolean }} [look]
 */
export async function newPage(
  context,
  { width = 1280, height = 900, scheme = "light", motion = "reduce", first = false, usual = false } = {},
) {
  const page = await context.newPage();
  // Whoever was here before is not shown an example; the journey of a first visit says otherwise.
  await page.addInitScript((isFirst) => {
    if (!isFirst) return localStorage.setItem("decant.visited", "1");
    if (!sessionStorage.getItem("test.begun")) localStorage.removeItem("decant.visited");
    sessionStorage.setItem("test.begun", "1");
  }, first);
  // Most journeys are made with the model that is quick and known to the digit, `usual` ones with that which the page opens by itself.
  if (!usual)
    await page.addInitScript(() => {
      new MutationObserver((_, observer) => {
        const usual = document.querySelector('meta[name="model"]');
        usual?.setAttribute("content", "models/digits");
        if (usual) observer.disconnect();
      }).observe(document, { childList: true, subtree: true });
    });
  const lost = await watchTab(page);
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: motion });
  page.setDefaultTimeout(60_000);
  const complaints = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => complaints.push(`uncaught: ${error.message}`));
  return { page, complaints, lost };
}

/**
 * Counts the documents that a tab opens, here and in its own sessionStorage, which a tab keeps over a reload. What it gives tells what became of
 * them: null where both agree, else a sentence, as when Chromium answers a reload with a tab that knows nothing of before.
 * @param {import("playwright-core").Page} page @returns {Promise<() => Promise<string | null>>}
 */
async function watchTab(page) {
  /** @type {Map<string, number>} */
  const opened = new Map();
  await page.addInitScript(() => {
    if (self === top && location.protocol.startsWith("http"))
      sessionStorage.setItem("test.documents", String(Number(sessionStorage.getItem("test.documents") ?? 0) + 1));
  });
  page.on("domcontentloaded", () => {
    const { origin } = new URL(page.url());
    opened.set(origin, (opened.get(origin) ?? 0) + 1);
  });
  return async () => {
    if (!page.url().startsWith("http")) return null;
    const wanted = opened.get(new URL(page.url()).origin) ?? 0;
    const tab = await page
      .evaluate(() => ({
        kept: Number(sessionStorage.getItem("test.documents") ?? 0),
        navigations: performance.getEntriesByType("navigation").length,
        older: performance.navigation?.type,
        activation: globalThis.navigation?.activation?.navigationType,
        state: JSON.stringify(history.state),
      }))
      .catch(() => null);
    if (!tab || (tab.kept >= wanted && tab.navigations > 0)) return null;
    return `the tab opened ${wanted} documents here, its sessionStorage knows of ${tab.kept}, its list of navigations has ${tab.navigations} (the older one says ${tab.older}, the Navigation API ${tab.activation}), its entry of history ${tab.state}`;
  };
}
