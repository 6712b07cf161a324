// Whether everybody can use the page: axe-core over every screen in all its colours and both languages, the keyboard, narrow windows (which is
// what zooming makes), reduced motion and forced colours.

import { strict as assert } from "node:assert";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { overflow } from "./look.mjs";
import { INSIDE_SCREENS } from "./places/inside.mjs";
import { LESSON_SCREENS, lessonScreens } from "./places/lessons.mjs";
import { enter, made, opened } from "./places/reaching.mjs";
import { STUDIO_SCREENS } from "./places/studio.mjs";
import { drawn } from "./steps.mjs";

const AXE = await readFile(fileURLToPath(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url)), "utf8");

/** Findings of these weights fail. */
const WEIGHTS = ["serious", "critical"];

/** What axe finds on the page, a line each. @param {import("playwright-core").Page} page @param {string[]} [rules] only these */
async function findings(page, rules) {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(AXE);
  const found = await page.evaluate(async (only) => {
    const { violations } = await globalThis.axe.run(document, {
      resultTypes: ["violations"],
      ...(only ? { runOnly: { type: "rule", values: only } } : { rules: { "target-size": { enabled: true } } }),
    });
    return violations.map(({ id, impact, help, nodes }) => ({
      id,
      impact,
      help,
      nodes: nodes.map(({ html, any }) => `${html.slice(0, 140)} ${any[0]?.message ?? ""}`),
    }));
  }, rules);
  return found
    .filter(({ impact }) => WEIGHTS.includes(impact))
    .map(
      ({ id, help, nodes }) =>
        `${id}: ${help}\n    ${nodes.slice(0, 6).join("\n    ")}${nodes.length > 6 ? `\n    and ${nodes.length - 6} more` : ""}`,
    );
}

/**
 * Everything about the page as it stands: each way of colouring it, each width that zooming makes.
 * @param {import("playwright-core").Page} page
 */
export async function examine(page) {
  const faults = await findings(page);
  for (const theme of ["dark", "projector"]) {
    await page.evaluate((name) => (document.documentElement.dataset["theme"] = name), theme);
    for (const fault of await findings(page, ["color-contrast"])) faults.push(`${theme}: ${fault}`);
  }
  const size = page.viewportSize();
  for (const theme of ["projector", "light"]) {
    await page.evaluate((name) => (document.documentElement.dataset["theme"] = name), theme);
    // 1280 pixels at 200 % and at 400 %.
    for (const width of [640, 320]) {
      await page.setViewportSize({ width, height: 512 });
      await drawn(page);
      for (const element of await page.evaluate(overflow)) faults.push(`${width} pixels, ${theme}: ${element} is wider`);
    }
  }
  if (size) await page.setViewportSize(size);
  return faults;
}

