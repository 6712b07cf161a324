// Lesson 2: the autoencoder. A picture becomes few numbers, and the numbers a picture.

/** @import { Lesson } from "./index.js" */

/** @type {Lesson} */
export const AUTOENCODER = {
  id: "autoencoder",
  title: { en: "The autoencoder", es: "El autocodificador" },
  about: {
    en: "Four small channels that stand for a whole picture, and what they lose.",
    es: "Cuatro canales pequeños que representan una imagen entera, y lo que se pierde.",
  },
  minutes: 12,
  sources: [
    "Kingma & Welling 2013, Auto-Encoding Variational Bayes",
    "Rombach, Blattmann, Lorenz, Esser & Ommer 2021, High-Resolution Image Synthesis with Latent Diffusion Models",
    "fast.ai 2022, From Deep Learning Foundations to Stable Diffusion, lessons 9 and 9A",
  ],
  steps: [
    {
      title: { en: "There and back", es: "Ida y vuelta" },
      text: [
        {
          en: "A photograph has millions of numbers, and most of them say the same as their neighbours. An *autoencoder* is a pair of networks: one turns a picture into far fewer numbers, the *latents*; the other turns them back into a picture.",
          es: "Una fotografía tiene millones de números, y la mayoría dice lo mismo que sus vecinos. Un *autocodificador* son dos redes: una convierte la imagen en muchos menos números, los *latentes*; la otra los convierte de nuevo en imagen.",
        },
        {
          en: "How close the two are is given in decibels (PSNR): at 20 the difference is obvious, 30 is good, above 40 nobody sees it.",
          es: "Cuánto se parecen se mide en decibelios (PSNR): con 20 la diferencia salta a la vista, 30 está bien y con más de 40 nadie la ve.",
        },
      ],
      picture: true,
      question: {
        ask: {
          en: "A picture goes through the autoencoder and comes back. How close is it to the original, in decibels (PSNR)? At 20 the difference is obvious, at 40 nobody sees it.",
          es: "Una imagen pasa por el autocodificador y vuelve. ¿Cuánto se parece a la original, en decibelios (PSNR)? Con 20 la diferencia salta a la vista, con 40 nadie la ve.",
        },
        fact: "psnr",
        unit: "dB",
        near: 0.1,
        because: {
          en: "Look closely: where do the two pictures differ? Mostly at edges, where neighbours do *not* say the same.",
          es: "Mira de cerca: ¿en qué difieren las dos imágenes? Sobre todo en los bordes, donde los vecinos *no* dicen lo mismo.",
        },
      },
      act: { en: "Send it through", es: "Pasarla por la red" },
      calls: [{ as: "coded", call: "roundTrip", with: (_, { picture }) => [picture] }],
      show: ({ coded }) => ({
        figures: [
          {
            kind: "slider",
            data: {
              before: coded.before,
              after: coded.after,
              labels: [
                { en: "before", es: "antes" },
                { en: "after", es: "después" },
              ],
            },
          },
        ],
        facts: [
          { id: "psnr", name: { en: "PSNR", es: "PSNR" }, value: coded.psnr, unit: "dB" },
          {
            id: "pixels",
            name: { en: "Numbers in the picture", es: "Números en la imagen" },
            value: coded.before.width * coded.before.height * 3,
          },
        ],
      }),
      notes: {
        minutes: 3,
        say: {
          en: "PSNR is the mean squared difference on a logarithmic scale; 6 dB more means half the difference. Measured with the digits model, its own picture, seed 7: 31.9 dB.",
          es: "PSNR es la diferencia cuadrática media en escala logarítmica; 6 dB más significan la mitad de diferencia. Medido con el modelo de dígitos, su propia imagen, semilla 7: 31,9 dB.",
        },
        ask: {
          en: "What other way of making picture files smaller do you know, and what does it lose? (JPEG: fine detail, too.)",
          es: "¿Qué otra forma de reducir una imagen conoces, y qué pierde? (JPEG: también el detalle fino.)",
        },
        wrong: {
          en: "Nobody has a feel for decibels at first. That is what guessing is for.",
          es: "Al principio nadie tiene idea de decibelios. Para eso sirve adivinar.",
        },
      },
    },
    {
      title: { en: "Four channels", es: "Cuatro canales" },
      text: [
        {
          en: "These are the latents: four small pictures with one value per place, blue below zero and red above. They are not colours: nobody told the network what to put in which channel.",
          es: "Estos son los latentes: cuatro imágenes pequeñas con un valor en cada lugar, azul por debajo de cero y rojo por encima. No son colores: nadie le dijo a la red qué poner en cada canal.",
        },
      ],
      picture: true,
      question: {
        ask: {
          en: "How many times fewer numbers do the latents have than the picture?",
          es: "¿Cuántas veces menos números tienen los latentes que la imagen?",
        },
        fact: "ratio",
        near: 0.05,
        because: {
          en: "In the small digits model, 4 × 4 pixels × 3 colours = 48 numbers become 4: 12 times fewer. In Stable Diffusion, 8 × 8 × 3 = 192 numbers become 4: *48 times* fewer. That is why it fits into your machine.",
          es: "En el modelo pequeño de dígitos, 4 × 4 píxeles × 3 colores = 48 números se convierten en 4: 12 veces menos. En Stable Diffusion, 8 × 8 × 3 = 192 números se convierten en 4: *48 veces* menos. Por eso cabe en tu equipo.",
        },
      },
      act: { en: "Show the channels", es: "Mostrar los canales" },
      calls: [{ as: "coded", call: "roundTrip", with: (_, { picture }) => [picture] }],
      show: ({ coded }) => ({
        figures: [
          { kind: "channels", data: { values: coded.latents.values, shape: coded.latents.shape } },
          {
            kind: "picture",
            data: { image: coded.after, caption: { en: "what the decoder makes of them", es: "lo que hace con ellos el decodificador" } },
          },
        ],
        facts: [
          { id: "ratio", name: { en: "How many times fewer", es: "Cuántas veces menos" }, value: coded.ratio, unit: "×" },
          { id: "latents", name: { en: "Numbers in the latents", es: "Números en los latentes" }, value: coded.latents.values.length },
        ],
      }),
      notes: {
        minutes: 3,
        say: {
          en: "From here on, everything happens in these four channels; the picture is made only at the very end.",
          es: "A partir de aquí todo ocurre en estos cuatro canales; la imagen se hace solo al final.",
        },
        ask: {
          en: "Can you see the digit in a channel? In which one? And its colours?",
          es: "¿Se ve el dígito en algún canal? ¿En cuál? ¿Y sus colores?",
        },
        wrong: {
          en: "“So it is a thumbnail.” No: a thumbnail that small could not be enlarged with sharp edges; the decoder knows what digits look like.",
          es: "«Entonces es una miniatura.» No: una miniatura tan pequeña no se podría agrandar con bordes nítidos; el decodificador sabe cómo son los dígitos.",
        },
      },
    },
    {
      title: { en: "Your own photograph", es: "Tu propia fotografía" },
      text: [
        {
          en: "An autoencoder only knows what it was shown. Choose a photograph or drop one here, and compare its decibels with those of the model’s own picture.",
          es: "Un autocodificador solo conoce lo que se le ha enseñado. Elige una fotografía o suéltala aquí, y compara sus decibelios con los de la imagen del modelo.",
        },
        {
          en: "The small model has only seen digits in two colours. A large one has seen millions of photographs and still struggles with small print and distant faces.",
          es: "El modelo pequeño solo ha visto dígitos de dos colores. Uno grande ha visto millones de fotografías y aun así le cuestan la letra pequeña y las caras lejanas.",
        },
      ],
      picture: true,
      calls: [{ as: "coded", call: "roundTrip", with: (_, { picture }) => [picture] }],
      show: ({ coded }) => ({
        figures: [
          {
            kind: "slider",
            data: {
              before: coded.before,
              after: coded.after,
              labels: [
                { en: "before", es: "antes" },
                { en: "after", es: "después" },
              ],
            },
          },
          { kind: "channels", data: { values: coded.latents.values, shape: coded.latents.shape } },
        ],
        facts: [{ id: "psnr", name: { en: "PSNR", es: "PSNR" }, value: coded.psnr, unit: "dB" }],
      }),
      notes: {
        minutes: 3,
        say: {
          en: "Your own picture is cropped to its central square and scaled to 128 pixels for the small model. It never leaves the machine: turn off the network and try again.",
          es: "Tu imagen se recorta a su cuadrado central y se reduce a 128 píxeles para el modelo pequeño. Nunca sale del equipo: desconecta la red y prueba otra vez.",
        },
        ask: {
          en: "Which photograph comes back best, and which worst? Collect the decibels on the board.",
          es: "¿Qué fotografía vuelve mejor y cuál peor? Apuntad los decibelios en la pizarra.",
        },
        wrong: {
          en: "A plain wall gets many decibels: there is nothing to lose. PSNR does not know what matters to us.",
          es: "Una pared lisa saca muchos decibelios: no hay nada que perder. PSNR no sabe qué nos importa.",
        },
      },
    },
    {
      title: { en: "How much can a decoder take?", es: "¿Cuánto aguanta un decodificador?" },
      text: [
        {
          en: "A diffusion model never hits the latents exactly, so the decoder must make a good picture from latents that are slightly wrong. Add noise to them and look.",
          es: "Un modelo de difusión nunca acierta los latentes con exactitud, así que el decodificador debe hacer una buena imagen con latentes un poco equivocados. Añádeles ruido y mira.",
        },
      ],
      picture: true,
      dials: [
        {
          name: "timestep",
          label: { en: "Noise in the latents: timestep", es: "Ruido en los latentes: instante" },
          from: 0,
          to: 400,
          by: 5,
          value: 50,
        },
      ],
      calls: [
        { as: "coded", call: "roundTrip", with: (_, { picture }) => [picture] },
        { as: "noised", call: "addNoise", with: ({ coded }, { dials, seed }) => [coded.latents, dials.timestep, seed] },
        { as: "image", call: "decode", with: ({ noised }) => [noised.latents, "model"] },
        { as: "apart", call: "distance", with: ({ coded, noised }) => [coded.latents.values, noised.latents.values] },
      ],
      show: ({ coded, image, apart }, { dials }) => ({
        figures: [
          { kind: "picture", data: { image: coded.after, caption: { en: "decoded as they are", es: "decodificados tal cual" } } },
          {
            kind: "picture",
            data: {
              image,
              caption: {
                en: `decoded with the noise of timestep ${dials.timestep}`,
                es: `decodificados con el ruido del instante ${dials.timestep}`,
              },
            },
          },
        ],
        facts: [
          { id: "rms", name: { en: "Error in the latents (RMS)", es: "Error en los latentes (RMS)" }, value: apart.rms },
          { id: "size", name: { en: "Size of the latents (RMS)", es: "Tamaño de los latentes (RMS)" }, value: apart.lengths[0] },
        ],
      }),
      question: {
        ask: {
          en: "Why does a diffusion model remove noise from the latents and not from the pixels?",
          es: "¿Por qué un modelo de difusión quita el ruido de los latentes y no de los píxeles?",
        },
        choices: [
          { en: "the pictures become sharper", es: "las imágenes salen más nítidas" },
          { en: "there are far fewer numbers to compute", es: "hay muchos menos números que calcular" },
          { en: "pixels cannot have noise", es: "los píxeles no pueden tener ruido" },
        ],
        right: 1,
        because: {
          en: "Every step runs the whole network over all the numbers: with 48 times fewer, there is that much less work. That is the *latent* in “latent diffusion”.",
          es: "En cada paso la red entera recorre todos los números: con 48 veces menos, el trabajo es mucho menor. Eso es lo *latente* de la «difusión latente».",
        },
      },
      notes: {
        minutes: 3,
        say: {
          en: "A small error in the latents is a small error in the picture: that is what the V in VAE (variational) is for.",
          es: "Un error pequeño en los latentes es un error pequeño en la imagen: para eso está la V de VAE (variacional).",
        },
        ask: {
          en: "From which timestep on is it no longer the same picture for you?",
          es: "¿A partir de qué instante ya no dirías que es la misma imagen?",
        },
        wrong: {
          en: "The decoder does not remove noise; it paints it. Removing it is the next lesson.",
          es: "El decodificador no quita el ruido: lo pinta. Quitarlo es la lección siguiente.",
        },
      },
    },
  ],
};
