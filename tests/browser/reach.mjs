// How far the page reaches: without a network, from one version to the next, and from a file without any server.
// Each test has a server of its own, and those of the first list a browser that lets pages install their service worker.

import { strict as assert } from "node:assert";
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { contrastFaults, nameFaults } from "./look.mjs";
import { again, finished, pixels, ready, text } from "./steps.mjs";
import { serve } from "./serve.mjs";
import { asBytes, asText } from "../../tools/single/packing.js";
import { kept, onSite, placesScript, version } from "./site.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const run = promisify(execFile);

/**
 * @typedef {{ name: string, expects?: RegExp, play: (scene: { page: import("playwright-core").Page }) => Promise<string | void> }} Reach
 */

/** What this browser can do, and the self-test. @type {import("./journeys.mjs").Journey[]} */
export const PREFLIGHT = [
  {
    name: "what this browser and machine can do is said, and copied for a bug report",
    fake: true,
    async play({ page }) {
      await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
      await ready(page);
      await page.keyboard.press("?");
      await page.click("#show-machine-too");
      await page.waitForSelector("#machine-rows .verdict");
      const rows = await page.locator("#machine-rows li").allInnerTexts();
      for (const said of [
        /^Uses the GPU\n.*emulated/,
        /^Uses the CPU\nWebAssembly has vector/,
        /^Stores models and pictures\n.* of /,
        /^Works offline\nThis browser cannot install the page/,
      ]) {
        assert.ok(
          rows.some((row) => said.test(row)),
          `${said} is not in:\n${rows.join("\n")}`,
        );
      }
      assert.deepEqual(await page.evaluate(nameFaults), []);
      assert.deepEqual(await page.evaluate(contrastFaults), []);
      await page.click("text=Copy for a bug report");
      await page.waitForSelector("#test-copied:text('Copied.')");
      assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^Decant\n(.+: .+\n)+$/);
    },
  },
  {
    name: "the page's policy lets in nothing from elsewhere, and no script that is not its own",
    fake: true,
    expects: /Content Security Policy/,
    async play({ page }) {
      await ready(page);
      const refused = await page.evaluate(async () => {
        const found = [];
        document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => found.push(effectiveDirective));
        for (const [tag, part] of [
          ["img", { src: "//elsewhere.test/x.png" }],
          ["script", { src: "//elsewhere.test/x.js" }],
          ["script", { textContent: "0" }],
        ]) {
          document.body.append(Object.assign(document.createElement(tag), part));
        }
        await new Promise((done) => setTimeout(done, 300));
        return found.sort();
      });
      assert.deepEqual(refused, ["img-src", "script-src-elem", "script-src-elem"]);
    },
  },
  {
    name: "the self-test notices numbers that are wrong",
    fake: true,
    async play({ page }) {
      await selfTest(page);
      for (const verdict of await page.$$eval("#test-results li", (items) => items.map(({ dataset }) => dataset.verdict)))
        assert.equal(verdict, "no");
      assert.match(await text(page, "#test-results li"), /not the same as diffusers/);
    },
  },
];

/**
 * The self-test on the built page.
 * @param {import("playwright-core").Page} page
 * @param {string} address
 * @param {number} devices 1: without the GPU, which takes an emulator minutes
 */
export async function checkSelfTest(page, address, devices) {
  await page.goto(`${address}?device=cpu`);
  const [cpu, gpu] = await selfTest(page, devices);
  assert.match(
    cpu,
    /to the last bit/,
    `${cpu} The CPU's arithmetic changed: if that was meant, node tests/browser/make_cases.mjs writes the new sums.`,
  );
  if (devices > 1) assert.match(gpu, /^GPU \(.+\): same as diffusers/);
}

