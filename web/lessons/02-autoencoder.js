// Lesson 2: the autoencoder. A picture becomes few numbers, and the numbers a picture.

/** @import { Lesson, LessonStep } from "./index.js" */
/** @typedef {typeof import("../words/en/lessons/autoencoder.js").AUTOENCODER} Says */

/** @param {Says} says @returns {Lesson} */
export const autoencoder = (says) => ({
  id: "autoencoder",
  title: says.title,
  about: says.about,
  minutes: 12,
  cover: `<path class="hair" d="M14 15h44l26 21v18L58 75H14zM146 15h-36L84 36v18l26 21h36z"/><path class="seven" d="M24 32h20L31 60"/><path class="seven" d="M116 32h20l-13 28"/><g class="fill"><rect x="79" y="38" width="4.4" height="4.4"/><rect x="84.6" y="43.4" width="4.4" height="4.4"/></g><g class="blue"><rect x="84.6" y="38" width="4.4" height="4.4"/><rect x="79" y="43.4" width="4.4" height="4.4"/><rect x="79" y="48.6" width="4.4" height="4.4"/></g>`,
  sources: [
    "Kingma & Welling 2013, Auto-Encoding Variational Bayes",
    "Rombach, Blattmann, Lorenz, Esser & Ommer 2021, High-Resolution Image Synthesis with Latent Diffusion Models",
    "fast.ai 2022, From Deep Learning Foundations to Stable Diffusion, lessons 9 and 9A",
  ],
  steps: [roundTrip(says.roundTrip), channels(says.channels), photograph(says.photograph), decoder(says.decoder)],
});

/** @param {Says["roundTrip"]} says @returns {LessonStep} */
const roundTrip = (says) => ({
  title: says.title,
  text: says.text,
  picture: true,
  question: { ...says.question, fact: "psnr", unit: "dB", near: 0.1 },
  act: says.act,
  calls: [{ as: "coded", call: "roundTrip", with: (_, { picture }) => [picture] }],
  show: ({ coded }) => ({
    figures: [{ kind: "slider", data: { before: coded.before, after: coded.after, labels: [says.figures.before, says.figures.after] } }],
    facts: [
      { id: "psnr", name: says.facts.psnr, value: coded.psnr, unit: "dB" },
      { id: "pixels", name: says.facts.pixels, value: coded.before.width * coded.before.height * 3 },
    ],
  }),
  notes: { minutes: 3, ...says.notes },
});

/** @param {Says["channels"]} says @returns {LessonStep} */
const channels = (says) => ({
  title: says.title,
  text: says.text,
  picture: true,
  question: { ...says.question, fact: "ratio", near: 0.05 },
  act: says.act,
  calls: [{ as: "coded", call: "roundTrip", with: (_, { picture }) => [picture] }],
  show: ({ coded }) => ({
    figures: [
      { kind: "channels", data: { values: coded.latents.values, shape: coded.latents.shape } },
      { kind: "picture", data: { image: coded.after, caption: says.figures.decoded } },
    ],
    facts: [
      { id: "ratio", name: says.facts.ratio, value: coded.ratio, unit: "×" },
      { id: "latents", name: says.facts.latents, value: coded.latents.values.length },
    ],
  }),
  notes: { minutes: 3, ...says.notes },
});

/** @param {Says["photograph"]} says @returns {LessonStep} */
const photograph = (says) => ({
  title: says.title,
  text: says.text,
  picture: true,
  calls: [{ as: "coded", call: "roundTrip", with: (_, { picture }) => [picture] }],
  show: ({ coded }) => ({
    figures: [
      { kind: "slider", data: { before: coded.before, after: coded.after, labels: [says.figures.before, says.figures.after] } },
      { kind: "channels", data: { values: coded.latents.values, shape: coded.latents.shape } },
    ],
    facts: [{ id: "psnr", name: says.facts.psnr, value: coded.psnr, unit: "dB" }],
  }),
  notes: { minutes: 3, ...says.notes },
});

/** @param {Says["decoder"]} says @returns {LessonStep} */
const decoder = (says) => ({
  title: says.title,
  text: says.text,
  picture: true,
  dials: [{ name: "timestep", label: says.dials.timestep, from: 0, to: 400, by: 5, value: 50 }],
  calls: [
    { as: "coded", call: "roundTrip", with: (_, { picture }) => [picture] },
    { as: "noised", call: "addNoise", with: ({ coded }, { dials, seed }) => [coded.latents, dials.timestep, seed] },
    { as: "image", call: "decode", with: ({ noised }) => [noised.latents, "model"] },
    { as: "apart", call: "distance", with: ({ coded, noised }) => [coded.latents.values, noised.latents.values] },
  ],
  show: ({ coded, image, apart }, { dials }) => ({
    figures: [
      { kind: "picture", data: { image: coded.after, caption: says.figures.exact } },
      { kind: "picture", data: { image, caption: says.figures.noisy(dials.timestep) } },
    ],
    facts: [
      { id: "rms", name: says.facts.rms, value: apart.rms },
      { id: "size", name: says.facts.size, value: apart.lengths[0] },
    ],
  }),
  question: { ...says.question, right: 1 },
  notes: { minutes: 3, ...says.notes },
});
