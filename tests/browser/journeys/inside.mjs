// What a person does in the place where a run is looked into.

import { strict as assert } from "node:assert";
import { contrastFaults, nameFaults, overflow } from "../look.mjs";
import { openedInside, settledInside } from "../places/inside.mjs";
import { drawn, text } from "../steps.mjs";

/** @import { Journey } from "./index.mjs" */

/** @type {Journey[]} */
export const INSIDE = [
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
