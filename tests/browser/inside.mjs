// What a person does in the place where a run is looked into, and runs as files. Rows as in journeys.mjs.

import { strict as assert } from "node:assert";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { contrastFaults, nameFaults, overflow } from "./look.mjs";
import { openedInside, settledInside } from "./places.mjs";
import { drawn, text } from "./steps.mjs";

/** A run that the command `decant` wrote (tests/golden/README.md says how). */
const RECORDED = fileURLToPath(new URL("../golden/trace-digits.safetensors", import.meta.url));

/** @type {import("./journeys.mjs").Journey[]} */
export const INSIDE = [
  {
    name: "a run is written as a file and read back, to the last number",
    fake: true,
    async play({ page, address }) {
      const got = await page.evaluate(async (base) => {
        const [{ Decant }, { readTrace, writeTrace, isTrace }] = await Promise.all([
          import(`${base}decant.js`),
          import(`${base}web/trace/format.js`),
        ]);
        const decant = await Decant.load({ model: `${base}models/digits`, device: "cpu" });
        const { trace } = await decant.generate({ prompt: "a blue seven", negative: "dull", steps: 3, seed: 5, attention: true });
        decant.close();
        const file = await writeTrace(trace);
        const read = await readTrace(file);
        const plain = (value) =>
          JSON.stringify(value, (_, part) => {
            if (part instanceof ImageData) return [part.width, part.height, ...part.data];
            if (ArrayBuffer.isView(part)) return Array.from(part);
            // In one order, whoever wrote it.
            return part?.constructor === Object ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part;
          });
        const again = await (await writeTrace(read)).bytes();
        const differing = Object.keys(trace).filter((name) => plain(trace[name] ?? null) !== plain(read[name]));
        const parts = trace.steps.flatMap((step, i) =>
          Object.keys(step).filter((name) => plain(step[name]) !== plain(read.steps[i][name])),
        );
        return {
          recognised: await isTrace(file),
          other: await isTrace(new Blob(["PK\x03\x04 and so on, and so on"])),
          differing,
          parts,
          steps: read.steps.length,
          same: (await file.bytes()).every((byte, i) => byte === again[i]),
        };
      }, address);
      assert.deepEqual(got, { recognised: true, other: false, differing: [], parts: [], steps: 3, same: true });
    },
  },
  {
    name: "a run that the command wrote is read, and damaged files are refused in a sentence",
    async play({ page, address }) {
      const got = await page.evaluate(
        async ({ base, bytes }) => {
          const { readTrace } = await import(`${base}web/trace/format.js`);
          const file = Uint8Array.from(bytes);
          const { steps, settings, image } = await readTrace(new Blob([file]));
          const header = new TextDecoder().decode(file.slice(8, 8 + Number(new DataView(file.buffer).getBigUint64(0, true))));
          const rewritten = (/** @type {(text: string) => string} */ change) => {
            const text = new TextEncoder().encode(change(header));
            const length = new DataView(new ArrayBuffer(8));
            length.setBigUint64(0, BigInt(text.length), true);
            return new Blob([length, text, file.slice(8 + header.length)]);
          };
          const wrong = [
            new Blob([]),
            new Blob([file.slice(0, 2000)]),
            new Blob([file.slice(0, -40000)]),
            new Blob([new Uint8Array(64).fill(255)]),
            rewritten((text) => text.replace("decant trace", "something else")),
            rewritten((text) => text.replaceAll("latents_0", "lateness_")),
            rewritten((text) => text.replace("denoised_001", "denoised_xyz")),
            rewritten((text) => text.replace("[1,3,32,32]", "[1,3,16,64,1]")),
            rewritten((text) => text.replace("[1,4,8,8]", "[1,4,8,9]")),
          ];
          // What holds nothing could be as large as it likes; and what is told besides tensors must be what the page reads.
          wrong.push(
            rewritten((text) => text.replace("{", '{"attention_000":{"dtype":"F32","shape":[1,0,16384,16384],"data_offsets":[0,0]},')),
          );
          const told = {
            settings: { prompt: 7 },
            tokens: {},
            negative_tokens: 3,
            told: [{ channels: {} }],
            timings: [],
            memory: {},
            also: "a mask",
          };
          for (const [name, value] of [...Object.entries(told), ["settings", null]])
            wrong.push(
              rewritten((text) =>
                text.replace(
                  '"__metadata__":{',
                  (found) => `${found}${JSON.stringify(name)}:${JSON.stringify(value === null ? "{" : JSON.stringify(value))},`,
                ),
              ),
            );
          const said = await Promise.all(
            wrong.map((blob) =>
              readTrace(blob).then(
                () => "nothing",
                (error) => error.message,
              ),
            ),
          );
          // As of a run that starts from a picture: its first model call is the fourth.
          const later = await readTrace(rewritten((text) => text.replaceAll('_000"', '_003"').replaceAll('_001"', '_004"')));
          const begun = later.steps.map(({ index, total, timestep, sigma, latents }, at) => [
            index,
            total,
            timestep === steps[at].timestep,
            sigma === steps[at].sigma,
            latents.every((value, i) => value === steps[at].latents[i]),
          ]);
          return {
            said,
            settings,
            begun,
            size: [image.width, image.height],
            sigmas: steps.map(({ sigma }) => sigma > 0),
            spread: steps.map(({ channels }) => channels.denoised.length),
            noised: steps[0].input.length,
            next: steps[1].input.every((value, i) => value === steps[0].latents[i]),
          };
        },
        { base: address, bytes: [...(await readFile(RECORDED))] },
      );
      assert.deepEqual([got.size, got.sigmas, got.spread, got.noised, got.next], [[32, 32], [true, true], [4, 4], 256, true]);
      assert.deepEqual(got.begun, [
        [3, 5, true, true, true],
        [4, 5, true, true, true],
      ]);
      assert.deepEqual(
        [got.settings.prompt, got.settings.steps, got.settings.sampler, got.settings.guidance],
        ["a blue seven on a yellow background", 2, "ddim", 1],
      );
      for (const sentence of got.said) assert.match(sentence, /^The file is damaged or is no recorded run: .{12,}\.$/);
    },
  },
  {
    name: "a run that begins with a later step has columns for its own steps alone",
    fake: true,
    async play({ page, address }) {
      const got = await page.evaluate(async (base) => {
        const { stripFigure } = await import(`${base}web/figures/strip.js`);
        const image = new ImageData(8, 8);
        const steps = [2, 3, 4].map((index) => ({ index, total: 5, sigma: 1, timestep: 500, previewNoisy: image, previewDenoised: image }));
        const host = document.createElement("div");
        stripFigure(host)({ trace: { steps, settings: { steps: 5 }, image }, cursor: 1 });
        const columns = [...host.querySelectorAll(".frame")];
        return {
          done: columns.map(({ classList }) => classList.contains("done")),
          current: columns.findIndex(({ classList }) => classList.contains("current")),
          said: host.firstElementChild.getAttribute("aria-valuetext"),
        };
      }, address);
      assert.deepEqual(got, { done: [true, true, true], current: 1, said: "Step 4 of 5, sigma 1, timestep 500" });
    },
  },
  {
    name: "inside: one key makes a run, and keyboard, mouse and finger move every figure through it",
    open: "?steps=6#inside",
    fake: true,
    height: 1800, // all that follows the cursor is in sight
    async play({ page }) {
      await page.waitForSelector("#inside-begin:focus");
      await page.keyboard.press("Enter");
      await page.waitForSelector('.inside-timeline[data-at="end"]');
      await settledInside(page);
      /** What every part that follows the cursor shows. @type {Record<string, string>[]} */
      const seen = [];
      const look = async (at) => {
        await page.waitForSelector(`.inside-timeline[data-at="${at}"]`);
        await page.waitForTimeout(60);
        seen.push(await page.evaluate(shownInside));
      };
      await page.keyboard.press("Home");
      await look(0);
      await page.keyboard.press("ArrowRight");
      await look(1);
      const frames = await page.$$eval(".inside-strip .frame", (all) => all.map((one) => one.getBoundingClientRect().toJSON()));
      const column = (n) => ({ x: frames[n].x + frames[n].width / 2, y: frames[n].y + 20 });
      await page.mouse.move(column(2).x, column(2).y);
      await page.mouse.down();
      await look(2);
      await page.mouse.move(column(3).x, column(3).y, { steps: 3 });
      await look(3);
      await page.mouse.up();
      const touch = await page.context().newCDPSession(page);
      await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [column(4)] });
      await look(4);
      await touch.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: [{ ...column(5), y: column(5).y + 2 }] });
      await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
      await look(5);
      assert.ok(Object.keys(seen[0] ?? {}).length >= 8, Object.keys(seen[0] ?? {}).join());
      for (const name of Object.keys(seen[0] ?? {})) {
        const values = seen.map((one) => one[name]);
        assert.equal(new Set(values).size, values.length, `${name} does not change with each step: ${values.join(" | ").slice(0, 300)}`);
      }
    },
  },
  {
    name: "inside: a token shows where it is looked for, a place its tokens, by pointer and by keyboard",
    open: "?steps=3&prompt=a%20blue%20seven#inside",
    fake: true,
    async play({ page }) {
      await openedInside(page, "2");
      await page.waitForSelector(".heat-tokens li");
      const heat = () => page.evaluate(() => document.querySelector(".heat-field canvas").toDataURL());
      const words = () => text(page, "#inside-looking .summary");
      assert.equal(await page.getAttribute("#inside-looking .summary", "aria-live"), "off", "steps of a run are not spoken here");
      await page.hover(".heat-tokens li:nth-child(3) button");
      await page.waitForSelector('.heat-tokens li:nth-child(3) [aria-pressed="true"]');
      const blue = await heat();
      assert.equal(await page.getAttribute("#inside-looking .summary", "aria-live"), "polite");
      assert.match(await words(), /^“blue” gets 1\d % of all attention, most of it \(50 %\) at column 2, row 1\.$/);
      await page.focus(".heat-tokens li:nth-child(4) button");
      assert.notEqual(await heat(), blue, "another token looks elsewhere");
      const field = await page.locator(".heat-field").boundingBox();
      await page.mouse.move(field.x + field.width * 0.3, field.y + field.height * 0.3);
      // The stand-in's tokens take turns with the columns: half of the third column's attention is “seven”’s.
      assert.match(await words(), /^Column 3, row 3 looks at: (start 50 %, seven 50 %|seven 50 %, start 50 %)/);
      await page.mouse.move(2, 2);
      await page.focus(".heat-field");
      await page.keyboard.press("ArrowRight");
      assert.match(await words(), /^Column 5, row 5 looks at: .*blue 50 %/);
      await page.keyboard.press("ArrowDown");
      assert.match(await words(), /^Column 5, row 6 /);
      assert.equal(await page.getAttribute(".inside-timeline", "data-at"), "2", "the arrow keys are the figure's own here");
      await page.keyboard.press("Escape");
      assert.match(await words(), /^“seven”/);
    },
  },
  {
    name: "inside: while a run goes on, its maps have its own words, whatever stands in the form",
    open: "?steps=30&prompt=slow%20blue%20seven#inside",
    fake: true,
    async play({ page }) {
      await page.click("#inside-begin");
      await page.waitForSelector(".heat-tokens li");
      await page.evaluate(() => {
        const prompt = document.querySelector("#prompt");
        prompt.value = "something else entirely, and longer";
        prompt.dispatchEvent(new Event("input", { bubbles: true }));
      });
      await page.waitForFunction(() => document.querySelector("#prompt-tokens").textContent.startsWith("5 of"));
      const step = await page.getAttribute(".inside-timeline", "data-at");
      await page.waitForFunction((before) => document.querySelector(".inside-timeline").dataset.at !== before, step);
      assert.deepEqual(await page.locator(".heat-tokens li span:first-child").allTextContents(), [
        "start",
        "slow",
        "blue",
        "seven",
        "end and padding",
      ]);
    },
  },
  {
    name: "inside: x0 is drawn with what is chosen, and the caption says with what",
    real: true,
    open: "?steps=3#inside",
    async play({ page }) {
      await openedInside(page, "1");
      const caption = () => text(page, "#inside-picture .x0 figcaption");
      const picture = () => page.evaluate(() => document.querySelector("#inside-picture .x0 canvas").toDataURL());
      const told = await picture();
      assert.match(await caption(), /^x₀ predicted at step 2 · by the run’s decoder$/);
      for (const [by, words] of [
        ["projection", "by projection, in rough colours"],
        ["model", "by the full decoder"],
      ]) {
        await page.selectOption("#inside-by", by);
        await page.waitForFunction(
          (end) => document.querySelector("#inside-picture .x0 figcaption").textContent === `x₀ predicted at step 2 · ${end}`,
          words,
        );
        if (by === "projection") assert.notEqual(await picture(), told);
      }
      await page.selectOption("#inside-by", "told");
      await page.waitForFunction(() => /the run’s decoder$/.test(document.querySelector("#inside-picture .x0 figcaption").textContent));
      assert.equal(await picture(), told);
    },
  },
  {
    name: "inside: another word's vector, or another prompt mixed in, changes the picture; undone, it is the one before to the last pixel",
    open: "?steps=3&seed=2#inside",
    real: true,
    async play({ page }) {
      await openedInside(page);
      await page.locator("#inside-words").scrollIntoViewIfNeeded();
      await page.waitForSelector("#inside-words tbody tr:nth-child(3) button");
      const picture = () => page.evaluate(() => document.querySelector(".inside-strip .last canvas").toDataURL());
      const first = await picture();
      await page.click("#inside-words tbody tr:nth-child(3) button");
      assert.equal(await text(page, "#inside-words h4"), "Replace “blue” with");
      await page.waitForSelector(".near li:nth-child(5)");
      assert.ok(!(await page.locator(".near li").allInnerTexts()).some((one) => one.includes("</w>")));
      await page.fill(".swap-rows input[type=text]", "red");
      await page.click("#inside-use-swap");
      await page.waitForSelector(".before-after:not([hidden])");
      await page.waitForSelector("#inside-undo:enabled");
      assert.notEqual(await picture(), first, "blue is red");
      assert.equal(await page.evaluate(() => document.querySelector(".before-after canvas").toDataURL()), first);
      await page.waitForFunction(() => document.querySelector("#inside-edits").textContent.endsWith("blue → red"));
      assert.equal(await page.inputValue("#swaps li input"), "blue", "the studio has the edit, too");
      await page.click("#inside-undo");
      await page.waitForFunction(() => document.querySelector("#inside-edits").textContent === "");
      await page.waitForFunction((before) => document.querySelector(".inside-strip .last canvas").toDataURL() === before, first);
      await page.waitForSelector("#inside-run:enabled");
      await page.fill("#inside-mix", "a red one on a green background");
      await page.press("#inside-mix", "Enter");
      // Another prompt is mixed in.
      await page.waitForFunction((before) => document.querySelector(".inside-strip .last canvas").toDataURL() !== before, first);
      await page.waitForSelector("#inside-undo:enabled");
    },
  },
  {
    name: "inside: a vector from a file comes in a word's place, and the word is put back",
    open: "?steps=2&prompt=a%20blue%20seven#inside",
    fake: true,
    async play({ page }) {
      await openedInside(page);
      await page.locator("#inside-words").scrollIntoViewIfNeeded();
      await page.locator("#inside-words tbody button").nth(2).click();
      await page.setInputFiles(".swap-form input[type=file]", {
        name: "word-style.pt",
        mimeType: "application/octet-stream",
        buffer: Buffer.alloc(150),
      });
      await page.click(".near .chip:has-text('word-style')");
      assert.equal(await page.inputValue(".swap-rows input[type=text]"), "word-style");
      // Whoever changes a word stays where they are, from the first moment of the new run on.
      await page.evaluate(() => {
        const at = () => document.querySelector("#inside").scrollTop + scrollY;
        globalThis.least = at();
        addEventListener("scroll", () => (globalThis.least = Math.min(globalThis.least, at())), { capture: true });
      });
      const before = await page.evaluate(() => globalThis.least);
      assert.ok(before > 100, "the words lie below the first screen");
      await page.click("#inside-use-swap");
      await page.waitForSelector(".before-after:not([hidden])");
      await page.waitForFunction(() => document.querySelector("#inside-edits").textContent.endsWith("seven → word-style"));
      await page.waitForFunction(
        () => document.querySelector(".x0 figcaption").textContent === "The finished picture: a blue seven, with seven → word-style",
      );
      await page.waitForSelector("#inside-undo:enabled");
      await page.click("text=Restore the word");
      await page.waitForFunction(() => document.querySelector("#inside-edits").textContent === "");
      assert.equal(await page.locator("#swaps li").count(), 0);
      await page.waitForSelector("#inside-undo:enabled");
      assert.ok((await page.evaluate(() => globalThis.least)) > before / 2, "the page jumped to its top");
    },
  },
  {
    name: "inside: a run is kept, another stands beside it step by step, with the distance between them",
    open: "?steps=5#inside",
    fake: true,
    async play({ page }) {
      await openedInside(page);
      await page.click("#inside-keep");
      await page.evaluate(
        () => (
          (document.querySelector("#seed").value = "99"),
          document.querySelector("#seed").dispatchEvent(new Event("input", { bubbles: true }))
        ),
      );
      await page.click("#inside-run");
      await page.waitForFunction(() => document.querySelector("#inside-pair .run-name")?.textContent.endsWith("seed 99"));
      await page.waitForSelector('.inside-timeline[data-at="end"]');
      await page.locator("#inside-pair").scrollIntoViewIfNeeded();
      const shown = () =>
        page.evaluate(() =>
          [...document.querySelectorAll("#inside-pair .run")].map((run) =>
            [...run.querySelectorAll("canvas")].map((canvas) => canvas.toDataURL()),
          ),
        );
      await page.waitForFunction(() => /apart/.test(document.querySelector("#inside-apart").textContent));
      const [own, other] = await shown();
      assert.notDeepEqual(own, other);
      await page.focus(".inside-strip [role=slider]");
      await page.keyboard.press("Home");
      await page.waitForFunction(() =>
        [...document.querySelectorAll("#inside-pair .run-pictures figcaption")].every((caption) => caption.textContent.endsWith("step 1")),
      );
      assert.notDeepEqual((await shown())[1], other, "the kept run moves along");
      assert.match(await text(page, "#inside-apart"), /are [\d.]+ apart \(RMS; cosine 0\.5\)/);
      await page.click("text=Swap the two");
      await page.waitForFunction(() => document.querySelectorAll("#inside-pair .run-name")[1]?.textContent.endsWith("seed 99"));
      await page.click("text=Forget the kept run");
      await page.waitForSelector("#inside-pair .pair", { state: "hidden" });
    },
  },
  {
    name: "inside: several samplers are drawn from one noise, and can be stopped",
    open: "?steps=3#inside",
    fake: true,
    async play({ page }) {
      await openedInside(page);
      await page.locator("#inside-paths").scrollIntoViewIfNeeded();
      assert.deepEqual(
        await page.locator("#inside-paths input[name=inside-path-sampler]:checked").evaluateAll((all) => all.map(({ value }) => value)),
        ["ddim", "euler"],
      );
      await page.click("#inside-draw-paths");
      await page.waitForFunction(() => document.querySelector("#inside-paths-status").textContent === "3 runs drawn.");
      assert.deepEqual(await page.locator("#inside-paths .ends b").allTextContents(), ["DDIM, 1", "DDIM, 8", "Euler, 8"]);
      await page.waitForFunction(() => document.querySelectorAll("#inside-paths .chart .legend li").length === 3);
      await page.selectOption("#inside-paths select", "latents");
      await page.check("#inside-paths input[value='16']");
      await page.click("#inside-draw-paths");
      await page.waitForFunction(() => / 2 of 5/.test(document.querySelector("#inside-paths-status").textContent));
      await page.click("#inside-paths >> text=Cancel");
      await page.waitForFunction(() => /^Stopped; \d runs? drawn\.$/.test(document.querySelector("#inside-paths-status").textContent));
      await page.waitForSelector("#inside-run:enabled");
    },
  },
  {
    name: "inside: numbers and the whole run are saved, and a dropped run shows the very same pixels",
    open: "?steps=4#inside",
    fake: true,
    async play({ page }) {
      await openedInside(page, "2");
      await settledInside(page);
      await page.waitForTimeout(700);
      const live = await page.evaluate(canvasesInside);
      assert.ok(live.length >= 14, `${live.length} canvases`);
      const csv = (await saved(page, "#inside-csv"))
        .toString()
        .trim()
        .split("\r\n")
        .map((line) => line.split(","));
      assert.deepEqual([csv.length, csv[0].length, csv[3][0], csv[3][1]], [5, 44, "3", "491"]);
      assert.ok(
        csv.every((line) => line.length === csv[0].length && line.every((value) => value !== "")),
        csv.join("\n"),
      );
      const file = await saved(page, "#inside-save");
      await page.addInitScript(() => sessionStorage.clear()); // else the page brings the run back, once the gallery has it
      await page.reload();
      await page.waitForSelector("#inside-begin:enabled");
      await page.evaluate(
        (bytes) => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([new Uint8Array(bytes)], "run.safetensors"));
          for (const kind of ["dragover", "drop"])
            document.body.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
        },
        [...file],
      );
      await page.waitForSelector('.inside-timeline[data-at="end"]');
      await page.focus(".inside-strip [role=slider]");
      for (const key of ["Home", "ArrowRight", "ArrowRight"]) await page.keyboard.press(key);
      await page.waitForSelector('.inside-timeline[data-at="2"]');
      await settledInside(page);
      await page.waitForTimeout(700);
      const recorded = await page.evaluate(canvasesInside);
      assert.deepEqual(
        recorded.map(({ where }) => where),
        live.map(({ where }) => where),
      );
      for (const [i, { where, pixels }] of recorded.entries()) assert.equal(pixels, live[i].pixels, where);
    },
  },
  ...[1440, 1024, 390].map((width) => ({
    name: `inside: nothing is wider than the page at ${width} pixels, everything has a name and enough contrast`,
    open: "?steps=4#inside",
    fake: true,
    width,
    height: width < 500 ? 844 : 900,
    async play({ page }) {
      await openedInside(page, "1");
      await page.click("#inside-keep");
      await settledInside(page);
      for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
        await page.emulateMedia({ colorScheme });
        assert.deepEqual(await page.evaluate(overflow), []);
        assert.deepEqual(await page.evaluate(contrastFaults), []);
      }
      assert.deepEqual(
        (await page.evaluate(nameFaults)).filter((one) => !one.startsWith("<dialog")),
        [],
      );
      const small = await page.evaluate(
        (least) =>
          [...document.querySelectorAll("#inside button, #inside select, #inside summary, #inside label:has(input)")]
            .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < least)
            .map((one) => one.outerHTML.slice(0, 90)),
        width < 500 ? 42 : 24,
      );
      assert.deepEqual(small, []);
    },
  })),
];

