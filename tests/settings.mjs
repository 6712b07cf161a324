// The page's own lists of settings against the program's table, as tests/browser/fake/settings.json has it (a Rust test holds that): every setting
// has a name and, where people can turn it, a field on the page, and no list names another one. Part of ./check.sh. It needs no browser.
//
//     node tests/settings.mjs

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");
/** @type {import("../web/api/decant.d.ts").Setting[]} */
const rows = JSON.parse(read("browser/fake/settings.json"));
const html = read("../web/index.html");
// What is spoken is asked of the address.
Object.assign(globalThis, { location: { search: "?lang=en" }, navigator: { languages: [] } });
const { NAMES, fieldText, isPlain, readSetting, writeSetting } = await import("../web/studio/settings.js");
const { limitsOf } = await import("../web/studio/readers.js");
const { TRIED } = await import("../web/studio/grid.js");

/** How steps are shown on the way is the page's own affair. */
const own = rows.filter(({ group }) => group !== "preview");
const info = /** @type {any} */ ({
  factor: 8,
  catalog: { settings: rows, samplers: [], sigmas: [], spacings: [], longs: [], rngs: [], gridCells: { form: [1, 144] } },
});
for (const name of ["sampler", "sigmas", "spacing", "long", "rng"])
  info.catalog[`${name}s`.replace("ss", "s")] = rows.find((row) => row.name === name)?.choices.map((id) => ({ id }));

/** Settings whose parts of the page are no field of their name: editors, margins, files. */
const NO_FIELD = ["swaps", "mixes", "loras", "decoder"];
/** A field's tag and type, by the kind of its setting. */
const FIELDS = {
  text: /<textarea/,
  whole: /<input type="number"/,
  real: /<input type="number"/,
  switch: /<input type="checkbox"/,
  choice: /<select|<input type="text"/,
  numbers: /<input type="text"/,
};
/** What a field of that kind can hold. */
const TEXTS = { text: ["words"], switch: ["true"], numbers: ["1"], list: [] };

const CHECKS = {
  "page and program know the same settings": () => assert.deepEqual([...NAMES].sort(), own.map(({ name }) => name).sort()),
  "a form's limits are taken, and beyond them nothing": () => {
    for (const { name, kind, form } of own.filter(({ kind }) => ["whole", "real", "numbers"].includes(kind))) {
      const [least, most] = limitsOf(name, info);
      assert.deepEqual([least, most], form, name);
      const from = ["width", "height"].includes(name) ? 8 : least;
      for (const text of [from, most]) assert.ok("value" in readSetting(name, String(text), info), `${name} ${text}`);
      for (const text of [from - 1, most + 1]) assert.ok("problem" in readSetting(name, String(text), info), `${name} ${text}, ${kind}`);
    }
  },
  "every choice is taken, and is written as it is read": () => {
    for (const { name, kind, choices } of own) {
      for (const text of kind === "choice" ? choices : (TEXTS[kind] ?? [])) {
        const read = readSetting(name, text, info);
        assert.ok("value" in read, `${name} ${text}: ${JSON.stringify(read)}`);
        const settings = /** @type {any} */ ({ [name]: read.value });
        assert.deepEqual(readSetting(name, writeSetting(name, settings), info), read, `${name} ${text}`);
      }
    }
  },
  "what is usual is nothing that is said": () => {
    const needed = ["prompt", "negative", "seed", "steps", "guidance", "sampler", "width", "height"];
    for (const { name, usual } of own.filter(({ name }) => !needed.includes(name))) {
      assert.deepEqual(readSetting(name, name === "count" || Number.isFinite(Number(usual)) ? "" : usual, info).value, undefined, name);
      const shown = fieldText(name, /** @type {any} */ ({}));
      assert.ok(shown === "" || shown === usual, `${name} shows ${shown}`);
    }
  },
  "every setting has its field, of its kind, and its limits come from the table": () => {
    for (const { name, kind, group, choices } of own.filter(({ name }) => !NO_FIELD.includes(name))) {
      const [tag] = html.match(new RegExp(`<(input|select|textarea)\\b[^>]*\\bname="${name}"[^>]*>`)) ?? [];
      assert.equal(tag === undefined, isPlain(name), `${name}: a field in index.html, or a word “setting.${name}”`);
      if (tag === undefined) {
        assert.ok(["text", "whole", "real", "switch"].includes(kind), `${name}: no field is made for a ${kind}`);
        assert.ok(html.includes(`data-group="${group}"`), `${name}: index.html has no place for ${group}`);
      } else {
        assert.match(tag, FIELDS[kind], name);
        assert.doesNotMatch(tag, / (min|max)="/, name);
      }
      const [, options] = html.match(new RegExp(`<select id="${name}"[^>]*>([^]*?)</select>`)) ?? [];
      if (options?.trim())
        assert.deepEqual(
          Array.from(options.matchAll(/value="(\w+)"/g), ([, id]) => id),
          choices,
          name,
        );
    }
  },
  "what a grid offers is what the table says": () =>
    assert.deepEqual(
      [...TRIED].sort(),
      rows
        .filter(({ inGrid }) => inGrid)
        .map(({ name }) => name)
        .sort(),
    ),
};

for (const [what, check] of Object.entries(CHECKS)) {
  try {
    check();
  } catch (error) {
    process.exitCode = 1;
    console.log(`FAIL ${what}: ${/** @type {Error} */ (error).message}`);
  }
}
if (!process.exitCode) console.log(`${rows.length} settings, ${Object.keys(CHECKS).length} checks`);
