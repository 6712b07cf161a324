// A picture to start from on the stage, and its mask: by mouse, by finger, by pen and by keyboard.

import { strict as assert } from "node:assert";
import { drawnFile, drop } from "../files.mjs";
import { again, drawn, finished, mean, ready, text } from "../steps.mjs";

/** @import { Journey } from "./index.mjs" */

/** @type {Journey[]} */
export const MASKS = [
  {
    name: "a mask is painted: only there the picture is new",
    open: "?steps=3",
    async play({ page }) {
      await ready(page);
      await page.setInputFiles("#image-file", await drawnFile(page, "start.png", { width: 32, height: 32, colour: "#20a040" }));
      await page.waitForSelector("#start-thumb canvas:visible");
      await page.click("#paint-mask");
      const box = await page.locator("#easel .veil").boundingBox();
      assert.ok(box);
      await page.mouse.move(box.x + box.width * 0.8, box.y + 5);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.8, box.y + box.height - 5, { steps: 4 });
      await page.mouse.up();
      await page.waitForSelector("#remove-mask:visible");
      assert.equal(await text(page, "#start-name"), "with a mask");
      await page.check("#keepUnmasked");
      await again(page, 3);
      const [left, right] = await Promise.all([mean(page, 0, 16), mean(page, 22, 30)]);
      assert.ok(Math.abs(left[0] - 0x20) + Math.abs(left[1] - 0xa0) < 4, `where nothing was painted it should be green still: ${left}`);
      assert.ok(
        Math.abs(right[0] - 0x20) + Math.abs(right[1] - 0xa0) + Math.abs(right[2] - 0x40) > 12,
        `where it was painted it should be new: ${right}`,
      );
      await page.click("#remove-mask");
      await page.waitForSelector("#remove-mask", { state: "hidden" });
    },
  },
  {
    name: "a dropped photo is on the stage at once, and is started from; a mask is painted, erased, undone, cleared and looked at closely by mouse",
    fake: true,
    open: "?steps=2",
    async play({ page }) {
      await ready(page);
      const { name, mimeType, buffer } = await drawnFile(page, "photo.png", { width: 96, height: 48, colour: "#20a040" });
      await drop(page, { name, type: mimeType, bytes: [...buffer] });
      await page.waitForSelector("#easel:visible");
      const shape = await page.locator("#easel .under").boundingBox();
      assert.ok(Math.abs(shape.width / shape.height - 2) < 0.02, "it is shown in its own shape");
      await page.click("#easel-start");
      await finished(page, 2);
      assert.ok(await page.isHidden("#easel"));
      await page.click("#larger");
      await page.waitForSelector("#larger-again:disabled");
      await page.waitForSelector("#larger-sheet >> text=This picture began from another one");
      await page.keyboard.press("Escape");
      await page.click("#in-use >> text=Paint a part");
      await drawn(page);
      const box = await page.locator("#easel .veil").boundingBox();
      const at = (x, y) => ({ x: box.x + box.width * x, y: box.y + box.height * y });
      await stroke(page, at(0.1, 0.25), at(0.4, 0.25));
      const [first, ...rest] = await painted(page);
      assert.ok(first > 0.3 && rest.every((part) => part < 0.1), `${first} ${rest}`);
      assert.match(await page.getAttribute("#start-thumb canvas", "aria-label"), /with the mask painted/);
      await page.check("#eraser", { force: true });
      await stroke(page, at(0.1, 0.25), at(0.2, 0.25));
      const erased = (await painted(page))[0];
      assert.ok(erased < first - 0.1, `${first}, then ${erased}`);
      await page.click("#mask-undo");
      await drawn(page);
      assert.ok(Math.abs((await painted(page))[0] - first) < 0.02);
      await page.click("#mask-clear");
      await drawn(page);
      assert.deepEqual(await painted(page), [0, 0, 0, 0]);
      assert.ok(await page.isDisabled("#mask-clear"));
      await page.check("#painter", { force: true });
      await page.click("#zoom-in");
      await page.click("#zoom-in");
      assert.equal(await page.textContent("#zoom"), "225 %");
      await stroke(page, at(0.45, 0.45), at(0.55, 0.55)); // the middle, and smaller than it looks
      const close = await painted(page);
      assert.ok(
        close.every((part) => part > 0 && part < 0.2),
        `${close}`,
      );
      await page.click("#easel-generate");
      await finished(page, 2);
      assert.ok(await page.isHidden("#easel"));
    },
  },
  {
    name: "a mask is painted by keyboard alone",
    fake: true,
    open: "?steps=2",
    async play({ page }) {
      await paints(page);
      for (let i = 0; i < 4; i++) await page.keyboard.press("Shift+ArrowLeft");
      for (let i = 0; i < 4; i++) await page.keyboard.press("Shift+ArrowUp");
      assert.deepEqual(await painted(page), [0, 0, 0, 0]);
      await page.keyboard.press("]");
      await page.keyboard.press(" ");
      assert.equal(await page.textContent("#easel-said"), "Brush down");
      for (const key of ["Shift+ArrowDown", "ArrowRight", "Shift+ArrowUp"]) await page.keyboard.press(key);
      await page.keyboard.press(" ");
      await drawn(page);
      const [first, second, third, fourth] = await painted(page);
      assert.ok(first > 0.2 && second === 0 && fourth === 0, `${[first, second, third, fourth]}`);
      await page.keyboard.press("e");
      assert.ok(await page.isChecked("#eraser"));
      await page.keyboard.press(" ");
      await page.keyboard.press("Shift+ArrowDown");
      await page.keyboard.press(" ");
      await drawn(page);
      assert.ok((await painted(page))[0] < first - 0.1);
      await page.keyboard.press("Control+z");
      await drawn(page);
      assert.ok(Math.abs((await painted(page))[0] - first) < 0.03);
      await page.keyboard.press("Escape");
      await page.waitForSelector("#easel-paint:focus");
      await page.focus("#easel-start");
      await page.keyboard.press("Enter");
      await finished(page, 2);
    },
  },
  {
    name: "a mask is painted by finger and by pen; two fingers look closer and paint nothing",
    fake: true,
    width: 390,
    height: 844,
    open: "?steps=2",
    async play({ page }) {
      const at = await paints(page);
      const session = await page.context().newCDPSession(page);
      const touch = (type, ...points) =>
        session.send("Input.dispatchTouchEvent", { type, touchPoints: points.map((point, id) => ({ ...point, id })) });
      await touch("touchStart", at(0.2, 0.2));
      await touch("touchMove", at(0.3, 0.3));
      await touch("touchMove", at(0.4, 0.2));
      await touch("touchEnd");
      await drawn(page);
      const finger = await painted(page);
      assert.ok(finger[0] > 0.15 && finger[3] === 0, `${finger}`);
      const scrolled = () => page.evaluate(() => scrollY);
      const before = await scrolled();
      await touch("touchStart", at(0.6, 0.6));
      await touch("touchStart", at(0.6, 0.6), at(0.7, 0.7));
      await touch("touchMove", at(0.5, 0.5), at(0.8, 0.8));
      await touch("touchMove", at(0.4, 0.4), at(0.9, 0.9));
      await touch("touchEnd");
      await drawn(page);
      assert.deepEqual([await painted(page), await scrolled()], [finger, before]);
      assert.ok(parseInt((await page.textContent("#zoom")) ?? "") > 150);
      await page.click("#easel-done");
      await page.click("#easel-paint");
      const widths = [];
      for (const force of [0.2, 0.9]) {
        // The page scrolls to a button that is out of sight.
        await page.click("#mask-clear");
        const at = await places(page);
        const pen = (type, point) =>
          session.send("Input.dispatchMouseEvent", {
            type,
            ...point,
            button: "left",
            buttons: 1,
            pointerType: "pen",
            force,
            clickCount: 1,
          });
        await pen("mousePressed", at(0.5, 0.2));
        await pen("mouseMoved", at(0.5, 0.8));
        await pen("mouseReleased", at(0.5, 0.8));
        await drawn(page);
        widths.push((await painted(page)).reduce((sum, part) => sum + part, 0));
      }
      assert.ok(widths[1] > 1.5 * widths[0], `the pen's lines cover ${widths}`);
      await again(page, 2);
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
];

/** A dropped picture that is painted on. @param {import("playwright-core").Page} page */
async function paints(page) {
  await ready(page);
  const { name, mimeType, buffer } = await drawnFile(page, "photo.png", { width: 64, height: 64, colour: "#20a040" });
  await drop(page, { name, type: mimeType, bytes: [...buffer] });
  await page.click("#easel-paint");
  await page.waitForSelector("#easel .veil:focus");
  return places(page);
}

/** Points of the picture as it lies in the window now. @param {import("playwright-core").Page} page */
async function places(page) {
  // The page may still be scrolling to it.
  await page.evaluate(() => (window.seenAt = undefined));
  await page.waitForFunction(() => {
    const { x, y, width } = document.querySelector("#easel .veil").getBoundingClientRect();
    const place = `${x} ${y} ${width}`;
    const seen = (window.seenAt = window.seenAt?.place === place ? { place, count: window.seenAt.count + 1 } : { place, count: 0 });
    return seen.count > 20;
  });
  const box = await page.locator("#easel .veil").boundingBox();
  return (x, y) => ({ x: box.x + box.width * x, y: box.y + box.height * y });
}

/**
 * Which part of each quarter of the picture (left above, right above, left below, right below) is painted.
 * @param {import("playwright-core").Page} page
 */
function painted(page) {
  return page.evaluate(() => {
    const veil = document.querySelector("#easel .veil");
    const [width, height] = [veil.width / 2, veil.height / 2];
    return [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ].map(([x, y]) => {
      const { data } = veil.getContext("2d").getImageData(x * width, y * height, width, height);
      return data.filter((value, i) => i % 4 === 3 && value >= 128).length / (width * height);
    });
  });
}

/** @param {import("playwright-core").Page} page @param {{ x: number, y: number }} from @param {{ x: number, y: number }} to */
async function stroke(page, from, to) {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 6 });
  await page.mouse.up();
  await drawn(page);
}
