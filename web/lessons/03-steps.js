// Lesson 3: one step is not enough. What the model predicts at each step, and why the first prediction is a blur.

/** @import { At, Lesson } from "./index.js" */

/** The steps whose guesses are compared, from 0, and the one called step 5. */
const AGES = Array.from({ length: 10 }, (_, at) => at);
const MIDDLE = 4;

/** @type {Lesson} */
export const STEPS = {
  id: "steps",
  title: { en: "One step is not enough", es: "Un paso no basta" },
  about: {
    en: "The model guesses the whole picture at every step. Why not stop after the first?",
    es: "El modelo adivina la imagen entera en cada paso. ¿Por qué no parar tras el primero?",
  },
  minutes: 13,
  sources: [
    "Ho, Jain & Abbeel 2020, Denoising Diffusion Probabilistic Models",
    "Song, Meng & Ermon 2020, Denoising Diffusion Implicit Models",
    "Karras, Aittala, Aila & Laine 2022, Elucidating the Design Space of Diffusion-Based Generative Models",
    "fast.ai 2022, From Deep Learning Foundations to Stable Diffusion, lesson 9A",
  ],
  steps: [
    {
      title: { en: "A guess at every step", es: "Una predicción en cada paso" },
      text: [
        {
          en: "The model is asked one thing: *what noise is in here?* Remove all of it at once, and what is left is its guess at the finished picture, x₀.",
          es: "Al modelo se le pregunta una sola cosa: *¿qué ruido hay aquí?* Si se quita todo de golpe, lo que queda es su predicción de la imagen terminada, x₀.",
        },
        {
          en: "Move along the strip: above are the noisy latents after each step; below is what the model guessed at that step.",
          es: "Recorre la tira: arriba están los latentes con ruido tras cada paso; abajo, lo que el modelo predijo en él.",
        },
      ],
      formula:
        "<msub><mover><mi>x</mi><mo>^</mo></mover><mn>0</mn></msub><mo>=</mo><mi>x</mi><mo>−</mo><mi>σ</mi><mspace width='.2em'/><mover><mi>ε</mi><mo>^</mo></mover><mo>(</mo><mi>x</mi><mo>,</mo><mi>σ</mi><mo>)</mo>",
      reads: {
        en: "The predicted picture is x minus sigma times the predicted noise",
        es: "La imagen predicha es x menos sigma por el ruido predicho",
      },
      calls: [
        { as: "run", call: "generate", with: (_, { example, seed }) => [{ prompt: example.prompt, seed, steps: 16, sampler: "euler" }] },
      ],
      show: ({ run }) => ({
        figures: [{ kind: "strip", data: { trace: run.trace, cursor: 0 } }],
        facts: [
          { id: "sigma", name: { en: "σ at the first step", es: "σ en el primer paso" }, value: run.trace.steps[0].sigma },
          { id: "calls", name: { en: "Steps", es: "Pasos" }, value: run.trace.steps.length },
        ],
      }),
      question: {
        ask: {
          en: "What does the model’s very first guess at the finished picture look like?",
          es: "¿Cómo es la primera predicción de la imagen terminada que hace el modelo?",
        },
        choices: [
          { en: "like the finished picture", es: "como la imagen terminada" },
          { en: "like a blur with hardly any shape", es: "una mancha casi sin forma" },
          { en: "like noise", es: "como ruido" },
        ],
        right: 1,
        because: {
          en: "Neither noise nor picture: a smooth blur in which little is decided, not even the colours. Two steps later they are. The last step of this lesson shows why the first guess is so poor.",
          es: "Ni ruido ni imagen: una mancha suave en la que hay poco decidido, ni siquiera los colores. Dos pasos después ya lo están. El último paso de esta lección muestra por qué la primera predicción es tan mala.",
        },
      },
      notes: {
        minutes: 4,
        say: {
          en: "The strip is the whole run. Have somebody move through it slowly and say aloud when they are sure of the digit.",
          es: "La tira es toda la generación. Que alguien la recorra despacio y diga en voz alta cuándo está seguro del dígito.",
        },
        ask: { en: "Which comes first, colour or shape? Why?", es: "¿Qué aparece primero, el color o la forma? ¿Por qué?" },
        wrong: {
          en: "“The noise is removed bit by bit.” Look at the bottom row: the guess is always a whole, clean picture. Only the step towards it is small.",
          es: "«El ruido se quita poco a poco.» Mira la fila de abajo: la predicción es siempre una imagen entera y limpia. Solo el paso hacia ella es pequeño.",
        },
      },
    },
    {
      title: { en: "1, 4, 16, 64", es: "1, 4, 16, 64" },
      text: [
        {
          en: "So why not stop at the first guess? Here are four runs from the same noise, with 1, 4, 16 and 64 steps.",
          es: "Entonces, ¿por qué no quedarse con la primera predicción? Aquí van cuatro generaciones a partir del mismo ruido, con 1, 4, 16 y 64 pasos.",
        },
        {
          en: "The run with 64 steps is the goal, and the distance to it is measured in the latents.",
          es: "La de 64 pasos es la meta, y la distancia hasta ella se mide en los latentes.",
        },
      ],
      question: {
        ask: {
          en: "A run with 16 steps is 16 times the work of a run with 1. How many times closer does it get to the result of 64 steps?",
          es: "Una generación de 16 pasos es 16 veces el trabajo de una de 1 paso. ¿Cuántas veces más cerca llega del resultado de 64 pasos?",
        },
        fact: "nearer",
        unit: "×",
        near: 0.3,
        because: {
          en: "The first steps do the most. Beyond some number, nobody sees what more steps change: that number is what you pay for with every picture.",
          es: "Los primeros pasos son los que más aportan. A partir de cierto número, nadie nota lo que cambian más pasos: ese número es lo que pagas por cada imagen.",
        },
      },
      act: { en: "Make all four", es: "Hacer las cuatro" },
      calls: [
        ...[1, 4, 16, 64].map((steps) => ({
          as: `run${steps}`,
          call: /** @type {const} */ ("generate"),
          with: (/** @type {any} */ _, /** @type {At} */ { example, seed }) => [
            { prompt: example.prompt, seed, steps, sampler: "euler", spacing: "trailing" },
          ],
        })),
        ...[1, 4, 16].map((steps) => ({
          as: `apart${steps}`,
          call: /** @type {const} */ ("distance"),
          with: (/** @type {any} */ made) => [made[`run${steps}`].trace.steps.at(-1).latents, made.run64.trace.steps.at(-1).latents],
        })),
      ],
      show: (made) => ({
        figures: [1, 4, 16, 64].map((steps) => ({
          kind: "picture",
          data: {
            image: made[`run${steps}`].image,
            caption: { en: steps === 1 ? "1 step" : `${steps} steps`, es: steps === 1 ? "1 paso" : `${steps} pasos` },
          },
        })),
        facts: [
          ...[1, 4, 16].map((steps) => ({
            id: `apart${steps}`,
            name: { en: `Distance from ${steps} to 64`, es: `Distancia de ${steps} a 64` },
            value: made[`apart${steps}`].rms,
          })),
          {
            id: "nearer",
            name: { en: "How many times closer 16 steps are than 1", es: "Cuántas veces más cerca están 16 pasos que 1" },
            value: made.apart1.rms / made.apart16.rms,
            unit: "×",
            figures: 2,
          },
        ],
      }),
      notes: {
        minutes: 4,
        say: {
          en: "The first steps do the most. Measured with the digits model, seed 7, Euler: 1 step ends 2.66 from the goal, 4 steps 0.165, 16 steps 0.025, which is more than 100 times closer than 1 step.",
          es: "Los primeros pasos son los que más aportan. Medido con el modelo de dígitos, semilla 7, Euler: 1 paso acaba a 2,66 de la meta; 4 pasos, a 0,165; 16 pasos, a 0,025, más de 100 veces más cerca que 1 paso.",
        },
        ask: {
          en: "Would you pay four times the electricity for the difference between 16 and 64?",
          es: "¿Pagarías cuatro veces más electricidad por la diferencia entre 16 y 64?",
        },
        wrong: {
          en: "“More steps, better picture.” Closer to the goal, yes; but the goal itself may be a poor seven.",
          es: "«Más pasos, mejor imagen.» Más cerca de la meta, sí; pero la meta misma puede ser un siete feo.",
        },
      },
    },
    {
      title: { en: "Why the first guess is poor", es: "Por qué la primera predicción es mala" },
      text: [
        {
          en: "Under heavy noise, many pictures could be hiding, and the guess with the smallest error is their *average*: a blur. And a small error in ε is multiplied by σ, which is 14.6 in the first step.",
          es: "Bajo mucho ruido pueden esconderse muchas imágenes, y la predicción con menos error es su *promedio*: una mancha. Además, un error pequeño en ε se multiplica por σ, que en el primer paso es 14,6.",
        },
        {
          en: "Four seeds, without guidance. How far apart are their guesses, step by step?",
          es: "Cuatro semillas, sin guía. ¿A qué distancia están sus predicciones, paso a paso?",
        },
      ],
      formula:
        "<msub><mover><mi>x</mi><mo>^</mo></mover><mn>0</mn></msub><mo>=</mo><mtext>E</mtext><mo>[</mo><msub><mi>x</mi><mn>0</mn></msub><mo>|</mo><mi>x</mi><mo>]</mo>",
      reads: {
        en: "The predicted picture is the mean of all pictures that could be in x",
        es: "La imagen predicha es la media de todas las imágenes que podría haber en x",
      },
      question: {
        ask: {
          en: "Two runs have the same prompt but different seeds. From step 5 to the last one, do the model’s guesses for the two come closer together or move apart?",
          es: "Dos generaciones tienen el mismo prompt y distinta semilla. Del paso 5 al último, ¿las predicciones del modelo para las dos se acercan o se alejan?",
        },
        choices: [
          { en: "closer together", es: "se acercan" },
          { en: "apart", es: "se alejan" },
        ],
        right: (fact) => (fact("middle") < fact("last") ? 1 : 0),
        because: {
          en: "In the middle, all of them guess nearly the same average; then each noise settles on a seven of its own. At the start the curves fall: that is the error multiplied by σ, and it shrinks with σ.",
          es: "A mitad de camino todas predicen casi el mismo promedio; después cada ruido se decide por su propio siete. Al principio las curvas bajan: es el error multiplicado por σ, que disminuye con σ.",
        },
      },
      act: { en: "Run four seeds", es: "Probar cuatro semillas" },
      calls: [
        ...[0, 1, 2, 3].map((more) => ({
          as: `run${more}`,
          call: /** @type {const} */ ("generate"),
          with: (/** @type {any} */ _, /** @type {At} */ { example, seed }) => [
            { prompt: example.prompt, seed: seed + more, steps: AGES.length, guidance: 1, sampler: "euler", spacing: "trailing" },
          ],
        })),
        ...[0, 1, 2, 3].map((more) => ({
          as: `guess${more}`,
          call: /** @type {const} */ ("decode"),
          with: (/** @type {any} */ made) => [
            { values: made[`run${more}`].trace.steps[MIDDLE].denoised, shape: made[`run${more}`].trace.steps[MIDDLE].shape },
          ],
        })),
        ...[1, 2, 3].flatMap((more) =>
          AGES.map((at) => ({
            as: `apart${more}_${at}`,
            call: /** @type {const} */ ("distance"),
            with: (/** @type {any} */ made) => [made.run0.trace.steps[at].denoised, made[`run${more}`].trace.steps[at].denoised],
          })),
        ),
      ],
      show: (made, { seed }) => ({
        figures: [
          {
            kind: "lines",
            data: {
              series: [1, 2, 3].map((more) => ({
                name: { en: `seeds ${seed} and ${seed + more}`, es: `semillas ${seed} y ${seed + more}` },
                points: AGES.map((at) => [at + 1, made[`apart${more}_${at}`].rms]),
              })),
              x: { label: { en: "step", es: "paso" } },
              y: { label: { en: "distance between guesses", es: "distancia entre predicciones" } },
            },
          },
          ...[0, 1, 2, 3].map((more) => ({
            kind: /** @type {const} */ ("picture"),
            data: {
              image: made[`guess${more}`],
              caption: { en: `seed ${seed + more}: guess in step 5`, es: `semilla ${seed + more}: predicción en el paso 5` },
            },
          })),
          ...[0, 1, 2, 3].map((more) => ({
            kind: /** @type {const} */ ("picture"),
            data: {
              image: made[`run${more}`].image,
              caption: { en: `seed ${seed + more}: finished`, es: `semilla ${seed + more}: terminada` },
            },
          })),
        ],
        facts: [
          {
            id: "first",
            name: { en: "Distance between first guesses", es: "Distancia entre las primeras predicciones" },
            value: made.apart1_0.rms,
          },
          { id: "middle", name: { en: "Distance in step 5", es: "Distancia en el paso 5" }, value: made[`apart1_${MIDDLE}`].rms },
          {
            id: "last",
            name: { en: "Distance between last guesses", es: "Distancia entre las últimas predicciones" },
            value: made[`apart1_${AGES.length - 1}`].rms,
          },
        ],
      }),
      notes: {
        minutes: 4,
        say: {
          en: "However good the network, one step answers with an average; patience has nothing to do with it. Measured with seeds 7 and 8: 1.09 in step 1, 0.32 in step 5, 0.43 at the end.",
          es: "Por buena que sea la red, un solo paso responde con un promedio; no es cuestión de paciencia. Medido con las semillas 7 y 8: 1,09 en el paso 1; 0,32 en el paso 5; 0,43 al final.",
        },
        ask: {
          en: "What would the average of all photographs look like? And of all photographs of cats?",
          es: "¿Cómo sería el promedio de todas las fotografías? ¿Y el de todas las de gatos?",
        },
        wrong: {
          en: "A perfect network would guess exactly the average, and its curves would only rise. The small model is not perfect, least of all under heavy noise, where its errors are multiplied most.",
          es: "Una red perfecta predeciría exactamente el promedio y sus curvas solo subirían. El modelo pequeño no es perfecto, y menos con mucho ruido, que es donde más se multiplican sus errores.",
        },
      },
    },
  ],
};
