// Lesson 5: guidance. Two answers of the model, the arrow between them, and how far to follow it.

/** @import { At, Lesson, LessonStep } from "./index.js" */
/** @typedef {typeof import("../words/en/lessons/guidance.js").GUIDANCE} Says */

const SCALES = [1.1, 3, 7, 14];

/** The guided answer, from the one that is left behind. @param {string} from @param {string} towards */
const guided = (from, towards) =>
  `<mover><mi>ε</mi><mo>^</mo></mover><mo>=</mo><msub><mi>ε</mi><mtext>${from}</mtext></msub><mo>+</mo><mi>s</mi><mspace width='.2em'/><mo>(</mo><msub><mi>ε</mi><mtext>${towards}</mtext></msub><mo>−</mo><msub><mi>ε</mi><mtext>${from}</mtext></msub><mo>)</mo>`;

/** How far the last latents go from 0, to either side. @param {import("../api/decant.d.ts").Made} made */
const farthest = ({ trace }) =>
  Math.max(...(trace.steps.at(-1)?.channels.next ?? []).map(({ least, largest }) => Math.max(-least, largest)));

/** @param {Says} says @returns {Lesson} */
export const guidance = (says) => ({
  id: "guidance",
  title: says.title,
  about: says.about,
  minutes: 14,
  cover: `<path class="blue-line" d="M22 74 78 33m-7 1.2 7-1.2-2.6 6.6"/><path class="green-line" d="M22 74 92 45m-7-.8 7 .8-4.2 5.6"/><path class="pour-line" d="M78 33 140 86" style="stroke-dasharray:3 4"/><path class="pour-line" d="M78 33 92 45"/><circle class="fill" cx="134" cy="81" r="4"/>`,
  sources: [
    "Dhariwal & Nichol 2021, Diffusion Models Beat GANs on Image Synthesis",
    "Ho & Salimans 2022, Classifier-Free Diffusion Guidance",
    "Lin, Liu, Li & Yang 2023, Common Diffusion Noise Schedules and Sample Steps are Flawed",
    "fast.ai 2022, From Deep Learning Foundations to Stable Diffusion, lessons 9 and 9A",
  ],
  steps: [scales(says.scales), arrows(says.arrows), negative(says.negative)],
});

/** @param {Says["scales"]} says @returns {LessonStep} */
const scales = (says) => ({
  title: says.title,
  text: says.text,
  formula: guided(says.formula.from, says.formula.towards),
  reads: says.reads,
  question: { ...says.question, right: 3 },
  act: says.act,
  calls: SCALES.map((guidance, index) => ({
    as: `run${index}`,
    call: /** @type {const} */ ("generate"),
    with: (/** @type {any} */ _, /** @type {At} */ { example, seed }) => [{ prompt: example.prompt, seed, steps: 12, guidance }],
  })),
  show: (made) => ({
    figures: SCALES.map((scale, index) => ({
      kind: "picture",
      data: { image: made[`run${index}`].image, caption: says.figures.scale(scale) },
    })),
    facts: SCALES.map((scale, index) => ({ id: `largest${index}`, name: says.facts.largest(scale), value: farthest(made[`run${index}`]) })),
  }),
  notes: { minutes: 4, ...says.notes },
});

/** @param {Says["arrows"]} says @returns {LessonStep} */
const arrows = (says) => ({
  title: says.title,
  text: says.text,
  calls: [
    { as: "run", call: "generate", with: (_, { example, seed }) => [{ prompt: example.prompt, seed, steps: 12 }] },
    { as: "apart", call: "distance", with: ({ run }) => [run.trace.steps[0].epsUncond, run.trace.steps[0].epsCond] },
    { as: "late", call: "distance", with: ({ run }) => [run.trace.steps.at(-2).epsUncond, run.trace.steps.at(-2).epsCond] },
  ],
  show: ({ run, apart, late }) => ({
    figures: [{ kind: "guidance", data: { trace: run.trace, cursor: Math.floor(run.trace.steps.length / 2) } }],
    facts: [
      { id: "cosine", name: says.facts.cosine, value: apart.cosine },
      { id: "rms", name: says.facts.rms, value: apart.rms },
      { id: "late", name: says.facts.late, value: late.rms },
      { id: "scale", name: says.facts.scale, value: run.trace.steps[0].guidance },
    ],
  }),
  question: { ...says.question, fact: "cosine", near: 0.01 },
  notes: { minutes: 3, ...says.notes },
});

/** @param {Says["negative"]} says @returns {LessonStep} */
const negative = (says) => ({
  title: says.title,
  text: says.text,
  formula: guided(says.formula.from, says.formula.towards),
  reads: says.reads,
  dials: [{ name: "negative", label: says.dials.negative, text: ({ negative }) => negative }],
  act: says.act,
  calls: [
    { as: "plain", call: "generate", with: (_, { example, seed }) => [{ prompt: example.prompt, seed, steps: 12 }] },
    {
      as: "away",
      call: "generate",
      with: (_, { example, seed, dials }) => [{ prompt: example.prompt, negative: dials.negative, seed, steps: 12 }],
    },
    { as: "apart", call: "distance", with: ({ plain, away }) => [plain.trace.steps.at(-1).next, away.trace.steps.at(-1).next] },
  ],
  show: ({ plain, away, apart }, { dials }) => ({
    figures: [
      { kind: "picture", data: { image: plain.image, caption: says.figures.without } },
      { kind: "picture", data: { image: away.image, caption: says.figures.away(dials.negative) } },
      { kind: "guidance", data: { trace: away.trace, cursor: 3 } },
    ],
    facts: [{ id: "rms", name: says.facts.rms, value: apart.rms }],
  }),
  question: { ...says.question, right: 2 },
  notes: { minutes: 4, ...says.notes },
});
