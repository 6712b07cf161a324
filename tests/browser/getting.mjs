// Getting a model in: what is downloaded, kept, resumed, checked and deleted, played on the page with its stand-in, which reads every byte.

import { strict as assert } from "node:assert";
import { clean, elsewhere, madeBytes, readSum, sumOf } from "./elsewhere.mjs";
import { contrastFaults, nameFaults, overflow } from "./look.mjs";
import { again, drawn, finished, follow, load, ready, status, text } from "./steps.mjs";

/** @import { Journey } from "./journeys.mjs" */

const CHUNK = 8 << 20;

/** @type {Journey[]} */
export const GETTING = [
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
  {
    name: "one file from this machine: looked at, its encodings weighed, one chosen and loaded",
    async play({ page }) {
      await ready(page);
      await page.click("#open-model");
      await page.setInputFiles("#file", { name: "mine.safetensors", mimeType: "application/octet-stream", buffer: madeBytes(2 << 20, 13) });
      await page.waitForSelector("#load");
      assert.equal(await text(page, "#found-name"), "mine.safetensors");
      assert.equal(await text(page, "#found-layout"), "single file: the stand-in takes anything");
      const rows = await page.locator("#choices tr").allTextContents();
      assert.equal(rows.length, 4);
      assert.match(rows[0] ?? "", /as stored \(f32\)suggested2\.1 MB[\d.]+ MByes$/);
      await page.fill("#found-width", "1024");
      await page.fill("#found-height", "1024");
      await page.press("#found-height", "Tab");
      await page.waitForFunction(() => document.querySelector("#choices")?.textContent?.includes("GBno"));
      assert.match(await text(page, "#choice-note"), /more than the 2\.0 GB/);
      await page.fill("#found-width", "33");
      await page.press("#found-width", "Tab");
      await page.waitForFunction(() => /multiple of 16/.test(document.querySelector("#found-problem")?.textContent ?? ""));
      await page.fill("#found-width", "32");
      await page.fill("#found-height", "32");
      await page.press("#found-height", "Tab");
      await page.waitForFunction(() => !document.querySelector("#choices")?.textContent?.includes("no"));
      await page.check("#choices [value=q4_0]");
      await load(page);
      await ready(page);
      assert.equal(await text(page, "#model-name"), "mine.safetensors");
      await page.waitForFunction(() => /q4_0/.test(document.querySelector("#size-note")?.textContent ?? ""));
      await again(page, 20);
    },
  },
  {
    name: "what did not stay in memory is read again during a run, and that is said, while words are typed",
    open: "?prompt=read%20again",
    async play({ page }) {
      await ready(page);
      await page.click("#open-model");
      await page.setInputFiles("#file", {
        name: "mine.safetensors",
        mimeType: "application/octet-stream",
        buffer: madeBytes(20 << 20, 19),
      });
      await page.waitForSelector("#load");
      await load(page);
      await ready(page);
      await page.click("#generate");
      await status(page, /^Reading again what did not stay in memory: [\d.]+ MB/);
      await page.fill("#prompt", "read again, but not this time");
      await finished(page, 20);
      await page.evaluate(async () => {
        const { Decant } = await import(new URL("decant.js", document.baseURI).href);
        const decant = await Decant.load({ model: new File([new Uint8Array(1 << 20)], "x.safetensors") });
        const told = [];
        await decant.generate({ prompt: "read again", steps: 1, onProgress: (progress) => void told.push(progress) });
        const stopped = await decant
          .generate({ prompt: "read again", steps: 1, onProgress: () => Promise.reject(new Error("enough")) })
          .catch(({ message }) => message);
        const without = await decant.generate({ prompt: "read again", steps: 1 });
        decant.close();
        if (!told.every(({ label, from }) => label === "Reading again what did not stay in memory" && from === "disk") || told.length === 0)
          throw new Error(JSON.stringify(told));
        if (stopped !== "enough" || without.trace.steps.length !== 1) throw new Error(`it ended with ${stopped}`);
      });
    },
  },
  {
    name: "one file whose tensors are several families': taken for another, and still that after a change of device",
    async play({ page, address }) {
      await ready(page);
      await page.click("#open-model");
      await page.setInputFiles("#file", { name: "mine.safetensors", mimeType: "application/octet-stream", buffer: madeBytes(1 << 20, 16) });
      await page.waitForSelector("#load");
      assert.equal(await text(page, "#found-family"), "Stable Diffusion 1.x");
      assert.equal(await page.inputValue("#taken-for"), "sd1");
      await page.selectOption("#taken-for", "sd-turbo");
      await page.waitForFunction(() => document.querySelector("#found-family")?.textContent === "SD-Turbo");
      await page.waitForSelector("#load:visible");
      assert.equal(await page.inputValue("#taken-for"), "sd-turbo");
      await load(page);
      await ready(page);
      await page.check("#device [value=gpu]");
      await ready(page);
      const server = await elsewhere({ "its.safetensors": madeBytes(1 << 20, 17) });
      for (const [family, says] of [
        ["sd-turbo", null],
        ["sd9", /There is no family “sd9”/],
      ]) {
        const link = `${address}?model=${server.address}its.safetensors&family=${family}`;
        await (says ? page.goto(link) : follow(page, link)); // once loaded, it asks no second time
        if (says) await page.waitForSelector(".message.error");
        else await ready(page);
        if (says) assert.match(await text(page, ".message.error p"), says);
      }
      await page.goto(`${address}?model=models/digits`);
      await ready(page);
      await page.click("#open-model");
      await page.fill("#address", "models/digits");
      await page.keyboard.press("Enter");
      await page.waitForSelector("#load:visible");
      assert.equal(await page.isVisible("#taken-for"), false, "a folder says itself what it is");
      await server.close();
    },
  },
  {
    name: "a folder chosen with a picker opens again another day",
    async play({ page, address }) {
      await ready(page);
      await page.evaluate(async () => {
        const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("my model", { create: true });
        const file = await (await folder.getFileHandle("w.safetensors", { create: true })).createWritable();
        await file.write(new Uint8Array(1 << 20));
        await file.close();
        Object.assign(globalThis, { showDirectoryPicker: async () => folder });
      });
      await page.click("#open-model");
      await page.click("#choose-folder");
      await load(page);
      await ready(page);
      await page.goto(address);
      await ready(page);
      await page.click("#open-model");
      await page.click("#recent [aria-label='Open my model']");
      await load(page);
      await ready(page);
      assert.equal(await text(page, "#model-name"), "my model");
      await page.click("#open-model");
      await page.click("#recent [aria-label='Forget my model']");
      await page.waitForFunction(() => document.querySelectorAll("#recent li").length === 0);
    },
  },
  {
    name: "a dropped file is looked at, and the model that is open stays until another is loaded",
    async play({ page }) {
      await ready(page);
      await page.evaluate(() => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(1 << 20)], "dropped.gguf"));
        document.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
      });
      await page.waitForSelector("#load:focus");
      assert.equal(await text(page, "#found-name"), "dropped.gguf");
      await page.keyboard.press("Escape");
      await page.waitForSelector("#opener", { state: "hidden" });
      assert.equal(await text(page, "#model-name"), "digits");
      await again(page, 20);
    },
  },
  {
    name: "more memory than there is ends a run with a sentence and a way out",
    open: "?prompt=too%20much",
    async play({ page }) {
      await ready(page);
      await page.click("#generate");
      await page.waitForSelector(".message.error");
      assert.match(await text(page, ".message.error p"), /takes 9\.1 GB/);
      await page.click("text=Choose a smaller format");
      await page.check("#choices [value=q8_0]");
      await load(page);
      await ready(page);
      await page.fill("#prompt", "a red four");
      await again(page, 20);
      assert.match(await text(page, "#memory"), /^Memory: 84\.0 MB predicted/);
    },
  },
  ...[1280, 390, 320].map((width) => ({
    name: `opening a model by keyboard at ${width} pixels: nothing too wide, everything named, enough contrast`,
    width,
    height: 844,
    async play({ page, address }) {
      const server = await elsewhere({ "keys.safetensors": madeBytes(9 << 20, 14), "slow.safetensors": madeBytes(9 << 20, 15) });
      await ready(page);
      // On a phone the bar's rest is behind one button.
      if (await page.isVisible("#bar-more")) {
        await page.focus("#bar-more");
        await page.keyboard.press("Enter");
        await page.waitForSelector("#open-model:visible");
      }
      await page.focus("#open-model");
      await page.keyboard.press("Enter");
      await page.waitForSelector("#catalog li, #public", { state: "attached" });
      await page.evaluate(() => document.querySelector("#public")?.setAttribute("open", ""));
      await looksRight(page);
      await page.fill("#address", `${server.address}keys.safetensors`);
      await page.keyboard.press("Enter");
      await page.waitForSelector("#load:focus");
      await looksRight(page);
      await page.keyboard.press("Enter");
      await page.waitForSelector("#opener", { state: "hidden" });
      await ready(page);
      assert.equal(await text(page, "#model-name"), "keys.safetensors");
      server.mood.pace = 20;
      await follow(page, `${address}?model=${server.address}slow.safetensors`);
      await page.waitForFunction(() => /downloading/.test(document.querySelector("#loaded-from")?.textContent ?? ""));
      await looksRight(page);
      await server.close();
    },
  })),
];

