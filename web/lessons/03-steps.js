// Lesson 3: one step is not enough. What the model predicts at each step, and why the first prediction is a blur.

/** @import { At, Lesson } from "./index.js" */

/** The steps whose guesses are compared, from 0, and the one called step 5. */
const AGES = Array.from({ length: 10 }, (_, at) => at);
const MIDDLE = 4;

/** @type {Lesson} */
export const STEPS = {
  id: "steps",
  title: { en: "One step is not enough", es: "Un paso no basta" },
  about: { en: "The model guesses the whole picture at every step. Why not stop after the first?", es: "El modelo adivina la imagen entera en cada paso. ¿Por qué no parar tras el primero?" },
  minutes: 13,
  sources: [
    "Ho, Jain & Abbeel 2020, Denoising Diffusion Probabilistic Models",
    "Song, Meng & Ermon 2020, Denoising Diffusion Implicit Models",
    "Karras, Aittala, Aila & Laine 2022, Elucidating the Design Space of Diffusion-Based Generative Models",
    "fast.ai 2022, From Deep Learning Foundations to Stable Diffusion, lesson 9A",
  ],
  steps: [
    {
      title: { en: "A guess at every step", es: "Una conjetura en cada paso" },
      text: [
        { en: "The model is asked one thing: *which noise is in there?* Take all of it away at once, and what is left is its guess at the finished picture, x₀.", es: "Al modelo se le pregunta una cosa: *¿qué ruido hay ahí?* Quítalo todo de golpe, y lo que queda es su conjetura de la imagen terminada, x₀." },
        { en: "Move along the strip: above are the noisy latents after each step, below is what the model guessed in it.", es: "Recorre la tira: arriba están los latentes con ruido tras cada paso, abajo lo que el modelo conjeturó en él." },
      ],
      formula: "<msub><mover><mi>x</mi><mo>^</mo></mover><mn>0</mn></msub><mo>=</mo><mi>x</mi><mo>−</mo><mi>σ</mi><mspace width='.2em'/><mover><mi>ε</mi><mo>^</mo></mover><mo>(</mo><mi>x</mi><mo>,</mo><mi>σ</mi><mo>)</mo>",
      reads: { en: "The predicted picture is x minus sigma times the predicted noise", es: "La imagen predicha es x menos sigma por el ruido predicho" },
      calls: [{ as: "run", call: "generate", with: (_, { example, seed }) => [{ prompt: example.prompt, seed, steps: 16, sampler: "euler" }] }],
      show: ({ run }) => ({
        figures: [{ kind: "strip", data: { trace: run.trace, cursor: 0 } }],
        facts: [
          { id: "sigma", name: { en: "σ at the first step", es: "σ en el primer paso" }, value: run.trace.steps[0].sigma },
          { id: "calls", name: { en: "Steps", es: "Pasos" }, value: run.trace.steps.length },
        ],
      }),
      question: {
        ask: { en: "What does the very first guess look like?", es: "¿Cómo se ve la primera conjetura?" },
        choices: [{ en: "like the finished picture", es: "como la imagen terminada" }, { en: "like a blur, with hardly a shape", es: "como una mancha casi sin forma" }, { en: "like noise", es: "como ruido" }],
        right: 1,
        because: { en: "Neither noise nor picture: a smooth blur in which little is settled, not even the colours. Two steps later both are. Why the first guess is so poor is the last step of this lesson.", es: "Ni ruido ni imagen: una mancha suave en la que poco está decidido, ni siquiera los colores. Dos pasos después sí. Por qué la primera conjetura es tan mala se ve al final de esta lección." },
      },
      notes: {
        minutes: 4,
        say: { en: "The strip is the whole run. Let somebody move through it slowly and say aloud when they are sure of the digit.", es: "La tira es toda la ejecución. Que alguien la recorra despacio y diga en voz alta cuándo está seguro del dígito." },
        ask: { en: "Which comes first, colour or shape? Why?", es: "¿Qué llega primero, el color o la forma? ¿Por qué?" },
        wrong: { en: "“The noise is removed bit by bit.” Look below: the guess is always of a whole, clean picture. Only the step towards it is small.", es: "«El ruido se quita poco a poco.» Mira abajo: la conjetura es siempre de una imagen entera y limpia. Solo el paso hacia ella es pequeño." },
      },
    },
    {
      title: { en: "1, 4, 16, 64", es: "1, 4, 16, 64" },
      text: [
        { en: "So why not take the first guess and be done? Here are four runs from the same noise with 1, 4, 16 and 64 steps.", es: "¿Por qué no quedarse con la primera conjetura? Aquí van cuatro ejecuciones desde el mismo ruido, con 1, 4, 16 y 64 pasos." },
        { en: "The run with 64 steps serves as the goal, and the distance to it is measured in the latents.", es: "La de 64 pasos sirve de meta, y la distancia a ella se mide en los latentes." },
      ],
      question: {
        ask: { en: "16 steps are 16 times the work of one. How many times nearer to the goal do they come?", es: "16 pasos son 16 veces el trabajo de uno. ¿Cuántas veces más cerca de la meta llegan?" },
        fact: "nearer",
        unit: "×",
        near: 0.3,
        because: { en: "The first steps buy the most. From some number on, nobody sees what more steps change: that number is what you pay for with every picture.", es: "Los primeros pasos son los que más rinden. A partir de cierto número nadie ve qué cambian más pasos: ese número es lo que pagas con cada imagen." },
      },
      act: { en: "Make all four", es: "Hacer las cuatro" },
      calls: [
        ...[1, 4, 16, 64].map((steps) => ({ as: `run${steps}`, call: /** @type {const} */ ("generate"), with: (/** @type {any} */ _, /** @type {At} */ { example, seed }) => [{ prompt: example.prompt, seed, steps, sampler: "euler", spacing: "trailing" }] })),
        ...[1, 4, 16].map((steps) => ({ as: `apart${steps}`, call: /** @type {const} */ ("distance"), with: (/** @type {any} */ made) => [made[`run${steps}`].trace.steps.at(-1).latents, made.run64.trace.steps.at(-1).latents] })),
      ],
      show: (made) => ({
        figures: [1, 4, 16, 64].map((steps) => ({ kind: "picture", data: { image: made[`run${steps}`].image, caption: { en: steps === 1 ? "1 step" : `${steps} steps`, es: steps === 1 ? "1 paso" : `${steps} pasos` } } })),
        facts: [
          ...[1, 4, 16].map((steps) => ({ id: `apart${steps}`, name: { en: `Distance of ${steps} to 64`, es: `Distancia de ${steps} a 64` }, value: made[`apart${steps}`].rms })),
          { id: "nearer", name: { en: "16 steps are nearer than 1", es: "16 pasos están más cerca que 1" }, value: made.apart1.rms / made.apart16.rms, unit: "×", digits: 1 },
        ],
      }),
      notes: {
        minutes: 4,
        say: { en: "The first steps buy the most. Measured with the model of digits, seed 7, Euler: with 1 step 2.66 away from the goal, with 4 steps 0.165, with 16 steps 0.025, which is 106 times nearer than with 1.", es: "Los primeros pasos son los que más rinden. Medido con el modelo de dígitos, semilla 7, Euler: con 1 paso, a 2,66 de la meta; con 4, a 0,165; con 16, a 0,025, que es 106 veces más cerca que con 1." },
        ask: { en: "Would you pay four times the electricity for the difference between 16 and 64?", es: "¿Pagarías cuatro veces la electricidad por la diferencia entre 16 y 64?" },
        wrong: { en: "“More steps, better picture.” Nearer to the goal, yes; but the goal itself may be a poor seven.", es: "«Más pasos, mejor imagen.» Más cerca de la meta, sí; pero la meta misma puede ser un siete feo." },
      },
    },
    {
      title: { en: "Why the first guess is poor", es: "Por qué la primera conjetura es mala" },
      text: [
        { en: "Under heavy noise many pictures could hide, and the guess with the least error is their *average*: a blur. And a small error in ε is multiplied by σ, 14.6 times in the first step.", es: "Bajo mucho ruido podrían esconderse muchas imágenes, y la conjetura con menos error es su *promedio*: una mancha. Y un error pequeño en ε se multiplica por σ, 14,6 veces en el primer paso." },
        { en: "Four seeds, without guidance. How far apart are their guesses, from step to step?", es: "Cuatro semillas, sin guía. ¿Cuánto distan sus conjeturas, de paso en paso?" },
      ],
      formula: "<msub><mover><mi>x</mi><mo>^</mo></mover><mn>0</mn></msub><mo>=</mo><mi mathvariant='double-struck'>E</mi><mo>[</mo><msub><mi>x</mi><mn>0</mn></msub><mo>|</mo><mi>x</mi><mo>]</mo>",
      reads: { en: "The predicted picture is the mean of all pictures, given x", es: "La imagen predicha es la media de todas las imágenes, dado x" },
      question: {
        ask: { en: "From step 5 to the last one: do the guesses of two seeds come nearer to each other, or do they part?", es: "Del paso 5 al último: ¿las conjeturas de dos semillas se acercan o se separan?" },
        choices: [{ en: "they come nearer", es: "se acercan" }, { en: "they part", es: "se separan" }],
        right: (fact) => (fact("middle") < fact("last") ? 1 : 0),
        because: { en: "In the middle all guess nearly the same average; then each noise decides for a seven of its own. At the beginning the curves come down from above: that is the error times σ, which shrinks with σ.", es: "A mitad de camino todas conjeturan casi el mismo promedio; después cada ruido decide su propio siete. Al comienzo las curvas bajan desde arriba: es el error por σ, que se encoge con σ." },
      },
      act: { en: "Make four seeds", es: "Hacer cuatro semillas" },
      calls: [
        ...[0, 1, 2, 3].map((more) => ({ as: `run${more}`, call: /** @type {const} */ ("generate"), with: (/** @type {any} */ _, /** @type {At} */ { example, seed }) => [{ prompt: example.prompt, seed: seed + more, steps: AGES.length, guidance: 1, sampler: "euler", spacing: "trailing" }] })),
        ...[0, 1, 2, 3].map((more) => ({ as: `guess${more}`, call: /** @type {const} */ ("decode"), with: (/** @type {any} */ made) => [{ values: made[`run${more}`].trace.steps[MIDDLE].denoised, shape: made[`run${more}`].trace.steps[MIDDLE].shape }] })),
        ...[1, 2, 3].flatMap((more) => AGES.map((at) => ({ as: `apart${more}_${at}`, call: /** @type {const} */ ("distance"), with: (/** @type {any} */ made) => [made.run0.trace.steps[at].denoised, made[`run${more}`].trace.steps[at].denoised] }))),
      ],
      show: (made, { seed }) => ({
        figures: [
          { kind: "lines", data: {
            series: [1, 2, 3].map((more) => ({ name: { en: `seeds ${seed} and ${seed + more}`, es: `semillas ${seed} y ${seed + more}` }, points: AGES.map((at) => [at + 1, made[`apart${more}_${at}`].rms]) })),
            x: { label: { en: "step", es: "paso" } },
            y: { label: { en: "distance of their guesses", es: "distancia entre sus conjeturas" } },
          } },
          ...[0, 1, 2, 3].map((more) => ({ kind: /** @type {const} */ ("picture"), data: { image: made[`guess${more}`], caption: { en: `seed ${seed + more}: guess in step 5`, es: `semilla ${seed + more}: conjetura en el paso 5` } } })),
          ...[0, 1, 2, 3].map((more) => ({ kind: /** @type {const} */ ("picture"), data: { image: made[`run${more}`].image, caption: { en: `seed ${seed + more}: finished`, es: `semilla ${seed + more}: terminada` } } })),
        ],
        facts: [
          { id: "first", name: { en: "First guesses apart", es: "Distancia entre primeras conjeturas" }, value: made.apart1_0.rms },
          { id: "middle", name: { en: "Guesses in step 5 apart", es: "Distancia en el paso 5" }, value: made[`apart1_${MIDDLE}`].rms },
          { id: "last", name: { en: "Last guesses apart", es: "Distancia entre últimas conjeturas" }, value: made[`apart1_${AGES.length - 1}`].rms },
        ],
      }),
      notes: {
        minutes: 4,
        say: { en: "One step answers with an average, however good the network: that is not a matter of patience. Measured with seeds 7 and 8: 1.09 in step 1, 0.32 in step 5, 0.43 at the end.", es: "Un paso responde con un promedio, por buena que sea la red: no es cuestión de paciencia. Medido con las semillas 7 y 8: 1,09 en el paso 1, 0,32 en el paso 5, 0,43 al final." },
        ask: { en: "What would the average of all photographs look like? And of all photographs of cats?", es: "¿Cómo sería el promedio de todas las fotografías? ¿Y de todas las de gatos?" },
        wrong: { en: "A perfect network would have only the average, and its curves would only rise. The small model is not perfect, least of all under heavy noise, which it saw as often as any other but where errors weigh most.", es: "Una red perfecta tendría solo el promedio, y sus curvas solo subirían. El modelo pequeño no es perfecto, y menos con mucho ruido, que vio tantas veces como cualquier otro, pero donde los errores pesan más." },
      },
    },
  ],
};
