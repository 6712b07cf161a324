// Lesson 3: one step is not enough. What the model predicts at each step, and why the first prediction is a blur.

/** @import { At, Lesson, LessonStep } from "./index.js" */
/** @typedef {typeof import("../words/en/lessons/steps.js").STEPS} Says */

/** The steps whose guesses are compared, from 0, and the one called step 5. */
const AGES = Array.from({ length: 10 }, (_, at) => at);
const MIDDLE = 4;

/** @param {Says} says @returns {Lesson} */
export const steps = (says) => ({
  id: "steps",
  title: says.title,
  about: says.about,
  minutes: 13,
  cover: [0, 1, 2, 3]
    .map(
      (at) =>
        `<rect class="hair" x="${12 + at * 35}" y="28" width="31" height="34"/><path class="seven" style="opacity:${[0.16, 0.42, 0.75, 1][at]};stroke-width:${[9, 6.5, 4.5, 3.4][at]}" d="M${20 + at * 35} 37h15l-9 17"/>`,
    )
    .join(""),
  sources: [
    "Ho, Jain & Abbeel 2020, Denoising Diffusion Probabilistic Models",
    "Song, Meng & Ermon 2020, Denoising Diffusion Implicit Models",
    "Karras, Aittala, Aila & Laine 2022, Elucidating the Design Space of Diffusion-Based Generative Models",
    "fast.ai 2022, From Deep Learning Foundations to Stable Diffusion, lesson 9A",
  ],
  steps: [guesses(says.guesses), counts(says.counts), average(says.average)],
});

/** @param {Says["guesses"]} says @returns {LessonStep} */
const guesses = (says) => ({
  title: says.title,
  text: says.text,
  formula:
    "<msub><mover><mi>x</mi><mo>^</mo></mover><mn>0</mn></msub><mo>=</mo><mi>x</mi><mo>−</mo><mi>σ</mi><mspace width='.2em'/><mover><mi>ε</mi><mo>^</mo></mover><mo>(</mo><mi>x</mi><mo>,</mo><mi>σ</mi><mo>)</mo>",
  reads: says.reads,
  calls: [{ as: "run", call: "generate", with: (_, { example, seed }) => [{ prompt: example.prompt, seed, steps: 16, sampler: "euler" }] }],
  show: ({ run }) => ({
    figures: [{ kind: "strip", data: { trace: run.trace, cursor: 0 } }],
    facts: [
      { id: "sigma", name: says.facts.sigma, value: run.trace.steps[0].sigma },
      { id: "calls", name: says.facts.calls, value: run.trace.steps.length },
    ],
  }),
  question: { ...says.question, right: 1 },
  notes: { minutes: 4, ...says.notes },
});

/** @param {Says["counts"]} says @returns {LessonStep} */
const counts = (says) => ({
  title: says.title,
  text: says.text,
  question: { ...says.question, fact: "nearer", unit: "×", near: 0.3 },
  act: says.act,
  calls: [
    ...[1, 4, 16, 64].map((steps) => ({
      as: `run${steps}`,
      call: /** @type {const} */ ("generate"),
      with: (/** @type {any} */ _, /** @type {At} */ { example, seed }) => [
        { prompt: example.prompt, seed, steps, sampler: "euler", spacing: "trailing" },
      ],
    })),
    ...[1, 4, 16].map((steps) => ({
      as: `apart${steps}`,
      call: /** @type {const} */ ("distance"),
      with: (/** @type {any} */ made) => [made[`run${steps}`].trace.steps.at(-1).next, made.run64.trace.steps.at(-1).next],
    })),
  ],
  show: (made) => ({
    figures: [1, 4, 16, 64].map((steps) => ({
      kind: "picture",
      data: { image: made[`run${steps}`].image, caption: says.figures.steps(steps) },
    })),
    facts: [
      ...[1, 4, 16].map((steps) => ({ id: `apart${steps}`, name: says.facts.apart(steps), value: made[`apart${steps}`].rms })),
      { id: "nearer", name: says.facts.nearer, value: made.apart1.rms / made.apart16.rms, unit: "×", figures: 2 },
    ],
  }),
  notes: { minutes: 4, ...says.notes },
});

/** @param {Says["average"]} says @returns {LessonStep} */
const average = (says) => ({
  title: says.title,
  text: says.text,
  formula:
    "<msub><mover><mi>x</mi><mo>^</mo></mover><mn>0</mn></msub><mo>=</mo><mtext>E</mtext><mo>[</mo><msub><mi>x</mi><mn>0</mn></msub><mo>|</mo><mi>x</mi><mo>]</mo>",
  reads: says.reads,
  question: { ...says.question, right: (fact) => (fact("middle") < fact("last") ? 1 : 0) },
  act: says.act,
  calls: [
    ...[0, 1, 2, 3].map((more) => ({
      as: `run${more}`,
      call: /** @type {const} */ ("generate"),
      with: (/** @type {any} */ _, /** @type {At} */ { example, seed }) => [
        { prompt: example.prompt, seed: seed + more, steps: AGES.length, guidance: 1, sampler: "euler", spacing: "trailing" },
      ],
    })),
    ...[0, 1, 2, 3].map((more) => ({
      as: `guess${more}`,
      call: /** @type {const} */ ("decode"),
      with: (/** @type {any} */ made) => [
        { values: made[`run${more}`].trace.steps[MIDDLE].denoised, shape: made[`run${more}`].trace.steps[MIDDLE].shape },
      ],
    })),
    ...[1, 2, 3].flatMap((more) =>
      AGES.map((at) => ({
        as: `apart${more}_${at}`,
        call: /** @type {const} */ ("distance"),
        with: (/** @type {any} */ made) => [made.run0.trace.steps[at].denoised, made[`run${more}`].trace.steps[at].denoised],
      })),
    ),
  ],
  show: (made, { seed }) => ({
    figures: [
      {
        kind: "lines",
        data: {
          series: [1, 2, 3].map((more) => ({
            name: says.figures.seeds(seed, seed + more),
            points: AGES.map((at) => [at + 1, made[`apart${more}_${at}`].rms]),
          })),
          x: { label: says.figures.step },
          y: { label: says.figures.distance },
        },
      },
      ...[0, 1, 2, 3].map((more) => ({
        kind: /** @type {const} */ ("picture"),
        data: { image: made[`guess${more}`], caption: says.figures.guess(seed + more) },
      })),
      ...[0, 1, 2, 3].map((more) => ({
        kind: /** @type {const} */ ("picture"),
        data: { image: made[`run${more}`].image, caption: says.figures.finished(seed + more) },
      })),
    ],
    facts: [
      { id: "first", name: says.facts.first, value: made.apart1_0.rms },
      { id: "middle", name: says.facts.middle, value: made[`apart1_${MIDDLE}`].rms },
      { id: "last", name: says.facts.last, value: made[`apart1_${AGES.length - 1}`].rms },
    ],
  }),
  notes: { minutes: 4, ...says.notes },
});
