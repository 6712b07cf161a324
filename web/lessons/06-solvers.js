// Lesson 6: samplers as solvers of a differential equation. Paths in the plane, and steps against error, measured.

/** @import { Call, Lesson } from "./index.js" */

const SOLVERS_SHOWN = /** @type {const} */ ([
  ["euler", "Euler"],
  ["heun", "Heun"],
  ["lms", "LMS"],
  ["dpmpp_2m", "DPM++ 2M"],
]);
const COUNTS = [3, 6, 12, 24];
/**
 * Without guidance, so that a step is one question; the same first and last noise for any number of steps, so that all solve the same
 * problem.
 */
const PROBLEM = /** @type {const} */ ({ guidance: 1, spacing: "linspace", sigmas: "karras" });
const FINE = { sampler: "heun", steps: 50 };

/** @param {string} as @param {string} sampler @param {number} steps @returns {Call} */
const run = (as, sampler, steps) => ({
  as,
  call: "generate",
  with: (_, { example, seed }) => [{ prompt: example.prompt, seed, sampler, steps, ...PROBLEM }],
});
/** From the noise that all begin with. @param {any} made */
const pathOf = ({ trace: { steps } }) => [steps[0].input, ...steps.map((/** @type {{ latents: Float32Array }} */ { latents }) => latents)];
/** @param {any} made */
const endOf = (made) => made.trace.steps.at(-1).latents;

/** @param {string} error the word for it */
const orderOf = (error) => `<mtext>${error}</mtext><mo>≈</mo><mfrac><mi>c</mi><msup><mi>N</mi><mi>n</mi></msup></mfrac>`;

/** How far a path leaves the straight line between its ends, in percent of that line. @param {[number, number][]} points */
function bendOf(points) {
  const [x0, y0] = points[0] ?? [0, 0];
  const [x1, y1] = points.at(-1) ?? [0, 0];
  const line = Math.hypot(x1 - x0, y1 - y0);
  return (Math.max(...points.map(([x, y]) => Math.abs((x - x0) * (y1 - y0) - (y - y0) * (x1 - x0)))) / line ** 2) * 100;
}