/** What each part shows that follows the cursor: pixels of its canvases, or its words. */
function shownInside() {
  const pixels = (selector) => [...document.querySelectorAll(selector)].map((canvas) => canvas.toDataURL()).join();
  const words = (selector) => document.querySelector(selector)?.textContent ?? "";
  return {
    numbers: words(".moment"),
    x0: pixels("#inside-picture .x0 canvas"),
    noisy: pixels("#inside-picture .noisy canvas"),
    guidance: pixels("#inside-guidance canvas"),
    attention: pixels("#inside-looking .heat-field canvas"),
    channels: pixels("#inside-channels canvas"),
    schedule: words("#inside-schedule .figure-schedule + .summary"),
    mark: document.querySelector("#inside-schedule .mark-here").style.transform,
    strip: document.querySelector(".inside-strip [role=slider]").getAttribute("aria-valuetext"),
  };
}

/** Every canvas of the place that draws from the run alone. */
function canvasesInside() {
  return [...document.querySelectorAll("#inside canvas")]
    .filter((canvas) => canvas.checkVisibility() && !canvas.closest("#inside-words"))
    .map((canvas, i) => ({ where: `${canvas.closest("section")?.className} ${i}`, pixels: canvas.toDataURL() }));
}

/** The file that a button saves. @param {import("playwright-core").Page} page @param {string} button */
async function saved(page, button) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.click(button)]);
  return readFile(await download.path());
}
