// What learners and teachers do in the classroom. Rows as in journeys.mjs; `RECORDED` is played where no program can be loaded.

import { strict as assert } from "node:assert";
import { contrastFaults, nameFaults, overflow } from "./look.mjs";
import { drawn, text } from "./steps.mjs";

/** How many steps each lesson has, as the overview says. @param {import("playwright-core").Page} page @returns {Promise<number[]>} */
const counts = (page) => page.locator(".card-bar").evaluateAll((bars) => bars.map((bar) => bar.children.length));

/** What came of the step that is shown. Its figures are there, its numbers are said, and nothing went wrong. */
async function shown(page) {
  await page.waitForFunction(
    () =>
      document.querySelector(".working[hidden]") &&
      (document.querySelector(".figures > *") || document.querySelector(".acts .problem")?.textContent),
  );
  assert.equal(await text(page, ".acts .problem"), "");
}

/** @param {import("playwright-core").Page} page @param {string} where "3/2" */
async function enter(page, where) {
  await page.evaluate((path) => (location.hash = `#lessons/${path}`), where);
  const [lesson, step] = where.split("/");
  await page.waitForFunction(
    ([number, at]) =>
      document.querySelector(".lesson-head h2")?.textContent?.startsWith(`${number} ·`) &&
      document.querySelector(".dot[aria-current]")?.textContent === at,
    [lesson, step],
  );
}

/** Says what is expected, has it measured, and waits for it. */
async function playStep(page) {
  if (await page.locator(".estimate").count()) {
    await page.fill(".estimate input", "1,5");
    await page.click(".estimate button");
  } else if (await page.locator(".choice").count()) {
    await page.locator(".choice").first().click();
  } else if (await page.locator(".act:visible").count()) {
    await page.click(".act");
  }
  await shown(page);
  if (await page.locator(".question").count()) await page.waitForSelector(".verdict");
}

const opened = (page) => page.waitForFunction(() => document.querySelector("#generate:enabled"));
const fact = async (page, id) => Number((await text(page, `[data-fact="${id}"] dd`)).replace(/[^\d.−-]/g, "").replace("−", "-"));

/** All pages of a test's browser share what is kept: this one begins with nothing done. */
async function afresh(page) {
  await page.evaluate(() => localStorage.removeItem("decant.lessons"));
  await page.reload();
  await opened(page);
}

