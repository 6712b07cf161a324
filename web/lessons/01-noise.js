// Lesson 1: what is in a picture of noise. The forward process, with the learner's own picture.

/** @import { Lesson, LessonStep } from "./index.js" */
/** @typedef {typeof import("../words/en/lessons/noise.js").NOISE} Says */

/** @param {Says} says @returns {Lesson} */
export const noise = (says) => ({
  id: "noise",
  title: says.title,
  about: says.about,
  minutes: 12,
  cover: dots(),
  sources: [
    "Sohl-Dickstein, Weiss, Maheswaranathan & Ganguli 2015, Deep Unsupervised Learning using Nonequilibrium Thermodynamics",
    "Ho, Jain & Abbeel 2020, Denoising Diffusion Probabilistic Models",
    "Karras, Aittala, Aila & Laine 2022, Elucidating the Design Space of Diffusion-Based Generative Models",
    "fast.ai 2022, From Deep Learning Foundations to Stable Diffusion, lessons 9 and 9A",
  ],
  steps: [drown(says.drown), halfway(says.halfway), schedule(says.schedule), seeds(says.seeds)],
});

/** @param {Says["drown"]} says @returns {LessonStep} */
const drown = (says) => ({
  title: says.title,
  text: says.text,
  picture: true,
  dials: [{ name: "timestep", label: says.dials.timestep, from: 0, to: 999, by: 1, value: 300 }],
  calls: [
    { as: "coded", call: "roundTrip", with: (_, { picture }) => [picture] },
    { as: "noised", call: "addNoise", with: ({ coded }, { dials, seed }) => [coded.latents, dials.timestep, seed] },
    { as: "image", call: "decode", with: ({ noised }) => [noised.latents] },
  ],
  show: ({ coded, noised, image }, { dials }) => ({
    figures: [
      { kind: "picture", data: { image: coded.before, caption: says.figures.picture } },
      { kind: "picture", data: { image, caption: says.figures.noisy(dials.timestep) } },
    ],
    facts: [
      { id: "signal", name: says.facts.signal, value: noised.signal },
      { id: "noise", name: says.facts.noise, value: noised.noise },
    ],
  }),
  notes: { minutes: 3, ...says.notes },
});

/** @param {Says["halfway"]} says @returns {LessonStep} */
const halfway = (says) => ({
  title: says.title,
  text: says.text,
  formula:
    "<msub><mi>x</mi><mi>t</mi></msub><mo>=</mo><msqrt><msub><mover><mi>α</mi><mo>¯</mo></mover><mi>t</mi></msub></msqrt><mspace width='.2em'/><msub><mi>x</mi><mn>0</mn></msub><mo>+</mo><msqrt><mrow><mn>1</mn><mo>−</mo><msub><mover><mi>α</mi><mo>¯</mo></mover><mi>t</mi></msub></mrow></msqrt><mspace width='.2em'/><mi>ε</mi>",
  reads: says.reads,
  question: { ...says.question, fact: "signal", near: 0.1 },
  act: says.act,
  picture: true,
  calls: [
    { as: "coded", call: "roundTrip", with: (_, { picture }) => [picture] },
    { as: "early", call: "addNoise", with: ({ coded }, { seed }) => [coded.latents, 100, seed] },
    { as: "half", call: "addNoise", with: ({ coded }, { seed }) => [coded.latents, 500, seed] },
    { as: "late", call: "addNoise", with: ({ coded }, { seed }) => [coded.latents, 900, seed] },
    { as: "earlyImage", call: "decode", with: ({ early }) => [early.latents] },
    { as: "halfImage", call: "decode", with: ({ half }) => [half.latents] },
    { as: "lateImage", call: "decode", with: ({ late }) => [late.latents] },
  ],
  show: ({ half, earlyImage, halfImage, lateImage }) => ({
    figures: [
      [earlyImage, 100],
      [halfImage, 500],
      [lateImage, 900],
    ].map(([image, timestep]) => ({ kind: "picture", data: { image, caption: says.figures.timestep(timestep) } })),
    facts: [
      { id: "signal", name: says.facts.signal, value: half.signal },
      { id: "noise", name: says.facts.noise, value: half.noise },
    ],
  }),
  notes: { minutes: 3, ...says.notes },
});

