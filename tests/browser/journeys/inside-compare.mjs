// Runs beside each other, where a run is looked into: other words' vectors, kept runs, several samplers, saved runs.

import { strict as assert } from "node:assert";
import { readFile } from "node:fs/promises";
import { openedInside, settledInside } from "../places/inside.mjs";
import { drawn, text } from "../steps.mjs";

/** @import { Journey } from "./index.mjs" */

/** @type {Journey[]} */
export const INSIDE_COMPARE = [
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
    open: "?steps=4&model=models/digits#inside",
    real: true,
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
      assert.deepEqual([csv.length, csv[0].length, csv[3][0]], [5, 44, "3"]);
      assert.ok(csv[0].includes("next_4_largest"), csv[0].join());
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
];

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
