// Lesson 7: starting from a picture. Strength, the first step, and what stays.

import { withComma } from "../words/comma.js";

/** @import { At, Lesson } from "./index.js" */

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

/** @type {Lesson} */
export const PICTURES = {
  id: "pictures",
  title: { en: "Starting from a picture", es: "Partir de una imagen" },
  about: {
    en: "Do not start from pure noise: add some to a picture, and let the model remove it with other words.",
    es: "No partas de puro ruido: añade un poco a una imagen y deja que el modelo lo quite con otras palabras.",
  },
  minutes: 11,
  sources: [
    "Meng, He, Song and others 2021, SDEdit: Guided Image Synthesis and Editing with Stochastic Differential Equations",
    "Rombach, Blattmann, Lorenz, Esser & Ommer 2021, High-Resolution Image Synthesis with Latent Diffusion Models",
    "fast.ai 2022, From Deep Learning Foundations to Stable Diffusion, lesson 9A",
  ],
  steps: [
    {
      title: { en: "How much noise to add", es: "Cuánto ruido añadir" },
      text: [
        {
          en: "A picture is encoded (lesson 2), noise is added (lesson 1), and the run starts there instead of from pure noise. *Strength* says how much: 0.2 keeps nearly everything, 1 next to nothing.",
          es: "Una imagen se codifica (lección 2), se le añade ruido (lección 1) y la generación parte de ahí y no de puro ruido. La *fuerza* dice cuánto: 0,2 conserva casi todo; 1, casi nada.",
        },
      ],
      picture: true,
      question: {
        ask: {
          en: "A run of 16 steps starts from a picture with a strength of 0.6. How many steps does it take?",
          es: "Una generación de 16 pasos parte de una imagen con una fuerza de 0,6. ¿Cuántos pasos da?",
        },
        fact: "taken",
        near: 0.01,
        because: {
          en: "16 × 0.6 = 9.6, and there are no parts of a step: 9. The steps that are skipped are the first, which decide the rough shape.",
          es: "16 × 0,6 = 9,6, y no hay partes de un paso: 9. Los pasos que se saltan son los primeros, los que deciden la forma general.",
        },
      },
      act: { en: "Start at 0.6", es: "Empezar en 0,6" },
      calls: [{ as: "run", call: "generate", with: (_, at) => [{ ...begun(at), strength: 0.6 }] }],
      show: ({ run }) => ({
        figures: [{ kind: "strip", data: { trace: run.trace, cursor: 0 } }],
        facts: [
          { id: "taken", name: { en: "Steps taken", es: "Pasos dados" }, value: run.trace.steps.length },
          { id: "sigma", name: { en: "σ at the first step taken", es: "σ en el primer paso dado" }, value: run.trace.steps[0].sigma },
        ],
      }),
      notes: {
        minutes: 4,
        say: {
          en: "The prompt asks for something other than the picture shows, so you can see which one wins. Measured with the digits model: 9 steps, first σ 1.60.",
          es: "El prompt pide algo distinto de lo que muestra la imagen, para ver quién gana. Medido con el modelo de dígitos: 9 pasos, primer σ 1,60.",
        },
        ask: {
          en: "Compare σ with lesson 1: how much of the picture is still there at that point?",
          es: "Compara σ con la lección 1: ¿cuánto queda de la imagen en ese momento?",
        },
        wrong: {
          en: "“Strength 0.6 is 60 % of the noise.” It is 60 % of the steps, and noise is not spread evenly over them.",
          es: "«Fuerza 0,6 es el 60 % del ruido.» Es el 60 % de los pasos, y el ruido no se reparte por igual entre ellos.",
        },
      },
    },
    {
      title: { en: "Four strengths", es: "Cuatro fuerzas" },
      text: [
        {
          en: "The same picture and the same words, with more and more noise at the start. Look for the strength at which the words win.",
          es: "La misma imagen y las mismas palabras, con cada vez más ruido al empezar. Busca la fuerza con la que ganan las palabras.",
        },
      ],
      picture: true,
      question: {
        ask: {
          en: "A picture of a blue seven is started from with the prompt “a red four”. With just a little noise, what changes first?",
          es: "Se parte de la imagen de un siete azul con el prompt «a red four» (un cuatro rojo). Con muy poco ruido, ¿qué cambia primero?",
        },
        choices: [
          { en: "the shape", es: "la forma" },
          { en: "the colours", es: "los colores" },
          { en: "both at once", es: "las dos cosas a la vez" },
        ],
        right: 1,
        because: {
          en: "A change of colour needs little noise: large areas each change a little. The shape only changes when its strokes drown. With a picture of your own, the turning point may be elsewhere.",
          es: "Un cambio de color necesita poco ruido: grandes zonas cambian un poco cada una. La forma solo cambia cuando sus trazos se ahogan. Con una imagen tuya, el punto de cambio puede estar en otro lugar.",
        },
      },
      act: { en: "Make all four", es: "Hacer las cuatro" },
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
          { kind: "picture", data: { image: coded.before, caption: { en: "the start", es: "la inicial" } } },
          ...STRENGTHS.map((strength, index) => ({
            kind: /** @type {const} */ ("picture"),
            data: { image: made[`run${index}`].image, caption: { en: `strength ${strength}`, es: `fuerza ${withComma(strength)}` } },
          })),
        ],
        facts: STRENGTHS.map((strength, index) => ({
          id: `taken${index}`,
          name: { en: `Steps taken at ${strength}`, es: `Pasos dados con ${withComma(strength)}` },
          value: made[`run${index}`].trace.steps.length,
        })),
      }),
      notes: {
        minutes: 3,
        say: {
          en: "Seed 7, digits model: at 0.2 the seven turns green, at 0.4 it is red and turning into a four, at 0.6 it is a red four.",
          es: "Semilla 7, modelo de dígitos: con 0,2 el siete se vuelve verde; con 0,4 es rojo y empieza a parecer un cuatro; con 0,6 es un cuatro rojo.",
        },
        ask: { en: "For which job would you use 0.3, and for which 0.8?", es: "¿Para qué usarías 0,3 y para qué 0,8?" },
        wrong: {
          en: "With the small model, a photograph turns into something strange: digits are all it can make.",
          es: "Con el modelo pequeño, una fotografía se convierte en algo raro: solo sabe hacer dígitos.",
        },
      },
    },
    {
      title: { en: "The first step, by number", es: "El primer paso, por su número" },
      text: [
        {
          en: "Strength is a convenience. What a run is really told is which step to start with. Move the slider, and find the two neighbouring values between which the picture changes.",
          es: "La fuerza es una comodidad. Lo que en realidad se le dice a la generación es con qué paso empezar. Mueve el deslizador y busca los dos valores vecinos entre los que la imagen cambia.",
        },
      ],
      picture: true,
      dials: [{ name: "start", label: { en: "First step, of 16", es: "Primer paso, de 16" }, from: 0, to: 15, by: 1, value: 6 }],
      calls: [
        { as: "run", call: "generate", with: (_, at) => [{ ...begun(at), startStep: at.dials.start }] },
        { as: "begin", call: "decode", with: ({ run }) => [{ values: run.trace.steps[0].input, shape: run.trace.steps[0].shape }] },
      ],
      show: ({ run, begin }, { dials }) => ({
        figures: [
          { kind: "picture", data: { image: begin, caption: { en: "what it starts from", es: "de lo que parte" } } },
          {
            kind: "picture",
            data: { image: run.image, caption: { en: `started at step ${dials.start}`, es: `empezada en el paso ${dials.start}` } },
          },
        ],
        facts: [
          { id: "taken", name: { en: "Steps taken", es: "Pasos dados" }, value: run.trace.steps.length },
          { id: "sigma", name: { en: "σ at the first step taken", es: "σ en el primer paso dado" }, value: run.trace.steps[0].sigma },
        ],
      }),
      question: {
        ask: {
          en: "A run starts from a picture at step 0, the very first. Is anything of the picture left?",
          es: "Una generación parte de una imagen en el paso 0, el primero de todos. ¿Queda algo de la imagen?",
        },
        choices: [
          { en: "hardly anything you can see", es: "casi nada que se vea" },
          { en: "half of it", es: "la mitad" },
          { en: "its colours", es: "sus colores" },
        ],
        right: 0,
        because: {
          en: "At the highest noise level, the weight of the picture is below 0.1 (see timestep 999 in lesson 1). That is almost nothing, but not quite.",
          es: "En el nivel de ruido más alto, el peso de la imagen es menor que 0,1 (mira el instante 999 en la lección 1). Es casi nada, pero no del todo.",
        },
      },
      notes: {
        minutes: 4,
        say: {
          en: "This closes the circle: forward with a formula (lesson 1), back with the network (lesson 3). You now know every part of an image generator.",
          es: "Así se cierra el círculo: hacia adelante con una fórmula (lección 1), hacia atrás con la red (lección 3). Ya conoces todas las partes de un generador de imágenes.",
        },
        ask: {
          en: "How would you change only part of a picture? (Add noise only there: that is painting with a mask, in the studio.)",
          es: "¿Cómo cambiarías solo una parte de una imagen? (Añadiendo ruido solo ahí: eso es pintar con una máscara, en el estudio.)",
        },
        wrong: { en: "Steps are counted from 0, as in the code.", es: "Los pasos se cuentan desde 0, como en el código." },
      },
    },
  ],
};
