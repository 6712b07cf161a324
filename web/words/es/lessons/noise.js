// Lesson 1, in Spanish.

/** @type {typeof import("../../en/lessons/noise.js").NOISE} */
export const NOISE = {
  title: "Qué hay en una imagen de ruido",
  about: "Ahoga una imagen en ruido y mira cuánto queda de ella.",
  drown: {
    title: "Ahoga una imagen",
    text: [
      "Para aprender a quitar ruido, al modelo se le enseñan primero imágenes con ruido añadido. Cuánto hay lo dice un número, el *instante*: en 0 no hay casi nada; en 999 casi todo es ruido.",
      "El ruido se añade a los *latentes* (lección 2), que después se decodifican: eso es la imagen de la derecha. Mueve el deslizador. ¿Cuándo dejas de ver la imagen?",
    ],
    dials: { timestep: "Instante" },
    figures: { picture: "la imagen", noisy: (timestep) => `latentes con el ruido del instante ${timestep}, decodificados` },
    facts: { signal: "Peso de la imagen", noise: "Peso del ruido" },
    notes: {
      say: "Estos son todos los datos de entrenamiento: una imagen, un número y un ruido que conocemos porque lo hicimos nosotros. Los dos pesos no son porcentajes: suman más de 1 (el paso siguiente explica por qué). El ruido se añade a los latentes; por eso se ven manchas y no la nieve de un televisor.",
      ask: "¿En qué instante pierdes la imagen? Apúntalo y compáralo con quien tengas al lado: depende de lo que esperabas ver.",
      wrong: "Con el modelo pequeño, una fotografía se ve mal incluso en el instante 0: su autocodificador solo ha visto dígitos.",
    },
  },
  halfway: {
    title: "¿Cuánto queda a mitad de camino?",
    text: [
      "La imagen y el ruido se multiplican cada uno por un peso y después se suman. Los pesos se eligen para que la suma nunca crezca: sus cuadrados siempre suman 1. Compruébalo con una calculadora en cualquier instante.",
    ],
    reads: "x en t es la raíz cuadrada de alfa barra en t por la imagen, más la raíz cuadrada de uno menos alfa barra en t por el ruido",
    question: {
      ask: "Una imagen se mezcla con el ruido del instante 500, a mitad de camino. ¿Qué peso le queda a la imagen, entre 0 y 1?",
      because:
        "A mitad de los instantes no queda la mitad de la imagen: queda cerca de la mitad de su *peso*, pero solo una cuarta parte de su *varianza*. Lo demás es ruido.",
    },
    act: "Medir en el instante 500",
    figures: { timestep: (timestep) => `instante ${timestep}` },
    facts: { signal: "Peso de la imagen en 500", noise: "Peso del ruido en 500" },
    notes: {
      say: "La fórmula tiene dos términos y nada escondido. Que la clase eleve al cuadrado los dos números y los sume: 0,526² + 0,851² = 1. (Medido con el modelo de dígitos; Stable Diffusion 1.x tiene el mismo calendario de ruido.)",
      ask: "¿Por qué cuadrados? Porque, si dos cosas son independientes, se suman sus varianzas, no sus tamaños.",
      wrong: "Muchos esperan 0,5 y casi aciertan por la razón equivocada: este peso no baja en línea recta.",
    },
  },
  schedule: {
    title: "El calendario de ruido",
    text: [
      "Cuánto ruido tiene cada instante se fija antes de entrenar: es el *calendario de ruido*. A menudo se expresa con σ, el tamaño del ruido cuando el peso de la imagen se pone en 1.",
      "Una generación no visita los 1000 instantes. Elige unos pocos, desde mucho ruido hasta nada; cada marca es una llamada al modelo.",
    ],
    reads: "sigma es la raíz cuadrada de una fracción: uno menos alfa barra en t, entre alfa barra en t",
    dials: { steps: "Pasos" },
    question: {
      ask: "Cambias el número de pasos de una generación. ¿Qué se queda igual?",
      choices: ["el ruido del que parte", "el σ de la última llamada", "la distancia entre dos llamadas"],
      because:
        "Con este reparto («trailing»), toda generación parte del máximo de ruido. Con otros puede partir de más abajo, sobre todo con pocos pasos. Con más pasos los saltos son más pequeños y la última llamada queda más cerca de cero.",
    },
    facts: { first: "σ en la primera llamada", last: "σ en la última llamada", calls: "Llamadas al modelo" },
    notes: {
      say: "σ es el número más útil: es el que usan los muestreadores (lección 6). 14,6 significa que el ruido es casi quince veces más fuerte que la imagen.",
      ask: "¿Por qué las marcas no están igual de separadas en σ? Porque lo están en instantes, y el calendario de ruido es una curva.",
      wrong:
        "«Instante» y «paso» se confunden con facilidad. Un instante es un nivel de ruido del entrenamiento; un paso es una llamada de una generación.",
    },
  },
  seeds: {
    title: "Dos ruidos",
    text: [
      "El ruido se hace a partir de una *semilla*. La misma semilla da el mismo ruido en cualquier equipo; otra da un ruido que no tiene nada que ver.",
      "Aquí hay dos ruidos en el instante 999. En cada uno, casi todos los valores están entre −2 y 2, y la media cuadrática (RMS) es de cerca de 1.",
    ],
    question: {
      ask: "Dos ruidos vienen de semillas distintas y cada uno tiene una media cuadrática (RMS) de cerca de 1. ¿Cuál es la RMS de su diferencia?",
      because:
        "Cerca de √2 = 1,41, porque las varianzas se suman: 1 + 1 = 2. Casi todas las parejas de ruidos están a esa distancia, y por eso cada semilla da una imagen distinta.",
    },
    act: "Medir",
    figures: { seed: (seed) => `semilla ${seed}` },
    facts: { rms: "Distancia (RMS)", length: "Tamaño del primero (RMS)", cosine: "Coseno entre ellos" },
    notes: {
      say: "Un coseno cercano a 0 significa ángulo recto. En muchas dimensiones, casi todo forma ángulo recto con todo lo demás. Medido con el modelo de dígitos y la semilla 7: 1,37; coseno −0,04.",
      ask: "¿Cuál sería la distancia si los dos tuvieran la misma semilla? Exactamente 0.",
      wrong: "El modelo pequeño solo tiene 256 números, así que la distancia varía alrededor de 1,41; con una imagen mayor varía menos.",
    },
  },
};
