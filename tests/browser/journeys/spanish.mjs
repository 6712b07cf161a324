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
