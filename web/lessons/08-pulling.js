// Lesson 8: pulling on the picture. A loss, its gradient, and what it goes through.

/** @import { At, Lesson, LessonStep } from "./index.js" */
/** @typedef {typeof import("../words/en/lessons/pulling.js").PULLING} Says */

const BLUE = "mean(abs(blue - 0.9))";
const SCALES = [0, 5, 20, 60];
const SCALE = 20;
const EVERY = 2;

/** A run of twelve steps, pulled by these losses. @param {At} at @param {import("../api/decant.d.ts").Loss[]} losses @param {object} [more] */
const pulled = ({ example, seed }, losses, more = {}) => ({
  prompt: example.prompt,
  seed,
  steps: 12,
  sampler: "ddim",
  ...(losses.length > 0 && { losses, lossEvery: EVERY }),
  ...more,
});

/** What was measured in the steps that were pulled. @param {import("../api/decant.d.ts").Made} made */
const losses = ({ trace }) => trace.steps.filter(({ loss }) => typeof loss === "number");

/** Its losses, without their scale, as a line. @param {import("../api/decant.d.ts").Made} made @param {string} name @param {number} scale */
const line = (made, name, scale) => ({
  name,
  points: losses(made).map(({ index, loss }) => /** @type {[number, number]} */ ([index + 1, (loss ?? NaN) / scale])),
});

/** @param {Says} says @returns {Lesson} */
export const pulling = (says) => ({
  id: "pulling",
  title: says.title,
  about: says.about,
  minutes: 15,
  cover: `<circle class="hair" cx="52" cy="46" r="26"/><path class="seven" d="M40 34h24L49 61"/><path class="blue-line" d="M86 46h44m-8-6 8 6-8 6"/><path class="pour-line" d="M86 46 112 74" style="stroke-dasharray:3 4"/><circle class="fill" cx="138" cy="46" r="5"/>`,
  sources: [
    "Dhariwal & Nichol 2021, Diffusion Models Beat GANs on Image Synthesis",
    "Ho, Salimans, Gritsenko and others 2022, Video Diffusion Models (section 3.1, reconstruction guidance)",
    "fast.ai 2022, From Deep Learning Foundations to Stable Diffusion, lesson 9A",
  ],
  steps: [scales(says.scales), gradient(says.gradient), own(says.own), exactly(says.exactly)],
});

/** @param {Says["scales"]} says @returns {LessonStep} */
const scales = (says) => ({
  title: says.title,
  text: says.text,
  formula: `<mi>x</mi><mo>←</mo><mi>x</mi><mo>−</mo><msup><mi>σ</mi><mn>2</mn></msup><mo>·</mo><mtext>${says.formula.gradient}</mtext>`,
  reads: says.reads,
  question: { ...says.question, right: 3 },
  act: says.act,
  calls: SCALES.map((scale, index) => ({
    as: `run${index}`,
    call: /** @type {const} */ ("generate"),
    with: (/** @type {any} */ _, /** @type {At} */ at) => [pulled(at, scale > 0 ? [{ expression: BLUE, scale }] : [])],
  })),
  show: (made) => ({
    figures: [
      ...SCALES.map((scale, index) => ({
        kind: /** @type {const} */ ("picture"),
        data: { image: made[`run${index}`].image, caption: says.figures.scale(scale) },
      })),
      {
        kind: "lines",
        data: {
          series: SCALES.slice(1).map((scale, index) => line(made[`run${index + 1}`], says.figures.scale(scale), scale)),
          x: { label: says.figures.step },
          y: { label: BLUE },
        },
      },
    ],
    facts: SCALES.slice(1).map((scale, index) => ({
      id: `last${index + 1}`,
      name: says.facts.last(scale),
      value: (losses(made[`run${index + 1}`]).at(-1)?.loss ?? NaN) / scale,
    })),
  }),
  notes: { minutes: 4, ...says.notes },
});

