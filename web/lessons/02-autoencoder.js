// Lesson 2: the autoencoder. A picture becomes few numbers, and the numbers a picture.

/** @import { Lesson } from "./index.js" */

/** @type {Lesson} */
export const AUTOENCODER = {
  id: "autoencoder",
  title: { en: "The autoencoder", es: "El autocodificador" },
  about: { en: "Four small channels that stand for a whole picture, and what they lose.", es: "Cuatro canales pequeños que valen por una imagen entera, y lo que pierden." },
  minutes: 12,
  sources: [
    "Kingma & Welling 2013, Auto-Encoding Variational Bayes",
    "Rombach, Blattmann, Lorenz, Esser & Ommer 2021, High-Resolution Image Synthesis with Latent Diffusion Models",
    "fast.ai 2022, From Deep Learning Foundations to Stable Diffusion, lessons 9 and 9A",
  ],
  steps: [
    {
      title: { en: "Out and back", es: "Ida y vuelta" },
      text: [
        { en: "A photograph has millions of numbers, and most of them say the same as their neighbours. An *autoencoder* is two networks: one that makes few numbers of a picture, the *latents*, and one that makes the picture again.", es: "Una fotografía tiene millones de números, y la mayoría dice lo mismo que sus vecinos. Un *autocodificador* son dos redes: una que hace de una imagen pocos números, los *latentes*, y otra que vuelve a hacer la imagen." },
        { en: "How much is lost is said in decibels (PSNR): 20 is plainly different, 30 is good, above 40 nobody sees it.", es: "Cuánto se pierde se dice en decibelios (PSNR): 20 es claramente distinto, 30 es bueno, con más de 40 nadie lo ve." },
      ],
      picture: true,
      question: {
        ask: { en: "A picture goes through and comes back. How many decibels?", es: "Una imagen pasa y vuelve. ¿Cuántos decibelios?" },
        fact: "psnr",
        unit: "dB",
        near: 0.1,
        because: { en: "Compare the two pictures closely: where are they different? Mostly at edges, where neighbours do *not* say the same.", es: "Compara las dos imágenes de cerca: ¿dónde difieren? Sobre todo en los bordes, donde los vecinos *no* dicen lo mismo." },
      },
      act: { en: "Send it through", es: "Hacerla pasar" },
      calls: [{ as: "coded", call: "roundTrip", with: (_, { picture }) => [picture] }],
      show: ({ coded }) => ({
        figures: [
          { kind: "slider", data: { before: coded.before, after: coded.after, labels: [{ en: "before", es: "antes" }, { en: "after", es: "después" }] } },
        ],
        facts: [
          { id: "psnr", name: { en: "PSNR", es: "PSNR" }, value: coded.psnr, unit: "dB", digits: 1 },
          { id: "pixels", name: { en: "Numbers in the picture", es: "Números en la imagen" }, value: coded.before.width * coded.before.height * 3 },
        ],
      }),
      notes: {
        minutes: 3,
        say: { en: "PSNR is the mean square difference on a logarithmic scale; 6 dB more is half the difference. Measured with the model of digits, its own picture, seed 7: 31.9 dB.", es: "PSNR es la diferencia cuadrática media en escala logarítmica; 6 dB más es la mitad de diferencia. Medido con el modelo de dígitos, su propia imagen, semilla 7: 31,9 dB." },
        ask: { en: "Which other way of making pictures small do you know, and what does it lose? (JPEG: the same kind of thing, fine detail.)", es: "¿Qué otra forma de reducir imágenes conoces, y qué pierde? (JPEG: lo mismo, el detalle fino.)" },
        wrong: { en: "Nobody has a feeling for decibels at first. That is what guessing is for.", es: "Al principio nadie tiene idea de decibelios. Para eso sirve adivinar." },
      },
    },
    {
      title: { en: "Four channels", es: "Cuatro canales" },
      text: [
        { en: "These are the latents: four small pictures, each with one value a place, blue below zero and red above it. They are no colours; nobody told the network what to put into which channel.", es: "Estos son los latentes: cuatro imágenes pequeñas, con un valor en cada lugar, azul bajo cero y rojo sobre cero. No son colores; nadie le dijo a la red qué poner en cada canal." },
      ],
      picture: true,
      question: {
        ask: { en: "How many times fewer numbers are that than the picture’s?", es: "¿Cuántas veces menos números son que los de la imagen?" },
        fact: "ratio",
        near: 0.05,
        because: { en: "The small model of digits: 4 × 4 pixels × 3 colours = 48 numbers become 4, so 12 times fewer. Stable Diffusion takes 8 × 8 × 3 = 192 numbers to 4: *48 times* fewer. That is why it fits into your machine.", es: "El modelo pequeño de dígitos: 4 × 4 píxeles × 3 colores = 48 números se vuelven 4, o sea 12 veces menos. Stable Diffusion lleva 8 × 8 × 3 = 192 números a 4: *48 veces* menos. Por eso cabe en tu equipo." },
      },
      act: { en: "Show the channels", es: "Mostrar los canales" },
      calls: [{ as: "coded", call: "roundTrip", with: (_, { picture }) => [picture] }],
      show: ({ coded }) => ({
        figures: [{ kind: "channels", data: { values: coded.latents.values, shape: coded.latents.shape } }, { kind: "picture", data: { image: coded.after, caption: { en: "what the decoder makes of them", es: "lo que el decodificador hace de ellos" } } }],
        facts: [
          { id: "ratio", name: { en: "Times fewer numbers", es: "Veces menos números" }, value: coded.ratio, unit: "×" },
          { id: "latents", name: { en: "Numbers in the latents", es: "Números en los latentes" }, value: coded.latents.values.length },
        ],
      }),
      notes: {
        minutes: 3,
        say: { en: "Everything from here on happens in these four channels; a picture is made only at the very end.", es: "Desde aquí todo ocurre en estos cuatro canales; la imagen se hace solo al final." },
        ask: { en: "Can you see the digit in a channel? In which one? And its colours?", es: "¿Ves el dígito en algún canal? ¿En cuál? ¿Y sus colores?" },
        wrong: { en: "“So it is a thumbnail.” No: a thumbnail of that size could not be made large again with sharp edges; the decoder knows what digits look like.", es: "«Entonces es una miniatura.» No: una miniatura de ese tamaño no podría agrandarse con bordes nítidos; el decodificador sabe cómo son los dígitos." },
      },
    },
    {
      title: { en: "A photograph of your own", es: "Una fotografía tuya" },
      text: [
        { en: "An autoencoder only knows what it has been shown. Choose a photograph, or drop one here, and compare the decibels with those of the model’s own picture.", es: "Un autocodificador solo conoce lo que se le ha mostrado. Elige una fotografía, o suéltala aquí, y compara los decibelios con los de la imagen del modelo." },
        { en: "The small model has seen nothing but digits in two colours. A large one has seen millions of photographs and still stumbles over small print and distant faces.", es: "El modelo pequeño no ha visto más que dígitos de dos colores. Uno grande ha visto millones de fotografías y aun así tropieza con la letra pequeña y las caras lejanas." },
      ],
      picture: true,
      calls: [{ as: "coded", call: "roundTrip", with: (_, { picture }) => [picture] }],
      show: ({ coded }) => ({
        figures: [
          { kind: "slider", data: { before: coded.before, after: coded.after, labels: [{ en: "before", es: "antes" }, { en: "after", es: "después" }] } },
          { kind: "channels", data: { values: coded.latents.values, shape: coded.latents.shape } },
        ],
        facts: [{ id: "psnr", name: { en: "PSNR", es: "PSNR" }, value: coded.psnr, unit: "dB", digits: 1 }],
      }),
      notes: {
        minutes: 3,
        say: { en: "A picture of your own is cut to its middle square and made 128 pixels wide for the small model. It never leaves the machine: switch the network off and try again.", es: "Una imagen propia se recorta a su cuadrado central y se hace de 128 píxeles de ancho para el modelo pequeño. Nunca sale del equipo: apaga la red y prueba otra vez." },
        ask: { en: "Which photograph comes back best, which worst? Collect decibels on the board.", es: "¿Qué fotografía vuelve mejor, cuál peor? Apunta los decibelios en la pizarra." },
        wrong: { en: "A plain wall gets high decibels: there is nothing to lose. PSNR does not know what matters to us.", es: "Una pared lisa saca muchos decibelios: no hay nada que perder. PSNR no sabe qué nos importa." },
      },
    },
    {
      title: { en: "How much can a decoder bear?", es: "¿Cuánto aguanta un decodificador?" },
      text: [
        { en: "A diffusion model will never hit the latents exactly. So the decoder must make a good picture of latents that are a little wrong. Put noise into them and look.", es: "Un modelo de difusión nunca acertará los latentes con exactitud. Por eso el decodificador debe hacer una buena imagen de latentes un poco equivocados. Ponles ruido y mira." },
      ],
      picture: true,
      dials: [{ name: "timestep", label: { en: "Noise in the latents: timestep", es: "Ruido en los latentes: instante" }, from: 0, to: 400, by: 5, value: 50 }],
      calls: [
        { as: "coded", call: "roundTrip", with: (_, { picture }) => [picture] },
        { as: "noised", call: "addNoise", with: ({ coded }, { dials, seed }) => [coded.latents, dials.timestep, seed] },
        { as: "image", call: "decode", with: ({ noised }) => [noised.latents, "model"] },
        { as: "apart", call: "distance", with: ({ coded, noised }) => [coded.latents.values, noised.latents.values] },
      ],
      show: ({ coded, image, apart }, { dials }) => ({
        figures: [
          { kind: "picture", data: { image: coded.after, caption: { en: "decoded as they are", es: "decodificados tal cual" } } },
          { kind: "picture", data: { image, caption: { en: `decoded with the noise of timestep ${dials.timestep}`, es: `decodificados con el ruido del instante ${dials.timestep}` } } },
        ],
        facts: [
          { id: "rms", name: { en: "How wrong the latents are (root mean square)", es: "Cuánto se equivocan los latentes (media cuadrática)" }, value: apart.rms },
          { id: "size", name: { en: "Their own size", es: "Su propio tamaño" }, value: apart.lengths[0] },
        ],
      }),
      question: {
        ask: { en: "Why is noise taken away in the latents and not in the pixels?", es: "¿Por qué se quita el ruido en los latentes y no en los píxeles?" },
        choices: [{ en: "the pictures become sharper", es: "las imágenes salen más nítidas" }, { en: "there are far fewer numbers to compute", es: "hay muchos menos números que calcular" }, { en: "pixels cannot have noise", es: "los píxeles no pueden tener ruido" }],
        right: 1,
        because: { en: "Every step runs the whole network over all numbers: with 48 times fewer it is that much less work. That is the *latent* in “latent diffusion”.", es: "Cada paso recorre con toda la red todos los números: con 48 veces menos es mucho menos trabajo. Eso es lo *latente* en «difusión latente»." },
      },
      notes: {
        minutes: 3,
        say: { en: "A small error in the latents is a small error in the picture: that is what the V for variational in VAE buys.", es: "Un error pequeño en los latentes es un error pequeño en la imagen: eso es lo que aporta la V de variacional en VAE." },
        ask: { en: "From which timestep on would you not call it the same picture any more?", es: "¿Desde qué instante ya no dirías que es la misma imagen?" },
        wrong: { en: "The decoder does not take noise away; it paints it. Taking it away is the next lesson.", es: "El decodificador no quita el ruido; lo pinta. Quitarlo es la lección siguiente." },
      },
    },
  ],
};