export const LESSONS = [
  {
    name: "lessons: every lesson is played to its end",
    open: "#lessons",
    fake: true,
    async play({ page }) {
      await afresh(page);
      const steps = await counts(page);
      assert.equal(steps.length, 7);
      await page.locator(".card").first().click();
      for (const [lesson, count] of steps.entries()) {
        for (let step = 1; step <= count; step++) {
          await page.waitForFunction(
            ([number, at]) =>
              location.hash === `#lessons/${number}/${at}` && document.querySelector(".dot[aria-current]")?.textContent === String(at),
            [lesson + 1, step],
          );
          await playStep(page);
          assert.match(await text(page, ".source code"), /await (d|D)ecant\.\w+\(/, `the source of ${lesson + 1}/${step}`);
          const words = await page.locator(".telling > p").evaluateAll((all) => all.map((one) => one.textContent.split(/\s+/).length));
          assert.ok(words.length <= 2 && words.every((many) => many <= 60), `paragraphs of ${lesson + 1}/${step} have ${words} words`);
          await page.waitForSelector(".dot.done[aria-current]");
          await page.click(".onward");
        }
      }
      await page.waitForSelector(".cards");
      assert.deepEqual(await page.locator(".card-foot span:last-child").allTextContents(), Array(7).fill("Done"));
    },
  },
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
    name: "lessons: progress survives a reload and is forgotten when asked to be; a question is asked anew",
    open: "#lessons/1/2",
    fake: true,
    async play({ page }) {
      await afresh(page);
      await page.fill(".estimate input", "0.4");
      await page.keyboard.press("Enter");
      await shown(page);
      assert.match(await text(page, ".verdict"), /^You expected 0\.4\. Measured: 0\.5/);
      for (const comeBack of [() => page.reload(), () => enter(page, "1/1").then(() => enter(page, "1/2"))]) {
        await comeBack();
        await opened(page);
        assert.equal(await page.inputValue(".estimate input"), "");
        assert.equal(await page.locator(".verdict").count(), 0);
        assert.equal(await page.locator('[data-fact="signal"]:not([data-secret]) dd').count(), 0, "the answer is not given away");
      }
      assert.match(await page.getAttribute(".dot[aria-current]", "aria-label"), /done/);
      await page.click(".lesson-head a");
      assert.match(await text(page, ".card-foot"), /1 of 4 steps done/);
      await page.click("text=Start over");
      await drawn(page);
      assert.match(await text(page, ".card-foot"), /4 steps$/);
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
    name: "lessons: a class shares one seed by its link",
    open: "?class=21#lessons",
    fake: true,
    async play({ page }) {
      await opened(page);
      assert.equal(await page.inputValue("#class-seed"), "21");
      await page.fill("#class-seed", "2.5");
      assert.match(await text(page, "#class-problem"), /whole number/);
      await page.fill("#class-seed", "33");
      assert.equal(await text(page, "#class-problem"), "");
      await page.waitForFunction(() => new URLSearchParams(location.search).get("class") === "33");
      await enter(page, "4/5");
      await page.click(".act");
      await shown(page);
      assert.match(await page.locator(".source code").textContent(), /seed: 33/);
      await page.click("text=The code that ran");
      await page.click(".source-tabs button:nth-child(2)");
      assert.match(
        await text(page, ".source code"),
        /^decant generate --model builtin:digits --prompt '.+' --seed 33 --steps 12 --out one\.png\n/,
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
    name: "lessons: by keyboard, with the teacher’s notes",
    open: "#lessons/1/1",
    fake: true,
    async play({ page }) {
      await afresh(page);
      await shown(page);
      const at = (/** @type {string} */ hash) => page.waitForFunction((wanted) => location.hash === wanted, hash);
      assert.equal(await page.locator("#notes").isVisible(), false);
      await page.keyboard.press("t");
      assert.equal(await page.locator("#notes").isVisible(), true);
      for (const [key, hash] of [
        ["n", "1/2"],
        ["ArrowRight", "1/3"],
        ["b", "1/2"],
        ["PageDown", "1/3"],
        ["PageUp", "1/2"],
        ["ArrowLeft", "1/1"],
      ]) {
        await page.keyboard.press(key);
        await at(`#lessons/${hash}`);
        await drawn(page);
      }
      await page.focus("#dial-timestep");
      await page.keyboard.press("ArrowRight");
      await drawn(page);
      assert.equal(await page.inputValue("#dial-timestep"), "301");
      assert.equal(await page.evaluate(() => location.hash), "#lessons/1/1");
      assert.equal(await page.locator("#notes").isVisible(), true);
    },
  },
  {
    name: "lessons: a picture of one’s own, by file and by drop",
    open: "#lessons/2/3",
    fake: true,
    async play({ page, models }) {
      await opened(page);
      await shown(page);
      await page.setInputFiles("#lessons input[type=file]", `${models}/digits/samples.png`);
      await page.waitForFunction(() => document.querySelector(".picture-field .hint")?.textContent?.includes("samples.png"));
      await page.waitForFunction(() => document.querySelector(".figures canvas")?.width === 128);
      assert.match(await page.locator(".source code").textContent(), /const picture = file; \/\/ samples\.png/);
      await page.click("text=Use the model’s again");
      await page.waitForFunction(() => document.querySelector(".figures canvas")?.width === 32);
      await page.evaluate(async () => {
        const canvas = new OffscreenCanvas(60, 40);
        canvas.getContext("2d").fillRect(0, 0, 9, 9);
        const transfer = new DataTransfer();
        transfer.items.add(new File([await canvas.convertToBlob()], "dropped.png", { type: "image/png" }));
        document
          .querySelector(".figures")
          .dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
      });
      await page.waitForFunction(() => document.querySelector(".picture-field .hint")?.textContent?.includes("dropped.png"));
      await page.setInputFiles("#lessons input[type=file]", `${models}/catalog.json`);
      await page.waitForFunction(() => document.querySelector(".picture-field .problem")?.textContent?.includes("could not be read"));
    },
  },
  {
    name: "lessons: a run is cancelled, and left for another step",
    open: "#lessons/3/2",
    fake: true,
    async play({ page }) {
      await opened(page);
      await page.click(".act");
      await page.waitForFunction(() => Number(document.querySelector(".working [role=progressbar]")?.getAttribute("aria-valuenow")) > 0);
      await page.click(".working button");
      await page.waitForSelector(".act:visible");
      assert.equal(await page.locator(".figures > *").count(), 0);
      await page.click(".act");
      await page.waitForSelector(".working:visible");
      await enter(page, "3/1");
      await shown(page);
    },
  },
  {
    name: "lessons: the studio is entered in the middle of a lesson’s runs, which end there",
    open: "#lessons/3/2",
    fake: true,
    async play({ page }) {
      await opened(page);
      await page.click(".act");
      await page.waitForSelector(".working:visible");
      await page.click('.places a[href="#studio"]');
      await page.waitForFunction(() => document.querySelector("#lessons .lesson") === null);
      await page.click("#generate");
      await page.waitForFunction(() => /^20 steps in /.test(document.querySelector("#status")?.textContent ?? ""));
      await page.click('.places a[href="#lessons"]');
      await page.waitForSelector(".cards");
      await enter(page, "3/2");
      assert.equal(await page.locator(".figures > *").count(), 0);
      await page.click(".act");
      await shown(page);
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
    name: "lessons: another picture of the same name is another picture",
    open: "#lessons/2/3",
    fake: true,
    async play({ page }) {
      await opened(page);
      await shown(page);
      const shownFor = async (/** @type {string} */ colour) => {
        const drawn = await page.evaluate(async (fill) => {
          const canvas = new OffscreenCanvas(64, 64);
          const context = canvas.getContext("2d");
          context.fillStyle = fill;
          context.fillRect(0, 0, 64, 64);
          return Array.from(new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer()));
        }, colour);
        const before = await page.evaluate(() => document.querySelector(".figures canvas").toDataURL());
        await page.setInputFiles("#lessons input[type=file]", { name: "image.png", mimeType: "image/png", buffer: Buffer.from(drawn) });
        await page.waitForFunction((last) => document.querySelector(".figures canvas")?.toDataURL() !== last, before);
      };
      await shownFor("red");
      await shownFor("blue");
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

/** Without the program: every step shows its recording, and says so. */
export const RECORDED = {
  name: "lessons: every step shows its recording where no program can be loaded",
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
};
