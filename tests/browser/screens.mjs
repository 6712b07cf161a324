// Pictures of every screen of the built page, small enough to be kept beside the code: docs/screens/ with an index that shows them all.
//
//     node tests/browser/screens.mjs [WORD …]      only the screens whose names hold one of the words; or ./build.sh screens

import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { launch, newPage } from "./browser.mjs";
import { SCREENS } from "./places/index.mjs";
import { lessonScreens } from "./places/lessons.mjs";
import { enter } from "./places/reaching.mjs";
import { MODULES, serve } from "./serve.mjs";
import { drawn } from "./steps.mjs";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("./places/reaching.mjs").Screen} Screen */

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = join(root, "docs/screens");
const SIZES = { 1440: { width: 1440, height: 900 }, 1024: { width: 1024, height: 768 }, 390: { width: 390, height: 844 } };
const THEMES = ["light", "dark", "projector"];
/** Every step of a lesson is shown once, in turn in another size and colour. */
const ONCE = [
  ["1440", "light"],
  ["1024", "dark"],
  ["390", "light"],
  ["1024", "projector"],
  ["390", "dark"],
];
/** What is kept of a picture's width, and of what WebP is asked for: letters can still be read. */
const KEPT = { 1440: 0.75, 1024: 0.875, 390: 1 };
const QUALITY = 0.55;

const words = process.argv.slice(2);
const wanted = (name) => words.length === 0 || words.some((word) => name.includes(word));

const server = await serve({ folder: join(root, "dist"), overlays: MODULES, base: "/decant/" });
const browser = await launch();
const press = await newPage(browser.context);
try {
  await mkdir(folder, { recursive: true });
  if (words.length === 0) for (const name of await readdir(folder)) if (name.endsWith(".webp")) await rm(join(folder, name));
  await press.page.goto(`${server.address}models/digits/model_index.json`);
  for (const screens of together(SCREENS.filter(({ name }) => wanted(name)))) await take(screens);
  const lessons = await lessonScreens(press.page, server.address);
  await takeLessons(lessons);
  await writeFile(join(folder, "README.md"), await contents([...SCREENS, ...lessons]));
} finally {
  await browser.close();
  server.close();
}

/** Screens that are reached in the same way, one after the other, are reached once. @param {Screen[]} screens @returns {Screen[][]} */
function together(screens) {
  /** @type {Screen[][]} */
  const groups = [];
  for (const screen of screens) {
    const last = groups.at(-1);
    if (last?.[0].reach === screen.reach && last[0].open === screen.open) last.push(screen);
    else groups.push([screen]);
  }
  return groups;
}

/** In all sizes and colours. The studio opens otherwise on a phone, the rest is only made narrower. @param {Screen[]} screens */
async function take(screens) {
  const [{ name, usual }] = screens;
  const rounds = name.startsWith("inside") ? [["1440", "1024", "390"]] : [["1440", "1024"], ["390"]];
  for (const sizes of rounds) {
    await onPage(`${name} at ${sizes}`, { ...SIZES[sizes[0]], usual }, async (page) => {
      await enter(page, server.address, screens[0], {});
      for (const size of sizes) for (const theme of THEMES) for (const screen of screens) await shoot(page, screen, size, theme);
    });
  }
  console.log(screens.map((screen) => screen.name).join(", "));
}

/** Each step in one size and colour, all with one model that stays open. @param {Screen[]} screens */
async function takeLessons(screens) {
  await onPage("lessons", SIZES[1440], async (page) => {
    await enter(page, server.address, { name: "", open: screens[0].open }, {});
    for (const [index, screen] of screens.entries()) {
      if (!wanted(screen.name)) continue;
      const [size, theme] = ONCE[index % ONCE.length];
      await page.setViewportSize(SIZES[size]);
      await page.evaluate((hash) => (location.hash = hash), String(screen.open?.slice(1)));
      await drawn(page);
      await screen.reach?.(page);
      await shoot(page, screen, size, theme);
      console.log(screen.name);
    }
  });
}

/**
 * What goes wrong there, and what the page says of itself, is printed.
 * @param {string} what
 * @param {{ width: number, height: number, usual?: boolean }} size
 * @param {(page: Page) => Promise<void>} act
 */
async function onPage(what, size, act) {
  const { page, complaints } = await newPage(browser.context, { ...size, first: true });
  page.setDefaultTimeout(180_000);
  try {
    await act(page);
  } catch (error) {
    console.log(`${what}: ${error.message}`);
    await page.screenshot({ path: join(root, "target", `failed ${what}.png`.replace(/[^\w.]+/g, "-")) }).catch(() => {});
    process.exitCode = 1;
  }
  for (const complaint of complaints.filter((one) => !/favicon|404/.test(one))) console.log(`${what}: ${complaint}`);
  await page.close();
}

/** @param {Page} page @param {Screen} screen @param {string} size @param {string} theme */
async function shoot(page, screen, size, theme) {
  await page.setViewportSize(SIZES[size]);
  await page.evaluate((name) => (document.documentElement.dataset["theme"] = name), theme);
  // Plots are drawn anew a quarter of a second after their width has changed.
  await page.waitForTimeout(400);
  await screen.settle?.(page);
  await drawn(page);
  await writeFile(join(folder, `${screen.name}-${size}-${theme}.webp`), await webp(await page.screenshot(), KEPT[size]));
}

/** The browser itself can write it. @param {Buffer} png @param {number} part of its width */
async function webp(png, part) {
  const text = await press.page.evaluate(
    async ({ data, part, quality }) => {
      const blob = await (await fetch(`data:image/png;base64,${data}`)).blob();
      const { width } = await createImageBitmap(blob);
      const picture = await createImageBitmap(blob, { resizeWidth: Math.round(width * part), resizeQuality: "high" });
      const canvas = document.createElement("canvas");
      Object.assign(canvas, { width: picture.width, height: picture.height });
      canvas.getContext("2d")?.drawImage(picture, 0, 0);
      return canvas.toDataURL("image/webp", quality);
    },
    { data: png.toString("base64"), part, quality: QUALITY },
  );
  return Buffer.from(text.split(",")[1], "base64");
}

/** All of them on one page, by screen. @param {Screen[]} screens */
async function contents(screens) {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".webp"));
  const bytes = (await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size))).reduce((sum, size) => sum + size, 0);
  const rows = screens.map(({ name }) => {
    const mine = Object.keys(SIZES)
      .flatMap((size) => THEMES.map((theme) => `${name}-${size}-${theme}.webp`))
      .filter((file) => names.includes(file));
    const width = (file) => (file.includes("-390-") ? 110 : file.includes("-1024-") ? 240 : 300);
    return mine.length === 0
      ? ""
      : `## ${name}\n\n${mine.map((file) => `<a href="${file}"><img src="${file}" width="${width(file)}" alt="${file.replace(/\.webp$/, "").replaceAll("-", " ")}"></a>`).join("\n")}\n`;
  });
  return [
    "# Every screen of the page\n",
    "At 1440, 1024 and 390 pixels, in light, dark and projector colours, made by `./build.sh screens` with the embedded models in headless Chromium.",
    "Of each lesson's step there is one, in turn in another size and colour.",
    `${names.length} pictures, ${(bytes / 1e6).toFixed(1)} MB.\n`,
    ...rows.filter(Boolean),
  ].join("\n");
}
