// Drawings to pictures: reads a list of jobs, writes one WebP with transparency for each. Part of data.py, which writes the list.
// usage: node rasterise.mjs JOBS.json
//   JOBS.json: {modules, size, quality, jobs: [{icons, name, out} | {svg, out}]}; modules is the folder whose node_modules has sharp.
// What is there already is left alone, so that an interrupted run goes on; what cannot be drawn is named and left out.
import fs from "node:fs";
import { createRequire } from "node:module";

const { modules, size, quality, jobs } = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const sharp = createRequire(`${modules}/`)("sharp");
sharp.concurrency(1);
sharp.cache(false);
const sets = new Map();
const nothing = { r: 0, g: 0, b: 0, alpha: 0 };
let done = 0;

for (const job of jobs) {
  if (!fs.existsSync(job.out)) await draw(job);
  if (++done % 500 === 0) console.log(`${done} of ${jobs.length}`);
}

async function draw(job) {
  try {
    const picture = sharp(Buffer.from(drawing(job)), { unlimited: true }).resize(size, size, { fit: "contain", background: nothing }).ensureAlpha();
    fs.writeFileSync(job.out, await picture.webp({ quality, effort: 5, smartSubsample: true }).toBuffer());
  } catch (error) {
    console.log(`left out: ${job.name ?? job.svg}: ${error.message.split("\n")[0]}`);
  }
}

/** An iconify set has bodies without the element around them, and one size for all unless an icon has its own. */
function drawing({ icons, name, svg }) {
  if (svg) return fs.readFileSync(svg);
  if (!sets.has(icons)) sets.set(icons, JSON.parse(fs.readFileSync(icons, "utf8")));
  const set = sets.get(icons);
  const icon = set.icons[name];
  const [width, height] = [icon.width ?? set.width ?? 16, icon.height ?? set.height ?? 16];
  const box = `${icon.left ?? 0} ${icon.top ?? 0} ${width} ${height}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="${box}" width="${size}" height="${size}">${icon.body}</svg>`;
}
