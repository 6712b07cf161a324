// What servers do to a download: none of the ranges, other parts than were asked for, changed files, no end, hubs with redirects.

import { strict as assert } from "node:assert";
import { clean, elsewhere, madeBytes, readSum, sumOf } from "../other-site.mjs";
import { again, typeAddress, follow, load, ready, text, openByAddress } from "../steps.mjs";
import { CHUNK, stored, until } from "../stored.mjs";

/** @import { Journey } from "./index.mjs" */

/** @type {Journey[]} */
export const SERVERS = [
  {
    name: "a server without ranges works, and it is said that it cannot resume",
    open: null,
    async play({ page, address }) {
      const file = madeBytes(20 << 20, 5);
      const server = await elsewhere({ "whole.safetensors": file }, { ranges: false });
      await clean(page, address);
      const sum = readSum(page);
      await follow(page, `${address}?model=${server.address}whole.safetensors`);
      await ready(page);
      assert.match(await text(page, ".message p"), /only as a whole: the download can be paused, but not resumed/);
      assert.equal(await sum, sumOf(file));
      assert.equal(server.asked().length, 1);
      assert.equal((await stored(page)).length, 3);
      const before = readSum(page);
      await page.goto(`${address}?model=${server.address}whole.safetensors`);
      await ready(page);
      assert.equal(await before, sumOf(file));
      await server.close();
    },
  },
  {
    name: "a file that changed on the server is downloaded anew, and that is said",
    open: null,
    async play({ page, address }) {
      const files = { "changed.safetensors": madeBytes(9 << 20, 6) };
      const server = await elsewhere(files);
      await clean(page, address);
      await follow(page, `${address}?model=${server.address}changed.safetensors`);
      await ready(page);
      files["changed.safetensors"] = madeBytes(9 << 20, 7);
      server.mood.etag = "2";
      const sum = readSum(page);
      await page.goto(`${address}?model=${server.address}changed.safetensors`);
      await ready(page);
      assert.match(await text(page, ".message p"), /changed\.safetensors has changed on the server since it was stored/);
      assert.equal(await sum, sumOf(files["changed.safetensors"]));
      await server.close();
    },
  },
  {
    name: "a hub's repository, its file's page and a redirect lead to the files",
    open: null,
    async play({ page, address }) {
      const files = {
        "cdn/model_index.json": Buffer.from("{}"),
        "cdn/unet/w.safetensors": madeBytes(3 << 20, 9),
        "cdn/one file.ckpt": madeBytes(1 << 20, 10),
      };
      const server = await elsewhere(files, { hub: "owner/name" });
      await clean(page, address);
      const cases = [
        { model: "owner/name", named: "name", bytes: (3 << 20) + (1 << 20) },
        { model: "owner/name/tree/main/unet", named: "unet", bytes: 3 << 20 },
        { model: "owner/name/blob/main/one%20file.ckpt", named: "one%20file.ckpt", bytes: 1 << 20 },
        { model: "owner/name/resolve/main/one%20file.ckpt?download=true", named: "one%20file.ckpt", bytes: 1 << 20 },
      ];
      for (const { model, bytes } of cases) {
        await follow(page, `${address}?model=${encodeURIComponent(server.address + model)}`);
        await ready(page);
        const about = await page.evaluate(
          async ([base, wanted]) => {
            const { Decant } = await import(`${base}decant.js`);
            const found = await Decant.inspect(wanted);
            const [choice] = await found.weigh({ width: 32, height: 32, guidance: 4 });
            found.close();
            return choice.readBytes;
          },
          [address, server.address + model],
        );
        assert.equal(about, bytes, model);
      }
      const written = await page.evaluate(async (base) => {
        const { modelSource } = await import(`${base}web/api/source.js`);
        const sources = await Promise.all(["hub.example/owner/name", "models/digits", "model.safetensors"].map(modelSource));
        return sources.map(({ url, keep }) => [url.replace(base, "./"), keep]);
      }, address);
      assert.deepEqual(written, [
        ["https://hub.example/owner/name", true],
        ["./models/digits", false],
        ["./model.safetensors", true],
      ]);
      await server.close();
    },
  },
  {
    name: "one chunk is read ahead, once chunks are read in order: none twice, none too many, what broke goes on, whoever stops is told",
    open: null,
    expects: /Failed to load resource|ERR_|favicon/,
    async play({ page, address }) {
      const file = madeBytes(5 * CHUNK + 77, 18);
      const server = await elsewhere({ "far.safetensors": file, "other.safetensors": file });
      await clean(page, address);
      await page.evaluate(
        async ([base, from]) => {
          const [{ RemoteFile }, { Keeper }, { Line }] = await Promise.all(
            ["remote", "keeper", "line"].map((name) => import(`${base}web/worker/${name}.js`)),
          );
          const heard = { bytes: 0, interrupted: 0, stop: false };
          const arrived = async (_, __, bytes) => {
            heard.bytes += bytes;
            if (heard.stop) throw { code: "cancelled", message: "It was cancelled." };
          };
          const interrupted = async () => void heard.interrupted++;
          const watch = { arrived, interrupted, note() {} };
          const open = () => {
            const [line, keeper] = [new Line(watch), new Keeper(null, watch)];
            return (name) => new RemoteFile(line, keeper, from + name, name);
          };
          Object.assign(globalThis, { heard, open, files: new Map() });
        },
        [address, server.address],
      );
      /** A few bytes of a chunk, their first one, and how many have been heard of in all. */
      const read = (name, index, fresh = false) =>
        page.evaluate(
          async ([name, at, fresh]) => {
            const { files, heard } = globalThis;
            if (fresh) globalThis.file = globalThis.open();
            if (fresh || !files.has(name)) files.set(name, globalThis.file(name));
            const bytes = await files
              .get(name)
              .read(at, at + 5)
              .catch(({ code }) => code);
            return { first: typeof bytes === "string" ? bytes : bytes[0], heard: heard.bytes, interrupted: heard.interrupted };
          },
          [name, index * CHUNK, fresh],
        );
      const chunk = (index, name = "far") => `${name}.safetensors ${index * CHUNK}-${Math.min((index + 1) * CHUNK, file.length) - 1}`;
      const first = (index) => file[index * CHUNK];
      assert.equal((await read("far.safetensors", 0, true)).first, first(0));
      assert.equal((await read("far.safetensors", 2)).first, first(2));
      assert.deepEqual(server.asked(), [chunk(0), chunk(2)], "a jump is no order");
      assert.deepEqual(await read("far.safetensors", 3), { first: first(3), heard: 3 * CHUNK, interrupted: 0 });
      await until(() => server.log.requests.length === 2);
      assert.deepEqual(server.asked(), [chunk(3), chunk(4)], "the next one comes before it is asked for");
      await read("other.safetensors", 0);
      assert.deepEqual(await read("far.safetensors", 4), { first: first(4), heard: 5 * CHUNK, interrupted: 0 });
      await until(() => server.log.requests.length === 2);
      assert.equal((await read("far.safetensors", 5)).first, first(5));
      assert.equal((await read("far.safetensors", 5)).heard, 5 * CHUNK + 77);
      assert.deepEqual(server.asked(), [chunk(0, "other"), chunk(5)], "nothing beyond the end");

      // What is read ahead breaks off: nobody hears of it, and what came of it is not asked for again.
      server.mood.cutAfter = server.log.sent + 2.5 * CHUNK;
      await read("far.safetensors", 0, true);
      await read("far.safetensors", 1);
      await until(() => server.log.requests.length === 3 && server.log.sent + (1 << 16) > server.mood.cutAfter);
      server.mood.cutAfter = Infinity;
      assert.deepEqual(await read("far.safetensors", 2), { first: first(2), heard: 8 * CHUNK + 77, interrupted: 0 });
      const [, , cut, rest] = server.asked();
      assert.equal(cut, chunk(2));
      assert.ok(Number(/ (\d+)-/.exec(rest ?? "")?.[1]) > 2 * CHUNK, rest);

      // Whoever stops while it waits for what is read ahead is told, and later it is there.
      server.mood.pace = 5;
      await read("far.safetensors", 0, true);
      await read("far.safetensors", 1);
      await page.evaluate(() => (globalThis.heard.stop = true));
      assert.equal((await read("far.safetensors", 2)).first, "cancelled");
      await page.evaluate(() => (globalThis.heard.stop = false));
      server.mood.pace = 0;
      assert.equal((await read("far.safetensors", 2)).first, first(2));
      await server.close();
    },
  },
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
      await openByAddress(page, address, `${server.address}cached.gguf`);
      await ready(page);
      assert.equal(await sum, sumOf(file));
      server.mood.away = true;
      const kept = readSum(page, 2);
      await openByAddress(page, address, `${server.address}cached.gguf`);
      await ready(page);
      assert.equal(await kept, sumOf(file), "what is stored is right");
      await clean(page, address);
      server.mood.away = false;
      lies = Infinity;
      await page.goto(address);
      await ready(page);
      await typeAddress(page, `${server.address}cached.gguf`);
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
        await typeAddress(page, `${server.address}${path}`);
        await page.waitForSelector("#look-problem:visible");
        assert.match(await text(page, "#look-problem-text"), /^127\.0\.0\.1:\d+ does not send/);
        assert.match(await text(page, "#look-said"), sentence);
        await server.close();
      }
    },
  },
];
