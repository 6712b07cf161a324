// Lesson 6: samplers as solvers of a differential equation. Paths in the plane, and steps against error, measured.

/** @import { Call, Lesson } from "./index.js" */

const SOLVERS_SHOWN = /** @type {const} */ ([["euler", "Euler"], ["heun", "Heun"], ["lms", "LMS"], ["dpmpp_2m", "DPM++ 2M"]]);
const COUNTS = [3, 6, 12, 24];
/** Without guidance, so that a step is one question; the same first and last noise for any number of steps, so that all solve the same problem. */
const PROBLEM = /** @type {const} */ ({ guidance: 1, spacing: "linspace", sigmas: "karras" });
const FINE = { sampler: "heun", steps: 50 };

/** @param {string} as @param {string} sampler @param {number} steps @returns {Call} */
const run = (as, sampler, steps) => ({ as, call: "generate", with: (_, { example, seed }) => [{ prompt: example.prompt, seed, sampler, steps, ...PROBLEM }] });
/** From the noise that all begin with. @param {any} made */
const pathOf = ({ trace: { steps } }) => [steps[0].input, ...steps.map((/** @type {{ latents: Float32Array }} */ { latents }) => latents)];
/** @param {any} made */
const endOf = (made) => made.trace.steps.at(-1).latents;

