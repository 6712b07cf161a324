// Pictures of every screen of the built page, small enough to be kept beside the code: docs/screens/ with an index that shows them all.
//
//     node tests/browser/screens.mjs [WORD …]      only the screens whose names hold one of the words; or ./build.sh screens

import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { launch, newPage } from "./browser.mjs";
import { SCREENS, enter, lessonScreens } from "./places.mjs";
import { serve } from "./serve.mjs";
import { drawn } from "./steps.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = join(root, "docs/screens");
const SIZES = { 1440: { width: 1440, height: 900 }, 1024: { width: 1024, height: 768 }, 390: { width: 390, height: 844 } };
const THEMES = ["light", "dark", "projector"];
/** Lessons have forty steps: each is shown once, in turn in another size and colour; their overview and first steps in all of them. */
const ONCE = [["1440", "light"], ["1024", "dark"], ["390", "light"], ["1024", "projector"], ["390", "dark"]];
/** Of what WebP is asked for: letters stay sharp. */
const QUALITY = 0.55;

const words = process.argv.slice(2);
const wanted = (name) => words.length === 0 || words.some((word) => name.includes(word));

const server = await serve({ folder: join(root, "dist"), base: "/decant/" });
const browser = await launch();
const press = await newPage(browser.context);
try {
  await mkdir(folder, { recursive: true });
  if (words.length === 0) for (const name of await readdir(folder)) if (name.endsWith(".webp")) await rm(join(folder, name));
  await press.page.goto(`${server.address}models/digits/model_index.json`);
  for (const screen of SCREENS.filter(({ name }) => wanted(name))) await take(screen, Object.keys(SIZES), THEMES);
  const lessons = await lessonScreens(press.page, server.address);
  for (const [index, screen] of lessons.entries()) {
    const [size, theme] = ONCE[index % ONCE.length];
    if (wanted(screen.name)) await take(screen, [size], [theme]);
  }
  await writeFile(join(folder, "README.md"), await contents([...SCREENS, ...lessons]));
} finally {
  await browser.close();
  server.close();
}

/** One screen in these sizes and colours; the studio opens otherwise on a phone, the rest is only made narrower. @param {import("./places.mjs").Screen} screen */
async function take(screen, sizes, themes) {
  const rounds = /^(lesson|inside)/.test(screen.name) ? [sizes] : [sizes.filter((size) => size !== "390"), sizes.filter((size) => size === "390")];
  for (const round of rounds.filter(({ length }) => length > 0)) await visit(screen, round, themes);
  console.log(screen.name);
}

/** What a page says of itself on the way is printed. @param {import("./places.mjs").Screen} screen */
async function visit(screen, sizes, themes) {
  const { page, complaints } = await newPage(browser.context, SIZES[sizes[0]]);
  try {
    await enter(page, server.address, screen, {});
    for (const size of sizes) {
      await page.setViewportSize(SIZES[size]);
      for (const theme of themes) {
        await page.evaluate((name) => (document.documentElement.dataset["theme"] = name), theme);
        // Plots are drawn anew a quarter of a second after their width has changed.
        await page.waitForTimeout(400);
        await screen.settle?.(page);
        await drawn(page);
        await writeFile(join(folder, `${screen.name}-${size}-${theme}.webp`), await webp(await page.screenshot()));
      }
    }
  } catch (error) {
    console.log(`${screen.name} at ${sizes}: ${error.message}`);
    await page.screenshot({ path: join(root, "target", `failed-${screen.name}-${sizes[0]}.png`) }).catch(() => {});
    process.exitCode = 1;
  }
  for (const complaint of complaints.filter((one) => !/favicon|404/.test(one))) console.log(`${screen.name} at ${sizes}: ${complaint}`);
  await page.close();
}

/** The browser itself can write it. @param {Buffer} png */
async function webp(png) {
  const text = await press.page.evaluate(async ({ data, quality }) => {
    const picture = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob());
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width: picture.width, height: picture.height });
    canvas.getContext("2d")?.drawImage(picture, 0, 0);
    return canvas.toDataURL("image/webp", quality);
  }, { data: png.toString("base64"), quality: QUALITY });
  return Buffer.from(text.split(",")[1], "base64");
}

/** All of them on one page, by screen. @param {import("./places.mjs").Screen[]} screens */
async function contents(screens) {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".webp"));
  const bytes = (await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size))).reduce((sum, size) => sum + size, 0);
  const rows = screens.map(({ name }) => {
    const mine = Object.keys(SIZES).flatMap((size) => THEMES.map((theme) => `${name}-${size}-${theme}.webp`)).filter((file) => names.includes(file));
    const width = (file) => (file.includes("-390-") ? 110 : file.includes("-1024-") ? 240 : 300);
    return mine.length === 0 ? "" : `## ${name}\n\n${mine.map((file) => `<a href="${file}"><img src="${file}" width="${width(file)}" alt="${file.replace(/\.webp$/, "").replaceAll("-", " ")}"></a>`).join("\n")}\n`;
  });
  return [
    "# Every screen of the page\n",
    "At 1440, 1024 and 390 pixels, in light, dark and projector colours, made by `./build.sh screens` with the embedded model in headless Chromium.",
    "Of each lesson's step there is one, in turn in another size and colour.",
    `${names.length} pictures, ${(bytes / 1e6).toFixed(1)} MB.\n`,
    ...rows.filter(Boolean),
  ].join("\n");
}
