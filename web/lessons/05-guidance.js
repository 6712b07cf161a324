// Lesson 5: guidance. Two answers of the model, the arrow between them, and how far to follow it.

import { withComma } from "./comma.js";

/** @import { At, Lesson } from "./index.js" */

const SCALES = [1.1, 3, 7, 14];

/** The guided answer, from the one that is left behind. @param {string} from @param {string} towards */
const guided = (from, towards) => `<mover><mi>ε</mi><mo>^</mo></mover><mo>=</mo><msub><mi>ε</mi><mtext>${from}</mtext></msub><mo>+</mo><mi>s</mi><mspace width='.2em'/><mo>(</mo><msub><mi>ε</mi><mtext>${towards}</mtext></msub><mo>−</mo><msub><mi>ε</mi><mtext>${from}</mtext></msub><mo>)</mo>`;

/** How far the last latents go from 0, to either side. @param {import("../decant.d.ts").Made} made */
const farthest = ({ trace }) => Math.max(...(trace.steps.at(-1)?.channels.latents ?? []).map(({ least, largest }) => Math.max(-least, largest)));

/** @type {Lesson} */
export const GUIDANCE = {
  id: "guidance",
  title: { en: "Guidance", es: "La guía" },
  about: { en: "Ask with the prompt and without, and walk further in the direction of the difference.", es: "Pregunta con el texto y sin él, y camina más lejos en la dirección de la diferencia." },
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
        { en: "At each step the model is asked twice: what is noise here, *with* the prompt, and what *without*. The *guidance scale* says how far to go from the second answer in the direction of the first. 1 is just the first.", es: "En cada paso se pregunta dos veces al modelo: qué es ruido aquí *con* el texto, y qué *sin* él. La *escala de guía* dice cuánto avanzar desde la segunda respuesta hacia la primera. 1 es justo la primera." },
      ],
      formula: { en: guided("without", "with"), es: guided("sin", "con") },
      reads: { en: "The noise that is used is the answer without the prompt, plus the scale times the difference of both answers", es: "El ruido que se usa es la respuesta sin el texto, más la escala por la diferencia de ambas respuestas" },
      question: {
        ask: { en: "One of these scales goes so far that the colours suffer. Which?", es: "Una de estas escalas va tan lejos que sufren los colores. ¿Cuál?" },
        choices: SCALES.map((scale) => ({ en: String(scale), es: withComma(scale) })),
        right: 3,
        because: { en: "The latents leave the range that the decoder knows: look at their largest values. Too little, and the prompt is only a suggestion. The model of digits is usually run at 3, Stable Diffusion 1.x at about 7.", es: "Los latentes salen del rango que conoce el decodificador: mira sus mayores valores. Con poca guía, el texto es solo una sugerencia. El modelo de dígitos suele usarse con 3, Stable Diffusion 1.x con cerca de 7." },
      },
      act: { en: "Make all four", es: "Hacer las cuatro" },
      calls: SCALES.map((guidance, index) => ({ as: `run${index}`, call: /** @type {const} */ ("generate"), with: (/** @type {any} */ _, /** @type {At} */ { example, seed }) => [{ prompt: example.prompt, seed, steps: 12, guidance }] })),
      show: (made) => ({
        figures: SCALES.map((scale, index) => ({ kind: "picture", data: { image: made[`run${index}`].image, caption: { en: `scale ${scale}`, es: `escala ${withComma(scale)}` } } })),
        facts: SCALES.map((scale, index) => ({ id: `largest${index}`, name: { en: `Largest value in the latents, either sign, scale ${scale}`, es: `Mayor valor en los latentes, con cualquier signo, escala ${withComma(scale)}` }, value: farthest(made[`run${index}`]) })),
      }),
      notes: {
        minutes: 4,
        say: { en: "Nothing was trained anew for this: the network is merely asked a second time, with an empty text. That doubles the work. Measured with the model of digits, seed 7: the largest value in the latents goes from 2.1 at scale 1.1 to 4.4 at 14.", es: "Para esto no se entrenó nada de nuevo: solo se pregunta otra vez a la red, con un texto vacío. Eso dobla el trabajo. Medido con el modelo de dígitos, semilla 7: el mayor valor en los latentes va de 2,1 con escala 1,1 a 4,4 con 14." },
        ask: { en: "What do scales between 0 and 1 mean? And below 0?", es: "¿Qué significan las escalas entre 0 y 1? ¿Y bajo 0?" },
        wrong: { en: "Which of the others is best is a matter of taste and of the seed: let the class vote.", es: "Cuál de las otras es mejor depende del gusto y de la semilla: que vote la clase." },
      },
    },
    {
      title: { en: "The arrows", es: "Las flechas" },
      text: [
        { en: "The answers are lists of numbers, and lists of numbers are arrows. Here are both answers of one step, their difference, and where guidance lands: in the plane that holds them all.", es: "Las respuestas son listas de números, y las listas de números son flechas. Aquí están las dos respuestas de un paso, su diferencia y dónde cae la guía, en el plano que las contiene." },
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
          { id: "cosine", name: { en: "Cosine between the answers, first step", es: "Coseno entre las respuestas, primer paso" }, value: apart.cosine, digits: 4 },
          { id: "rms", name: { en: "Their distance, first step", es: "Su distancia, primer paso" }, value: apart.rms },
          { id: "late", name: { en: "Their distance, last step but one", es: "Su distancia, penúltimo paso" }, value: late.rms },
          { id: "scale", name: { en: "Guidance scale", es: "Escala de guía" }, value: run.trace.steps[0].guidance },
        ],
      }),
      question: {
        ask: { en: "In the first step both answers look at almost pure noise. What is the cosine between them? 1 is the same direction.", es: "En el primer paso ambas respuestas miran casi puro ruido. ¿Cuál es el coseno entre ellas? 1 es la misma dirección." },
        fact: "cosine",
        near: 0.01,
        because: { en: "Nearly 1: both answer “almost all of it is noise”. What the prompt changes is small, and that is why it is made larger.", es: "Casi 1: ambas responden «casi todo es ruido». Lo que cambia el texto es poco, y por eso se agranda." },
      },
      notes: {
        minutes: 3,
        say: { en: "The picture is two-dimensional and exact: three arrows that add up always lie in one plane. Measured: cosine 0.994, distance 0.10 in the first step.", es: "El dibujo es plano y exacto: tres flechas que se suman están siempre en un plano. Medido: coseno 0,994, distancia 0,10 en el primer paso." },
        ask: { en: "If the scale is doubled, which arrows change? Only the last part of the way.", es: "Si se dobla la escala, ¿qué flechas cambian? Solo el último tramo." },
        wrong: { en: "The arrows look the same length in every step because predicted noise always has a size of about 1; what changes is the angle.", es: "Las flechas parecen igual de largas en cada paso porque el ruido predicho siempre tiene tamaño cercano a 1; lo que cambia es el ángulo." },
      },
    },
    {
      title: { en: "Away from something", es: "Lejos de algo" },
      text: [
        { en: "Without a prompt there is an empty text. Put a *negative prompt* there instead, and the same formula walks away from it: the arrow now points from what you do not want to what you want.", es: "Sin texto, hay un texto vacío. Pon ahí un *texto negativo*, y la misma fórmula se aleja de él: la flecha va ahora de lo que no quieres a lo que quieres." },
      ],
      formula: { en: guided("negative", "with"), es: guided("negativo", "con") },
      reads: { en: "The noise that is used is the answer to the negative prompt, plus the scale times the difference of both answers", es: "El ruido que se usa es la respuesta al texto negativo, más la escala por la diferencia de ambas respuestas" },
      dials: [{ name: "negative", label: { en: "Negative prompt", es: "Texto negativo" }, text: ({ negative }) => negative }],
      act: { en: "Make both", es: "Hacer ambas" },
      calls: [
        { as: "plain", call: "generate", with: (_, { example, seed }) => [{ prompt: example.prompt, seed, steps: 12 }] },
        { as: "away", call: "generate", with: (_, { example, seed, dials }) => [{ prompt: example.prompt, negative: dials.negative, seed, steps: 12 }] },
        { as: "apart", call: "distance", with: ({ plain, away }) => [plain.trace.steps.at(-1).latents, away.trace.steps.at(-1).latents] },
      ],
      show: ({ plain, away, apart }, { dials }) => ({
        figures: [
          { kind: "picture", data: { image: plain.image, caption: { en: "no negative prompt", es: "sin texto negativo" } } },
          { kind: "picture", data: { image: away.image, caption: { en: `away from “${dials.negative}”`, es: `lejos de «${dials.negative}»` } } },
          { kind: "guidance", data: { trace: away.trace, cursor: 3 } },
        ],
        facts: [{ id: "rms", name: { en: "How far the two pictures’ latents are apart", es: "Cuánto distan los latentes de las dos imágenes" }, value: apart.rms }],
      }),
      question: {
        ask: { en: "The prompt asks for a yellow background, the negative prompt is “a yellow background”. What happens?", es: "El texto pide un fondo amarillo y el negativo es «a yellow background». ¿Qué pasa?" },
        choices: [{ en: "the background is not yellow", es: "el fondo no es amarillo" }, { en: "an error", es: "un error" }, { en: "what both share cancels, the rest grows", es: "lo que comparten se anula y el resto crece" }],
        right: 2,
        because: { en: "It is subtraction, not a prohibition. What both texts say drops out of the difference; what only the prompt says, the digit and its colour, is made larger. Try “a red four” as well.", es: "Es una resta, no una prohibición. Lo que dicen ambos textos desaparece de la diferencia; lo que solo dice el texto, el dígito y su color, se agranda. Prueba también «a red four»." },
      },
      notes: {
        minutes: 4,
        say: { en: "There is no word “not” in this model. All it can do is go away from something. Measured with seed 7: the latents are 0.36 apart.", es: "Este modelo no tiene la palabra «no». Solo puede alejarse de algo. Medido con la semilla 7: los latentes distan 0,36." },
        ask: { en: "What does a negative prompt that equals the prompt do? (The difference is 0: the scale does not matter any more.)", es: "¿Qué hace un texto negativo igual al texto? (La diferencia es 0: la escala ya no importa.)" },
        wrong: { en: "With a scale of 1 the negative prompt has no effect at all: put s = 1 into the formula.", es: "Con escala 1 el texto negativo no tiene ningún efecto: pon s = 1 en la fórmula." },
      },
    },
  ],
};