/** The built page with the stand-in for its module, on a server that can be changed and taken away. @type {Reach[]} */
export const KEPT = [
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
        for (const place of ["inside", "lessons", "studio"]) await enter(page, place); // of the first visit's page, too
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
        for (const place of ["lessons", "inside", "studio"]) await enter(page, place);
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

/** One file, opened as from a stick. @type {Reach[]} */
export const SINGLE = [
  {
    name: "bytes of any number and kind are the same after they were text that a page can hold",
    async play() {
      const every = Uint8Array.from({ length: 1 << 16 }, (_, i) => (i & 1 ? i >> 8 : i));
      for (const length of [0, 1, 2, 6, 7, 8, 9, 255, 256, every.length]) {
        const written = Buffer.from(asText(every.subarray(0, length))).toString("latin1");
        assert.doesNotMatch(written, /[\0\r<\x80-\xff]/);
        assert.deepEqual(await asBytes(written), every.subarray(0, length));
      }
    },
  },
  {
    name: "the single file makes a picture and has all its places, without a server",
    async play({ page }) {
      const folder = await mkdtemp(join(tmpdir(), "decant stick "));
      try {
        await cp(join(root, "dist/decant.html"), join(folder, "decant.html"));
        await page.goto(`${pathToFileURL(join(folder, "decant.html"))}?steps=2&seed=11&run=1`);
        await finished(page, 2);
        assert.ok((await pixels(page)).spread > 8);
        for (const place of ["inside", "lessons", "studio"]) await enter(page, place);
        await page.click("#open-model");
        await page.evaluate(() => document.querySelector("#public")?.setAttribute("open", ""));
        await page.waitForSelector("#catalog li");
        await page.fill("#address", "models/other");
        await page.keyboard.press("Enter");
        await page.waitForSelector("#look-problem-text:has-text('Choose it as a file')");
        await page.keyboard.press("Escape");
        await page.click("#copy-link");
        await page.waitForSelector(".message:has-text('Link copied'), .message:has-text('link is now')");
        await page.click("#show-machine");
        await page.waitForSelector("#machine-rows li:has-text('This is the single file')");
        await page.keyboard.press("Escape");
        await page.click("#show-keys");
        await page.click("#show-licences");
        await page.waitForSelector("#licences pre:not(:empty)");
        licensed(await text(page, "#licences pre"), [
          "wgpu",
          "candle-core",
          "tokenizers",
          "d3-scale",
          "@observablehq/plot",
          "fflate",
          "Fluent Emoji",
          "CLIP's vocabulary",
          "Rust's standard library",
        ]);
        const { length } = await readFile(join(folder, "decant.html"));
        assert.ok(length < 60e6);
        return `${(length / 1e6).toFixed(1)} MB`;
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  },
];

/** The module for pages of others: packed, installed from the file, typed, and used by the page that comes with it. @type {Reach[]} */
export const PACKAGE = [
  {
    name: "the npm package installs from its file, has types, and its example makes a picture",
    async play({ page }) {
      const folder = await mkdtemp(join(tmpdir(), "decant-npm-"));
      try {
        await run("node", [join(root, "tools/npm.mjs"), join(root, "dist"), join(folder, "package")]);
        const { stdout } = await run("npm", ["pack", "./package", "--silent"], { cwd: folder });
        await writeFile(join(folder, "package.json"), '{ "private": true, "type": "module" }');
        await run("npm", ["install", `./${stdout.trim()}`, "--offline", "--no-audit", "--no-fund", "--silent"], { cwd: folder });
        await writeFile(
          join(folder, "use.ts"),
          'import { Decant, type Trace } from "decant";\nexport const run = async (): Promise<Trace> => (await (await Decant.load({ model: "m" })).generate({ prompt: "" })).trace;\n// @ts-expect-error: a prompt is needed\nexport const wrong = async () => (await Decant.load({ model: "m" })).generate({});\n',
        );
        await run(
          join(root, "node_modules/.bin/tsc"),
          [
            "--noEmit",
            "--strict",
            "--module",
            "esnext",
            "--moduleResolution",
            "bundler",
            "--lib",
            "es2024,dom,dom.iterable,dom.asynciterable",
            "--types",
            "",
            "use.ts",
          ],
          { cwd: folder },
        );
        const licences = await readFile(join(folder, "node_modules/decant/licences.txt"), "utf8");
        licensed(licences, ["wgpu", "candle-core", "tokenizers", "CLIP's vocabulary"]);
        assert.ok(!/d3-|Fluent/.test(licences), "what is not in the package has no notice in it");
        await cp(join(folder, "node_modules/decant/example.html"), join(folder, "index.html"));
        const server = await serve({ folder });
        await page.goto(server.address);
        await page.waitForFunction(() => /^16 steps in /.test(document.querySelector("p").textContent));
        const colours = await page.evaluate(
          () => new Set(new Uint32Array(document.querySelector("canvas").getContext("2d").getImageData(0, 0, 32, 32).data.buffer)).size,
        );
        server.close();
        assert.ok(colours > 100, `${colours} colours`);
        return `${((await stat(join(folder, stdout.trim()))).size / 1e6).toFixed(1)} MB packed`;
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  },
];

/** Each of these is listed, and stands over the text of its licence. @param {string} notices @param {string[]} names */
function licensed(notices, names) {
  const parts = notices.split(/\n\n-{80}\n\n/);
  const list = parts.find((part) => part.startsWith("Works of others"));
  assert.ok(
    parts.some((part) => part.startsWith("MIT License")),
    "Decant's own licence is there",
  );
  for (const name of names) {
    assert.ok(list?.includes(`\n${name}`), `${name} is not listed`);
    const text = parts.find((part) => part !== list && part.split(":\n\n")[0]?.includes(name));
    assert.match(text ?? "", /Copyright|Apache License/, `${name} has no licence's text`);
  }
}

/** @param {import("playwright-core").Page} page @param {number} [devices] how many to wait for */
async function selfTest(page, devices = 2) {
  await ready(page);
  await page.click("#show-machine");
  await page.waitForSelector("#machine-rows .verdict");
  await page.click("#self-test");
  await page.waitForSelector(`#test-results li:nth-child(${devices})`);
  return page.locator("#test-results li").allTextContents();
}

/** @param {string} words the page's, whose place of that name is called otherwise in the next version */
function renamed(words) {
  assert.match(words, /"place\.studio":"Studio"/);
  return words.replace('"place.studio":"Studio"', '"place.studio":"Atelier"');
}

/** @param {import("playwright-core").Page} page @param {string} place */
async function enter(page, place) {
  await page.click(`.places a[href="#${place}"]`);
  await page.waitForSelector(`#${place}:visible > *`);
}
