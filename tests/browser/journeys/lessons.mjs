// What learners and teachers do in the classroom.

import { strict as assert } from "node:assert";
import { afresh, counts, enter, fact, opened, playStep, shown } from "../lesson-steps.mjs";
import { elsewhere } from "../other-site.mjs";
import { again, drawn, load, ready, text } from "../steps.mjs";

/** @import { Journey } from "./index.mjs" */

/** @type {Journey[]} */
export const LESSONS = [
  {
    name: "lessons: every lesson is played to its end",
    open: "#lessons",
    fake: true,
    async play({ page }) {
      await afresh(page);
      const steps = await counts(page);
      assert.equal(steps.length, 8);
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
      assert.deepEqual(
        await page.locator(".card-foot span:last-child").allTextContents(),
        steps.map(() => "Done"),
      );
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
    name: "lessons beside the usual model use the model of digits, which another one opened by hand replaces",
    open: "?model=models/emoji#lessons/2/1",
    fake: true,
    async play({ page }) {
      await page.waitForFunction(
        () => document.querySelector("#model-name")?.textContent === "emoji" && document.querySelector("#generate:enabled"),
      );
      await page.click(".act:enabled");
      await page.waitForFunction(
        () =>
          document.querySelector(".working[hidden]") &&
          document.querySelector(".figures > *") &&
          document.querySelector(".recorded[hidden]"),
      );
      assert.equal(page.workers().length, 2);
      await page.click("#open-model");
      await page.click("#own >> text=Open >> nth=-1");
      await page.waitForFunction(
        () => document.querySelector("#model-name")?.textContent === "digits" && document.querySelector("#generate:enabled"),
      );
      await page.click(".act:enabled");
      await page.waitForFunction(
        () =>
          document.querySelector(".working[hidden]") &&
          document.querySelector(".figures > *") &&
          document.querySelector(".recorded[hidden]"),
      );
      assert.equal(page.workers().length, 1);
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
];
