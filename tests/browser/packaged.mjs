// What is made of the page besides a folder: one file that needs no server, and the package for npm.

import { strict as assert } from "node:assert";
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { serve } from "./serve.mjs";
import { enterPlace, finished, pixels, text } from "./steps.mjs";
import { asBytes, asText } from "../../tools/single/packing.js";

/** @import { Reach } from "./offline.mjs" */

const root = fileURLToPath(new URL("../../", import.meta.url));
const run = promisify(execFile);

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
        for (const place of ["inside", "lessons", "studio"]) await enterPlace(page, place);
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