/** @type {Lesson} */
export const SOLVERS = {
  id: "solvers",
  title: { en: "Samplers as solvers", es: "Muestreadores como métodos numéricos" },
  about: { en: "A run follows a curve. Samplers differ in how well they guess where it bends.", es: "Una ejecución sigue una curva. Los muestreadores difieren en cómo adivinan dónde se curva." },
  minutes: 14,
  sources: [
    "Song, Sohl-Dickstein, Kingma and others 2020, Score-Based Generative Modeling through Stochastic Differential Equations",
    "Karras, Aittala, Aila & Laine 2022, Elucidating the Design Space of Diffusion-Based Generative Models",
    "Lu, Zhou, Bao and others 2022, DPM-Solver++: Fast Solver for Guided Sampling of Diffusion Probabilistic Models",
    "Liu, Ren, Lin & Zhao 2022, Pseudo Numerical Methods for Diffusion Models on Manifolds",
    "fast.ai 2022, From Deep Learning Foundations to Stable Diffusion, lessons 9 and 9A",
  ],
  steps: [
    {
      title: { en: "A curve, and straight steps", es: "Una curva y pasos rectos" },
      text: [
        { en: "As σ falls, the latents follow a curve; the model tells its slope at any point. *Euler’s method* walks straight along the slope, then asks again.", es: "Al bajar σ, los latentes siguen una curva; el modelo dice su pendiente en cada punto. El *método de Euler* camina recto por la pendiente y vuelve a preguntar." },
        { en: "Here are runs from one noise with 3, 6 and 12 steps, and a fine one, seen in the plane in which they differ most.", es: "Aquí hay ejecuciones desde un mismo ruido con 3, 6 y 12 pasos, y una fina, vistas en el plano en que más difieren." },
      ],
      formula: "<mfrac><mrow><mi>d</mi><mi>x</mi></mrow><mrow><mi>d</mi><mi>σ</mi></mrow></mfrac><mo>=</mo><mfrac><mrow><mi>x</mi><mo>−</mo><msub><mover><mi>x</mi><mo>^</mo></mover><mn>0</mn></msub></mrow><mi>σ</mi></mfrac>",
      reads: { en: "The slope of x over sigma is x minus the predicted picture, divided by sigma", es: "La pendiente de x respecto a sigma es x menos la imagen predicha, dividido entre sigma" },
      act: { en: "Walk", es: "Recorrer" },
      calls: [
        run("three", "euler", 3),
        run("six", "euler", 6),
        run("twelve", "euler", 12),
        run("fine", FINE.sampler, FINE.steps),
        { as: "plane", call: "plane", with: ({ three, six, twelve, fine }) => [[three, six, twelve, fine].map(pathOf)] },
      ],
      show: ({ plane, three, six, twelve, fine }) => ({
        figures: [
          { kind: "plane", data: { runs: plane.runs.map((/** @type {any} */ points, /** @type {number} */ index) => ({ name: [{ en: "Euler, 3 steps", es: "Euler, 3 pasos" }, { en: "Euler, 6 steps", es: "Euler, 6 pasos" }, { en: "Euler, 12 steps", es: "Euler, 12 pasos" }, { en: "fine: Heun, 50 steps", es: "fina: Heun, 50 pasos" }][index], points })), explained: plane.explained } },
          ...[[three, "3"], [six, "6"], [twelve, "12"], [fine, "50"]].map(([{ image }, steps]) => ({ kind: /** @type {const} */ ("picture"), data: { image, caption: { en: `${steps} steps`, es: `${steps} pasos` } } })),
        ],
        facts: [{ id: "explained", name: { en: "Part of all differences that this plane shows", es: "Parte de las diferencias que muestra este plano" }, value: 100 * (plane.explained[0] + plane.explained[1]), unit: "%", digits: 0 }],
      }),
      question: {
        ask: { en: "A path has as many dimensions as the latents have numbers. How much of it can a flat picture show, in %?", es: "Un camino tiene tantas dimensiones como números los latentes. ¿Cuánto de él puede mostrar un dibujo plano, en %?" },
        fact: "explained",
        unit: "%",
        near: 0.1,
        because: { en: "A surprising lot: a path from noise to picture is nearly flat and, for most of it, nearly straight. That it is straight is why so few steps can be enough.", es: "Sorprende cuánto: el camino del ruido a la imagen es casi plano y, en su mayor parte, casi recto. Que sea recto es lo que permite que basten tan pocos pasos." },
      },
      notes: {
        minutes: 5,
        say: { en: "All runs start at the same point and ought to end at the same. With few steps each straight piece leaves the curve. Measured with the model of digits, seed 7, no guidance: 99.99 %.", es: "Todas parten del mismo punto y deberían acabar en el mismo. Con pocos pasos, cada tramo recto se sale de la curva. Medido con el modelo de dígitos, semilla 7, sin guía: 99,99 %." },
        ask: { en: "Where does the curve bend most: at much noise, in the middle, or at the end?", es: "¿Dónde se curva más el camino: con mucho ruido, en medio o al final?" },
        wrong: { en: "Noisy points lie far out because noise is large, not because much happens there.", es: "Los puntos con ruido quedan lejos porque el ruido es grande, no porque ahí pase mucho." },
      },
    },
    {
      title: { en: "Four ways round a bend", es: "Cuatro formas de tomar la curva" },
      text: [
        { en: "*Heun* looks at the slope at both ends of a step and takes the mean: two questions a step. *LMS* and *DPM++ 2M* remember earlier answers and extrapolate: one question.", es: "*Heun* mira la pendiente en ambos extremos del paso y toma la media: dos preguntas por paso. *LMS* y *DPM++ 2M* recuerdan respuestas anteriores y extrapolan: una pregunta." },
        { en: "Which ends nearest to the fine run after 6 steps?", es: "¿Cuál acaba más cerca de la fina tras 6 pasos?" },
      ],
      act: { en: "Walk all four", es: "Recorrer los cuatro" },
      calls: [
        ...SOLVERS_SHOWN.map(([id]) => run(id, id, 6)),
        run("fine", FINE.sampler, FINE.steps),
        { as: "plane", call: "plane", with: (made) => [[...SOLVERS_SHOWN.map(([id]) => pathOf(made[id])), pathOf(made.fine)]] },
        ...SOLVERS_SHOWN.map(([id]) => ({ as: `${id}_error`, call: /** @type {const} */ ("distance"), with: (/** @type {any} */ made) => [endOf(made[id]), endOf(made.fine)] })),
      ],
      show: (made) => ({
        figures: [{ kind: "plane", data: { runs: made.plane.runs.map((/** @type {any} */ points, /** @type {number} */ index) => ({ name: SOLVERS_SHOWN[index]?.[1] ?? { en: "fine", es: "fina" }, points })), explained: made.plane.explained } }],
        facts: SOLVERS_SHOWN.map(([id, name]) => ({ id, name: { en: `Error of ${name}`, es: `Error de ${name}` }, value: made[`${id}_error`].rms, digits: 4 })),
      }),
      question: {
        ask: { en: "Which one, do you think?", es: "¿Cuál crees?" },
        choices: SOLVERS_SHOWN.map(([, name]) => ({ en: name, es: name })),
        right: (fact) => SOLVERS_SHOWN.map(([id]) => fact(id)).reduce((best, value, index, all) => (value < Number(all[best]) ? index : best), 0),
        because: { en: "Count questions, too: Heun asked about twice as often for its 6 steps. Fair is error for the same work, which comes next.", es: "Cuenta también las preguntas: Heun preguntó casi el doble en sus 6 pasos. Lo justo es el error por el mismo trabajo, que viene ahora." },
      },
      notes: {
        minutes: 4,
        say: { en: "These are the methods of any numerics textbook; only the slope is new: it comes from a network. Measured, 6 steps, seed 7: Euler 0.083, Heun 0.063, DPM++ 2M 0.054, LMS 0.052.", es: "Son los métodos de cualquier libro de cálculo numérico; solo la pendiente es nueva: viene de una red. Medido, 6 pasos, semilla 7: Euler 0,083, Heun 0,063, DPM++ 2M 0,054, LMS 0,052." },
        ask: { en: "Why can a method that remembers go wrong at the beginning? It has nothing to remember yet.", es: "¿Por qué un método que recuerda puede fallar al principio? Aún no tiene qué recordar." },
        wrong: { en: "Samplers with fresh noise (Euler a, DDPM) do not belong in this race: they do not follow the curve at all.", es: "Los muestreadores con ruido nuevo (Euler a, DDPM) no entran en esta carrera: no siguen la curva." },
      },
    },
    {
      title: { en: "Steps against error", es: "Pasos contra error" },
      text: [
        { en: "Now with 3, 6, 12 and 24 steps, and the distance to the fine run measured each time. Both axes are logarithmic: a method of *order n* falls along a line of slope n.", es: "Ahora con 3, 6, 12 y 24 pasos, y la distancia a la fina medida cada vez. Ambos ejes son logarítmicos: un método de *orden n* baja por una recta de pendiente n." },
      ],
      formula: "<mtext>error</mtext><mo>∝</mo><mfrac><mn>1</mn><msup><mi>N</mi><mi>n</mi></msup></mfrac>",
      reads: { en: "The error is proportional to one over the number of steps to the power of the order", es: "El error es proporcional a uno entre el número de pasos elevado al orden" },
      act: { en: "Race", es: "Empezar la carrera" },
      calls: [
        run("fine", FINE.sampler, FINE.steps),
        ...SOLVERS_SHOWN.flatMap(([id]) => COUNTS.flatMap((steps) => [run(`${id}_${steps}`, id, steps), { as: `${id}_${steps}_error`, call: /** @type {const} */ ("distance"), with: (/** @type {any} */ made) => [endOf(made[`${id}_${steps}`]), endOf(made.fine)] }])),
      ],
      show: (made) => ({
        figures: [{ kind: "lines", data: {
          series: SOLVERS_SHOWN.map(([id, name]) => ({ name, points: COUNTS.map((steps) => [steps, made[`${id}_${steps}_error`].rms]) })),
          x: { label: { en: "steps", es: "pasos" }, log: true },
          y: { label: { en: "distance to the fine run", es: "distancia a la fina" }, log: true },
        } }],
        facts: [
          { id: "halved", name: { en: "Euler: error with 12 steps over error with 24", es: "Euler: error con 12 pasos entre error con 24" }, value: made.euler_12_error.rms / made.euler_24_error.rms, unit: "×", digits: 2 },
          { id: "second", name: { en: "DPM++ 2M: the same", es: "DPM++ 2M: lo mismo" }, value: made.dpmpp_2m_12_error.rms / made.dpmpp_2m_24_error.rms, unit: "×", digits: 2 },
        ],
      }),
      question: {
        ask: { en: "Euler is of order 1. With 24 steps instead of 12, how many times smaller is its error?", es: "Euler es de orden 1. Con 24 pasos en vez de 12, ¿cuántas veces menor es su error?" },
        fact: "halved",
        unit: "×",
        near: 0.2,
        because: { en: "About 2, as the theory has it for small steps: twice the steps, half the error. A method of order 2 comes to 4.", es: "Cerca de 2, como dice la teoría para pasos pequeños: doble de pasos, mitad de error. Un método de orden 2 llega a 4." },
      },
      notes: {
        minutes: 4,
        say: { en: "Theory holds for many small steps; with 3 or 6 the curves may cross. The fine run is Heun’s with 50 steps, whose own error is far below what is shown. Measured with seed 7: 2.0 for Euler, 3.3 for DPM++ 2M.", es: "La teoría vale para muchos pasos pequeños; con 3 o 6 las curvas pueden cruzarse. La fina es Heun con 50 pasos, cuyo error está muy por debajo de lo mostrado. Medido con la semilla 7: 2,0 con Euler, 3,3 con DPM++ 2M." },
        ask: { en: "You may ask the model 12 times. Which sampler do you take? (Heun has only 6 steps then.)", es: "Puedes preguntar al modelo 12 veces. ¿Qué muestreador tomas? (Heun tiene entonces solo 6 pasos.)" },
        wrong: { en: "This takes the longest of all steps here, some 320 calls of the model. On a slow machine, show the recording or let one group run it.", es: "Es lo más largo de todo, unas 320 llamadas al modelo. En un equipo lento, muestra la grabación o que lo ejecute un solo grupo." },
      },
    },
  ],
};
