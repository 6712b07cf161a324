// The page without a network, and from one version to the next. Each test has a server of its own, and a browser that lets pages install their
// service worker.

import { strict as assert } from "node:assert";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { kept, onSite, placesScript, version } from "./site.mjs";
import { again, enterPlace, finished, ready, text } from "./steps.mjs";

/**
 * @typedef {{ name: string, expects?: RegExp, play: (scene: { page: import("playwright-core").Page }) => Promise<string | void> }} Reach
 */

/** The built page with the stand-in for its module, on a server that can be changed and taken away. @type {Reach[]} */
export const OFFLINE = [
  {
    name: "after the first visit the page opens, makes pictures and has all its places without a network",
    expects: /status of 416/,
    async play({ page }) {
      await onSite(async ({ address, server }) => {
        await page.goto(address);
        await kept(page);
        const session = await page.context().newCDPSession(page);
        const { errors, data } = await session.send("Page.getAppManifest");
        assert.deepEqual(errors, []);
        for (const { src } of JSON.parse(data).icons) assert.ok(await page.evaluate((path) => fetch(path).then(({ ok }) => ok), src), src);
        assert.deepEqual((await session.send("Page.getInstallabilityErrors")).installabilityErrors, []);
        server.close();
        await page.context().setOffline(true);
        for (const place of ["inside", "lessons", "studio"]) await enterPlace(page, place); // of the first visit's page, too
        const parts = await page.evaluate(async () => {
          const ask = (range) =>
            fetch("models/digits/model_index.json", { headers: { range }, cache: "no-store" }).then(async (answer) => [
              answer.status,
              answer.headers.get("content-range"),
              await answer.text(),
            ]);
          const [, , all] = await ask("bytes=0-8388607");
          return {
            all,
            size: all.length,
            middle: await ask("bytes=2-5"),
            end: await ask(`bytes=${all.length - 3}-`),
            beyond: await ask(`bytes=${all.length}-`),
          };
        });
        const { all, size } = parts;
        assert.deepEqual(
          [parts.middle, parts.end, parts.beyond],
          [
            [206, `bytes 2-5/${size}`, all.slice(2, 6)],
            [206, `bytes ${size - 3}-${size - 1}/${size}`, all.slice(-3)],
            [416, `bytes */${size}`, ""],
          ],
        );
        await page.goto(`${address}?steps=3&run=1`);
        await finished(page, 3);
        for (const place of ["lessons", "inside", "studio"]) await enterPlace(page, place);
        await page.reload();
        await again(page, 3);
      }).finally(() => page.context().setOffline(false));
    },
  },
  {
    name: "a new version is used whole or not at all, and from a press of a button on",
    // The server is in the middle of a change, which the worker is told by the browser.
    expects: /digest|sw\.js/,
    async play({ page }) {
      await onSite(async ({ address, folder }) => {
        await page.goto(address);
        await kept(page);
        const script = await placesScript(folder);
        const [words, before] = [join(folder, script), await readFile(join(folder, script), "utf8")];
        await writeFile(words, renamed(before));
        await version(folder);
        await writeFile(words, before); // its new index.html and sw.js are there, one of its files is not yet
        await page.reload();
        await ready(page);
        await page.waitForFunction(async () => !(await navigator.serviceWorker.getRegistration())?.installing);
        assert.equal(await text(page, '.places a[href="#studio"]'), "Studio");
        await writeFile(words, renamed(before));
        await page.reload();
        await page.waitForSelector(".message:has-text('A new version')");
        assert.equal(await text(page, '.places a[href="#studio"]'), "Studio");
        const other = await page.context().newPage();
        await other.goto(address);
        await page.click(".message button:text('Reload')");
        await page.waitForSelector(".message:has-text('open in another tab')");
        assert.equal(await text(other, '.places a[href="#studio"]'), "Studio");
        await other.close();
        await page.reload();
        await page.click(".message button:text('Reload')");
        await page.waitForSelector('.places a[href="#studio"]:text("Atelier")');
        await ready(page);
        const left = await page.evaluate(
          async (name) => (await (await caches.open("decant")).keys()).filter(({ url }) => url.includes(name)).length,
          script,
        );
        assert.equal(left, 1, "the old version is cleared away");
      });
    },
  },
  {
    name: "where the page is being worked on, what was just built is served",
    async play({ page }) {
      await onSite(async ({ address, folder }) => {
        const here = address.replace("decant.localhost", "127.0.0.1");
        await page.goto(here);
        await kept(page);
        const words = join(folder, await placesScript(folder));
        await writeFile(words, renamed(await readFile(words, "utf8")));
        await version(folder);
        await page.reload();
        await page.waitForSelector('.places a[href="#studio"]:text("Atelier")');
        await ready(page);
      });
    },
  },
];

/** @param {string} words the page's, whose place of that name is called otherwise in the next version */
function renamed(words) {
  assert.match(words, /"place\.studio":"Studio"/);
  return words.replace('"place.studio":"Studio"', '"place.studio":"Atelier"');
}
