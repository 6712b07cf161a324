// What servers, files and machines do to the page at their worst: each ends in a sentence where it can be seen, nothing wrong is stored, and one
// button goes on. Played with the stand-in, which ends as its prompt says.

import { strict as assert } from "node:assert";
import { clean, elsewhere, madeBytes, readSum, sumOf } from "./elsewhere.mjs";
import { again, drawn, load, ready, text } from "./steps.mjs";

/** @import { Journey } from "./journeys.mjs" */

const CHUNK = 8 << 20;

/** @type {Journey[]} */
export const ATTACKED = [
  {
    name: "another part than was asked for is asked for again, and never stored",
    open: null,
    expects: /Failed to load resource|favicon/,
    async play({ page, address }) {
      const file = madeBytes(2 * CHUNK + 77, 11);
      let lies = 0;
      // A cache gives the first part for the second, once; then it goes on so until it is mended.
      const server = await elsewhere(
        { "cached.gguf": file },
        {
          lie: ({ start, end }) =>
            start > 0 && lies-- > 0
              ? { headers: { "content-range": `bytes 0-${end - start - 1}/${file.length}` }, body: file.subarray(0, end - start) }
              : null,
        },
      );
      lies = 1;
      await clean(page, address);
      const sum = readSum(page, 2);
      await type(page, address, `${server.address}cached.gguf`);
      await ready(page);
      assert.equal(await sum, sumOf(file));
      server.mood.away = true;
      const kept = readSum(page, 2);
      await type(page, address, `${server.address}cached.gguf`);
      await ready(page);
      assert.equal(await kept, sumOf(file), "what is stored is right");
      await clean(page, address);
      server.mood.away = false;
      lies = Infinity;
      await page.goto(address);
      await ready(page);
      await fill(page, `${server.address}cached.gguf`);
      await load(page);
      await page.waitForSelector("#interrupted:visible");
      assert.match(await text(page, "#interrupted"), /asked for the bytes \d+ to \d+, the server sent 0 to \d+/);
      lies = 0;
      const mended = page.waitForEvent("console", { predicate: (one) => one.text() === `read ${sumOf(file)}` });
      await page.click("#pause-opening");
      await ready(page);
      await mended;
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
      await fill(page, `${server.address}spoilt.gguf`);
      await load(page);
      await page.waitForSelector(".message.error");
      assert.match(await text(page, ".message.error p"), /what was kept of it is deleted, and opening the model again downloads it again/);
      // The same length and the same ETag: nothing but the bytes is another.
      files["spoilt.gguf"] = sound;
      const sum = readSum(page, 2);
      await type(page, address, `${server.address}spoilt.gguf`);
      await ready(page);
      assert.equal(await sum, sumOf(sound));
      await server.close();
    },
  },
  {
    name: "what a server sends without end or under a false name is refused in a sentence",
    open: null,
    expects: /Failed to load resource|favicon/,
    async play({ page, address }) {
      const file = madeBytes(CHUNK + 9, 13);
      /** @type {[string, object, RegExp][]} */
      const cases = [
        ["several/a.gguf", { headers: { "content-type": "multipart/byteranges; boundary=x" } }, /several in one \(multipart\/byteranges\)/],
        ["nonsense/a.gguf", { headers: { "content-range": "bytes 5-1/3" } }, /Content-Range “bytes 5-1\/3” says nothing/],
        ["endless/", { status: 200, endless: true }, /sends more than 16 MB of model_index\.json/],
      ];
      for (const [path, lie, sentence] of cases) {
        const server = await elsewhere({ [`${path}${path.endsWith("/") ? "model_index.json" : ""}`]: file }, { lie: () => lie });
        await clean(page, address);
        await page.goto(address);
        await ready(page);
        await fill(page, `${server.address}${path}`);
        await page.waitForSelector("#look-problem:visible");
        assert.match(await text(page, "#look-problem-text"), /^127\.0\.0\.1:\d+ does not send/);
        assert.match(await text(page, "#look-said"), sentence);
        await server.close();
      }
    },
  },
  ...[
    { how: "gone", sentence: /^The part of the page that computes has ended/ },
    { how: "out of memory", sentence: /^WebAssembly ran out of memory \(it has \d+ MB\)/ },
  ].map(({ how, sentence }) => ({
    name: `a worker that is ${how} is told in a sentence, and one button goes on`,
    open: `?prompt=${how.replaceAll(" ", "+")}`,
    fake: true,
    expects: /favicon|unreachable/,
    /** @param {{ page: import("playwright-core").Page }} where */
    async play({ page }) {
      await ready(page);
      await page.click("#generate");
      await page.waitForSelector(".message.error");
      assert.match(await text(page, ".message.error p"), sentence);
      // What is typed meanwhile is not at fault.
      await page.fill("#prompt", `${how} still`);
      await page.waitForTimeout(400);
      assert.equal(await text(page, "#prompt-problem"), "");
      await page.click(".message.error button:has-text('Open the model again')");
      await ready(page);
      await page.fill("#prompt", "a red four");
      await again(page, 20);
    },
  })),
  {
    name: "after a loss of the GPU the CPU goes on, by one button",
    open: "?prompt=lost&device=gpu",
    fake: true,
    async play({ page }) {
      await ready(page);
      await page.click("#generate");
      await page.waitForSelector(".message.error");
      await page.click(".message.error >> text=Use the CPU");
      await ready(page);
      assert.ok(await page.isChecked("#device [value=cpu]"));
      await page.fill("#prompt", "a red four");
      await again(page, 20);
    },
  },
  {
    name: "a prompt of megabytes is refused where it is typed, before anybody counts it",
    open: "?steps=2",
    fake: true,
    async play({ page }) {
      await ready(page);
      await page.evaluate(() => {
        const field = /** @type {HTMLTextAreaElement} */ (document.querySelector("#prompt"));
        field.value = "cat ".repeat(500_000);
        field.dispatchEvent(new Event("input", { bubbles: true }));
      });
      await drawn(page);
      assert.match(await text(page, "#prompt-problem"), /longer than 65536 bytes/);
      await page.fill("#prompt", "a red four");
      await again(page, 2);
    },
  },
  {
    name: "a dropped picture that nobody can hold is refused where it is seen, before it is decoded",
    open: "?steps=2",
    fake: true,
    async play({ page }) {
      await ready(page);
      await page.evaluate(() => {
        window.createImageBitmap = () => Promise.reject(new Error("it was decoded"));
        const header = [
          0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60, 1, 0, 0, 0, 0, 0,
          0, 0, 0,
        ];
        const jpeg = [0xff, 0xd8, 0xff, 0xe0, 0, 16, ...Array(14).fill(0), 0xff, 0xc2, 0, 11, 8, 0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0];
        const webp = [..."RIFF\0\0\0\0WEBPVP8X"]
          .map((letter) => letter.charCodeAt(0))
          .concat([10, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0xff, 0xff, 0, 0, 0]);
        Object.assign(window, { pictures: { "large.png": header, "large.jpg": jpeg, "large.webp": webp } });
      });
      for (const [name, sides] of [
        ["large.png", "60000 × 60000"],
        ["large.jpg", "65535 × 65535"],
        ["large.webp", "65536 × 65536"],
      ]) {
        await page.evaluate((called) => {
          const transfer = new DataTransfer();
          transfer.items.add(
            new File([Uint8Array.from(/** @type {any} */ (window).pictures[called])], called, { type: `image/${called.slice(6)}` }),
          );
          document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
        }, name);
        await page.waitForFunction(
          (wanted) => document.querySelector("#taken:not([hidden])")?.textContent?.includes(wanted),
          `“${name}” has ${sides} pixels`,
        );
        assert.ok((await text(page, "#image-problem")).includes(sides));
        assert.ok(await page.isVisible("#image-problem"), "the field is not folded away");
      }
    },
  },
  {
    name: "a gallery that has no room says that the browser's storage is full",
    open: "?steps=2",
    fake: true,
    async play({ page }) {
      await ready(page);
      await page.evaluate(() => {
        IDBObjectStore.prototype.add = () => {
          throw new DOMException("", "QuotaExceededError");
        };
      });
      await again(page, 2);
      await page.waitForFunction(() => /the browser’s storage for this page is full/.test(document.body.textContent ?? ""));
    },
  },
];

/** Opens the page, and a model by its address. */
async function type(page, address, model) {
  await page.goto(address);
  await ready(page);
  await fill(page, model);
  await load(page);
}

async function fill(page, model) {
  await page.click("#open-model");
  await page.fill("#address", model);
  await page.keyboard.press("Enter");
}
