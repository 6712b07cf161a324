// Draws web/icons/ from the mark: `node tools/icons.mjs`, where Chromium is. The pictures are committed; this is for when the mark changes.

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { launch } from "../tests/browser/browser.mjs";

const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const mark = await readFile(here("web/icons/mark.svg"), "utf8");
const samples = (await readFile(here("models/digits/samples.png"))).toString("base64");
const strip = `<div style="width:1200px;height:150px;background:url(data:image/png;base64,${samples}) 0 0/1200px;image-rendering:pixelated"></div>`;
const PICTURES = [
  { name: "192.png", size: [192, 192], html: plate(192, 0.86, 36) },
  { name: "512.png", size: [512, 512], html: plate(512, 0.86, 96) },
  // Within the circle of 80 % that every system leaves.
  { name: "maskable.png", size: [512, 512], html: plate(512, 0.6, 0) },
  {
    name: "card.png",
    size: [1200, 630],
    html: `<div style="width:1200px;height:630px;background:#fbfcfb;overflow:hidden"><div style="height:480px;display:flex;align-items:center;justify-content:center;gap:56px"><div style="width:270px">${mark}</div>
      <div style="color:#161b1a"><p style="margin:0;font:600 118px/1 'P052','Palatino Linotype',serif">Decant</p><p style="margin:22px 0 0;font:33px/1.35 'Inter','Liberation Sans',sans-serif;color:#545d5a">Stable Diffusion in your browser,<br>with every step in view.</p></div></div>${strip}</div>`,
  },
];

const browser = await launch();
const page = await browser.context.newPage();
for (const {
  name,
  size: [width, height],
  html,
} of PICTURES) {
  await page.setViewportSize({ width, height });
  await page.setContent(`<body style="margin:0;background:transparent">${html}`);
  await page.screenshot({ path: here(`web/icons/${name}`), omitBackground: true });
}
await browser.close();

/** @param {number} side @param {number} part that the mark takes @param {number} round */
function plate(side, part, round) {
  return `<div style="width:${side}px;height:${side}px;border-radius:${round}px;background:#fbfcfb;display:grid;place-items:center"><div style="width:${side * part}px">${mark}</div></div>`;
}
