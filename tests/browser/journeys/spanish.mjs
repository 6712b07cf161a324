// The page in its second language.

import { strict as assert } from "node:assert";
import { contrastFaults, nameFaults, overflow } from "../look.mjs";
import { drawn, ready, text } from "../steps.mjs";

/** @import { Journey } from "./index.mjs" */

/** @type {Journey[]} */
export const SPANISH = [
  {
    name: "in Spanish: open, generate, see a picture",
    open: "?lang=es&steps=3",
    async play({ page, address }) {
      await ready(page);
      assert.equal(await page.getAttribute("html", "lang"), "es");
      assert.deepEqual(
        await page.evaluate(async (base) => (await import(`${base}web/figures/numbers.js`)).figures(-0.00012), address),
        "−1,2e−4",
      );
      assert.equal(await text(page, "#generate"), "Generar");
      assert.match(await text(page, "#prompt-tokens"), /^\d+ de 7\d tokens\.$/);
      await page.click("#generate");
      await page.waitForFunction(() => /^3 pasos en \d+([,]\d+)? (ms|s)$/.test(document.querySelector("#status")?.textContent ?? ""));
      assert.match(await page.getAttribute("#picture canvas", "aria-label"), /^Imagen: /);
      await page.keyboard.press("ArrowLeft");
      await drawn(page);
      assert.match(await text(page, "[data-of=sigma]"), /^\d+(,\d+)?$/);
      assert.match(await page.getAttribute("#filmstrip", "aria-valuetext"), /^Paso 3 de 3, sigma /);
      const menu = await page.$$eval("#sigmas-menu option, #long option", (options) => options.map(({ textContent }) => textContent));
      assert.ok(menu.includes("Como dice el modelo") && menu.includes("cortar"), String(menu));
    },
  },
  {
    name: "in Spanish: what is wrong is said in Spanish, what the program says is marked as English",
    open: "?lang=es&steps=0&device=tpu",
    async play({ page, address }) {
      await ready(page);
      const said = (await page.locator(".message.error p").allTextContents()).join("\n");
      assert.ok(said.includes("La dirección pide «0» para «Pasos». Pasos: debe estar entre 1 y 1000."), said);
      await page.fill("#width", "33");
      await drawn(page);
      assert.match(await text(page, "#width-problem"), /^Ancho: debe ser múltiplo de \d+: 32 o \d+\.$/);
      await page.fill("#width", "32");
      assert.equal(await page.locator(".message.error p[lang]").count(), 0, "what the page says is Spanish");
      const sentences = await page.evaluate(async (base) => {
        const [{ sentenceOf }, { spokenError }] = await Promise.all(
          ["studio/sentences", "words/say"].map((name) => import(`${base}web/${name}.js`)),
        );
        return [spokenError("error.film"), new Error("Not enough.")]
          .map((error) => sentenceOf(error, "run"))
          .map(({ text, lang }) => [text, lang ?? "es"]);
      }, address);
      assert.deepEqual(sentences, [
        ["El navegador no pudo grabar el vídeo.", "es"],
        ["Not enough.", "en"],
      ]);
      await page.click("#open-model");
      await page.fill("#address", "models/missing");
      await page.keyboard.press("Enter");
      await page.waitForSelector("#look-problem:visible");
      assert.match(await text(page, "#look-problem-text"), /^No hay ningún modelo en models\/missing/);
      assert.equal(await page.getAttribute("#look-said", "lang"), "en");
    },
    expects: /404/,
  },
  {
    name: "in Spanish: what the program refuses is said in Spanish where that has words for all of it, else in English",
    open: "?lang=es&steps=2",
    async play({ page, address }) {
      await ready(page);
      const refused = async (/** @type {string} */ prompt) => {
        await page.fill("#prompt", prompt);
        await page.click("#generate");
        await page.waitForSelector(".message.error");
        const said = page.locator(".message.error p");
        const found = [await said.textContent(), await said.getAttribute("lang")];
        await page.click(".message.error button[aria-label='Cerrar']");
        await page.waitForSelector(".message.error", { state: "detached" });
        return found;
      };
      assert.deepEqual(await refused("this does not fit"), [
        "Una imagen de 32×32 ocuparía 9,1 GB de memoria en Test GPU, que tiene 2,0 GB para ella; pide una imagen más pequeña, o guarda los pesos como q4_0.",
        null,
      ]);
      assert.deepEqual(await refused("this does not fit, says a driver"), [
        "32×32 would take 9.1 GB of memory on Test GPU: a driver has words of its own; ask for a smaller picture, or weights kept as q4_0.",
        "en",
      ]);
      const sentences = await page.evaluate(async (base) => {
        const { spoken } = await import(`${base}web/studio/named.js`);
        await import(`${base}web/words/es/sentences/index.js`); // which named.js began to load
        await new Promise((done) => setTimeout(done));
        const size = { name: { setting: "width" }, pixels: 30, factor: 8, most: 4096, near: 32 };
        const template =
          "{name} {pixels} does not fit the model: a multiple of {factor} from {factor} to {most} is needed, for instance {near}";
        const names = [{ setting: "zero_snr" }, { template: "{tag} in a text", values: { tag: "<x>" } }, "C"];
        return [
          spoken({ message: "", sentence: { template, values: size } }),
          spoken({ message: "", sentence: { template: "not followed: {names}", values: { names } } }),
          spoken({ message: "Nobody translates this.", sentence: { template: "nobody translates this", values: {} } }),
        ].map(({ text, lang }) => [text, lang ?? "es"]);
      }, address);
      assert.deepEqual(sentences, [
        ["«Ancho» 30 no encaja en el modelo: debe ser un múltiplo de 8, de 8 a 4096; por ejemplo, 32.", "es"],
        ["No se sigue: «Empezar con ruido puro», <x> en un texto y C.", "es"],
        ["Nobody translates this.", "en"],
      ]);
    },
  },
  {
    name: "the language is chosen in the bar and kept",
    async play({ page }) {
      await ready(page);
      assert.equal(await page.getAttribute("html", "lang"), "en");
      await page.click("#language");
      await page.waitForSelector("html[lang=es]");
      await ready(page);
      assert.equal(await text(page, "label[for=seed]"), "Semilla");
      assert.equal(await page.getAttribute("#language", "aria-label"), "EN English");
      await page.reload();
      await page.waitForSelector("html[lang=es]");
      await page.click("#language");
      await page.waitForSelector("html[lang=en]");
    },
  },
  {
    name: "in Spanish: every row of the program's tables, and no other",
    real: true,
    open: null,
    async play({ page, address }) {
      await page.goto(`${address}models/digits/model_index.json`);
      const [program, spanish] = await page.evaluate(async (base) => {
        const app = await import(`${base}worker/pkg/decant_app.js`);
        await app.default();
        const { CATALOGUE } = await import(`${base}web/words/es/catalogue.js`);
        const ids = ([name, entries]) => [name, (Array.isArray(entries) ? entries.map(({ id }) => id) : Object.keys(entries)).sort()];
        // What settings are called is the page's own affair.
        const { settings, gridCells, ...menus } = app.catalog();
        return [menus, CATALOGUE].map((tables) => Object.fromEntries(Object.entries(tables).map(ids).sort()));
      }, address);
      assert.deepEqual(spanish, program);
    },
  },
  {
    name: "in Spanish: refusals and notes of the program itself have their rows",
    real: true,
    async play({ page, address }) {
      await page.goto(`${address}models/digits/model_index.json?lang=es`);
      const sentences = await page.evaluate(async (base) => {
        const { spoken } = await import(`${base}web/studio/named.js`);
        await import(`${base}web/words/es/sentences/index.js`);
        await new Promise((done) => setTimeout(done));
        const { Decant } = await import(`${base}decant.js`);
        const decant = await Decant.load({ model: `${base}models/digits`, device: "cpu" });
        const refusal = (/** @type {object} */ more) => decant.generate({ prompt: "a red seven", ...more }).catch(spoken);
        const settings = "a red seven\nSteps: 20, Sampler: Euler, Seed: 1, Feather length: 3.5";
        const found = await Decant.readRecord(new File([settings], "settings.txt"));
        const all = [await refusal({ width: 30 }), await refusal({ loras: [{ name: "ink" }] }), ...found.notes.map(spoken)];
        decant.close();
        return all.map(({ text, lang }) => [text, lang ?? "es"]);
      }, address);
      const [[size, language], ...others] = sentences;
      assert.match(size, /^«Ancho» 30 no encaja en el modelo: debe ser un múltiplo de (\d+), de \1 a \d+; por ejemplo, \d+\.$/);
      assert.equal(language, "es");
      assert.deepEqual(others, [
        ["LoRA ink: no está cargado; no hay ninguno cargado; carga antes su archivo.", "es"],
        ["Aquí no se conoce, y por eso no se sigue: Feather length 3.5.", "es"],
      ]);
    },
  },
  ...[1440, 390, 320].map((width) => ({
    name: `in Spanish: nothing is wider than the page at ${width} pixels`,
    open: "?lang=es&steps=3&run=1",
    width,
    height: 844,
    async play({ page }) {
      await page.waitForFunction(() => / pasos en /.test(document.querySelector("#status")?.textContent ?? ""));
      await page.evaluate(() => {
        for (const details of document.querySelectorAll("details")) details.open = true;
      });
      await drawn(page);
      assert.deepEqual(await page.evaluate(overflow), []);
      assert.deepEqual(await page.evaluate(contrastFaults), []);
      assert.deepEqual(await page.evaluate(nameFaults), []);
    },
  })),
];
