// Plays every step of every lesson with the embedded model on the CPU and writes what was shown to web/lessons/player/recording.js, for pages that
// cannot compute. Prints every number, which is what the teacher's notes say was measured.
//
//     ./build.sh && node tests/browser/record.mjs          seed 7, as where the address names no other
//     node tests/browser/record.mjs 21 22                  only prints, for these seeds

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { launch, newPage } from "./browser.mjs";
import { MODULES, serve } from "./serve.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const SEED = 7;
const others = process.argv.slice(2).map(Number);

const server = await serve({ folder: join(root, "dist"), overlays: MODULES });
const browser = await launch();
try {
  const { page } = await newPage(browser.context);
  page.setDefaultTimeout(0);
  await page.goto(`${server.address}models/digits/model_index.json`);
  for (const seed of others.length > 0 ? others : [SEED]) {
    const { source, said } = await page.evaluate(record, { base: server.address, seed });
    console.log(`seed ${seed}\n${said}`);
    if (others.length > 0) continue;
    const file = join(root, "web/lessons/player/recording.js");
    await writeFile(file, source);
    console.log(`${file}: ${(source.length / 1000).toFixed(0)} KB`);
  }
} finally {
  await browser.close();
  server.close();
}

/**
 * Runs in the page. Pictures go onto one sheet and numbers into one list of 16-bit floats; what stands in their places says where they are.
 */