/** @param {Says["schedule"]} says @returns {LessonStep} */
const schedule = (says) => ({
  title: says.title,
  text: says.text,
  formula:
    "<mi>σ</mi><mo>=</mo><msqrt><mfrac><mrow><mn>1</mn><mo>−</mo><msub><mover><mi>α</mi><mo>¯</mo></mover><mi>t</mi></msub></mrow><msub><mover><mi>α</mi><mo>¯</mo></mover><mi>t</mi></msub></mfrac></msqrt>",
  reads: says.reads,
  dials: [{ name: "steps", label: says.dials.steps, from: 2, to: 50, by: 1, value: 16 }],
  calls: [{ as: "schedule", call: "schedule", with: (_, { dials }) => [{ steps: dials.steps, sampler: "euler", spacing: "trailing" }] }],
  show: ({ schedule }) => ({
    figures: [{ kind: "schedule", data: { schedule } }],
    facts: [
      { id: "first", name: says.facts.first, value: schedule.sigmas[0] },
      { id: "last", name: says.facts.last, value: schedule.sigmas[schedule.sigmas.length - 2] },
      { id: "calls", name: says.facts.calls, value: schedule.timesteps.length },
    ],
  }),
  question: { ...says.question, right: 0 },
  notes: { minutes: 3, ...says.notes },
});

/** @param {Says["seeds"]} says @returns {LessonStep} */
const seeds = (says) => ({
  title: says.title,
  text: says.text,
  picture: true,
  question: { ...says.question, fact: "rms", near: 0.1 },
  act: says.act,
  calls: [
    { as: "coded", call: "roundTrip", with: (_, { picture }) => [picture] },
    { as: "one", call: "addNoise", with: ({ coded }, { seed }) => [coded.latents, 999, seed] },
    { as: "other", call: "addNoise", with: ({ coded }, { seed }) => [coded.latents, 999, seed + 1] },
    { as: "apart", call: "distance", with: ({ one, other }) => [one.latents.values, other.latents.values] },
    { as: "oneImage", call: "decode", with: ({ one }) => [one.latents] },
    { as: "otherImage", call: "decode", with: ({ other }) => [other.latents] },
  ],
  show: ({ oneImage, otherImage, apart }, { seed }) => ({
    figures: [
      { kind: "picture", data: { image: oneImage, caption: says.figures.seed(seed) } },
      { kind: "picture", data: { image: otherImage, caption: says.figures.seed(seed + 1) } },
    ],
    facts: [
      { id: "rms", name: says.facts.rms, value: apart.rms },
      { id: "length", name: says.facts.length, value: apart.lengths[0] },
      { id: "cosine", name: says.facts.cosine, value: apart.cosine },
    ],
  }),
  notes: { minutes: 3, ...says.notes },
});

/** A seven that drowns in noise from left to right. */
function dots() {
  const out = [`<path class="seven" d="M22 28h24L30 62"/>`];
  let state = 7;
  const random = () => (state = (state * 16807) % 2147483647) / 2147483647;
  for (let x = 6; x < 152; x += 6) {
    for (let y = 6; y < 82; y += 6) {
      const free = x < 26 && y < 20; // for the number
      if (random() < (x / 152) ** 1.3 && !free)
        out.push(
          `<rect class="${["fill", "blue", "hair-fill"][Math.floor(random() * 3)]}" style="opacity:${(0.2 + random() * 0.75).toFixed(2)}" x="${x}" y="${y}" width="5" height="5"/>`,
        );
    }
  }
  return out.join("");
}
