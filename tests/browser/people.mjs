// Journeys as people made them, where each once met a fault: keys that did too much, files that were taken without a word, models that were lost,
// links that loaded by themselves, names that nobody but the program knows.

import { strict as assert } from "node:assert";
import { elsewhere, madeBytes } from "./elsewhere.mjs";
import { drawnFile, drop } from "./more.mjs";
import { again, done, drawn, finished, load, pixels, ready, status, text } from "./steps.mjs";

/** @import { Journey } from "./journeys.mjs" */

/** A file of a LoRA or a textual inversion, as the stand-in takes it by its name. */
const beside = (name) => ({ name, type: "", bytes: Array(200).fill(0) });
const focused = (page) => page.evaluate(() => document.activeElement?.id || document.activeElement?.className);

/** As soon as it can be: small models open fast. */
const cancelOpening = (page) =>
  page.waitForFunction(
    () => document.querySelector("#opening-buttons:not([hidden])") && (document.querySelector("#cancel-opening").click(), true),
  );

/** @type {Journey[]} */
export const PEOPLE = [
  {
    name: "inside: from the first step on, the maps have the prompt's words, and the module tells the tokens",
    open: "?steps=3&prompt=a%20blue%20seven#inside",
    async play({ page, address }) {
      await page.waitForSelector("#inside-begin:enabled");
      await page.check("#inside-attention", { force: true }).catch(() => {}); // where maps are small, they are told unasked
      await page.keyboard.press(".");
      await page.waitForSelector(".inside-timeline[data-at='0']");
      await page.waitForSelector(".heat-tokens li");
      assert.deepEqual(await page.locator(".heat-tokens li span:first-child").allTextContents(), [
        "start",
        "a",
        "blue",
        "seven",
        "end and padding",
      ]);
      await page.keyboard.press("Escape");
      const told = await page.evaluate(async (base) => {
        const { Decant } = await import(`${base}decant.js`);
        const decant = await Decant.load({ model: `${base}models/digits` });
        const told = [];
        const { trace } = await decant.generate({
          prompt: "a red four",
          negative: "blue",
          guidance: 3,
          steps: 2,
          onStep: (_, { tokens }) => void told.push(tokens),
        });
        decant.close();
        return {
          texts: told.map((tokens) =>
            [tokens.prompt, tokens.negative].map(({ pieces }) => pieces.map(({ text }) => text.replace("</w>", "")).join(" ")),
          ),
          same: told.every((tokens) => tokens === trace.tokens) || told.length,
        };
      }, address);
      assert.deepEqual(told.texts, [
        ["a red four", "blue"],
        ["a red four", "blue"],
      ]);
    },
  },
  {
    name: "Enter makes the picture, Shift+Enter a line, composed letters neither; after Generate a space pauses, and begins nothing",
    open: "?steps=40&prompt=slow",
    fake: true,
    async play({ page }) {
      await ready(page);
      assert.deepEqual(await page.locator("textarea").evaluateAll((all) => all.map((one) => one.enterKeyHint)), ["go", "go"]);
      await page.click("#generate");
      await page.waitForFunction(() => document.activeElement?.id === "pause");
      await page.keyboard.press(" ");
      await status(page, /^Paused after step/);
      assert.equal(await page.locator("#queue li").count(), 0, "a space queued another run");
      await page.keyboard.press(" ");
      await status(page, /^Step/);
      await page.click("#cancel");
      await status(page, /^Stopped/);
      assert.equal(await focused(page), "filmstrip");
      await page.keyboard.press(" ");
      await drawn(page);
      await status(page, /^Stopped/);

      await page.fill("#prompt", "a blue seven");
      await page.fill("#steps", "2");
      await page.focus("#prompt");
      await page.keyboard.press("End");
      await page.keyboard.press("Shift+Enter");
      await page.keyboard.type("on yellow");
      assert.equal(await page.inputValue("#prompt"), "a blue seven\non yellow");
      const compose = (more) =>
        page.evaluate(
          (own) =>
            document
              .querySelector("#prompt")
              .dispatchEvent(
                Object.defineProperties(
                  new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, isComposing: own.isComposing }),
                  { keyCode: { value: own.keyCode } },
                ),
              ),
          more,
        );
      assert.deepEqual(
        [await compose({ isComposing: true, keyCode: 13 }), await compose({ isComposing: false, keyCode: 229 })],
        [true, true],
        "a letter that is being composed keeps its Enter",
      );
      await drawn(page);
      await status(page, /^Stopped/);
      await page.keyboard.press("Enter");
      await finished(page, 2);
      assert.equal(await page.inputValue("#prompt"), "a blue seven\non yellow");
      assert.equal(await focused(page), "prompt", "whoever writes goes on writing");
      // A phone's keyboard that tells of no key, only of a line.
      await page.fill("#seed", "8");
      await page.evaluate(() =>
        document
          .querySelector("#prompt")
          .dispatchEvent(new InputEvent("beforeinput", { inputType: "insertLineBreak", bubbles: true, cancelable: true })),
      );
      await page.waitForFunction(() => /seed 8/.test(document.querySelector("#gallery-list .tile")?.getAttribute("aria-label") ?? ""));
    },
  },
  {
    name: "what is dropped or chosen is seen at once, with what can be done next, and is undone",
    open: "?steps=2&seed=5&run=1",
    fake: true,
    async play({ page }) {
      await finished(page, 2);
      const used = page.locator("#in-use li");
      const plain = await drawnFile(page, "cat.png", { width: 64, height: 32, colour: "#20a040" });
      const size = async () => [await page.inputValue("#width"), await page.inputValue("#height")];
      const before = await size();
      await drop(page, { name: plain.name, type: plain.mimeType, bytes: [...plain.buffer] });
      await page.waitForSelector("#easel-tools:has-text('The next picture will start from “cat.png”')");
      assert.ok(await page.isVisible("#easel canvas.under"));
      assert.deepEqual(await page.locator("#easel-seen button").allInnerTexts(), ["Start from this", "Paint a part", "Undo", "Close"]);
      assert.ok(await page.evaluate(() => document.querySelector("#easel-seen").getBoundingClientRect().bottom <= innerHeight));
      assert.match((await used.first().textContent()) ?? "", /^cat\.pngstarting picture/);
      assert.notDeepEqual(await size(), before);
      await page.click("#easel-undo");
      await page.waitForSelector("#easel", { state: "hidden" });
      assert.equal(await used.count(), 0);
      assert.deepEqual(await size(), before, "the size came back, too");
      await page.click("#redo");
      await used.first().waitFor();
      await page.click("#in-use >> text=Paint a part");
      await page.waitForSelector("#easel-painting:visible");
      assert.equal(await page.getAttribute("#paint-mask", "aria-pressed"), "true");
      await page.click("#in-use [aria-label=Remove]");
      await used.first().waitFor({ state: "detached" });

      await drop(page, beside("ink lora.safetensors"));
      await page.waitForSelector("#taken:has-text('“ink lora” is in use')");
      assert.equal(await page.inputValue("#in-use input"), "1");
      await page.fill("#in-use input", "0.5");
      await page.waitForFunction(() => document.querySelector("#beside-list input[type=number]").value === "0.5");
      await page.waitForSelector("#taken", { state: "hidden" }); // its “Undo” would now mean another change
      await again(page, 2);
      await page.focus("#filmstrip");
      for (const left of [1, 0]) {
        await page.keyboard.press("Control+z");
        await page.waitForFunction((count) => document.querySelectorAll("#in-use li").length === count, left);
      }
      await again(page, 2);
      await page.keyboard.press("Control+Shift+z");
      await used.first().waitFor();
      await again(page, 2); // it is loaded again

      await drop(page, beside("birb word.bin"));
      await page.click("#taken >> text=Insert “birb word”");
      assert.match(await page.inputValue("#prompt"), /background birb word$/);
      assert.equal(await focused(page), "prompt");
      await page.click("#show-latents");
      await page.click("#start-latents");
      await page.waitForSelector("#taken:has-text('latents')");
      assert.match((await used.first().textContent()) ?? "", /starting latents/);
      await page.click("#taken >> text=Start from this");
      await finished(page, 2);
      await drop(page, { name: "notes.png", type: "image/png", bytes: [1, 2, 3] });
      await page.waitForSelector("#taken.refused:has-text('could not be read')");
    },
  },
  {
    name: "several LoRAs dropped at once are all taken; one without a model is told what it lacks",
    open: "?steps=2",
    fake: true,
    expects: /404|favicon/,
    async play({ page, address }) {
      await ready(page);
      await page.evaluate(() => {
        const dataTransfer = new DataTransfer();
        for (const name of ["one lora.safetensors", "two lora.safetensors", "a word.bin"])
          dataTransfer.items.add(new File([new Uint8Array(200)], name));
        for (const kind of ["dragover", "drop"])
          document.body.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
      });
      await page.waitForFunction(() => document.querySelectorAll("#in-use li").length === 3);
      await page.goto(`${address}?model=models/missing`);
      await page.waitForSelector(".message.error");
      await drop(page, beside("ink lora.safetensors"));
      await page.waitForSelector("#taken:has-text('none is open')");
    },
  },
  {
    name: "while a mask is painted, Ctrl+Z takes the last stroke back and nothing else",
    open: "?steps=2",
    fake: true,
    async play({ page }) {
      await ready(page);
      await page.evaluate(() => (document.querySelector("#more").open = true));
      await page.check("#emphasis");
      await page.setInputFiles("#image-file", await drawnFile(page, "start.png", { width: 32, height: 32, colour: "#20a040" }));
      await page.click("#in-use >> text=Paint a part");
      await page.waitForSelector("#easel-painting:visible");
      await page.evaluate(() => document.querySelector("#prompt").focus({ preventScroll: true }));
      const box = await page.locator("#easel .veil").boundingBox();
      assert.ok(box);
      const shown = () => page.evaluate(() => document.querySelector("#start-thumb canvas").toDataURL());
      const bare = await shown();
      const stroke = async (part) => {
        await page.mouse.move(box.x + box.width * part, box.y + 5);
        await page.mouse.down();
        await page.mouse.move(box.x + box.width * part, box.y + box.height - 5, { steps: 3 });
        await page.mouse.up();
        await drawn(page);
      };
      await stroke(0.2);
      const once = await shown();
      await stroke(0.8);
      const twice = await shown();
      assert.notEqual(once, twice);
      for (const [key, wanted] of [
        ["Control+z", once],
        ["Control+z", bare],
        ["Control+y", once],
      ]) {
        await page.keyboard.press(key);
        await drawn(page);
        assert.equal(await shown(), wanted, key);
      }
      assert.ok(await page.isChecked("#emphasis"));
      assert.equal(await page.inputValue("#prompt"), "a blue seven on a yellow background");
    },
  },
  {
    name: "a model that is cancelled, or cannot be opened, leaves the one that works, small or large; a wrong address keeps what was typed",
    open: "?steps=2&seed=5&run=1",
    fake: true,
    expects: /404|Failed to load resource|favicon/,
    async play({ page }) {
      await finished(page, 2);
      const address = async (typed) => {
        await page.click("#open-model");
        await page.fill("#address", typed);
        await page.keyboard.press("Enter");
      };
      await address("models/missing");
      await page.waitForSelector("#look-problem:visible");
      assert.match(
        await text(page, "#look-problem-text"),
        /^There is no model at models\/missing, or only part of one\. Check the address/,
      );
      assert.equal(await page.inputValue("#address"), "models/missing");
      assert.equal(await focused(page), "address");
      await page.fill("#address", "http://");
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => /^“http:\/\/” is not an address/.test(document.querySelector("#look-problem-text").textContent));
      await page.fill("#address", "models/slow");
      await page.keyboard.press("Enter");
      await load(page);
      await cancelOpening(page);
      await page.waitForSelector(".message:has-text('digits is open again')");
      assert.equal(await text(page, "#model-name"), "digits");
      await page.fill("#seed", "6");
      await again(page, 2);
      // Tried again, it opens, and there is a way back.
      await page.click(".message >> text=Resume");
      await page.waitForSelector("#taken:has-text('slow is open')");
      await page.click("#taken >> text=Back to digits");
      await page.waitForSelector("#taken:has-text('digits is open')");
      await ready(page);
      // One that is too large to stay beside another is given back meanwhile, and read again.
      await page.click("#open-model");
      await page.setInputFiles("#file", { name: "large.safetensors", mimeType: "", buffer: madeBytes(1 << 20, 32) });
      await load(page);
      await ready(page);
      await address("models/slow");
      await load(page);
      await cancelOpening(page);
      await page.waitForSelector(".message:has-text('large.safetensors is open again')");
      await ready(page);
      assert.equal(await text(page, "#model-name"), "large.safetensors");
      await page.fill("#seed", "7");
      await again(page, 20);
    },
  },
  {
    name: "lessons go on where no model comes, and without a network it is said what is not kept",
    open: "?model=models/missing#lessons/1/1",
    fake: true,
    expects: /404|ERR_INTERNET|Failed to load|favicon/,
    async play({ page }) {
      await page.waitForSelector(".act:enabled, .facts-list > div");
      if (await page.locator(".act:visible").count()) await page.click(".act");
      await page.waitForSelector(".facts-list > div");
      await page.waitForSelector(".recorded", { state: "hidden" }); // it is made, and no recording
      await page.click(".message.error >> text=Open the page’s own model");
      await page.click(".places a[href='#studio']");
      await ready(page);
      await page.context().setOffline(true);
      try {
        await page.click("#open-model");
        await page.fill("#address", "elsewhere.test/owner/name");
        await page.keyboard.press("Enter");
        await page.waitForFunction(() =>
          /^This browser is offline, and “name” is not stored in it/.test(document.querySelector("#look-problem-text").textContent),
        );
        assert.equal(await page.inputValue("#address"), "elsewhere.test/owner/name");
      } finally {
        await page.context().setOffline(false);
      }
      await page.keyboard.press("Escape");
      await again(page, 20);
    },
  },
  {
    name: "a link to another site asks first, shows its size before the rest comes, and asks no second time",
    open: null,
    fake: true,
    expects: /Failed to load resource|favicon/,
    async play({ page, address }) {
      const server = await elsewhere({ "linked.safetensors": madeBytes(20 << 20, 31) });
      const host = new URL(server.address).host;
      const asked = [];
      page.on("request", (request) => request.url().startsWith(server.address) && asked.push(request.url()));
      await page.goto(`${address}models/digits/model_index.json`);
      await page.evaluate(async () =>
        (await navigator.storage.getDirectory()).removeEntry("decant-models", { recursive: true }).catch(() => {}),
      );
      const link = `${address}?model=${server.address}linked.safetensors&prompt=a%20red%20four&steps=3&run=1`;
      await page.goto(link);
      await page.waitForSelector("#ask:visible");
      assert.equal(await text(page, "#ask-host"), `This link asks for a model from ${host}.`);
      assert.equal(await text(page, "#ask-address"), `${server.address}linked.safetensors`);
      assert.equal(await page.inputValue("#prompt"), "a red four");
      await page.reload();
      await page.waitForSelector("#ask:visible");
      assert.deepEqual(asked, [], "nothing is asked of it before");
      // Declined, the page's own model comes, with the link's words, and nothing runs by itself.
      await page.click("#decline");
      await ready(page);
      assert.deepEqual(
        [await text(page, "#model-name"), await page.inputValue("#prompt"), await text(page, "#status")],
        ["digits", "a red four", ""],
      );
      assert.deepEqual(asked, []);
      const other = await page.context().newPage();
      await other.goto(link);
      await other.click("#agree");
      await other.waitForSelector("#load:visible");
      assert.match(await text(other, "#choices td"), /^21\.0 MB$/);
      assert.ok(server.log.sent < 20 << 20, "the rest waits");
      await load(other);
      await finished(other, 3);
      server.asked();
      await other.goto(link);
      await finished(other, 3);
      assert.ok(await other.isHidden("#opener"));
      // Deleted, it asks again.
      await other.click("#open-model");
      await other.click("#stored [aria-label='Delete linked.safetensors']");
      await other.waitForFunction(() => document.querySelectorAll("#stored li").length === 0);
      await other.goto(link);
      await other.waitForSelector("#ask:visible");
      await other.close();
      await server.close();
    },
  },
  {
    name: "a refused run leaves the picture; the size note follows; a reload and another tab bring what was made",
    open: "?steps=3&seed=5&run=1",
    fake: true,
    async play({ page, address }) {
      await finished(page, 3);
      const { sum } = await pixels(page);
      await page.fill("#prompt", "too much");
      await page.click("#generate");
      await page.waitForSelector(".message.error:has-text('9.1 GB')");
      await drawn(page);
      assert.equal((await pixels(page)).sum, sum);
      assert.deepEqual(
        [await text(page, "[data-of=step]"), await page.evaluate(() => document.querySelector("#picture").className)],
        ["3 done", "picture"],
      );
      const note = () => text(page, "#size-note");
      await page.waitForFunction(() => /32 × 32 picture takes/.test(document.querySelector("#size-note").textContent));
      const small = await note();
      await page.fill("#width", "512");
      await page.waitForFunction(() => /512 × 32 picture takes/.test(document.querySelector("#size-note").textContent));
      assert.notEqual(/about ([\d.]+ .B)/.exec(small)?.[1], /about ([\d.]+ .B)/.exec(await note())?.[1]);
      await page.fill("#height", "4096");
      await page.waitForSelector("#size-note.warning:has-text('2.0 GB that this machine has')");
      await page.fill("#width", "32");
      await page.fill("#height", "32");
      await page.fill("#prompt", "a green four");
      const kept = await page.locator("#gallery-list li").count();
      await again(page, 3);
      const green = (await pixels(page)).sum;
      await page.waitForFunction((before) => document.querySelectorAll("#gallery-list li").length === before + 1, kept);
      await page.reload();
      await ready(page);
      await page.waitForSelector("#gallery-list [aria-current=true]");
      await drawn(page);
      assert.equal((await pixels(page)).sum, green);
      assert.equal(await done(page), 3, "with its steps");
      const other = await page.context().newPage();
      await other.goto(`${address}?steps=2&seed=41`);
      await ready(other);
      const count = await other.locator("#gallery-list li").count();
      await again(other, 2);
      await page.waitForFunction((wanted) => document.querySelectorAll("#gallery-list li").length === wanted, count + 1);
      await other.focus("#gallery-list .tile");
      await other.keyboard.press("Delete");
      await page.waitForFunction((wanted) => document.querySelectorAll("#gallery-list li").length === wanted, count);
      await other.close();
    },
  },
  {
    name: "the first paint has no other model's words, and a language in the address asks for nothing",
    first: true,
    open: null,
    fake: true,
    async play({ page, address }) {
      await page.addInitScript(() => {
        globalThis.seen = new Set();
        const look = () => {
          const prompt = document.querySelector("#prompt");
          if (prompt) globalThis.seen.add(`${prompt.value}|${document.querySelector("#steps").value}`);
          requestAnimationFrame(look);
        };
        look();
      });
      await page.goto(`${address}?lang=es`);
      await page.waitForFunction(() => document.querySelector("#status")?.textContent?.includes("20 pasos"));
      assert.deepEqual(await page.evaluate(() => [...globalThis.seen]), ["|", "a blue seven on a yellow background|20"]);
      await page.goto(`${address}?prompt=a%20red%20four&steps=4`);
      await ready(page);
      assert.deepEqual(await page.evaluate(() => [...globalThis.seen].filter((one) => !one.startsWith("a red four") && one !== "|")), []);
    },
  },
  {
    name: "a picture of the gallery without steps says so, and shows no empty box",
    open: "?steps=2&seed=5",
    fake: true,
    async play({ page }) {
      await ready(page);
      await again(page, 2);
      await page.waitForSelector("#gallery-list [aria-current=true]");
      await page.evaluate(
        () =>
          new Promise((resolve, reject) => {
            const opening = indexedDB.open("decant-gallery");
            opening.onerror = reject;
            opening.onsuccess = () => {
              const transaction = opening.result.transaction(["traces"], "readwrite");
              transaction.objectStore("traces").clear();
              transaction.oncomplete = () => (opening.result.close(), resolve(undefined));
            };
          }),
      );
      await page.click("#gallery-list .tile");
      await page.waitForSelector("#strip-gone:visible");
      assert.ok(await page.isHidden("#filmstrip"));
      assert.ok(await page.isHidden("#specimen figure"));
      await again(page, 2);
      assert.ok(await page.isVisible("#filmstrip"));
      assert.ok(await page.isVisible("#specimen figure"));
    },
  },
  ...["en", "es"].map(
    (language) =>
      /** @type {Journey} */ ({
        name: `no message has a setting's internal name, whichever setting (${language})`,
        open: `?lang=${language}&steps=2`,
        fake: true,
        async play({ page, address }) {
          await ready(page);
          const faults = await page.evaluate(async (base) => {
            const [{ NAMES, labelOf, readSetting }, { sentenceOf }, { readAddressSettings }] = await Promise.all(
              ["settings", "sentences", "link"].map((name) => import(`${base}web/studio/${name}.js`)),
            );
            const { Decant } = await import(`${base}decant.js`);
            const catalog = await Decant.catalog();
            const info = /** @type {any} */ ({ catalog, factor: 16, defaults: {} });
            const internal = (name) =>
              new RegExp(`(?<![\\w-])(${name}|${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)})(?![\\w-])|--`);
            const faults = [];
            for (const name of NAMES) {
              const label = labelOf(name);
              const field = document.querySelector(`#settings [name="${name}"]`);
              const shown = field && (document.querySelector(`label[for="${name}"]`) ?? field.closest("label"))?.textContent?.trim();
              // In a sentence a label stands alone: “Start of guidance”, where the form has “Start at” below “Guidance”.
              const below = ["guidanceFrom", "guidanceUntil", "guidanceCurve", "startStep"].includes(name);
              if (shown && shown !== label && !below) faults.push(`${name}: “${label}” is not what its field is called: “${shown}”`);
              const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
              const said = [
                `${name}: there is no such thing; leave --${flag} out.`,
                `Settings: ${name} is "much", expected a number.`,
                ...(name !== flag ? [`Ask for less of ${name}, or leave ${flag.replaceAll("-", "_")} out.`] : []),
              ].map((message) => sentenceOf(Object.assign(new Error(message), { code: "request" }), "run").text);
              for (const problem of [readSetting(name, "?!", info)]) if ("problem" in problem) said.push(problem.problem);
              said.push(...readAddressSettings(new URLSearchParams({ [name]: "?!" }), /** @type {any} */ ({}), info).problems);
              for (const sentence of said) {
                // A name that is a label's word, too (“steps”, “seed”), is a word.
                const rest = sentence.replaceAll(label, "");
                if (internal(name).test(rest) && (name !== flag || /^[a-z]/.test(sentence) || rest.includes("--")))
                  faults.push(`${name}: ${sentence}`);
                if (/^(Settings: )?\w+: there is no such/.test(sentence)) faults.push(`${name}: ${sentence}`);
              }
            }
            return faults;
          }, address);
          assert.deepEqual(faults, []);
          await page.fill("#prompt", "refuse keepUnmasked");
          await page.click("#generate");
          await page.waitForSelector(".message.error");
          const wanted = language === "en" ? "“Keep the rest unchanged”" : "«Dejar el resto intacto»";
          assert.equal(await text(page, ".message.error p"), `${wanted}: there is no mask; give one, or leave ${wanted} (${wanted}) out.`);
        },
      }),
  ),
];