async function record({ base, seed }) {
  const { Decant } = await import(`${base}decant.js`);
  const { lessonsIn } = await import(`${base}web/lessons/index.js`);
  const { LESSONS: ENGLISH } = await import(`${base}web/words/en/lessons/index.js`);
  const { makeCalls } = await import(`${base}web/lessons/player/calls.js`);
  const { exampleFor } = await import(`${base}web/lessons/player/example.js`);
  const { javascriptOf, commandsOf } = await import(`${base}web/lessons/player/source.js`);
  const decant = await Decant.load({ model: `${base}models/digits`, device: "cpu" });
  const example = exampleFor(decant.info);
  const { image: picture } = await decant.generate({ prompt: example.prompt, seed });
  const first = [`const { image: picture } = await decant.generate({ prompt: ${JSON.stringify(example.prompt)}, seed: ${seed} });`];
  const quiet = { signal: new AbortController().signal, onProgress: () => {} };

  const said = [];
  const all = {};
  for (const { id, steps } of lessonsIn(pathsOf(ENGLISH))) {
    for (const [index, step] of steps.entries()) {
      if (!step.calls) continue;
      const dials = Object.fromEntries((step.dials ?? []).map((dial) => [dial.name, dial.text ? dial.text(example) : dial.value]));
      const at = { seed, picture, dials, example, info: decant.info };
      const started = performance.now();
      const made = await makeCalls(decant, step.calls, at, quiet);
      const shown = step.show(made, at);
      const key = `${id}/${index + 1}`;
      all[key] = {
        shown: { ...shown, figures: await Promise.all(shown.figures.map(lean)) },
        javascript: javascriptOf(step.calls, at, made, step.picture ? first : []),
        commands: commandsOf(step.calls, at, made),
      };
      said.push(
        `${key} (${((performance.now() - started) / 1000).toFixed(1)} s): ${shown.facts.map((fact) => `${fact.id} ${typeof fact.value === "number" ? Number(fact.value.toPrecision(5)) : fact.value}`).join(", ")}`,
      );
    }
  }

  const pictures = [];
  const numbers = [];
  const packed = pack(all);
  const height = Math.max(...pictures.map(({ y, image }) => y + image.height));
  const sheet = new OffscreenCanvas(WIDTH(), height);
  const context = sheet.getContext("2d");
  for (const { x, y, image } of pictures) context.putImageData(image, x, y);
  const webp = await asText(await sheet.convertToBlob({ type: "image/webp", quality: 0.9 }));
  const halves = await asText(new Blob([Uint16Array.from(numbers, asHalf)], { type: "application/octet-stream" }));
  const source = `// Made by tests/browser/record.mjs with models/digits on the CPU, seed ${seed}. Do not edit.\n\nexport const RECORDING = {\n  pictures: "${webp}",\n  numbers: "${halves.slice(halves.indexOf(",") + 1)}",\n  shown: ${JSON.stringify(packed)},\n};\n`;
  said.push(
    `${pictures.length} pictures, ${(webp.length / 1000).toFixed(0)} KB; ${numbers.length} numbers, ${(halves.length / 1000).toFixed(0)} KB; the rest ${(JSON.stringify(packed).length / 1000).toFixed(0)} KB`,
  );
  return { source, said: said.join("\n") };

  /** In the place of each text, where it stands and what it is a function of, so that a recording is shown in any language. */
  function pathsOf(texts, path = "") {
    if (typeof texts === "function") return (...values) => ({ says: path, with: values });
    if (typeof texts === "string") return { says: path };
    if (Array.isArray(texts)) return texts.map((text, index) => pathsOf(text, `${path}.${index}`));
    return Object.fromEntries(Object.entries(texts).map(([name, inner]) => [name, pathsOf(inner, path ? `${path}.${name}` : name)]));
  }

  /** Of a run, only what its figure draws. */
  async function lean({ kind, data, ...rest }) {
    if (!data.trace) return { kind, data, ...rest };
    const wanted = {
      strip: ["index", "total", "timestep", "sigma", "previewNoisy", "previewDenoised"],
      guidance: ["index", "total", "timestep", "sigma", "shape", "guidance", "epsCond", "epsUncond", "epsGuided"],
    }[kind];
    const { settings, image, steps } = data.trace;
    const part = (/** @type {any} */ one) => Object.fromEntries(wanted.map((name) => [name, one[name]]));
    // What the arrows are drawn by is measured here, since the page that shows the recording has nobody to ask.
    const measured = async ({ epsUncond, epsCond, epsGuided }) => ({
      measured: { apart: await Decant.distance(epsUncond, epsCond), taken: await Decant.distance(epsGuided, epsCond) },
    });
    const trace = {
      settings,
      image: kind === "strip" ? image : null,
      steps: await Promise.all(steps.map(async (one) => ({ ...part(one), ...(kind === "guidance" && (await measured(one))) }))),
    };
    return { kind, data: { ...data, trace }, ...rest };
  }

  function pack(value) {
    if (value instanceof ImageData) return { picture: placeOf(value) };
    if (value instanceof Float32Array) {
      numbers.push(...value);
      return { halves: [numbers.length - value.length, value.length] };
    }
    if (ArrayBuffer.isView(value)) return Array.from(value);
    if (Array.isArray(value)) return value.map(pack);
    if (value === null || typeof value !== "object")
      return typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, pack(inner)]));
  }

  /** Rows of equal height, from left to right; the same picture twice has one place. */
  function placeOf(image) {
    const same = pictures.find(
      (one) =>
        one.image.width === image.width && one.image.height === image.height && one.image.data.every((byte, at) => byte === image.data[at]),
    );
    if (same) return [same.x, same.y, image.width, image.height];
    const last = pictures.findLast((one) => one.image.height === image.height);
    const fits = last && last.x + 2 * last.image.width <= WIDTH();
    const x = fits ? last.x + last.image.width : 0;
    const y = fits ? last.y : Math.max(0, ...pictures.map((one) => one.y + one.image.height));
    pictures.push({ x, y, image });
    return [x, y, image.width, image.height];
  }

  function WIDTH() {
    return 512;
  }

  /** IEEE 754 binary16, rounded to nearest. */
  function asHalf(value) {
    const size = Math.abs(value);
    const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
    if (size === 0) return sign;
    const exponent = Math.max(Math.floor(Math.log2(size)), -14);
    const steps = Math.round((size / 2 ** exponent) * 1024);
    return sign | (exponent === -14 && steps < 1024 ? steps : ((exponent + 15) << 10) + (steps - 1024));
  }

  function asText(blob) {
    return new Promise((done) => {
      const reader = new FileReader();
      reader.onload = () => done(reader.result);
      reader.readAsDataURL(blob);
    });
  }
}
