// What is downloaded, kept, resumed, checked and deleted, played on the page with its stand-in, which reads every byte.

import { strict as assert } from "node:assert";
import { clean, elsewhere, madeBytes, readSum, sumOf } from "../other-site.mjs";
import { again, typeAddress, follow, load, ready, text, openByAddress } from "../steps.mjs";
import { CHUNK, bytesIn, damage, standsStill, stored } from "../stored.mjs";

/** @import { Journey } from "./index.mjs" */

/** @type {Journey[]} */
export const DOWNLOADS = [
  {
    name: "a download that breaks at 40 % and whose tab is closed goes on where it was",
    open: null,
    expects: /Failed to load resource|favicon/,
    async play({ page, address }) {
      const file = madeBytes(50 << 20, 1);
      const server = await elsewhere({ "big.safetensors": file }, { cutAfter: 0.4 * file.length });
      await clean(page, address);
      await follow(page, `${address}?model=${server.address}big.safetensors`);
      await page.waitForSelector("#interrupted:visible");
      assert.match(await text(page, "#interrupted"), /^The connection broke: .*What has come is kept\.$/);
      assert.equal(await text(page, "#pause-opening"), "Resume");
      server.asked();
      server.mood.cutAfter = Infinity;
      const other = await page.context().newPage();
      await page.close();
      const sum = readSum(other);
      await other.goto(`${address}?model=${server.address}big.safetensors`);
      await ready(other);
      const asked = server.asked();
      assert.equal(bytesIn(asked), file.length - 2 * CHUNK + 1, asked.join("\n")); // one byte to see whether the file is still the same
      assert.equal(await sum, sumOf(file));
      await again(other, 20);
      await other.close();
      await server.close();
    },
  },
  {
    name: "a connection that breaks is mended, or the person is asked, and nothing comes twice",
    open: null,
    expects: /Failed to load resource|favicon/,
    async play({ page, address }) {
      const file = madeBytes(20 << 20, 2);
      const server = await elsewhere({ "mended.safetensors": file }, { cutAfter: 12 << 20, pace: 1 });
      await clean(page, address);
      await follow(page, `${address}?model=${server.address}mended.safetensors`);
      await page.waitForSelector("#interrupted:visible");
      server.asked();
      server.mood.cutAfter = Infinity;
      const sum = readSum(page);
      await page.click("#pause-opening");
      await ready(page);
      assert.equal(await page.isVisible("#interrupted"), false);
      assert.equal(await sum, sumOf(file));
      // The second chunk goes on in its middle, and the first is not asked for again.
      const [first, ...rest] = server.asked();
      const [, from, to] = /(\d+)-(\d+)$/.exec(first ?? "") ?? [];
      assert.ok(Number(from) > CHUNK && Number(to) === 2 * CHUNK - 1, first);
      assert.deepEqual(rest, [`mended.safetensors ${2 * CHUNK}-${file.length - 1}`]);
      await server.close();
    },
  },
  {
    name: "of a stored model with a damaged part, only that part comes again",
    open: null,
    async play({ page, address }) {
      const file = madeBytes((20 << 20) + 5, 3);
      const server = await elsewhere({ "kept.gguf": file });
      await clean(page, address);
      const open = `${address}?model=${server.address}kept.gguf`;
      await follow(page, open);
      await ready(page);
      server.asked();
      await damage(page, 1);
      const sum = readSum(page);
      await page.goto(open);
      await ready(page);
      assert.deepEqual(server.asked(), ["kept.gguf 0-0", `kept.gguf ${CHUNK}-${2 * CHUNK - 1}`]);
      assert.match(await text(page, ".message p"), /^A stored part of kept\.gguf was damaged; that part is downloaded again\.$/);
      assert.equal(await sum, sumOf(file));
      await page.goto(open);
      await ready(page);
      assert.deepEqual(server.asked(), ["kept.gguf 0-0"]);
      await server.close();
    },
  },
  {
    name: "a stored file that turns out to be damaged is downloaded again by opening it again",
    open: null,
    expects: /Failed to load resource|favicon/,
    async play({ page, address }) {
      const sound = madeBytes(1 << 20, 12);
      const files = { "spoilt.gguf": Buffer.concat([Buffer.from("DAMAGED"), sound.subarray(7)]) };
      const server = await elsewhere(files);
      await clean(page, address);
      await page.goto(address);
      await ready(page);
      await typeAddress(page, `${server.address}spoilt.gguf`);
      await load(page);
      await page.waitForSelector(".message.error");
      assert.match(await text(page, ".message.error p"), /what was kept of it is deleted, and opening the model again downloads it again/);
      // The same length and the same ETag: nothing but the bytes is another.
      files["spoilt.gguf"] = sound;
      const sum = readSum(page, 2);
      await openByAddress(page, address, `${server.address}spoilt.gguf`);
      await ready(page);
      assert.equal(await sum, sumOf(sound));
      await server.close();
    },
  },
  {
    name: "a stored model opens without its server, and is deleted with a button",
    open: null,
    expects: /Failed to load resource|favicon/,
    async play({ page, address }) {
      const files = {
        "m/decant.json": Buffer.from('{"files":["model_index.json","unet/w.safetensors"]}'),
        "m/model_index.json": Buffer.from("{}"),
        "m/unet/w.safetensors": madeBytes(9 << 20, 4),
      };
      const server = await elsewhere(files);
      await clean(page, address);
      await follow(page, `${address}?model=${server.address}m`);
      await ready(page);
      await server.close();
      await page.goto(`${address}?model=${server.address}m`);
      await ready(page);
      await again(page, 20);
      await page.click("#open-model");
      const row = page.locator("#stored li");
      await row.waitFor();
      assert.match((await row.textContent()) ?? "", /^m9\.4 MB/);
      assert.match(await text(page, "#room"), /^[\d.]+ .B of [\d.]+ GB used\./);
      await page.click("#stored [aria-label='Delete m']");
      await row.waitFor({ state: "detached" });
      assert.deepEqual(await stored(page), []);
    },
  },
  {
    name: "a full storage is said, and the model loads all the same",
    open: null,
    async play({ page, address }) {
      const file = madeBytes(30 << 20, 8);
      const server = await elsewhere({ "full.safetensors": file });
      await clean(page, address);
      const session = await page.context().newCDPSession(page);
      const { origin } = new URL(address);
      const { usage } = await session.send("Storage.getUsageAndQuota", { origin });
      await session.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: usage + (12 << 20) });
      const sum = readSum(page);
      await follow(page, `${address}?model=${server.address}full.safetensors`);
      await ready(page);
      await session.send("Storage.overrideQuotaForOrigin", { origin });
      assert.match(await text(page, ".message p"), /^This browser’s storage is full: .* will be downloaded again next time\./);
      assert.equal(await sum, sumOf(file));
      assert.equal((await stored(page)).length, 1);
      await again(page, 20);
      await server.close();
    },
  },
  {
    name: "pause stops the download, resume goes on, cancel keeps what has come and the page usable",
    open: null,
    async play({ page, address }) {
      const file = madeBytes(24 << 20, 11);
      const server = await elsewhere({ "paced.safetensors": file }, { pace: 8 });
      await clean(page, address);
      await follow(page, `${address}?model=${server.address}paced.safetensors`);
      await page.waitForFunction(() => /downloading/.test(document.querySelector("#loaded-from")?.textContent ?? ""));
      await page.click("#pause-opening");
      await page.waitForFunction(() => document.querySelector("#opening")?.textContent === "Paused");
      const settled = await standsStill(() => server.log.sent);
      assert.ok(settled < file.length);
      await page.click("#pause-opening");
      await page.waitForFunction(() => / of 25\.2 MB · .*\/s/.test(document.querySelector("#loaded")?.textContent ?? ""));
      await page.click("#cancel-opening");
      await page.waitForSelector("text=was cancelled");
      assert.equal(await text(page, "#opening"), "No model is open.");
      server.mood.pace = 0;
      await page.click(".message >> text=Resume");
      await ready(page);
      await again(page, 20);
      await server.close();
    },
  },
  {
    name: "without a storage, over plain http, a model opens and that is said once",
    host: "elsewhere.test",
    open: null,
    async play({ page, address }) {
      const server = await elsewhere({ "unkept.safetensors": madeBytes(9 << 20, 12) });
      await follow(page, `${address}?model=${server.address}unkept.safetensors`);
      await ready(page);
      const said = await page.locator(".message p").allTextContents();
      assert.equal(said.filter((sentence) => /keeps no files for this page/.test(sentence)).length, 1);
      await server.close();
    },
  },
];
