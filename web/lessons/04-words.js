// Lesson 4: words to numbers. Tokens, places, what is cut off, and a word that is a mix of two.

/** @import { Lesson, LessonStep } from "./index.js" */
/** @typedef {typeof import("../words/en/lessons/words.js").WORDS} Says */

const LONG = "a blue seven on a yellow background, ";

/** @param {Says} says @returns {Lesson} */
export const words = (says) => ({
  id: "words",
  title: says.title,
  about: says.about,
  minutes: 18,
  cover: `<text class="word" x="14" y="50">seven</text><path class="ink" d="M64 45h16m-5-4 5 4-5 4"/>${Array.from({ length: 30 }, (_, at) => `<rect class="${["fill", "blue", "hair-fill"][(at * 7 + ((at * at) % 5)) % 3]}" style="opacity:${0.35 + ((at * 37) % 60) / 100}" x="${90 + (at % 10) * 6}" y="${31 + Math.floor(at / 10) * 10}" width="5" height="8"/>`).join("")}`,
  sources: [
    "Sennrich, Haddow & Birch 2015, Neural Machine Translation of Rare Words with Subword Units",
    "Vaswani, Shazeer, Parmar and others 2017, Attention Is All You Need",
    "Radford, Kim, Hallacy and others 2021, Learning Transferable Visual Models From Natural Language Supervision",
    "Gal, Alaluf, Atzmon and others 2022, An Image is Worth One Word",
    "fast.ai 2022, From Deep Learning Foundations to Stable Diffusion, lesson 9A",
  ],
  steps: [tokens(says.tokens), rows(says.rows), neighbours(says.neighbours), cut(says.cut), order(says.order), mix(says.mix)],
});

/** @param {Says["tokens"]} says @returns {LessonStep} */
const tokens = (says) => ({
  title: says.title,
  text: says.text,
  question: { ...says.question, fact: "long", near: 0 },
  dials: [{ name: "text", label: says.dials.text, text: ({ prompt }) => prompt }],
  calls: [
    { as: "tokens", call: "tokenize", with: (_, { dials }) => [dials.text] },
    { as: "rare", call: "tokenize", with: () => ["antidisestablishmentarianism"] },
  ],
  show: ({ tokens, rare }) => ({
    figures: [{ kind: "chips", data: { tokens } }],
    facts: [
      { id: "used", name: says.facts.used, value: tokens.used },
      { id: "limit", name: says.facts.limit, value: tokens.limit },
      { id: "long", name: says.facts.long, value: rare.used },
    ],
  }),
  notes: { minutes: 3, ...says.notes },
});

/** @param {Says["rows"]} says @returns {LessonStep} */
const rows = (says) => ({
  title: says.title,
  text: says.text,
  question: { ...says.question, fact: "numbers", near: 0.01 },
  calls: [{ as: "rows", call: "embed", with: (_, { example }) => [{ prompt: example.prompt }] }],
  show: ({ rows }) => ({
    figures: [{ kind: "table", data: { embeddings: rows } }],
    facts: [
      { id: "rows", name: says.facts.rows, value: rows.words.length },
      { id: "width", name: says.facts.width, value: rows.outputWidth },
      { id: "numbers", name: says.facts.numbers, value: rows.output.length },
    ],
  }),
  notes: { minutes: 3, ...says.notes },
});

/** @param {Says["neighbours"]} says @returns {LessonStep} */
const neighbours = (says) => ({
  title: says.title,
  text: says.text,
  formula:
    "<mi>cos</mi><mo>(</mo><mi>a</mi><mo>,</mo><mi>b</mi><mo>)</mo><mo>=</mo><mfrac><mrow><mi>a</mi><mo>·</mo><mi>b</mi></mrow><mrow><mo>|</mo><mi>a</mi><mo>|</mo><mspace width='.2em'/><mo>|</mo><mi>b</mi><mo>|</mo></mrow></mfrac>",
  reads: says.reads,
  question: { ...says.question, fact: "nearest", near: 0.1 },
  act: says.act,
  dials: [{ name: "word", label: says.dials.word, text: ({ word }) => word }],
  calls: [{ as: "near", call: "neighbours", with: (_, { dials }) => [dials.word.trim(), 8] }],
  show: ({ near }) => ({
    figures: [
      {
        kind: "bars",
        data: {
          rows: near.map((/** @type {import("../api/decant.d.ts").Neighbour} */ { token, cosine }) => ({
            name: token.replace("</w>", ""),
            value: cosine,
          })),
          label: says.figures.cosine,
        },
      },
    ],
    facts: [{ id: "nearest", name: says.facts.nearest, value: near[1].cosine }],
  }),
  notes: { minutes: 2, ...says.notes },
});

