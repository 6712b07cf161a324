// Lesson 1: what is in a picture of noise. The forward process, with the learner's own picture.

/** @import { Lesson } from "./index.js" */

/** @type {Lesson} */
export const NOISE = {
  id: "noise",
  title: { en: "What is in a picture of noise", es: "Qué hay en una imagen de ruido" },
  about: { en: "Drown a picture in noise and see how much of it is left.", es: "Ahoga una imagen en ruido y mira cuánto queda de ella." },
  minutes: 12,
  sources: [
    "Sohl-Dickstein, Weiss, Maheswaranathan & Ganguli 2015, Deep Unsupervised Learning using Nonequilibrium Thermodynamics",
    "Ho, Jain & Abbeel 2020, Denoising Diffusion Probabilistic Models",
    "Karras, Aittala, Aila & Laine 2022, Elucidating the Design Space of Diffusion-Based Generative Models",
    "fast.ai 2022, From Deep Learning Foundations to Stable Diffusion, lessons 9 and 9A",
  ],
  steps: [
    {
      title: { en: "Drown a picture", es: "Ahoga una imagen" },
      text: [
        {
          en: "To learn how to remove noise, a model is first shown pictures with noise added. How much is a number, the *timestep*: at 0 there is hardly any, at 999 there is almost nothing else.",
          es: "Para aprender a quitar ruido, al modelo se le enseñan primero imágenes con ruido añadido. Cuánto hay lo dice un número, el *instante*: en 0 no hay casi nada; en 999 casi todo es ruido.",
        },
        {
          en: "The noise goes into the *latents* (lesson 2), which are then decoded: that is the picture on the right. Move the slider. When do you lose sight of the picture?",
          es: "El ruido se añade a los *latentes* (lección 2), que después se decodifican: eso es la imagen de la derecha. Mueve el deslizador. ¿Cuándo dejas de ver la imagen?",
        },
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
          {
            kind: "picture",
            data: {
              image,
              caption: {
                en: `noisy latents of timestep ${dials.timestep}, decoded`,
                es: `latentes con el ruido del instante ${dials.timestep}, decodificados`,
              },
            },
          },
        ],
        facts: [
          { id: "signal", name: { en: "Weight of the picture", es: "Peso de la imagen" }, value: noised.signal },
          { id: "noise", name: { en: "Weight of the noise", es: "Peso del ruido" }, value: noised.noise },
        ],
      }),
      notes: {
        minutes: 3,
        say: {
          en: "This is all the training data: a picture, a number, and noise that we know because we made it. The two weights are not shares: they add up to more than 1 (the next step shows why). The noise goes into the latents, so it looks blotchy and not like TV static.",
          es: "Estos son todos los datos de entrenamiento: una imagen, un número y un ruido que conocemos porque lo hicimos nosotros. Los dos pesos no son porcentajes: suman más de 1 (el paso siguiente explica por qué). El ruido se añade a los latentes; por eso se ven manchas y no la nieve de un televisor.",
        },
        ask: {
          en: "At which timestep do you lose the picture? Write it down and compare with your neighbour: it depends on what you expected to see.",
          es: "¿En qué instante pierdes la imagen? Apúntalo y compáralo con quien tengas al lado: depende de lo que esperabas ver.",
        },
        wrong: {
          en: "With the small model, a photograph looks bad even at timestep 0: its autoencoder has only seen digits.",
          es: "Con el modelo pequeño, una fotografía se ve mal incluso en el instante 0: su autocodificador solo ha visto dígitos.",
        },
      },
    },
    {
      title: { en: "How much is left halfway?", es: "¿Cuánto queda a mitad de camino?" },
      text: [
        {
          en: "The picture and the noise are each multiplied by a weight and then added. The weights are chosen so that the sum never grows: their squares always add up to 1. Check it with a calculator at any timestep.",
          es: "La imagen y el ruido se multiplican cada uno por un peso y después se suman. Los pesos se eligen para que la suma nunca crezca: sus cuadrados siempre suman 1. Compruébalo con una calculadora en cualquier instante.",
        },
      ],
      formula:
        "<msub><mi>x</mi><mi>t</mi></msub><mo>=</mo><msqrt><msub><mover><mi>α</mi><mo>¯</mo></mover><mi>t</mi></msub></msqrt><mspace width='.2em'/><msub><mi>x</mi><mn>0</mn></msub><mo>+</mo><msqrt><mrow><mn>1</mn><mo>−</mo><msub><mover><mi>α</mi><mo>¯</mo></mover><mi>t</mi></msub></mrow></msqrt><mspace width='.2em'/><mi>ε</mi>",
      reads: {
        en: "x at t is the square root of alpha bar at t times the picture, plus the square root of one minus alpha bar at t times the noise",
        es: "x en t es la raíz cuadrada de alfa barra en t por la imagen, más la raíz cuadrada de uno menos alfa barra en t por el ruido",
      },
      question: {
        ask: {
          en: "A picture is mixed with the noise of timestep 500, halfway. What weight does the picture still have, between 0 and 1?",
          es: "Una imagen se mezcla con el ruido del instante 500, a mitad de camino. ¿Qué peso le queda a la imagen, entre 0 y 1?",
        },
        fact: "signal",
        near: 0.1,
        because: {
          en: "Halfway through the timesteps is not half of the picture: about half of its *weight* is left, but only a quarter of its *variance*. The rest is noise.",
          es: "A mitad de los instantes no queda la mitad de la imagen: queda cerca de la mitad de su *peso*, pero solo una cuarta parte de su *varianza*. Lo demás es ruido.",
        },
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
        figures: [
          [earlyImage, 100],
          [halfImage, 500],
          [lateImage, 900],
        ].map(([image, timestep]) => ({
          kind: "picture",
          data: { image, caption: { en: `timestep ${timestep}`, es: `instante ${timestep}` } },
        })),
        facts: [
          { id: "signal", name: { en: "Weight of the picture at 500", es: "Peso de la imagen en 500" }, value: half.signal },
          { id: "noise", name: { en: "Weight of the noise at 500", es: "Peso del ruido en 500" }, value: half.noise },
        ],
      }),
      notes: {
        minutes: 3,
        say: {
          en: "The formula has two terms and nothing hidden. Have the class square both numbers and add them: 0.526² + 0.851² = 1. (Measured with the digits model; Stable Diffusion 1.x has the same schedule.)",
          es: "La fórmula tiene dos términos y nada escondido. Que la clase eleve al cuadrado los dos números y los sume: 0,526² + 0,851² = 1. (Medido con el modelo de dígitos; Stable Diffusion 1.x tiene el mismo calendario de ruido.)",
        },
        ask: {
          en: "Why squares? Because for independent things it is the variances that add up, not the sizes.",
          es: "¿Por qué cuadrados? Porque, si dos cosas son independientes, se suman sus varianzas, no sus tamaños.",
        },
        wrong: {
          en: "Many expect 0.5 and are nearly right for the wrong reason: this weight does not fall in a straight line.",
          es: "Muchos esperan 0,5 y casi aciertan por la razón equivocada: este peso no baja en línea recta.",
        },
      },
    },
    {
      title: { en: "The schedule", es: "El calendario de ruido" },
      text: [
        {
          en: "How much noise each timestep has is fixed before training: the *schedule*. It is often given as σ, the size of the noise when the weight of the picture is set to 1.",
          es: "Cuánto ruido tiene cada instante se fija antes de entrenar: es el *calendario de ruido*. A menudo se expresa con σ, el tamaño del ruido cuando el peso de la imagen se pone en 1.",
        },
        {
          en: "A run does not visit all 1,000 timesteps. It picks a few, from a lot of noise down to none; each mark is one call to the model.",
          es: "Una generación no visita los 1000 instantes. Elige unos pocos, desde mucho ruido hasta nada; cada marca es una llamada al modelo.",
        },
      ],
      formula:
        "<mi>σ</mi><mo>=</mo><msqrt><mfrac><mrow><mn>1</mn><mo>−</mo><msub><mover><mi>α</mi><mo>¯</mo></mover><mi>t</mi></msub></mrow><msub><mover><mi>α</mi><mo>¯</mo></mover><mi>t</mi></msub></mfrac></msqrt>",
      reads: {
        en: "sigma is the square root of a fraction: one minus alpha bar at t, over alpha bar at t",
        es: "sigma es la raíz cuadrada de una fracción: uno menos alfa barra en t, entre alfa barra en t",
      },
      dials: [{ name: "steps", label: { en: "Steps", es: "Pasos" }, from: 2, to: 50, by: 1, value: 16 }],
      calls: [
        { as: "schedule", call: "schedule", with: (_, { dials }) => [{ steps: dials.steps, sampler: "euler", spacing: "trailing" }] },
      ],
      show: ({ schedule }) => ({
        figures: [{ kind: "schedule", data: { schedule } }],
        facts: [
          { id: "first", name: { en: "σ at the first call", es: "σ en la primera llamada" }, value: schedule.sigmas[0] },
          {
            id: "last",
            name: { en: "σ at the last call", es: "σ en la última llamada" },
            value: schedule.sigmas[schedule.sigmas.length - 2],
          },
          { id: "calls", name: { en: "Calls to the model", es: "Llamadas al modelo" }, value: schedule.timesteps.length },
        ],
      }),
      question: {
        ask: {
          en: "You change the number of steps of a run. What stays the same?",
          es: "Cambias el número de pasos de una generación. ¿Qué se queda igual?",
        },
        choices: [
          { en: "the noise it starts from", es: "el ruido del que parte" },
          { en: "the σ of the last call", es: "el σ de la última llamada" },
          { en: "the distance between two calls", es: "la distancia entre dos llamadas" },
        ],
        right: 0,
        because: {
          en: "With this spacing (“trailing”), every run starts at the highest noise level. With others it may start lower, above all with few steps. More steps mean smaller jumps, and a last call closer to no noise.",
          es: "Con este reparto («trailing»), toda generación parte del máximo de ruido. Con otros puede partir de más abajo, sobre todo con pocos pasos. Con más pasos los saltos son más pequeños y la última llamada queda más cerca de cero.",
        },
      },
      notes: {
        minutes: 3,
        say: {
          en: "σ is the more useful number: samplers (lesson 6) work with it. 14.6 means that the noise is almost fifteen times as strong as the picture.",
          es: "σ es el número más útil: es el que usan los muestreadores (lección 6). 14,6 significa que el ruido es casi quince veces más fuerte que la imagen.",
        },
        ask: {
          en: "Why are the marks not evenly spaced in σ? Because they are evenly spaced in timesteps, and the schedule is curved.",
          es: "¿Por qué las marcas no están igual de separadas en σ? Porque lo están en instantes, y el calendario de ruido es una curva.",
        },
        wrong: {
          en: "“Timestep” and “step” are easily confused. A timestep is a noise level used in training; a step is one call in a run.",
          es: "«Instante» y «paso» se confunden con facilidad. Un instante es un nivel de ruido del entrenamiento; un paso es una llamada de una generación.",
        },
      },
    },
    {
      title: { en: "Two noises", es: "Dos ruidos" },
      text: [
        {
          en: "Noise is made from a *seed*. The same seed gives the same noise on any machine; another seed gives noise that has nothing to do with it.",
          es: "El ruido se hace a partir de una *semilla*. La misma semilla da el mismo ruido en cualquier equipo; otra da un ruido que no tiene nada que ver.",
        },
        {
          en: "Here are two noises at timestep 999. In each, most values lie between −2 and 2, and the root mean square (RMS) is about 1.",
          es: "Aquí hay dos ruidos en el instante 999. En cada uno, casi todos los valores están entre −2 y 2, y la media cuadrática (RMS) es de cerca de 1.",
        },
      ],
      picture: true,
      question: {
        ask: {
          en: "Two noises come from different seeds, and each has a root mean square (RMS) of about 1. What is the RMS of their difference?",
          es: "Dos ruidos vienen de semillas distintas y cada uno tiene una media cuadrática (RMS) de cerca de 1. ¿Cuál es la RMS de su diferencia?",
        },
        fact: "rms",
        near: 0.1,
        because: {
          en: "About √2 = 1.41, because variances add up: 1 + 1 = 2. Nearly all pairs of noises are that far apart, which is why every seed gives a picture of its own.",
          es: "Cerca de √2 = 1,41, porque las varianzas se suman: 1 + 1 = 2. Casi todas las parejas de ruidos están a esa distancia, y por eso cada semilla da una imagen distinta.",
        },
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
          { id: "rms", name: { en: "Distance (RMS)", es: "Distancia (RMS)" }, value: apart.rms },
          { id: "length", name: { en: "Size of the first (RMS)", es: "Tamaño del primero (RMS)" }, value: apart.lengths[0] },
          { id: "cosine", name: { en: "Cosine between them", es: "Coseno entre ellos" }, value: apart.cosine },
        ],
      }),
      notes: {
        minutes: 3,
        say: {
          en: "A cosine near 0 means a right angle. In many dimensions, almost everything is at a right angle to everything else. Measured with the digits model and seed 7: 1.37, cosine −0.04.",
          es: "Un coseno cercano a 0 significa ángulo recto. En muchas dimensiones, casi todo forma ángulo recto con todo lo demás. Medido con el modelo de dígitos y la semilla 7: 1,37; coseno −0,04.",
        },
        ask: {
          en: "What would the distance be if both had the same seed? Exactly 0.",
          es: "¿Cuál sería la distancia si los dos tuvieran la misma semilla? Exactamente 0.",
        },
        wrong: {
          en: "The small model has only 256 numbers, so the distance varies around 1.41; with a larger picture it varies less.",
          es: "El modelo pequeño solo tiene 256 números, así que la distancia varía alrededor de 1,41; con una imagen mayor varía menos.",
        },
      },
    },
  ],
};
