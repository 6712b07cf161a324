// Lesson 7: starting from a picture. Strength, the first step, and what stays.

import { withComma } from "./comma.js";

/** @import { At, Lesson } from "./index.js" */

const STRENGTHS = [0.2, 0.4, 0.6, 0.8];

/** The learner's picture in the model's own size, whatever its own is. @param {At} at */
const begun = ({ example, seed, picture, info }) => ({ prompt: example.other, image: picture, width: info.defaults.width, height: info.defaults.height, seed, sampler: "ddim", steps: 16 });

/** @type {Lesson} */
export const PICTURES = {
  id: "pictures",
  title: { en: "Starting from a picture", es: "Empezar desde una imagen" },
  about: { en: "Not all the way from noise: put some in, and let the model take it out in other words.", es: "No todo el camino desde el ruido: pon un poco, y que el modelo lo quite con otras palabras." },
  minutes: 11,
  sources: [
    "Meng, He, Song and others 2021, SDEdit: Guided Image Synthesis and Editing with Stochastic Differential Equations",
    "Rombach, Blattmann, Lorenz, Esser & Ommer 2021, High-Resolution Image Synthesis with Latent Diffusion Models",
    "fast.ai 2022, From Deep Learning Foundations to Stable Diffusion, lesson 9A",
  ],
  steps: [
    {
      title: { en: "How much noise goes in", es: "Cuánto ruido entra" },
      text: [
        { en: "A picture is encoded (lesson 2), noise is put in (lesson 1), and a run begins there rather than at pure noise. *Strength* says how far up: 0.2 keeps nearly everything, 1 next to nothing.", es: "Una imagen se codifica (lección 2), se le pone ruido (lección 1), y la ejecución empieza ahí y no en puro ruido. La *fuerza* dice hasta dónde: 0,2 conserva casi todo, 1 casi nada." },
      ],
      picture: true,
      question: {
        ask: { en: "Of 16 steps with a strength of 0.6: how many are taken?", es: "De 16 pasos con una fuerza de 0,6: ¿cuántos se dan?" },
        fact: "taken",
        near: 0.01,
        because: { en: "16 × 0.6 = 9.6, and a step is taken or not: 9. What is skipped is what would have been decided first, the rough shape.", es: "16 × 0,6 = 9,6, y un paso se da o no se da: 9. Lo que se salta es lo que se decide primero, la forma general." },
      },
      act: { en: "Begin at 0.6", es: "Empezar en 0,6" },
      calls: [{ as: "run", call: "generate", with: (_, at) => [{ ...begun(at), strength: 0.6 }] }],
      show: ({ run }) => ({
        figures: [{ kind: "strip", data: { trace: run.trace, cursor: 0 } }],
        facts: [
          { id: "taken", name: { en: "Steps taken", es: "Pasos dados" }, value: run.trace.steps.length },
          { id: "sigma", name: { en: "σ at the first of them", es: "σ en el primero" }, value: run.trace.steps[0].sigma },
        ],
      }),
      notes: {
        minutes: 4,
        say: { en: "The prompt asks for something else than the picture shows, so that one sees who wins. Measured with the model of digits: 9 steps, first σ 1.60.", es: "El texto pide otra cosa que la imagen, para ver quién gana. Medido con el modelo de dígitos: 9 pasos, primer σ 1,60." },
        ask: { en: "Compare σ with lesson 1: how much of the picture is still in there at that moment?", es: "Compara σ con la lección 1: ¿cuánto queda de la imagen en ese momento?" },
        wrong: { en: "“Strength 0.6 is 60 % of the noise.” It is 60 % of the steps, and noise is not spread evenly over them.", es: "«Fuerza 0,6 es 60 % del ruido.» Es 60 % de los pasos, y el ruido no se reparte por igual entre ellos." },
      },
    },
    {
      title: { en: "Four strengths", es: "Cuatro intensidades" },
      text: [
        { en: "The same picture, the same words, and more and more noise to begin with. Look for the strength at which the words win.", es: "La misma imagen, las mismas palabras y cada vez más ruido al empezar. Busca la fuerza en la que ganan las palabras." },
      ],
      picture: true,
      question: {
        ask: { en: "What changes first, with the least noise?", es: "¿Qué cambia primero, con el menor ruido?" },
        choices: [{ en: "the shape", es: "la forma" }, { en: "the colours", es: "los colores" }, { en: "both at once", es: "las dos cosas a la vez" }],
        right: 1,
        because: { en: "A change of colour needs little: large areas move a little each. The shape goes only when its strokes drown. With a picture of your own the turning point may lie elsewhere.", es: "Un cambio de color necesita poco: grandes áreas se mueven un poco cada una. La forma cambia solo cuando se hunden sus trazos. Con una imagen tuya el punto de vuelco puede estar en otro lugar." },
      },
      act: { en: "Make all four", es: "Hacer las cuatro" },
      calls: [
        { as: "coded", call: "roundTrip", with: (_, { picture }) => [picture] },
        ...STRENGTHS.map((strength, index) => ({ as: `run${index}`, call: /** @type {const} */ ("generate"), with: (/** @type {any} */ _, /** @type {At} */ at) => [{ ...begun(at), strength }] })),
      ],
      show: ({ coded, ...made }) => ({
        figures: [{ kind: "picture", data: { image: coded.before, caption: { en: "the start", es: "el comienzo" } } }, ...STRENGTHS.map((strength, index) => ({ kind: /** @type {const} */ ("picture"), data: { image: made[`run${index}`].image, caption: { en: `strength ${strength}`, es: `fuerza ${withComma(strength)}` } } }))],
        facts: STRENGTHS.map((strength, index) => ({ id: `taken${index}`, name: { en: `Steps taken at ${strength}`, es: `Pasos dados con ${withComma(strength)}` }, value: made[`run${index}`].trace.steps.length })),
      }),
      notes: {
        minutes: 3,
        say: { en: "Seed 7, model of digits: at 0.2 the seven turns green, at 0.4 it is red and on its way to a four, at 0.6 it is a red four.", es: "Semilla 7, modelo de dígitos: con 0,2 el siete se vuelve verde, con 0,4 es rojo y va camino de un cuatro, con 0,6 es un cuatro rojo." },
        ask: { en: "For which job would you take 0.3, for which 0.8?", es: "¿Para qué trabajo tomarías 0,3 y para cuál 0,8?" },
        wrong: { en: "A photograph becomes a strange thing with the small model: all that it can make are digits.", es: "Una fotografía se vuelve algo raro con el modelo pequeño: solo sabe hacer dígitos." },
      },
    },
    {
      title: { en: "The first step, by number", es: "El primer paso, por número" },
      text: [
        { en: "Strength is a convenience. What a run is really told is which step to begin with. Turn it, and find the two settings next to each other between which the picture tips over.", es: "La fuerza es una comodidad. Lo que en verdad se le dice a la ejecución es con qué paso empezar. Gíralo y busca los dos valores vecinos entre los que la imagen vuelca." },
      ],
      picture: true,
      dials: [{ name: "start", label: { en: "First step, of 16", es: "Primer paso, de 16" }, from: 0, to: 15, by: 1, value: 6 }],
      calls: [
        { as: "run", call: "generate", with: (_, at) => [{ ...begun(at), startStep: at.dials.start }] },
        { as: "begin", call: "decode", with: ({ run }) => [{ values: run.trace.steps[0].input, shape: run.trace.steps[0].shape }] },
      ],
      show: ({ run, begin }, { dials }) => ({
        figures: [
          { kind: "picture", data: { image: begin, caption: { en: "what it begins with", es: "con lo que empieza" } } },
          { kind: "picture", data: { image: run.image, caption: { en: `begun at step ${dials.start}`, es: `empezada en el paso ${dials.start}` } } },
        ],
        facts: [
          { id: "taken", name: { en: "Steps taken", es: "Pasos dados" }, value: run.trace.steps.length },
          { id: "sigma", name: { en: "σ at the first of them", es: "σ en el primero" }, value: run.trace.steps[0].sigma },
        ],
      }),
      question: {
        ask: { en: "Begin with step 0. Is anything of the picture left?", es: "Empieza con el paso 0. ¿Queda algo de la imagen?" },
        choices: [{ en: "hardly anything one can see", es: "casi nada visible" }, { en: "half of it", es: "la mitad" }, { en: "its colours", es: "sus colores" }],
        right: 0,
        because: { en: "At the highest noise level the picture’s weight is below a tenth (lesson 1: look at timestep 999). Nearly, but not quite nothing.", es: "En el nivel de ruido más alto el peso de la imagen es menos de un décimo (lección 1: mira el instante 999). Casi nada, aunque no del todo." },
      },
      notes: {
        minutes: 4,
        say: { en: "This closes the circle: forward by formula (lesson 1), back by the network (lesson 3). You now know every part of an image generator.", es: "Así se cierra el círculo: adelante por fórmula (lección 1), atrás por la red (lección 3). Ya conoces todas las partes de un generador de imágenes." },
        ask: { en: "How would you change only a part of a picture? (Put noise in only there: painting with a mask, in the studio.)", es: "¿Cómo cambiarías solo una parte de una imagen? (Poner ruido solo ahí: pintar con una máscara, en el estudio.)" },
        wrong: { en: "Steps are counted from 0, as in the code.", es: "Los pasos se cuentan desde 0, como en el código." },
      },
    },
  ],
};