/** @param {Says["gradient"]} says @returns {LessonStep} */
const gradient = (says) => ({
  title: says.title,
  text: says.text,
  calls: [
    { as: "run", call: "generate", with: (_, at) => [pulled(at, [{ expression: BLUE, scale: SCALE }])] },
    { as: "apart", call: "distance", with: ({ run }) => [run.trace.steps[0].lossGradient.values, run.trace.steps[10].lossGradient.values] },
  ],
  show: ({ run, apart }) => {
    const [first, last] = [run.trace.steps[0], run.trace.steps[10]];
    return {
      figures: [
        { kind: "channels", data: first.lossGradient },
        { kind: "channels", data: last.lossGradient },
      ],
      facts: [
        { id: "first", name: says.facts.first, value: first.sigma ** 2 },
        { id: "last", name: says.facts.last, value: last.sigma ** 2 },
        { id: "cosine", name: says.facts.cosine, value: apart.cosine },
      ],
    };
  },
  question: { ...says.question, fact: "first", near: 20 },
  notes: { minutes: 3, ...says.notes },
});

/** @param {Says["own"]} says @returns {LessonStep} */
const own = (says) => ({
  title: says.title,
  text: says.text,
  dials: [
    { name: "loss", label: says.dials.loss, text: () => "mean((red - x)^2 + (green - 1 + x)^2)" },
    { name: "scale", label: says.dials.scale, from: 0, to: 200, by: 5, value: SCALE },
  ],
  act: says.act,
  calls: [
    { as: "plain", call: "generate", with: (_, at) => [pulled(at, [])] },
    { as: "run", call: "generate", with: (_, at) => [pulled(at, [{ expression: at.dials.loss, scale: at.dials.scale }])] },
  ],
  show: ({ plain, run }, { dials }) => ({
    figures: [
      { kind: "picture", data: { image: plain.image, caption: says.figures.without } },
      { kind: "picture", data: { image: run.image, caption: says.figures.with(dials.loss) } },
      {
        kind: "lines",
        data: {
          series: [line(run, dials.loss, Math.max(dials.scale, 1e-9))],
          x: { label: says.figures.step },
          y: { label: says.figures.loss },
        },
      },
    ],
    facts: [
      { id: "begin", name: says.facts.begin, value: (losses(run)[0]?.loss ?? NaN) / Math.max(dials.scale, 1e-9) },
      { id: "end", name: says.facts.end, value: (losses(run).at(-1)?.loss ?? NaN) / Math.max(dials.scale, 1e-9) },
    ],
  }),
  question: { ...says.question, right: 1 },
  notes: { minutes: 4, ...says.notes },
});

/** @param {Says["exactly"]} says @returns {LessonStep} */
const exactly = (says) => ({
  title: says.title,
  text: says.text,
  act: says.act,
  calls: [
    { as: "held", call: "generate", with: (_, at) => [pulled(at, [{ expression: BLUE, scale: SCALE }])] },
    { as: "exact", call: "generate", with: (_, at) => [pulled(at, [{ expression: BLUE, scale: SCALE }], { lossExact: true })] },
    {
      as: "apart",
      call: "distance",
      with: ({ held, exact }) => [held.trace.steps[0].lossGradient.values, exact.trace.steps[0].lossGradient.values],
    },
  ],
  show: ({ held, exact, apart }) => ({
    figures: [
      { kind: "picture", data: { image: held.image, caption: says.figures.held } },
      { kind: "picture", data: { image: exact.image, caption: says.figures.exact } },
      { kind: "channels", data: held.trace.steps[4].lossGradient },
      { kind: "channels", data: exact.trace.steps[4].lossGradient },
    ],
    facts: [
      { id: "cosine", name: says.facts.cosine, value: apart.cosine },
      { id: "held", name: says.facts.held, value: (losses(held).at(-1)?.loss ?? NaN) / SCALE },
      { id: "exact", name: says.facts.exact, value: (losses(exact).at(-1)?.loss ?? NaN) / SCALE },
    ],
  }),
  question: { ...says.question, fact: "cosine", near: 0.1 },
  notes: { minutes: 4, ...says.notes },
});