async function looksRight(page) {
  await drawn(page);
  for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await page.evaluate(overflow), []);
    assert.deepEqual(await page.evaluate(contrastFaults), []);
  }
  assert.deepEqual(await page.evaluate(nameFaults), []);
  const beyond = await page.evaluate(() => {
    const opener = document.querySelector("#opener");
    return opener ? opener.scrollWidth - opener.clientWidth : 0;
  });
  assert.equal(beyond, 0, "the sheet is wider than it shows");
}

/** The stored chunks' names. */
async function stored(page) {
  return page.evaluate(async () => {
    const found = [];
    const walk = async (folder) => {
      for await (const entry of folder.values()) {
        if (entry.kind === "directory") await walk(entry);
        else if (entry.name !== "about.json") found.push(entry.name);
      }
    };
    await walk(await (await navigator.storage.getDirectory()).getDirectoryHandle("decant-models"));
    return found;
  });
}

/** One byte of a stored chunk becomes another. */
async function damage(page, index) {
  const done = await page.evaluate(async (wanted) => {
    const walk = async (folder) => {
      for await (const entry of folder.values()) {
        if (entry.kind === "directory" && (await walk(entry))) return true;
        if (entry.kind !== "file" || !entry.name.startsWith(`${wanted}-`)) continue;
        const bytes = new Uint8Array(await (await entry.getFile()).arrayBuffer());
        bytes[1000] ^= 1;
        const writer = await entry.createWritable();
        await writer.write(bytes);
        await writer.close();
        return true;
      }
      return false;
    };
    return walk(await navigator.storage.getDirectory());
  }, index);
  assert.ok(done, `there is no stored chunk ${index}`);
}

function bytesIn(asked) {
  return asked.map((line) => /(\d+)-(\d+)$/.exec(line)).reduce((sum, [, from, to]) => sum + Number(to) - Number(from) + 1, 0);
}

/** Waits for something that is going to be. */
async function until(is) {
  for (let tries = 0; !is(); tries++) {
    assert.ok(tries < 600, `this never came to be: ${is}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** The number that a count has come to rest at. */
async function standsStill(count) {
  for (let before = -1; ;) {
    if (before === count()) return before;
    before = count();
    await new Promise((done) => setTimeout(done, 250));
  }
}
