// Lesson 1: what is in a picture of noise. The forward process, with the learner's own picture.

/** @import { Lesson } from "./index.js" */

/** @type {Lesson} */
export const NOISE = {
  id: "noise",
  title: { en: "What is in a picture of noise", es: "Qué hay en una imagen de ruido" },
  about: { en: "Drown a picture in noise, and see how much of it is left.", es: "Sumerge una imagen en ruido y mira cuánto queda de ella." },
  minutes: 12,
  sources: [
    "Sohl-Dickstein, Weiss, Maheswaranathan & Ganguli 2015, Deep Unsupervised Learning using Nonequilibrium Thermodynamics",
    "Ho, Jain & Abbeel 2020, Denoising Diffusion Probabilistic Models",
    "Karras, Aittala, Aila & Laine 2022, Elucidating the Design Space of Diffusion-Based Generative Models",
    "fast.ai 2022, From Deep Learning Foundations to Stable Diffusion, lessons 9 and 9A",
  ],
  steps: [
    {
      title: { en: "Drown a picture", es: "Sumerge una imagen" },
      text: [
        { en: "To learn how to take noise away, a model is first shown pictures with noise put in. How much is a number, the *timestep*: 0 is hardly any, 999 is all but nothing else.", es: "Para aprender a quitar el ruido, a un modelo se le muestran primero imágenes con ruido. Cuánto, lo dice un número, el *instante*: 0 es casi nada, 999 es casi solo ruido." },
        { en: "Turn the dial. When do you lose sight of the picture?", es: "Gira el mando. ¿Cuándo dejas de ver la imagen?" },
      ],
      picture: true,
      dials: [{ name: "timestep", label: { en: "Timestep", es: "Instante" }, from: 0, to: 999, by: 1, value: 300 }],
      calls: [
        { as: "coded", call: "roundTrip", with: (_, { picture }) => [picture] },
        { as: "noised", call: "addNoise", with: ({ coded }, { dials, seed }) => [coded.latents, dials.timestep, seed] },
        { as: "image", call: "decode", with: ({ noised }) => [noised.latents] },
      ],
      show: ({ coded, noised, image }, { dials }) => ({
        figures: [
          { kind: "picture", data: { image: coded.before, caption: { en: "the picture", es: "la imagen" } } },
          { kind: "picture", data: { image, caption: { en: `with the noise of timestep ${dials.timestep}`, es: `con el ruido del instante ${dials.timestep}` } } },
        ],
        facts: [
          { id: "signal", name: { en: "Share of the picture", es: "Parte de la imagen" }, value: noised.signal },
          { id: "noise", name: { en: "Share of the noise", es: "Parte del ruido" }, value: noised.noise },
        ],
      }),
      notes: {
        minutes: 3,
        say: { en: "This is the whole of the training data: a picture, a number, and noise that we know because we made it. The noise goes into the latents (lesson 2), so it looks blotchy and not like a television’s snow.", es: "Estos son todos los datos de entrenamiento: una imagen, un número y un ruido que conocemos porque lo hicimos nosotros. El ruido se suma a los latentes (lección 2); por eso parece de manchas y no nieve de televisor." },
        ask: { en: "At which timestep do you lose the picture? Write it down and compare with your neighbour: it depends on what you knew would be there.", es: "¿En qué instante pierdes la imagen? Apúntalo y compáralo con tu vecino: depende de lo que sabías que había." },
        wrong: { en: "With the small model a photograph looks poor even at timestep 0: its autoencoder has only seen digits.", es: "Con el modelo pequeño una fotografía se ve mal incluso en el instante 0: su autocodificador solo ha visto dígitos." },
      },
    },
    {
      title: { en: "How much is left half-way?", es: "¿Cuánto queda a mitad de camino?" },
      text: [
        { en: "Picture and noise are weighed and added. The two weights are chosen so that the sum never grows: their squares always add up to 1. Check it with a calculator at any timestep.", es: "La imagen y el ruido se pesan y se suman. Los dos pesos se eligen para que la suma nunca crezca: sus cuadrados siempre suman 1. Compruébalo con una calculadora en cualquier instante." },
      ],
      formula: "<msub><mi>x</mi><mi>t</mi></msub><mo>=</mo><msqrt><msub><mover><mi>α</mi><mo>¯</mo></mover><mi>t</mi></msub></msqrt><mspace width='.2em'/><msub><mi>x</mi><mn>0</mn></msub><mo>+</mo><msqrt><mrow><mn>1</mn><mo>−</mo><msub><mover><mi>α</mi><mo>¯</mo></mover><mi>t</mi></msub></mrow></msqrt><mspace width='.2em'/><mi>ε</mi>",
      reads: { en: "x at t is the square root of alpha bar at t times the picture, plus the square root of one minus alpha bar at t times the noise", es: "x en t es la raíz cuadrada de alfa barra en t por la imagen, más la raíz cuadrada de uno menos alfa barra en t por el ruido" },
      question: {
        ask: { en: "At timestep 500, half-way, what weight does the picture still have, between 0 and 1?", es: "En el instante 500, a mitad de camino, ¿qué peso tiene aún la imagen, entre 0 y 1?" },
        fact: "signal",
        near: 0.1,
        because: { en: "Half-way in timesteps is not half of the picture: about half of its *values*, but only a quarter of its *variance*. The rest is noise.", es: "La mitad de los instantes no es la mitad de la imagen: queda cerca de la mitad de sus *valores*, pero solo una cuarta parte de su *varianza*. Lo demás es ruido." },
      },
      act: { en: "Measure at timestep 500", es: "Medir en el instante 500" },
      picture: true,
      calls: [
        { as: "coded", call: "roundTrip", with: (_, { picture }) => [picture] },
        { as: "early", call: "addNoise", with: ({ coded }, { seed }) => [coded.latents, 100, seed] },
        { as: "half", call: "addNoise", with: ({ coded }, { seed }) => [coded.latents, 500, seed] },
        { as: "late", call: "addNoise", with: ({ coded }, { seed }) => [coded.latents, 900, seed] },
        { as: "earlyImage", call: "decode", with: ({ early }) => [early.latents] },
        { as: "halfImage", call: "decode", with: ({ half }) => [half.latents] },
        { as: "lateImage", call: "decode", with: ({ late }) => [late.latents] },
      ],
      show: ({ half, earlyImage, halfImage, lateImage }) => ({
        figures: [[earlyImage, 100], [halfImage, 500], [lateImage, 900]].map(([image, timestep]) => ({ kind: "picture", data: { image, caption: { en: `timestep ${timestep}`, es: `instante ${timestep}` } } })),
        facts: [
          { id: "signal", name: { en: "Weight of the picture at 500", es: "Peso de la imagen en 500" }, value: half.signal },
          { id: "noise", name: { en: "Weight of the noise at 500", es: "Peso del ruido en 500" }, value: half.noise },
        ],
      }),
      notes: {
        minutes: 3,
        say: { en: "The formula has two terms and nothing hidden. Let them square and add both numbers: 0.526² + 0.851² = 1. (Measured with the model of digits; Stable Diffusion 1.x has the same schedule.)", es: "La fórmula tiene dos términos y nada escondido. Que eleven al cuadrado y sumen los dos números: 0,526² + 0,851² = 1. (Medido con el modelo de dígitos; Stable Diffusion 1.x tiene el mismo calendario de ruido.)" },
        ask: { en: "Why squares? Because variances of independent things add, not their sizes.", es: "¿Por qué cuadrados? Porque se suman las varianzas de cosas independientes, no sus tamaños." },
        wrong: { en: "Many expect 0.5 and are nearly right for the wrong reason: nothing in the schedule is linear in this weight.", es: "Muchos esperan 0,5 y casi aciertan por la razón equivocada: nada en el calendario de ruido es lineal en este peso." },
      },
    },
    {
      title: { en: "The schedule", es: "El calendario de ruido" },
      text: [
        { en: "Which timestep has how much noise is fixed before any training: the *schedule*. Often one counts in σ, the noise’s size where the picture’s weight is set to 1.", es: "Qué instante tiene cuánto ruido se fija antes de entrenar: el *calendario de ruido*. A menudo se cuenta en σ, el tamaño del ruido cuando el peso de la imagen se pone en 1." },
        { en: "A run does not visit all 1,000 timesteps. It picks a few, from much noise to none; each mark is one call of the model.", es: "Una ejecución no visita los 1000 instantes. Elige unos pocos, de mucho ruido a ninguno; cada marca es una llamada al modelo." },
      ],
      formula: "<mi>σ</mi><mo>=</mo><msqrt><mfrac><mrow><mn>1</mn><mo>−</mo><msub><mover><mi>α</mi><mo>¯</mo></mover><mi>t</mi></msub></mrow><msub><mover><mi>α</mi><mo>¯</mo></mover><mi>t</mi></msub></mfrac></msqrt>",
      reads: { en: "sigma is the square root of one minus alpha bar at t, divided by alpha bar at t", es: "sigma es la raíz cuadrada de uno menos alfa barra en t, dividido entre alfa barra en t" },
      dials: [{ name: "steps", label: { en: "Steps", es: "Pasos" }, from: 2, to: 50, by: 1, value: 16 }],
      calls: [{ as: "schedule", call: "schedule", with: (_, { dials }) => [{ steps: dials.steps, sampler: "euler", spacing: "trailing" }] }],
      show: ({ schedule }) => ({
        figures: [{ kind: "schedule", data: { schedule } }],
        facts: [
          { id: "first", name: { en: "σ at the first call", es: "σ en la primera llamada" }, value: schedule.sigmas[0] },
          { id: "last", name: { en: "σ at the last call", es: "σ en la última llamada" }, value: schedule.sigmas[schedule.sigmas.length - 2] },
          { id: "calls", name: { en: "Calls of the model", es: "Llamadas al modelo" }, value: schedule.timesteps.length },
        ],
      }),
      question: {
        ask: { en: "Turn the steps up and down. What stays as it is?", es: "Sube y baja los pasos. ¿Qué se queda igual?" },
        choices: [{ en: "where the run begins", es: "dónde empieza la ejecución" }, { en: "the σ of the last call", es: "el σ de la última llamada" }, { en: "how far two calls lie apart", es: "cuánto distan dos llamadas" }],
        right: 0,
        because: { en: "With this spacing (“trailing”) every run begins at the most noise there is; with another it may begin lower, the more so the fewer the steps. More steps come nearer to no noise before the last jump, and take smaller ones on the way.", es: "Con este reparto («trailing») toda ejecución empieza con el máximo ruido; con otro puede empezar más abajo, tanto más cuantos menos pasos. Con más pasos se llega más cerca de cero antes del último salto, y los saltos son más pequeños." },
      },
      notes: {
        minutes: 3,
        say: { en: "σ is the more useful number: samplers (lesson 6) count in it. 14.6 means that the noise is almost fifteen times as strong as the picture.", es: "σ es el número más útil: los muestreadores (lección 6) cuentan con él. 14,6 significa que el ruido es casi quince veces más fuerte que la imagen." },
        ask: { en: "Why are the marks not spread evenly in σ? Because they are spread evenly in timesteps, and the schedule bends.", es: "¿Por qué las marcas no están repartidas por igual en σ? Porque lo están en instantes, y el calendario de ruido se curva." },
        wrong: { en: "“Timestep” and “step” sound alike. A timestep is a noise level of training; a step is a call in a run.", es: "«Instante» y «paso» se confunden con facilidad. Un instante es un nivel de ruido del entrenamiento; un paso es una llamada en una ejecución." },
      },
    },
    {
      title: { en: "Two noises", es: "Dos ruidos" },
      text: [
        { en: "Noise is made from a *seed*. The same seed gives the same noise, on any machine; another seed gives noise that has nothing to do with it.", es: "El ruido se hace a partir de una *semilla*. La misma semilla da el mismo ruido en cualquier equipo; otra da un ruido que no tiene nada que ver." },
        { en: "Here are two noises at timestep 999, each with values that are mostly between −1 and 1, and a root mean square of about 1.", es: "Aquí hay dos ruidos en el instante 999, cada uno con valores casi todos entre −1 y 1, y una media cuadrática de cerca de 1." },
      ],
      picture: true,
      question: {
        ask: { en: "How far apart are they, as the root mean square of their difference?", es: "¿Cuánto distan, como media cuadrática de su diferencia?" },
        fact: "rms",
        near: 0.1,
        because: { en: "About √2 = 1.41: variances add, 1 + 1 = 2. Nearly all pairs of noises are as far apart as that, which is why every seed is a picture of its own.", es: "Cerca de √2 = 1,41: las varianzas se suman, 1 + 1 = 2. Casi todas las parejas de ruidos distan eso, y por eso cada semilla es una imagen distinta." },
      },
      act: { en: "Measure", es: "Medir" },
      calls: [
        { as: "coded", call: "roundTrip", with: (_, { picture }) => [picture] },
        { as: "one", call: "addNoise", with: ({ coded }, { seed }) => [coded.latents, 999, seed] },
        { as: "other", call: "addNoise", with: ({ coded }, { seed }) => [coded.latents, 999, seed + 1] },
        { as: "apart", call: "distance", with: ({ one, other }) => [one.latents.values, other.latents.values] },
        { as: "oneImage", call: "decode", with: ({ one }) => [one.latents] },
        { as: "otherImage", call: "decode", with: ({ other }) => [other.latents] },
      ],
      show: ({ oneImage, otherImage, apart }, { seed }) => ({
        figures: [
          { kind: "picture", data: { image: oneImage, caption: { en: `seed ${seed}`, es: `semilla ${seed}` } } },
          { kind: "picture", data: { image: otherImage, caption: { en: `seed ${seed + 1}`, es: `semilla ${seed + 1}` } } },
        ],
        facts: [
          { id: "rms", name: { en: "Distance (root mean square)", es: "Distancia (media cuadrática)" }, value: apart.rms },
          { id: "length", name: { en: "Size of the first", es: "Tamaño del primero" }, value: apart.lengths[0] },
          { id: "cosine", name: { en: "Cosine between them", es: "Coseno entre ellos" }, value: apart.cosine },
        ],
      }),
      notes: {
        minutes: 3,
        say: { en: "A cosine near 0 means: at a right angle. In many dimensions almost everything is at a right angle to everything else. Measured with the model of digits and seed 7: 1.37, cosine −0.04.", es: "Un coseno cercano a 0 quiere decir: en ángulo recto. En muchas dimensiones casi todo está en ángulo recto con todo. Medido con el modelo de dígitos y la semilla 7: 1,37, coseno −0,04." },
        ask: { en: "What would the distance be if both had the same seed? 0, to the last digit.", es: "¿Cuál sería la distancia si ambos tuvieran la misma semilla? 0, hasta el último dígito." },
        wrong: { en: "With so few numbers as the small model has (256) the distance scatters around 1.41; with a larger picture it scatters less.", es: "Con tan pocos números como tiene el modelo pequeño (256) la distancia oscila alrededor de 1,41; con una imagen mayor oscila menos." },
      },
    },
  ],
};
