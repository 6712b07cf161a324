// Lesson 2, in Spanish.

/** @type {typeof import("../../en/lessons/autoencoder.js").AUTOENCODER} */
export const AUTOENCODER = {
  title: "El autocodificador",
  about: "Cuatro canales pequeños que representan una imagen entera, y lo que se pierde.",
  roundTrip: {
    title: "Ida y vuelta",
    text: [
      "Una fotografía tiene millones de números, y la mayoría dice lo mismo que sus vecinos. Un *autocodificador* son dos redes: una convierte la imagen en muchos menos números, los *latentes*; la otra los convierte de nuevo en imagen.",
      "Cuánto se parecen se mide en decibelios (PSNR): con 20 la diferencia salta a la vista, 30 está bien y con más de 40 nadie la ve.",
    ],
    question: {
      ask: "Una imagen pasa por el autocodificador y vuelve. ¿Cuánto se parece a la original, en decibelios (PSNR)? Con 20 la diferencia salta a la vista, con 40 nadie la ve.",
      because: "Mira de cerca: ¿en qué difieren las dos imágenes? Sobre todo en los bordes, donde los vecinos *no* dicen lo mismo.",
    },
    act: "Pasarla por la red",
    figures: { before: "antes", after: "después" },
    facts: { psnr: "PSNR", pixels: "Números en la imagen" },
    notes: {
      say: "PSNR es la diferencia cuadrática media en escala logarítmica; 6 dB más significan la mitad de diferencia. Medido con el modelo de dígitos, su propia imagen, semilla 7: 31,9 dB.",
      ask: "¿Qué otra forma de reducir una imagen conoces, y qué pierde? (JPEG: también el detalle fino.)",
      wrong: "Al principio nadie tiene idea de decibelios. Para eso sirve adivinar.",
    },
  },
  channels: {
    title: "Cuatro canales",
    text: [
      "Estos son los latentes: cuatro imágenes pequeñas con un valor en cada lugar, azul por debajo de cero y rojo por encima. No son colores: nadie le dijo a la red qué poner en cada canal.",
    ],
    question: {
      ask: "¿Cuántas veces menos números tienen los latentes que la imagen?",
      because:
        "En el modelo pequeño de dígitos, 4 × 4 píxeles × 3 colores = 48 números se convierten en 4: 12 veces menos. En Stable Diffusion, 8 × 8 × 3 = 192 números se convierten en 4: *48 veces* menos. Por eso cabe en tu equipo.",
    },
    act: "Mostrar los canales",
    figures: { decoded: "lo que hace con ellos el decodificador" },
    facts: { ratio: "Cuántas veces menos", latents: "Números en los latentes" },
    notes: {
      say: "A partir de aquí todo ocurre en estos cuatro canales; la imagen se hace solo al final.",
      ask: "¿Se ve el dígito en algún canal? ¿En cuál? ¿Y sus colores?",
      wrong:
        "«Entonces es una miniatura.» No: una miniatura tan pequeña no se podría agrandar con bordes nítidos; el decodificador sabe cómo son los dígitos.",
    },
  },
  photograph: {
    title: "Tu propia fotografía",
    text: [
      "Un autocodificador solo conoce lo que se le ha enseñado. Elige una fotografía o suéltala aquí, y compara sus decibelios con los de la imagen del modelo.",
      "El modelo pequeño solo ha visto dígitos de dos colores. Uno grande ha visto millones de fotografías y aun así le cuestan la letra pequeña y las caras lejanas.",
    ],
    figures: { before: "antes", after: "después" },
    facts: { psnr: "PSNR" },
    notes: {
      say: "Tu imagen se recorta a su cuadrado central y se reduce a 128 píxeles para el modelo pequeño. Nunca sale del equipo: desconecta la red y prueba otra vez.",
      ask: "¿Qué fotografía vuelve mejor y cuál peor? Apuntad los decibelios en la pizarra.",
      wrong: "Una pared lisa saca muchos decibelios: no hay nada que perder. PSNR no sabe qué nos importa.",
    },
  },
  decoder: {
    title: "¿Cuánto aguanta un decodificador?",
    text: [
      "Un modelo de difusión nunca acierta los latentes con exactitud, así que el decodificador debe hacer una buena imagen con latentes un poco equivocados. Añádeles ruido y mira.",
    ],
    dials: { timestep: "Ruido en los latentes: instante" },
    question: {
      ask: "¿Por qué un modelo de difusión quita el ruido de los latentes y no de los píxeles?",
      choices: ["las imágenes salen más nítidas", "hay muchos menos números que calcular", "los píxeles no pueden tener ruido"],
      because:
        "En cada paso la red entera recorre todos los números: con 48 veces menos, el trabajo es mucho menor. Eso es lo *latente* de la «difusión latente».",
    },
    figures: { exact: "decodificados tal cual", noisy: (timestep) => `decodificados con el ruido del instante ${timestep}` },
    facts: { rms: "Error en los latentes (RMS)", size: "Tamaño de los latentes (RMS)" },
    notes: {
      say: "Un error pequeño en los latentes es un error pequeño en la imagen: para eso está la V de VAE (variacional).",
      ask: "¿A partir de qué instante ya no dirías que es la misma imagen?",
      wrong: "El decodificador no quita el ruido: lo pinta. Quitarlo es la lección siguiente.",
    },
  },
};
