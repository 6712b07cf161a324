// What lessons show: formulas, numbers, figures, the printed sheet, on a phone and with the real model.

import { strict as assert } from "node:assert";
import { counts, enter, fact, opened, shown } from "../lesson-steps.mjs";
import { contrastFaults, nameFaults, overflow } from "../look.mjs";
import { drawn, text } from "../steps.mjs";

/** @import { Journey } from "./index.mjs" */

/** @type {Journey[]} */
export const LESSON_CONTENTS = [
  {
    name: "lessons: names, contrast and width of every step on a phone",
    open: "#lessons",
    width: 390,
    height: 844,
    fake: true,
    async play({ page }) {
      await opened(page);
      await page.emulateMedia({ colorScheme: "dark" });
      const faults = async (/** @type {string} */ where) => {
        for (const check of [overflow, nameFaults, contrastFaults])
          assert.deepEqual(await page.evaluate(check), [], `${check.name} of ${where}`);
        const small = await page
          .locator("#lessons :is(a, button, summary):visible")
          .evaluateAll((all) => all.filter((one) => one.getBoundingClientRect().height < 24).map((one) => one.outerHTML.slice(0, 90)));
        assert.deepEqual(small, [], `targets of ${where}`);
      };
      await faults("the overview");
      const steps = await counts(page);
      for (const [lesson, count] of steps.entries()) {
        for (let step = 1; step <= count; step++) {
          await enter(page, `${lesson + 1}/${step}`);
          await faults(`${lesson + 1}/${step}`);
        }
      }
      await page.evaluate(() => (location.hash = "#lessons/sheet"));
      await page.waitForSelector(".sheet");
      await faults("the sheet");
    },
  },
  {
    name: "lessons: every formula is drawn whole, whatever fonts there are",
    open: "#lessons",
    fake: true,
    async play({ page }) {
      await opened(page);
      let roots = 0;
      for (const [lesson, count] of (await counts(page)).entries()) {
        for (let step = 1; step <= count; step++) {
          await enter(page, `${lesson + 1}/${step}`);
          const formulas = await page.locator(".formula").count();
          if (formulas === 0) continue;
          assert.equal(await page.locator(".formula math").count(), 0, "nothing is left to a font for mathematics");
          for (const root of await page.locator(".formula .root").all()) {
            const under = await root.locator("> .radicand").boundingBox();
            const sign = await root.boundingBox();
            assert.ok(
              under && sign && sign.height >= under.height - 1 && sign.x < under.x,
              `the root of ${lesson + 1}/${step} is as high as what is under it`,
            );
            const { over, hook } = await page.evaluate(inkOf, {
              png: (await root.screenshot()).toString("base64"),
              from: (under.x - sign.x) / sign.width,
            });
            assert.ok(
              over > 0.97,
              `the line of the root of ${lesson + 1}/${step} goes over ${Math.round(over * 100)} % of what is under it`,
            );
            assert.ok(
              hook > 0.75,
              `the sign of the root of ${lesson + 1}/${step} is ${Math.round(hook * 100)} % as high as what is under it`,
            );
            roots++;
          }
          for (const fraction of await page.locator(".formula .fraction").all()) {
            const [above, below] = [
              await fraction.locator("> :first-child").boundingBox(),
              await fraction.locator("> :last-child").boundingBox(),
            ];
            assert.ok(
              above && below && above.y + above.height <= below.y + 1 && Math.abs(above.width - below.width) <= 1,
              `a fraction of ${lesson + 1}/${step}`,
            );
          }
        }
      }
      assert.equal(roots, 3);
    },
  },
  {
    name: "lessons: a number is rounded to what it means",
    fake: true,
    async play({ page, address }) {
      const written = (/** @type {string} */ query) =>
        page.goto(`${address}${query}`).then(() =>
          page.evaluate(async (base) => {
            const { figures } = await import(`${base}web/figures/numbers.js`);
            return [
              [106.366],
              [106.366, { most: 2 }],
              [0.5263],
              [0.02514],
              [14.6146],
              [0],
              [12],
              [59136],
              [-0.0441],
              [99.9908, { most: 4 }],
              [0.5, { least: 3 }],
              [0.00004],
              [12345.6],
              [Infinity],
              [NaN],
            ].map(([value, how]) => figures(value, how));
          }, address),
        );
      assert.deepEqual(await written("?lang=en"), [
        "106",
        "110",
        "0.526",
        "0.0251",
        "14.6",
        "0",
        "12",
        "59,136",
        "−0.0441",
        "99.99",
        "0.500",
        "4.0e−5",
        "1.2e+4",
        "∞",
        "–",
      ]);
      assert.deepEqual(await written("?lang=es"), [
        "106",
        "110",
        "0,526",
        "0,0251",
        "14,6",
        "0",
        "12",
        "59\u00a0136",
        "−0,0441",
        "99,99",
        "0,500",
        "4,0e−5",
        "1,2e+4",
        "∞",
        "–",
      ]);
    },
  },
  {
    name: "lessons: the arrows call a negative prompt by its name, and the plane says how its axes are stretched",
    open: "#lessons/5/2",
    fake: true,
    async play({ page }) {
      await opened(page);
      await shown(page);
      await page.waitForFunction(() => document.querySelector(".noise-without figcaption")?.textContent === "without the prompt");
      await enter(page, "5/3");
      await page.click(".act");
      await shown(page);
      await page.locator(".noise-without").scrollIntoViewIfNeeded();
      await page.waitForFunction(() => document.querySelector(".noise-without figcaption")?.textContent === "with the negative prompt");
      await page.waitForFunction(() => document.querySelector("svg.arrows .name.without")?.textContent === "negative");
      assert.match(await page.locator("svg.arrows").textContent(), /along the prediction for the negative prompt/);
      await enter(page, "6/1");
      await page.click(".act");
      await shown(page);
      await page.locator(".chart").first().scrollIntoViewIfNeeded();
      await page.waitForFunction(() =>
        /Up and down is drawn [\d.,]+ times as large as left to right/.test(document.querySelector(".figures .summary")?.textContent ?? ""),
      );
    },
  },
  {
    name: "lessons: the sheet is printed with every question and nothing else",
    open: "?class=5#lessons/sheet",
    fake: true,
    async play({ page }) {
      await page.waitForSelector(".sheet");
      await page.emulateMedia({ media: "print" });
      assert.equal(await page.locator(".bar").isVisible(), false);
      assert.equal(await page.locator(".sheet .unprinted").isVisible(), false);
      assert.ok((await page.locator(".sheet li").count()) >= 15);
      assert.match(await text(page, ".sheet-who"), /Seed: 5/);
      const { height, view } = await page.evaluate(() => ({
        height: document.querySelector(".sheet").getBoundingClientRect().height,
        view: document.documentElement.scrollHeight,
      }));
      assert.ok(view >= height, `${height} pixels of questions on ${view} pixels of paper`);
    },
  },
  {
    name: "lessons: numbers are read as either language writes them",
    fake: true,
    async play({ page, address }) {
      const read = await page.evaluate(async (base) => {
        const { readNumber } = await import(`${base}web/lessons/player/question.js`);
        const each = (/** @type {string} */ language, /** @type {string[]} */ texts) => texts.map((text) => readNumber(text, language));
        return [
          each("en", ["59,136", "1,234,567", "0.5", "1,5", "0,994", " 12 ", "−0.04", "", "many"]),
          each("es", ["59.136", "59 136", "1.234,5", "0,5", "0.994", "1.5", "9856"]),
        ];
      }, address);
      assert.deepEqual(read, [
        [59136, 1234567, 0.5, 1.5, 0.994, 12, -0.04, null, null],
        [59136, 59136, 1234.5, 0.5, 0.994, 1.5, 9856],
      ]);
    },
  },
  {
    name: "lessons: one step of each with the real model, and its numbers",
    open: "#lessons/2/2",
    real: true,
    async play({ page }) {
      await opened(page);
      const within = (/** @type {number} */ value, /** @type {number} */ from, /** @type {number} */ to, /** @type {string} */ what) =>
        assert.ok(value >= from && value <= to, `${what}: ${value}, expected ${from} to ${to}`);
      await page.fill(".estimate input", "12");
      await page.keyboard.press("Enter");
      await shown(page);
      assert.equal(await fact(page, "ratio"), 12);
      await enter(page, "1/2");
      await page.click(".act");
      await page.fill(".estimate input", "0.5");
      await page.keyboard.press("Enter");
      await shown(page);
      const [signal, noise] = [await fact(page, "signal"), await fact(page, "noise")];
      within(signal ** 2 + noise ** 2, 0.999, 1.001, "the squares of both weights");
      await enter(page, "3/1");
      await shown(page);
      assert.equal(await fact(page, "calls"), 16);
      await enter(page, "4/2");
      await page.fill(".estimate input", "9856");
      await page.keyboard.press("Enter");
      await shown(page);
      assert.equal(await text(page, ".verdict"), "You expected 9,856. Measured: 9,856. Good guess!");
      await enter(page, "5/2");
      await page.fill(".estimate input", "0.9");
      await page.keyboard.press("Enter");
      await shown(page);
      within(await fact(page, "cosine"), 0.5, 1, "the cosine of both answers");
      await enter(page, "6/2");
      await page.click(".act");
      await shown(page);
      within(await fact(page, "dpmpp_2m"), 0, (await fact(page, "euler")) * 0.9, "the error of DPM++ 2M below Euler’s");
      await enter(page, "7/1");
      await page.fill(".estimate input", "9");
      await page.keyboard.press("Enter");
      await shown(page);
      assert.equal(await fact(page, "taken"), 9);
    },
  },
  {
    name: "lessons: every step shows its recording where no program can be loaded",
    real: true,
    open: null,
    expects: /wasm|Failed to load|ERR_FAILED/,
    async play({ page, address }) {
      await page.route(/\.wasm$/, (route) => route.abort());
      await page.goto(`${address}#lessons`);
      await page.waitForSelector(".message.error");
      for (const [lesson, count] of (await counts(page)).entries()) {
        for (let step = 1; step <= count; step++) {
          await enter(page, `${lesson + 1}/${step}`);
          if (await page.locator(".act:visible").count()) await page.click(".act");
          await shown(page);
          assert.equal(await page.locator(".recorded").isVisible(), true, `${lesson + 1}/${step} does not say that it is a recording`);
          assert.ok((await page.locator(".facts-list > div").count()) > 0);
        }
      }
    },
  },
];

/**
 * Of a picture of a root: over how much of what is under it the line goes, and how high its sign is. Runs in the page.
 * @param {{ png: string, from: number }} picture `from`: where the sign ends, as a part of the width
 */
async function inkOf({ png, from }) {
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const { width, height } = image;
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  const ink = (/** @type {number} */ x, /** @type {number} */ y) =>
    Math.abs((data[4 * (y * width + x)] ?? 0) - (data[4 * (width * (height - 1))] ?? 0)) > 60;
  const columns = Array.from({ length: width }, (_, x) => x);
  const right = columns.filter((x) => x > from * width + 1 && x < width - 2);
  const over = right.filter((x) => [0, 1, 2, 3].some((y) => ink(x, y))).length / right.length;
  const rows = Array.from({ length: height }, (_, y) => y).filter((y) => columns.some((x) => x < from * width - 1 && ink(x, y)));
  return { over, hook: rows.length === 0 ? 0 : ((rows.at(-1) ?? 0) - (rows[0] ?? 0) + 1) / height };
}
