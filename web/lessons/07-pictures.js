// Lesson 7: starting from a picture. Strength, the first step, and what stays.

/** @import { At, Lesson, LessonStep } from "./index.js" */
/** @typedef {typeof import("../words/en/lessons/pictures.js").PICTURES} Says */

const STRENGTHS = [0.2, 0.4, 0.6, 0.8];

/** The learner's picture in the model's own size, whatever its own is. @param {At} at */
const begun = ({ example, seed, picture, info }) => ({
  prompt: example.other,
  image: picture,
  width: info.defaults.width,
  height: info.defaults.height,
  seed,
  sampler: "ddim",
  steps: 16,
});

/** @param {Says} says @returns {Lesson} */
export const pictures = (says) => ({
  id: "pictures",
  title: says.title,
  about: says.about,
  minutes: 11,
  cover: `<rect class="hair" x="12" y="22" width="46" height="46"/><path class="seven" d="M24 34h20L31 57"/><path class="ink" d="M67 45h24m-6-5 6 5-6 5"/><rect class="hair" x="102" y="22" width="46" height="46"/><path class="four" d="M129 58V33l-15 17h22"/>`,
  sources: [
    "Meng, He, Song and others 2021, SDEdit: Guided Image Synthesis and Editing with Stochastic Differential Equations",
    "Rombach, Blattmann, Lorenz, Esser & Ommer 2021, High-Resolution Image Synthesis with Latent Diffusion Models",
    "fast.ai 2022, From Deep Learning Foundations to Stable Diffusion, lesson 9A",
  ],
  steps: [strength(says.strength), four(says.four), first(says.first)],
});

/** @param {Says["strength"]} says @returns {LessonStep} */
const strength = (says) => ({
  title: says.title,
  text: says.text,
  picture: true,
  question: { ...says.question, fact: "taken", near: 0.01 },
  act: says.act,
  calls: [{ as: "run", call: "generate", with: (_, at) => [{ ...begun(at), strength: 0.6 }] }],
  show: ({ run }) => ({
    figures: [{ kind: "strip", data: { trace: run.trace, cursor: 0 } }],
    facts: [
      { id: "taken", name: says.facts.taken, value: run.trace.steps.length },
      { id: "sigma", name: says.facts.sigma, value: run.trace.steps[0].sigma },
    ],
  }),
  notes: { minutes: 4, ...says.notes },
});

/** @param {Says["four"]} says @returns {LessonStep} */
const four = (says) => ({
  title: says.title,
  text: says.text,
  picture: true,
  question: { ...says.question, right: 1 },
  act: says.act,
  calls: [
    { as: "coded", call: "roundTrip", with: (_, { picture }) => [picture] },
    ...STRENGTHS.map((strength, index) => ({
      as: `run${index}`,
      call: /** @type {const} */ ("generate"),
      with: (/** @type {any} */ _, /** @type {At} */ at) => [{ ...begun(at), strength }],
    })),
  ],
  show: ({ coded, ...made }) => ({
    figures: [
      { kind: "picture", data: { image: coded.before, caption: says.figures.start } },
      ...STRENGTHS.map((strength, index) => ({
        kind: /** @type {const} */ ("picture"),
        data: { image: made[`run${index}`].image, caption: says.figures.strength(strength) },
      })),
    ],
    facts: STRENGTHS.map((strength, index) => ({
      id: `taken${index}`,
      name: says.facts.taken(strength),
      value: made[`run${index}`].trace.steps.length,
    })),
  }),
  notes: { minutes: 3, ...says.notes },
});

/** @param {Says["first"]} says @returns {LessonStep} */
const first = (says) => ({
  title: says.title,
  text: says.text,
  picture: true,
  dials: [{ name: "start", label: says.dials.start, from: 0, to: 15, by: 1, value: 6 }],
  calls: [
    { as: "run", call: "generate", with: (_, at) => [{ ...begun(at), startStep: at.dials.start }] },
    { as: "begin", call: "decode", with: ({ run }) => [{ values: run.trace.steps[0].latents, shape: run.trace.steps[0].shape }] },
  ],
  show: ({ run, begin }, { dials }) => ({
    figures: [
      { kind: "picture", data: { image: begin, caption: says.figures.begin } },
      { kind: "picture", data: { image: run.image, caption: says.figures.started(dials.start) } },
    ],
    facts: [
      { id: "taken", name: says.facts.taken, value: run.trace.steps.length },
      { id: "sigma", name: says.facts.sigma, value: run.trace.steps[0].sigma },
    ],
  }),
  question: { ...says.question, right: 0 },
  notes: { minutes: 4, ...says.notes },
});