/** @type {Lesson} */
export const SOLVERS = {
  id: "solvers",
  title: { en: "Samplers as solvers", es: "Muestreadores como métodos numéricos" },
  about: {
    en: "A run follows a curve. Samplers differ in how well they guess where it bends.",
    es: "Una generación sigue una curva. Los muestreadores se diferencian en lo bien que adivinan por dónde va.",
  },
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
      title: { en: "A curve, in straight steps", es: "Una curva, a pasos rectos" },
      text: [
        {
          en: "As σ falls, the latents follow a curve, and the model gives its slope at any point. *Euler’s method* walks straight along the slope, then asks again.",
          es: "Al bajar σ, los latentes siguen una curva, y el modelo da su pendiente en cualquier punto. El *método de Euler* avanza recto según la pendiente y vuelve a preguntar.",
        },
        {
          en: "Here are runs from the same noise with 3, 6 and 12 steps and a fine one, seen in the plane in which they differ most. Mind the axes: one is drawn many times larger than the other.",
          es: "Aquí hay generaciones a partir del mismo ruido con 3, 6 y 12 pasos, y una fina, vistas en el plano en que más difieren. Fíjate en los ejes: uno está dibujado muchas veces más grande que el otro.",
        },
      ],
      formula:
        "<mfrac><mrow><mi>d</mi><mi>x</mi></mrow><mrow><mi>d</mi><mi>σ</mi></mrow></mfrac><mo>=</mo><mfrac><mrow><mi>x</mi><mo>−</mo><msub><mover><mi>x</mi><mo>^</mo></mover><mn>0</mn></msub></mrow><mi>σ</mi></mfrac>",
      reads: {
        en: "The slope of x over sigma is x minus the predicted picture, divided by sigma",
        es: "La pendiente de x respecto a sigma es x menos la imagen predicha, entre sigma",
      },
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
          {
            kind: "plane",
            data: {
              runs: plane.runs.map((/** @type {any} */ points, /** @type {number} */ index) => ({
                name: [
                  { en: "Euler, 3 steps", es: "Euler, 3 pasos" },
                  { en: "Euler, 6 steps", es: "Euler, 6 pasos" },
                  { en: "Euler, 12 steps", es: "Euler, 12 pasos" },
                  { en: "fine: Heun, 50 steps", es: "fina: Heun, 50 pasos" },
                ][index],
                points,
              })),
              explained: plane.explained,
            },
          },
          ...[
            [three, "3"],
            [six, "6"],
            [twelve, "12"],
            [fine, "50"],
          ].map(([{ image }, steps]) => ({
            kind: /** @type {const} */ ("picture"),
            data: { image, caption: { en: `${steps} steps`, es: `${steps} pasos` } },
          })),
        ],
        facts: [
          {
            id: "explained",
            name: { en: "Part of the differences that this plane shows", es: "Parte de las diferencias que muestra este plano" },
            value: 100 * (plane.explained[0] + plane.explained[1]),
            unit: "%",
            figures: 4,
          },
          {
            id: "bend",
            name: {
              en: "The fine run’s farthest point from a straight line, in % of the way",
              es: "Lo que más se aparta la fina de una recta, en % del camino",
            },
            value: bendOf(plane.runs[3]),
            unit: "%",
            figures: 2,
          },
        ],
      }),
      question: {
        ask: {
          en: "A run is a path with as many dimensions as the latents have numbers. How much of the differences along it can a flat drawing show, in %?",
          es: "Una generación es un camino con tantas dimensiones como números tienen los latentes. ¿Qué parte de las diferencias puede mostrar un dibujo plano, en %?",
        },
        fact: "explained",
        unit: "%",
        near: 0.1,
        because: {
          en: "Nearly all of it, which says less than it seems. Most of the way is the noise shrinking, and that goes along a single line. What turns noise into this picture is the small bend beside that line; drawn to scale, you would hardly see it. That is where a run with few steps goes wrong.",
          es: "Casi todas, y eso dice menos de lo que parece. La mayor parte del camino es el ruido que disminuye, y eso va por una sola línea. Lo que convierte el ruido en esta imagen es la pequeña curva al lado; dibujada a escala apenas se vería. Ahí es donde falla una generación con pocos pasos.",
        },
      },
      notes: {
        minutes: 5,
        say: {
          en: "All runs start at the same point and should end at the same one. With few steps, each straight piece leaves the curve. Measured with the digits model, seed 7, no guidance: 99.99 %; the fine path is never farther from a straight line than 1.6 % of the way.",
          es: "Todas parten del mismo punto y deberían acabar en el mismo. Con pocos pasos, cada tramo recto se sale de la curva. Medido con el modelo de dígitos, semilla 7, sin guía: 99,99 %; la fina nunca se aparta de una recta más del 1,6 % del camino.",
        },
        ask: {
          en: "Where does the curve bend most: with a lot of noise, in the middle, or at the end?",
          es: "¿Dónde se dobla más la curva: con mucho ruido, en medio o al final?",
        },
        wrong: {
          en: "The noisy points lie far out because the noise is large, not because much happens there.",
          es: "Los puntos con ruido quedan lejos porque el ruido es grande, no porque ahí pase mucho.",
        },
      },
    },
    {
      title: { en: "Four ways around a bend", es: "Cuatro formas de tomar la curva" },
      text: [
        {
          en: "*Heun* takes the mean of the slopes at both ends of a step: two questions per step. *LMS* and *DPM++ 2M* remember earlier answers and extrapolate: one question.",
          es: "*Heun* toma la media de las pendientes en los dos extremos del paso: dos preguntas por paso. *LMS* y *DPM++ 2M* recuerdan respuestas anteriores y extrapolan: una sola pregunta.",
        },
        { en: "Which one ends closest to the fine run after 6 steps?", es: "¿Cuál acaba más cerca de la fina tras 6 pasos?" },
      ],
      act: { en: "Walk all four", es: "Recorrer los cuatro" },
      calls: [
        ...SOLVERS_SHOWN.map(([id]) => run(id, id, 6)),
        run("fine", FINE.sampler, FINE.steps),
        { as: "plane", call: "plane", with: (made) => [[...SOLVERS_SHOWN.map(([id]) => pathOf(made[id])), pathOf(made.fine)]] },
        ...SOLVERS_SHOWN.map(([id]) => ({
          as: `${id}_error`,
          call: /** @type {const} */ ("distance"),
          with: (/** @type {any} */ made) => [endOf(made[id]), endOf(made.fine)],
        })),
      ],
      show: (made) => ({
        figures: [
          {
            kind: "plane",
            data: {
              runs: made.plane.runs.map((/** @type {any} */ points, /** @type {number} */ index) => ({
                name: SOLVERS_SHOWN[index]?.[1] ?? { en: "fine", es: "fina" },
                points,
              })),
              explained: made.plane.explained,
            },
          },
        ],
        facts: SOLVERS_SHOWN.map(([id, name]) => ({
          id,
          name: { en: `Error of ${name}`, es: `Error de ${name}` },
          value: made[`${id}_error`].rms,
        })),
      }),
      question: {
        ask: {
          en: "Euler, Heun, LMS and DPM++ 2M each take 6 steps. Which one ends closest to a run of 50 steps?",
          es: "Euler, Heun, LMS y DPM++ 2M dan 6 pasos cada uno. ¿Cuál acaba más cerca de una generación de 50 pasos?",
        },
        choices: SOLVERS_SHOWN.map(([, name]) => ({ en: name, es: name })),
        right: (fact) =>
          SOLVERS_SHOWN.map(([id]) => fact(id)).reduce((best, value, index, all) => (value < Number(all[best]) ? index : best), 0),
        because: {
          en: "Count the questions, too: Heun asked almost twice as often in its 6 steps. The fair comparison, error for the same work, comes next.",
          es: "Cuenta también las preguntas: Heun hizo casi el doble en sus 6 pasos. La comparación justa, el error a igual trabajo, viene ahora.",
        },
      },
      notes: {
        minutes: 4,
        say: {
          en: "These are the methods of any numerical analysis textbook; only the slope is new: it comes from a network. Measured, 6 steps, seed 7: Euler 0.083, Heun 0.063, DPM++ 2M 0.054, LMS 0.052.",
          es: "Son los métodos de cualquier libro de cálculo numérico; solo la pendiente es nueva: viene de una red. Medido, 6 pasos, semilla 7: Euler 0,083; Heun 0,063; DPM++ 2M 0,054; LMS 0,052.",
        },
        ask: {
          en: "Why can a method that remembers go wrong at the beginning? It has nothing to remember yet.",
          es: "¿Por qué puede fallar al principio un método que recuerda? Porque aún no tiene nada que recordar.",
        },
        wrong: {
          en: "Samplers that add fresh noise (Euler a, DDPM) do not belong in this race: they do not follow the curve at all.",
          es: "Los muestreadores que añaden ruido nuevo (Euler a, DDPM) no entran en esta carrera: no siguen la curva.",
        },
      },
    },
    {
      title: { en: "Steps and error", es: "Pasos y error" },
      text: [
        {
          en: "Now with 3, 6, 12 and 24 steps, each time measuring the distance to the fine run. Both axes are logarithmic: a method of *order n* falls along a line of slope −n.",
          es: "Ahora con 3, 6, 12 y 24 pasos, midiendo cada vez la distancia a la fina. Los dos ejes son logarítmicos: un método de *orden n* baja por una recta de pendiente −n.",
        },
      ],
      formula: { en: orderOf("error"), es: orderOf("error") },
      reads: {
        en: "The error is about a constant divided by the number of steps to the power of the order",
        es: "El error es más o menos una constante dividida entre el número de pasos elevado al orden",
      },
      act: { en: "Race", es: "Empezar la carrera" },
      calls: [
        run("fine", FINE.sampler, FINE.steps),
        ...SOLVERS_SHOWN.flatMap(([id]) =>
          COUNTS.flatMap((steps) => [
            run(`${id}_${steps}`, id, steps),
            {
              as: `${id}_${steps}_error`,
              call: /** @type {const} */ ("distance"),
              with: (/** @type {any} */ made) => [endOf(made[`${id}_${steps}`]), endOf(made.fine)],
            },
          ]),
        ),
      ],
      show: (made) => ({
        figures: [
          {
            kind: "lines",
            data: {
              series: SOLVERS_SHOWN.map(([id, name]) => ({
                name,
                points: COUNTS.map((steps) => [steps, made[`${id}_${steps}_error`].rms]),
              })),
              x: { label: { en: "steps", es: "pasos" }, log: true },
              y: { label: { en: "distance to the fine run", es: "distancia a la fina" }, log: true },
            },
          },
        ],
        facts: [
          {
            id: "halved",
            name: { en: "Euler: error with 12 steps divided by error with 24", es: "Euler: error con 12 pasos entre error con 24" },
            value: made.euler_12_error.rms / made.euler_24_error.rms,
            unit: "×",
            figures: 2,
          },
          {
            id: "second",
            name: { en: "DPM++ 2M: the same", es: "DPM++ 2M: lo mismo" },
            value: made.dpmpp_2m_12_error.rms / made.dpmpp_2m_24_error.rms,
            unit: "×",
            figures: 2,
          },
        ],
      }),
      question: {
        ask: {
          en: "Euler’s method is of order 1. With 24 steps instead of 12, how many times smaller is its error?",
          es: "El método de Euler es de orden 1. Con 24 pasos en vez de 12, ¿cuántas veces menor es su error?",
        },
        fact: "halved",
        unit: "×",
        near: 0.2,
        because: {
          en: "About 2, as theory says for small steps: twice the steps, half the error. A method of order 2 gets to 4.",
          es: "Cerca de 2, como dice la teoría para pasos pequeños: doble de pasos, mitad de error. Un método de orden 2 llega a 4.",
        },
      },
      notes: {
        minutes: 4,
        say: {
          en: "Theory holds for many small steps; with 3 or 6 the curves may cross. The fine run is Heun’s with 50 steps, whose own error is far below what is shown. Measured with seed 7: 2.0 for Euler, 3.3 for DPM++ 2M.",
          es: "La teoría vale para muchos pasos pequeños; con 3 o 6 las curvas pueden cruzarse. La fina es Heun con 50 pasos, cuyo error es mucho menor que lo que se ve. Medido con la semilla 7: 2,0 con Euler; 3,3 con DPM++ 2M.",
        },
        ask: {
          en: "You may ask the model 12 times. Which sampler do you choose? (Heun then has only 6 steps.)",
          es: "Puedes preguntar al modelo 12 veces. ¿Qué muestreador eliges? (Heun tiene entonces solo 6 pasos.)",
        },
        wrong: {
          en: "This is the longest step of all, some 320 calls to the model. On a slow machine, show the recording, or let one group run it.",
          es: "Es el paso más largo de todos: unas 320 llamadas al modelo. En un equipo lento, muestra la grabación o que lo haga un solo grupo.",
        },
      },
    },
  ],
};
