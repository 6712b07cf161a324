// Lesson 6: samplers as solvers of a differential equation. Paths in the plane, and steps against error, measured.

/** @import { Call, Lesson, LessonStep } from "./index.js" */
/** @typedef {typeof import("../words/en/lessons/solvers.js").SOLVERS} Says */

const SOLVERS_SHOWN = /** @type {const} */ ([
  ["euler", "Euler"],
  ["heun", "Heun"],
  ["lms", "LMS"],
  ["dpmpp_2m", "DPM++ 2M"],
]);
const COUNTS = [3, 6, 12, 24];
/**
 * Without guidance, so that a step is one question; the same first and last noise for any number of steps, so that all solve the same
 * problem.
 */
const PROBLEM = /** @type {const} */ ({ guidance: 1, spacing: "linspace", sigmas: "karras" });
const FINE = { sampler: "heun", steps: 50 };

/** @param {string} as @param {string} sampler @param {number} steps @returns {Call} */
const run = (as, sampler, steps) => ({
  as,
  call: "generate",
  with: (_, { example, seed }) => [{ prompt: example.prompt, seed, sampler, steps, ...PROBLEM }],
});
/** From the noise that all begin with. @param {any} made */
const pathOf = ({ trace: { steps } }) => [steps[0].latents, ...steps.map((/** @type {{ next: Float32Array }} */ { next }) => next)];
/** @param {any} made */
const endOf = (made) => made.trace.steps.at(-1).next;

/** @param {string} error the word for it */
const orderOf = (error) => `<mtext>${error}</mtext><mo>≈</mo><mfrac><mi>c</mi><msup><mi>N</mi><mi>n</mi></msup></mfrac>`;

/** How far a path leaves the straight line between its ends, in percent of that line. @param {[number, number][]} points */
function bendOf(points) {
  const [x0, y0] = points[0] ?? [0, 0];
  const [x1, y1] = points.at(-1) ?? [0, 0];
  const line = Math.hypot(x1 - x0, y1 - y0);
  return (Math.max(...points.map(([x, y]) => Math.abs((x - x0) * (y1 - y0) - (y - y0) * (x1 - x0)))) / line ** 2) * 100;
}

/** @param {Says} says @returns {Lesson} */
export const solvers = (says) => ({
  id: "solvers",
  title: says.title,
  about: says.about,
  minutes: 14,
  cover: `<path class="ink" d="M14 20C40 18 62 26 80 46s34 28 66 30"/><path class="pour-line" d="M14 20 60 17 98 52 146 66"/><g class="fill"><circle cx="60" cy="17" r="3"/><circle cx="98" cy="52" r="3"/><circle cx="146" cy="66" r="3"/></g><circle class="blue" cx="14" cy="20" r="4"/>`,
  sources: [
    "Song, Sohl-Dickstein, Kingma and others 2020, Score-Based Generative Modeling through Stochastic Differential Equations",
    "Karras, Aittala, Aila & Laine 2022, Elucidating the Design Space of Diffusion-Based Generative Models",
    "Lu, Zhou, Bao and others 2022, DPM-Solver++: Fast Solver for Guided Sampling of Diffusion Probabilistic Models",
    "Liu, Ren, Lin & Zhao 2022, Pseudo Numerical Methods for Diffusion Models on Manifolds",
    "fast.ai 2022, From Deep Learning Foundations to Stable Diffusion, lessons 9 and 9A",
  ],
  steps: [curve(says.curve), four(says.four), error(says.error)],
});

