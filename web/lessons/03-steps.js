// Lesson 3: one step is not enough. What the model predicts at each step, and why the first prediction is a blur.

/** @import { Lesson } from "./index.js" */

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
        { en: "Move along the strip: above is what the model saw, below what it guessed.", es: "Recorre la tira: arriba está lo que vio el modelo, abajo lo que conjeturó." },
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
        choices: [{ en: "like the finished picture", es: "como la imagen terminada" }, { en: "like a blur with the right colours", es: "como una mancha con los colores correctos" }, { en: "like noise", es: "como ruido" }],
        right: 1,
        because: { en: "The words tell it the colours. The shape it cannot know yet: any seven that fits the noise is as good as any other, so it paints their average.", es: "Las palabras le dicen los colores. La forma aún no la puede saber: cualquier siete que encaje con el ruido es igual de bueno, así que pinta su promedio." },
      },
      notes: {
        minutes: 4,
        say: { en: "The strip is the whole run. Let somebody move through it slowly and say aloud when they are sure of the digit.", es: "La tira es toda la generación. Que alguien la recorra despacio y diga en voz alta cuándo está seguro del dígito." },
        ask: { en: "Which comes first, colour or shape? Why?", es: "¿Qué llega primero, el color o la forma? ¿Por qué?" },
        wrong: { en: "“The noise is removed bit by bit.” Look below: the guess is always of a whole, clean picture. Only the step towards it is small.", es: "«El ruido se quita poco a poco.» Mira abajo: la conjetura es siempre de una imagen entera y limpia. Solo el paso hacia ella es pequeño." },
      },
    },
    {
      title: { en: "1, 4, 16, 64", es: "1, 4, 16, 64" },
      text: [
        { en: "So why not take the first guess and be done? Here are four runs from the same noise with 1, 4, 16 and 64 steps.", es: "¿Por qué no quedarse con la primera conjetura? Aquí van cuatro generaciones desde el mismo ruido, con 1, 4, 16 y 64 pasos." },
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
        ...[1, 4, 16, 64].map((steps) => ({ as: `run${steps}`, call: /** @type {const} */ ("generate"), with: (/** @type {any} */ _, /** @type {import("./index.js").At} */ { example, seed }) => [{ prompt: example.prompt, seed, steps, sampler: "euler", spacing: "trailing" }] })),
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
        say: { en: "Measured with the model of digits, seed 7, Euler: MEASURED-3-2.", es: "Medido con el modelo de dígitos, semilla 7, Euler: MEASURED-3-2." },
        ask: { en: "Would you pay four times the electricity for the difference between 16 and 64?", es: "¿Pagarías cuatro veces la electricidad por la diferencia entre 16 y 64?" },
        wrong: { en: "“More steps, better picture.” Nearer to the goal, yes; but the goal itself may be a poor seven.", es: "«Más pasos, mejor imagen.» Más cerca de la meta, sí; pero la meta misma puede ser un siete feo." },
      },
    },
    {
      title: { en: "The average of all sevens", es: "El promedio de todos los sietes" },
      text: [
        { en: "Under heavy noise almost anything could hide. The guess with the least error is then the *average* of everything that could, and an average of pictures is a blur.", es: "Bajo mucho ruido podría esconderse casi cualquier cosa. La conjetura con menos error es entonces el *promedio* de todo lo posible, y un promedio de imágenes es una mancha." },
        { en: "Four seeds, four noises: compare the first guesses with one another, then the finished pictures.", es: "Cuatro semillas, cuatro ruidos: compara las primeras conjeturas entre sí, y después las imágenes terminadas." },
      ],
      formula: "<msub><mover><mi>x</mi><mo>^</mo></mover><mn>0</mn></msub><mo>=</mo><mi mathvariant='double-struck'>E</mi><mo>[</mo><msub><mi>x</mi><mn>0</mn></msub><mo>|</mo><mi>x</mi><mo>]</mo>",
      reads: { en: "The predicted picture is the mean of all pictures, given x", es: "La imagen predicha es la media de todas las imágenes, dado x" },
      question: {
        ask: { en: "Which are more alike?", es: "¿Cuáles se parecen más?" },
        choices: [{ en: "the first guesses", es: "las primeras conjeturas" }, { en: "the finished pictures", es: "las imágenes terminadas" }],
        right: (fact) => (fact("first") < fact("last") ? 0 : 1),
        because: { en: "First guesses are all near the same average. Step by step the noise decides between sevens, and the guesses part.", es: "Las primeras conjeturas están todas cerca del mismo promedio. Paso a paso el ruido decide entre los sietes, y las conjeturas se separan." },
      },
      act: { en: "Make four seeds", es: "Hacer cuatro semillas" },
      calls: [
        ...[0, 1, 2, 3].map((more) => ({ as: `run${more}`, call: /** @type {const} */ ("generate"), with: (/** @type {any} */ _, /** @type {import("./index.js").At} */ { example, seed }) => [{ prompt: example.prompt, seed: seed + more, steps: 10, sampler: "euler", spacing: "trailing" }] })),
        { as: "first", call: "distance", with: ({ run0, run1 }) => [run0.trace.steps[0].denoised, run1.trace.steps[0].denoised] },
        { as: "last", call: "distance", with: ({ run0, run1 }) => [run0.trace.steps.at(-1).denoised, run1.trace.steps.at(-1).denoised] },
      ],
      show: ({ first, last, ...runs }, { seed }) => ({
        figures: [
          ...[0, 1, 2, 3].map((more) => ({ kind: /** @type {const} */ ("picture"), data: { image: runs[`run${more}`].trace.steps[0].previewDenoised, caption: { en: `seed ${seed + more}: first guess`, es: `semilla ${seed + more}: primera conjetura` } } })),
          ...[0, 1, 2, 3].map((more) => ({ kind: /** @type {const} */ ("picture"), data: { image: runs[`run${more}`].image, caption: { en: `seed ${seed + more}: finished`, es: `semilla ${seed + more}: terminada` } } })),
        ],
        facts: [
          { id: "first", name: { en: "First guesses of two seeds apart", es: "Distancia entre primeras conjeturas" }, value: first.rms },
          { id: "last", name: { en: "Last guesses of two seeds apart", es: "Distancia entre últimas conjeturas" }, value: last.rms },
        ],
      }),
      notes: {
        minutes: 4,
        say: { en: "This is the deep reason for many steps, not a matter of patience: one step answers with an average, however good the network. Measured with seeds 7 and 8: MEASURED-3-3.", es: "Esta es la razón profunda de los muchos pasos, no cuestión de paciencia: un paso responde con un promedio, por buena que sea la red. Medido con las semillas 7 y 8: MEASURED-3-3." },
        ask: { en: "What would the average of all photographs look like? And of all photographs of cats?", es: "¿Cómo sería el promedio de todas las fotografías? ¿Y de todas las de gatos?" },
        wrong: { en: "Guidance (lesson 5) sharpens even the first guess; with guidance 1 it is blurrier still.", es: "La guía (lección 5) afila incluso la primera conjetura; con guía 1 es aún más borrosa." },
      },
    },
  ],
};