/** @param {Says["cut"]} says @returns {LessonStep} */
const cut = (says) => ({
  title: says.title,
  text: says.text,
  dials: [{ name: "text", label: says.dials.text, text: () => `${LONG.repeat(10)}with a red frame` }],
  calls: [{ as: "tokens", call: "tokenize", with: (_, { dials }) => [dials.text] }],
  show: ({ tokens }) => ({
    figures: [{ kind: "chips", data: { tokens } }],
    facts: [
      { id: "used", name: says.facts.used, value: tokens.used },
      { id: "cut", name: says.facts.cut, value: tokens.cut.length },
    ],
  }),
  question: { ...says.question, right: 1 },
  notes: { minutes: 3, ...says.notes },
});

/** @param {Says["order"]} says @returns {LessonStep} */
const order = (says) => ({
  title: says.title,
  text: says.text,
  act: says.act,
  calls: [
    { as: "one", call: "generate", with: (_, { example, seed }) => [{ prompt: example.prompt, seed, steps: 12 }] },
    { as: "turned", call: "generate", with: (_, { example, seed }) => [{ prompt: example.turned, seed, steps: 12 }] },
    { as: "rows", call: "embed", with: (_, { example }) => [{ prompt: example.prompt }] },
    { as: "turnedRows", call: "embed", with: (_, { example }) => [{ prompt: example.turned }] },
    { as: "apart", call: "distance", with: ({ rows, turnedRows }) => [rows.output, turnedRows.output] },
  ],
  show: ({ one, turned, apart }, { example }) => ({
    figures: [
      { kind: "picture", data: { image: one.image, caption: says.figures.prompt(example.prompt) } },
      { kind: "picture", data: { image: turned.image, caption: says.figures.prompt(example.turned) } },
    ],
    facts: [
      { id: "cosine", name: says.facts.cosine, value: apart.cosine },
      { id: "rms", name: says.facts.rms, value: apart.rms },
    ],
  }),
  question: { ...says.question, fact: "cosine", near: 0.1 },
  notes: { minutes: 3, ...says.notes },
});

/** @param {Says["mix"]} says @returns {LessonStep} */
const mix = (says) => ({
  title: says.title,
  text: says.text,
  dials: [{ name: "share", label: says.dials.share, from: 0, to: 1, by: 0.05, value: 0.5 }],
  act: says.act,
  calls: [
    { as: "plain", call: "generate", with: (_, { example, seed }) => [{ prompt: example.prompt, seed, steps: 12 }] },
    {
      as: "mixed",
      call: "generate",
      with: (_, { example, seed, dials }) => [
        {
          prompt: example.prompt,
          seed,
          steps: 12,
          swaps: [
            {
              token: example.from,
              with: [
                { token: example.from, weight: Number((1 - dials.share).toFixed(2)) },
                { token: example.to, weight: dials.share },
              ],
            },
          ],
        },
      ],
    },
    {
      as: "swapped",
      call: "generate",
      with: (_, { example, seed }) => [
        { prompt: example.prompt, seed, steps: 12, swaps: [{ token: example.from, with: [{ token: example.to, weight: 1 }] }] },
      ],
    },
    { as: "near", call: "distance", with: ({ plain, mixed }) => [plain.trace.steps.at(-1).next, mixed.trace.steps.at(-1).next] },
    { as: "far", call: "distance", with: ({ plain, swapped }) => [plain.trace.steps.at(-1).next, swapped.trace.steps.at(-1).next] },
  ],
  show: ({ plain, mixed, swapped, near, far }, { example, dials }) => ({
    figures: [
      { kind: "picture", data: { image: plain.image, caption: says.figures.word(example.from) } },
      { kind: "picture", data: { image: mixed.image, caption: says.figures.mixed(dials.share, example.to) } },
      { kind: "picture", data: { image: swapped.image, caption: says.figures.swapped(example.to) } },
    ],
    facts: [
      { id: "near", name: says.facts.near, value: near.rms },
      { id: "far", name: says.facts.far, value: far.rms },
    ],
  }),
  question: { ...says.question, right: 2 },
  notes: { minutes: 4, ...says.notes },
});