/** @param {Says["curve"]} says @returns {LessonStep} */
const curve = (says) => ({
  title: says.title,
  text: says.text,
  formula:
    "<mfrac><mrow><mi>d</mi><mi>x</mi></mrow><mrow><mi>d</mi><mi>σ</mi></mrow></mfrac><mo>=</mo><mfrac><mrow><mi>x</mi><mo>−</mo><msub><mover><mi>x</mi><mo>^</mo></mover><mn>0</mn></msub></mrow><mi>σ</mi></mfrac>",
  reads: says.reads,
  act: says.act,
  calls: [
    run("three", "euler", 3),
    run("six", "euler", 6),
    run("twelve", "euler", 12),
    run("fine", FINE.sampler, FINE.steps),
    { as: "plane", call: "plane", with: ({ three, six, twelve, fine }) => [[three, six, twelve, fine].map(pathOf)] },
  ],
  show: ({ plane, three, six, twelve, fine }) => ({
    figures: [
      {
        kind: "plane",
        data: {
          runs: plane.runs.map((/** @type {any} */ points, /** @type {number} */ index) => ({
            name: [says.figures.euler(3), says.figures.euler(6), says.figures.euler(12), says.figures.fine][index],
            points,
          })),
          explained: plane.explained,
        },
      },
      ...[
        [three, 3],
        [six, 6],
        [twelve, 12],
        [fine, 50],
      ].map(([{ image }, steps]) => ({ kind: /** @type {const} */ ("picture"), data: { image, caption: says.figures.steps(steps) } })),
    ],
    facts: [
      { id: "explained", name: says.facts.explained, value: 100 * (plane.explained[0] + plane.explained[1]), unit: "%", figures: 4 },
      { id: "bend", name: says.facts.bend, value: bendOf(plane.runs[3]), unit: "%", figures: 2 },
    ],
  }),
  question: { ...says.question, fact: "explained", unit: "%", near: 0.1 },
  notes: { minutes: 5, ...says.notes },
});

/** @param {Says["four"]} says @returns {LessonStep} */
const four = (says) => ({
  title: says.title,
  text: says.text,
  act: says.act,
  calls: [
    ...SOLVERS_SHOWN.map(([id]) => run(id, id, 6)),
    run("fine", FINE.sampler, FINE.steps),
    { as: "plane", call: "plane", with: (made) => [[...SOLVERS_SHOWN.map(([id]) => pathOf(made[id])), pathOf(made.fine)]] },
    ...SOLVERS_SHOWN.map(([id]) => ({
      as: `${id}_error`,
      call: /** @type {const} */ ("distance"),
      with: (/** @type {any} */ made) => [endOf(made[id]), endOf(made.fine)],
    })),
  ],
  show: (made) => ({
    figures: [
      {
        kind: "plane",
        data: {
          runs: made.plane.runs.map((/** @type {any} */ points, /** @type {number} */ index) => ({
            name: SOLVERS_SHOWN[index]?.[1] ?? says.figures.fine,
            points,
          })),
          explained: made.plane.explained,
        },
      },
    ],
    facts: SOLVERS_SHOWN.map(([id, name]) => ({ id, name: says.facts.error(name), value: made[`${id}_error`].rms })),
  }),
  question: {
    ...says.question,
    choices: SOLVERS_SHOWN.map(([, name]) => name),
    right: (fact) =>
      SOLVERS_SHOWN.map(([id]) => fact(id)).reduce((best, value, index, all) => (value < Number(all[best]) ? index : best), 0),
  },
  notes: { minutes: 4, ...says.notes },
});

/** @param {Says["error"]} says @returns {LessonStep} */
const error = (says) => ({
  title: says.title,
  text: says.text,
  formula: orderOf(says.formula.error),
  reads: says.reads,
  act: says.act,
  calls: [
    run("fine", FINE.sampler, FINE.steps),
    ...SOLVERS_SHOWN.flatMap(([id]) =>
      COUNTS.flatMap((steps) => [
        run(`${id}_${steps}`, id, steps),
        {
          as: `${id}_${steps}_error`,
          call: /** @type {const} */ ("distance"),
          with: (/** @type {any} */ made) => [endOf(made[`${id}_${steps}`]), endOf(made.fine)],
        },
      ]),
    ),
  ],
  show: (made) => ({
    figures: [
      {
        kind: "lines",
        data: {
          series: SOLVERS_SHOWN.map(([id, name]) => ({ name, points: COUNTS.map((steps) => [steps, made[`${id}_${steps}_error`].rms]) })),
          x: { label: says.figures.steps, log: true },
          y: { label: says.figures.distance, log: true },
        },
      },
    ],
    facts: [
      { id: "halved", name: says.facts.halved, value: made.euler_12_error.rms / made.euler_24_error.rms, unit: "×", figures: 2 },
      { id: "second", name: says.facts.second, value: made.dpmpp_2m_12_error.rms / made.dpmpp_2m_24_error.rms, unit: "×", figures: 2 },
    ],
  }),
  question: { ...says.question, fact: "halved", unit: "×", near: 0.2 },
  notes: { minutes: 4, ...says.notes },
});
