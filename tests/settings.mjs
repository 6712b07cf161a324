// The page's own lists of settings against the program's table, as tests/browser/fake/settings.json has it (a Rust test holds that): every setting
// has a name, its page in docs/ and, where people can turn it, a field on the page, and no list names another one. Part of ./check.sh. It needs no
// browser.
//
//     node tests/settings.mjs

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";

const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");
/** @type {import("../web/api/decant.d.ts").Setting[]} */
const rows = JSON.parse(read("browser/fake/settings.json"));
const html = read("../web/index.html");
// What is spoken is asked of the address.
Object.assign(globalThis, { location: { search: "?lang=en" }, navigator: { languages: [] } });
const { NAMES, fieldText, isPlain, readSetting, writeSetting } = await import("../web/studio/settings.js");
const { limitsOf } = await import("../web/studio/readers.js");
const { TRIED } = await import("../web/studio/grid.js");
const { startOf } = await import("../web/studio/init-image.js");

/** How steps are shown on the way is the page's own affair. */
const own = rows.filter(({ group }) => group !== "preview");
const info = /** @type {any} */ ({
  factor: 8,
  catalog: { settings: rows, samplers: [], sigmas: [], spacings: [], longs: [], rngs: [], gridCells: { form: [1, 144] } },
});
for (const name of ["sampler", "sigmas", "spacing", "long", "rng"])
  info.catalog[`${name}s`.replace("ss", "s")] = rows.find((row) => row.name === name)?.choices.map((id) => ({ id }));

/** Settings whose parts of the page are no field of their name: editors, margins, files. */
const NO_FIELD = ["losses", "swaps", "mixes", "loras", "decoder"];
/** A field's tag and type, by the kind of its setting. */
const FIELDS = {
  text: /<textarea/,
  whole: /<input type="number"/,
  real: /<input type="number"/,
  switch: /<input type="checkbox"/,
  choice: /<select|<input type="text"/,
  numbers: /<input type="text"/,
};
/** What a field of that kind can hold; of lists, of that name. */
const TEXTS = { text: ["words"], switch: ["true"], numbers: ["1"] };
const LISTS = {
  swaps: ["puppy=skunk", "puppy=skunk:0.5+cat:0.5\na=b:2"],
  mixes: ["a red four:0.3"],
  losses: ["mean(abs(blue - 0.9)):200", "#204080,#e0c080:50\npicture/8:100\npicture:-1"],
  loras: ["style:0.8", "style:te=0.5:unet=-0.8\nink:1"],
};

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
      for (const text of kind === "choice" ? choices : (LISTS[name] ?? TEXTS[kind] ?? [])) {
        const read = readSetting(name, text, info);
        assert.ok("value" in read, `${name} ${text}: ${JSON.stringify(read)}`);
        const settings = /** @type {any} */ ({ [name]: read.value });
        if (name in LISTS) assert.equal(writeSetting(name, settings), text, name);
        assert.deepEqual(readSetting(name, writeSetting(name, settings), info), read, `${name} ${text}`);
      }
    }
  },
  "what is usual is nothing that is said": () => {
    const needed = ["prompt", "negative", "seed", "steps", "guidance", "sampler", "width", "height"];
    for (const { name, usual } of own.filter(({ name }) => !needed.includes(name))) {
      for (const text of ["", usual]) assert.deepEqual(readSetting(name, text, info), { value: undefined }, `${name} ${text}`);
      const shown = fieldText(name, /** @type {any} */ ({}));
      assert.ok(shown === "" || shown === usual, `${name} shows ${shown}`);
    }
  },
  "every list is read, with all that its entries say": () => {
    assert.deepEqual(
      Object.keys(LISTS).sort(),
      own
        .filter(({ kind }) => kind === "list")
        .map(({ name }) => name)
        .sort(),
    );
    assert.deepEqual(readSetting("loras", "style:te=0.5:unet=0.8", info).value, [{ name: "style", weight: 0.8, text: 0.5 }]);
    assert.deepEqual(readSetting("loras", "style", info).value, [{ name: "style", weight: 1 }]);
    for (const text of ["style:te=:unet=1", "style:te=x:unet=1", ":te=1:unet=1"])
      assert.ok("problem" in readSetting("loras", text, info), text);
  },
  "a text's bytes are the table's": () => {
    const most = rows.find(({ name }) => name === "prompt")?.range?.[1] ?? 0;
    assert.ok("value" in readSetting("prompt", "a".repeat(most), info) && "problem" in readSetting("prompt", "a".repeat(most + 1), info));
  },
  "a second pass goes with all that belongs to it": () => {
    const asked = /** @type {any} */ ({ steps: 4, hiresBy: "lanczos", hiresStrength: 0.5, hiresSteps: 9 });
    const start = /** @type {any} */ ({ image: null, mask: null, latents: null });
    const taken = (settings) => JSON.parse(JSON.stringify(startOf(settings, start).settings));
    assert.deepEqual(taken(asked), { steps: 4 });
    assert.deepEqual(taken({ ...asked, hires: 2 }), { ...asked, hires: 2 });
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
  "every setting is on a page of docs/, by its name or its flag": () => {
    const docs = readdirSync(new URL("../docs/", import.meta.url)).filter((name) => name.endsWith(".md"));
    const written = docs.flatMap((name) => read(`../docs/${name}`).match(/`[^`\n]+`/g) ?? []).join(" ");
    for (const { name } of own) {
      const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      assert.match(written, new RegExp(`\`(--)?(${name}|${flag})(?![\\w-])| --${flag}(?![\\w-])`), name);
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