/** @type {import("./journeys/index.mjs").Journey[]} */
export const ACCESS = [
  // What stands on several screens of a place is looked at on one.
  ...[
    ...STUDIO_SCREENS,
    ...INSIDE_SCREENS.filter(({ name }) => !["inside-step", "inside-numbers", "inside-guidance", "inside-looking"].includes(name)),
    ...LESSON_SCREENS,
  ].map((screen) => ({
    name: `access: ${screen.name}`,
    open: null,
    first: screen.open === "",
    usual: screen.usual,
    expects: /favicon|404/,
    async play({ page, address }) {
      const faults = [];
      // What is long to reach has no control that others lack, and is not reached twice.
      for (const language of /inside-(words|paths|pair)|several|compare/.test(screen.name) ? ["en"] : ["en", "es"]) {
        await enter(page, address, screen, { language });
        for (const fault of await (language === "en" ? examine(page) : findings(page))) faults.push(`${language}: ${fault}`);
      }
      if (faults.length > 0) assert.fail(faults.join("\n"));
    },
  })),
  ...[1, 2, 3, 4, 5, 6, 7, 8].map((lesson) => ({
    name: `access: lesson ${lesson}, every step`,
    open: null,
    expects: /favicon|404/,
    async play({ page, address }) {
      await page.goto(`${address}models/digits/model_index.json`);
      const faults = [];
      for (const [index, screen] of (await lessonScreens(page, address))
        .filter(({ name }) => name.startsWith(`lesson-${lesson}-`))
        .entries()) {
        await enter(page, address, screen, { language: index % 2 ? "es" : "en", theme: ["light", "projector", "dark"][index % 3] });
        // All lessons are laid out alike: the first stands for those with pictures, the sixth for those with charts.
        for (const fault of await (index === 0 && [1, 6].includes(lesson) ? examine(page) : findings(page)))
          faults.push(`${screen.name}: ${fault}`);
      }
      if (faults.length > 0) assert.fail(faults.join("\n"));
    },
  })),
  {
    name: "access: Tab reaches every control of the studio in its order, and each shows that it has the focus",
    open: "?steps=3&run=1",
    async play({ page }) {
      await made(page);
      const { missed, unseen } = await tabThrough(page);
      assert.deepEqual({ missed, unseen }, { missed: [], unseen: [] });
    },
  },
  {
    name: "access: the first Tab leads past the bar, to the place itself",
    async play({ page }) {
      await opened(page);
      await page.evaluate(() => document.body.focus());
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      assert.equal(await page.evaluate(() => document.activeElement?.id), "studio");
      assert.equal(await page.evaluate(() => location.hash), "");
    },
  },
  {
    name: "access: dialogs take the focus, keep it, and give it back",
    async play({ page }) {
      await opened(page);
      for (const [button, dialog] of [
        ["#open-model", "#opener"],
        ["#show-keys", "#keys"],
      ]) {
        await page.focus(button);
        await page.keyboard.press("Enter");
        await page.waitForSelector(`${dialog}[open]`);
        for (let i = 0; i < 12; i++) {
          await page.keyboard.press("Tab");
          assert.ok(
            await page.evaluate((id) => document.activeElement === document.body || document.activeElement?.closest(id), dialog),
            `Tab left ${dialog}`,
          );
        }
        await page.keyboard.press("Escape");
        await page.waitForSelector(`${dialog}:not([open])`, { state: "attached" });
        assert.equal(await page.evaluate(() => `#${document.activeElement?.id}`), button);
      }
    },
  },
  {
    name: "access: the focus is never lost while a picture is made, cancelled and dismissed",
    open: "?steps=12&prompt=a%20slow%20seven",
    async play({ page }) {
      await opened(page);
      const where = () =>
        page.evaluate(() => document.activeElement?.id || document.activeElement?.className || document.activeElement?.tagName);
      await page.focus("#generate");
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => Number(document.querySelector("#progress")?.getAttribute("aria-valuenow")) >= 1);
      assert.equal(await where(), "pause", "a space pauses, and queues no other");
      await page.focus("#cancel");
      await page.keyboard.press("Enter");
      await page.waitForSelector("#cancel:disabled");
      await drawn(page);
      assert.notEqual(await where(), "BODY");
      await page.fill("#steps", "2");
      await page.focus("#generate");
      await page.keyboard.press("Enter");
      await made(page);
      await page.waitForFunction(() => document.activeElement?.id === "filmstrip");
    },
  },
  {
    name: "access: nothing moves where a person asked for calm",
    open: "?steps=3&run=1",
    async play({ page }) {
      await made(page);
      assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
      const moving = await page.evaluate(() =>
        [...document.querySelectorAll("*")]
          .filter((element) => parseFloat(getComputedStyle(element).transitionDuration) > 0)
          .map((element) => element.className),
      );
      assert.deepEqual(moving, []);
    },
  },
  {
    name: "access: forced colours leave everything to be seen",
    open: "?steps=3&run=1",
    async play({ page }) {
      await made(page);
      await page.emulateMedia({ forcedColors: "active" });
      await drawn(page);
      const background = (selector) =>
        page.evaluate(
          (one) =>
            getComputedStyle(document.querySelector(one)).backgroundColor + getComputedStyle(document.querySelector(one)).backgroundImage,
          selector,
        );
      assert.notEqual(
        await background(".switch input:checked + span"),
        await background(".switch input:not(:checked) + span"),
        "the switch does not show what is on",
      );
      assert.notEqual(await background("#progress span"), await background("body"), "the progress cannot be seen");
      assert.deepEqual(await findings(page), []);
    },
  },
];

/**
 * Goes once around the page with Tab. Which controls were not reached, and which did not show it.
 * @param {import("playwright-core").Page} page
 */
async function tabThrough(page) {
  await page.evaluate(() => {
    globalThis.reached = new Set();
    globalThis.unseen = [];
    /** @type {HTMLElement | null} */ (document.activeElement)?.blur();
  });
  for (let i = 0; i < 200; i++) {
    await page.keyboard.press("Tab");
    const again = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body || globalThis.reached.has(element)) return globalThis.reached.size > 3;
      globalThis.reached.add(element);
      const shown = [element, element.nextElementSibling].some(
        (one) => one && getComputedStyle(one).outlineStyle !== "none" && parseFloat(getComputedStyle(one).outlineWidth) >= 2,
      );
      if (!shown) globalThis.unseen.push(element.outerHTML.slice(0, 120));
      return false;
    });
    if (again) break;
  }
  return page.evaluate(() => {
    const controls = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")].filter(
      (element) => {
        // Of a group of radios one is enough; what is coarse has a number beside it.
        if (
          element.matches(":disabled, [tabindex='-1'], [type=radio]:not(:checked)") ||
          !element.checkVisibility({ visibilityProperty: true })
        )
          return false;
        return !element.closest("details:not([open]) > :not(summary)");
      },
    );
    return {
      missed: controls.filter((element) => !globalThis.reached.has(element)).map((element) => element.outerHTML.slice(0, 120)),
      unseen: globalThis.unseen,
    };
  });
}
