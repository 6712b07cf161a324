// Lesson 5: guidance. Two answers of the model, the arrow between them, and how far to follow it.

import { withComma } from "../words/comma.js";

/** @import { At, Lesson } from "./index.js" */

const SCALES = [1.1, 3, 7, 14];

/** The guided answer, from the one that is left behind. @param {string} from @param {string} towards */
const guided = (from, towards) =>
  `<mover><mi>ε</mi><mo>^</mo></mover><mo>=</mo><msub><mi>ε</mi><mtext>${from}</mtext></msub><mo>+</mo><mi>s</mi><mspace width='.2em'/><mo>(</mo><msub><mi>ε</mi><mtext>${towards}</mtext></msub><mo>−</mo><msub><mi>ε</mi><mtext>${from}</mtext></msub><mo>)</mo>`;

/** How far the last latents go from 0, to either side. @param {import("../api/decant.d.ts").Made} made */
const farthest = ({ trace }) =>
  Math.max(...(trace.steps.at(-1)?.channels.latents ?? []).map(({ least, largest }) => Math.max(-least, largest)));

/** @type {Lesson} */
export const GUIDANCE = {
  id: "guidance",
  title: { en: "Guidance", es: "La guía" },
  about: {
    en: "Ask with the prompt and without it, then go further in the direction of the difference.",
    es: "Pregunta con el prompt y sin él, y avanza más en la dirección de la diferencia.",
  },
  minutes: 14,
  sources: [
    "Dhariwal & Nichol 2021, Diffusion Models Beat GANs on Image Synthesis",
    "Ho & Salimans 2022, Classifier-Free Diffusion Guidance",
    "Lin, Liu, Li & Yang 2023, Common Diffusion Noise Schedules and Sample Steps are Flawed",
    "fast.ai 2022, From Deep Learning Foundations to Stable Diffusion, lessons 9 and 9A",
  ],
  steps: [
    {
      title: { en: "Four strengths", es: "Cuatro intensidades" },
      text: [
        {
          en: "At each step the model is asked twice what is noise: once *with* the prompt and once *without* it. The *guidance scale* says how far to go from the second answer towards the first. A scale of 1 is just the first.",
          es: "En cada paso se pregunta dos veces al modelo qué es ruido: una *con* el prompt y otra *sin* él. La *escala de guía* dice cuánto avanzar desde la segunda respuesta hacia la primera. Con escala 1 se toma justo la primera.",
        },
      ],
      formula: { en: guided("without", "with"), es: guided("sin", "con") },
      reads: {
        en: "The noise that is used is the answer without the prompt, plus the scale times the difference of both answers",
        es: "El ruido que se usa es la respuesta sin el prompt, más la escala por la diferencia entre las dos respuestas",
      },
      question: {
        ask: {
          en: "One of these guidance scales goes so far that the colours suffer. Which?",
          es: "Una de estas escalas de guía va tan lejos que se estropean los colores. ¿Cuál?",
        },
        choices: SCALES.map((scale) => ({ en: String(scale), es: withComma(scale) })),
        right: 3,
        because: {
          en: "The latents leave the range that the decoder knows: look at their largest values. With too little guidance, the prompt is only a suggestion. The digits model is usually run at 3, Stable Diffusion 1.x at about 7.",
          es: "Los latentes se salen del rango que conoce el decodificador: mira sus valores mayores. Con poca guía, el prompt es solo una sugerencia. El modelo de dígitos suele usarse con 3; Stable Diffusion 1.x, con 7 más o menos.",
        },
      },
      act: { en: "Make all four", es: "Hacer las cuatro" },
      calls: SCALES.map((guidance, index) => ({
        as: `run${index}`,
        call: /** @type {const} */ ("generate"),
        with: (/** @type {any} */ _, /** @type {At} */ { example, seed }) => [{ prompt: example.prompt, seed, steps: 12, guidance }],
      })),
      show: (made) => ({
        figures: SCALES.map((scale, index) => ({
          kind: "picture",
          data: { image: made[`run${index}`].image, caption: { en: `scale ${scale}`, es: `escala ${withComma(scale)}` } },
        })),
        facts: SCALES.map((scale, index) => ({
          id: `largest${index}`,
          name: {
            en: `Largest value in the latents, either sign, scale ${scale}`,
            es: `Mayor valor en los latentes, con cualquier signo, escala ${withComma(scale)}`,
          },
          value: farthest(made[`run${index}`]),
        })),
      }),
      notes: {
        minutes: 4,
        say: {
          en: "No extra training is needed: the network is simply asked a second time, with an empty text. That doubles the work. Measured with the digits model, seed 7: the largest value in the latents goes from 2.1 at scale 1.1 to 4.4 at 14.",
          es: "No hace falta entrenar nada más: solo se pregunta a la red por segunda vez, con un texto vacío. Eso duplica el trabajo. Medido con el modelo de dígitos, semilla 7: el mayor valor de los latentes va de 2,1 con escala 1,1 a 4,4 con 14.",
        },
        ask: { en: "What do scales between 0 and 1 mean? And below 0?", es: "¿Qué significan las escalas entre 0 y 1? ¿Y las negativas?" },
        wrong: {
          en: "Which of the others is best is a matter of taste and of the seed: let the class vote.",
          es: "Cuál de las otras es mejor depende del gusto y de la semilla: que vote la clase.",
        },
      },
    },
    {
      title: { en: "The arrows", es: "Las flechas" },
      text: [
        {
          en: "The answers are lists of numbers, and lists of numbers are arrows. Here are the two answers of one step, their difference, and where guidance ends up, in the plane that contains all of them.",
          es: "Las respuestas son listas de números, y las listas de números son flechas. Aquí están las dos respuestas de un paso, su diferencia y adónde llega la guía, en el plano que las contiene todas.",
        },
        { en: "Move through the steps. When is the difference large?", es: "Recorre los pasos. ¿Cuándo es grande la diferencia?" },
      ],
      calls: [
        { as: "run", call: "generate", with: (_, { example, seed }) => [{ prompt: example.prompt, seed, steps: 12 }] },
        { as: "apart", call: "distance", with: ({ run }) => [run.trace.steps[0].noiseUncond, run.trace.steps[0].noiseText] },
        { as: "late", call: "distance", with: ({ run }) => [run.trace.steps.at(-2).noiseUncond, run.trace.steps.at(-2).noiseText] },
      ],
      show: ({ run, apart, late }) => ({
        figures: [{ kind: "guidance", data: { trace: run.trace, cursor: Math.floor(run.trace.steps.length / 2) } }],
        facts: [
          {
            id: "cosine",
            name: { en: "Cosine between the answers, first step", es: "Coseno entre las respuestas, primer paso" },
            value: apart.cosine,
          },
          {
            id: "rms",
            name: { en: "Distance between the answers, first step (RMS)", es: "Distancia entre las respuestas, primer paso (RMS)" },
            value: apart.rms,
          },
          {
            id: "late",
            name: {
              en: "Distance between the answers, last step but one (RMS)",
              es: "Distancia entre las respuestas, penúltimo paso (RMS)",
            },
            value: late.rms,
          },
          { id: "scale", name: { en: "Guidance scale", es: "Escala de guía" }, value: run.trace.steps[0].guidance },
        ],
      }),
      question: {
        ask: {
          en: "In the first step, the model sees almost pure noise. What is the cosine between its answer with the prompt and its answer without? 1 is the same direction.",
          es: "En el primer paso el modelo ve casi puro ruido. ¿Cuál es el coseno entre su respuesta con el prompt y su respuesta sin él? 1 es la misma dirección.",
        },
        fact: "cosine",
        near: 0.01,
        because: {
          en: "Nearly 1: both answers say “almost all of it is noise”. What the prompt changes is small, which is why guidance makes it larger.",
          es: "Casi 1: las dos respuestas dicen «casi todo es ruido». Lo que cambia el prompt es poco, y por eso la guía lo amplía.",
        },
      },
      notes: {
        minutes: 3,
        say: {
          en: "The drawing is flat and still exact: three arrows that add up always lie in one plane. Measured: cosine 0.994, distance 0.10 in the first step.",
          es: "El dibujo es plano y aun así exacto: tres flechas que se suman están siempre en un mismo plano. Medido: coseno 0,994; distancia 0,10 en el primer paso.",
        },
        ask: {
          en: "If the scale is doubled, which arrows change? Only the last stretch.",
          es: "Si la escala se duplica, ¿qué flechas cambian? Solo el último tramo.",
        },
        wrong: {
          en: "The arrows are about as long in every step, because predicted noise always has a size of about 1; what changes is the angle.",
          es: "Las flechas son casi igual de largas en todos los pasos, porque el ruido predicho siempre tiene un tamaño cercano a 1; lo que cambia es el ángulo.",
        },
      },
    },
    {
      title: { en: "Away from something", es: "Alejarse de algo" },
      text: [
        {
          en: "“Without the prompt” means with an empty text. Put a *negative prompt* there instead, and the same formula moves away from it: the arrow now points from what you do not want to what you want.",
          es: "«Sin el prompt» quiere decir con un texto vacío. Pon en su lugar un *prompt negativo*, y la misma fórmula se aleja de él: la flecha va ahora de lo que no quieres a lo que quieres.",
        },
      ],
      formula: { en: guided("negative", "with"), es: guided("negativo", "con") },
      reads: {
        en: "The noise that is used is the answer to the negative prompt, plus the scale times the difference of both answers",
        es: "El ruido que se usa es la respuesta al prompt negativo, más la escala por la diferencia entre las dos respuestas",
      },
      dials: [{ name: "negative", label: { en: "Negative prompt", es: "Prompt negativo" }, text: ({ negative }) => negative }],
      act: { en: "Make both", es: "Hacer las dos" },
      calls: [
        { as: "plain", call: "generate", with: (_, { example, seed }) => [{ prompt: example.prompt, seed, steps: 12 }] },
        {
          as: "away",
          call: "generate",
          with: (_, { example, seed, dials }) => [{ prompt: example.prompt, negative: dials.negative, seed, steps: 12 }],
        },
        { as: "apart", call: "distance", with: ({ plain, away }) => [plain.trace.steps.at(-1).latents, away.trace.steps.at(-1).latents] },
      ],
      show: ({ plain, away, apart }, { dials }) => ({
        figures: [
          { kind: "picture", data: { image: plain.image, caption: { en: "no negative prompt", es: "sin prompt negativo" } } },
          {
            kind: "picture",
            data: { image: away.image, caption: { en: `away from “${dials.negative}”`, es: `lejos de «${dials.negative}»` } },
          },
          { kind: "guidance", data: { trace: away.trace, cursor: 3 } },
        ],
        facts: [
          {
            id: "rms",
            name: { en: "Distance between the two pictures’ latents (RMS)", es: "Distancia entre los latentes de las dos imágenes (RMS)" },
            value: apart.rms,
          },
        ],
      }),
      question: {
        ask: {
          en: "The prompt asks for a seven on a yellow background; the negative prompt is “a yellow background”. What happens?",
          es: "El prompt pide un siete sobre fondo amarillo y el prompt negativo es «a yellow background» (un fondo amarillo). ¿Qué pasa?",
        },
        choices: [
          { en: "the background is not yellow", es: "el fondo no es amarillo" },
          { en: "an error", es: "un error" },
          { en: "what both have in common cancels out; the rest grows", es: "lo que tienen en común se anula y el resto crece" },
        ],
        right: 2,
        because: {
          en: "It is a subtraction, not a ban. What both texts say drops out of the difference; what only the prompt says, the digit and its colour, becomes stronger. Try “a red four” as well.",
          es: "Es una resta, no una prohibición. Lo que dicen los dos textos desaparece de la diferencia; lo que solo dice el prompt, el dígito y su color, se refuerza. Prueba también «a red four».",
        },
      },
      notes: {
        minutes: 4,
        say: {
          en: "This model does not understand “not”. All it can do is move away from something. Measured with seed 7: the latents are 0.36 apart.",
          es: "Este modelo no entiende la palabra «no». Solo puede alejarse de algo. Medido con la semilla 7: los latentes están a 0,36.",
        },
        ask: {
          en: "What happens if the negative prompt is the same as the prompt? (The difference is 0: the scale no longer matters.)",
          es: "¿Qué pasa si el prompt negativo es igual al prompt? (La diferencia es 0: la escala ya no importa.)",
        },
        wrong: {
          en: "With a scale of 1 the negative prompt has no effect at all: put s = 1 into the formula.",
          es: "Con escala 1, el prompt negativo no tiene ningún efecto: pon s = 1 en la fórmula.",
        },
      },
    },
  ],
};
