// Lesson 3, in Spanish.

/** @type {typeof import("../../en/lessons/steps.js").STEPS} */
export const STEPS = {
  title: "Un paso no basta",
  about: "El modelo adivina la imagen entera en cada paso. ¿Por qué no parar tras el primero?",
  guesses: {
    title: "Una predicción en cada paso",
    text: [
      "Al modelo se le pregunta una sola cosa: *¿qué ruido hay aquí?* Si se quita todo de golpe, lo que queda es su predicción de la imagen terminada, x₀.",
      "Recorre la tira: arriba están los latentes con ruido tras cada paso; abajo, lo que el modelo predijo en él.",
    ],
    reads: "La imagen predicha es x menos sigma por el ruido predicho",
    question: {
      ask: "¿Cómo es la primera predicción de la imagen terminada que hace el modelo?",
      choices: ["como la imagen terminada", "una mancha casi sin forma", "como ruido"],
      because:
        "Ni ruido ni imagen: una mancha suave en la que hay poco decidido, ni siquiera los colores. Dos pasos después ya lo están. El último paso de esta lección muestra por qué la primera predicción es tan mala.",
    },
    facts: { sigma: "σ en el primer paso", calls: "Pasos" },
    notes: {
      say: "La tira es toda la generación. Que alguien la recorra despacio y diga en voz alta cuándo está seguro del dígito.",
      ask: "¿Qué aparece primero, el color o la forma? ¿Por qué?",
      wrong:
        "«El ruido se quita poco a poco.» Mira la fila de abajo: la predicción es siempre una imagen entera y limpia. Solo el paso hacia ella es pequeño.",
    },
  },
  counts: {
    title: "1, 4, 16, 64",
    text: [
      "Entonces, ¿por qué no quedarse con la primera predicción? Aquí van cuatro generaciones a partir del mismo ruido, con 1, 4, 16 y 64 pasos.",
      "La de 64 pasos es la meta, y la distancia hasta ella se mide en los latentes.",
    ],
    question: {
      ask: "Una generación de 16 pasos es 16 veces el trabajo de una de 1 paso. ¿Cuántas veces más cerca llega del resultado de 64 pasos?",
      because:
        "Los primeros pasos son los que más aportan. A partir de cierto número, nadie nota lo que cambian más pasos: ese número es lo que pagas por cada imagen.",
    },
    act: "Hacer las cuatro",
    figures: { steps: (steps) => (steps === 1 ? "1 paso" : `${steps} pasos`) },
    facts: { apart: (steps) => `Distancia de ${steps} a 64`, nearer: "Cuántas veces más cerca están 16 pasos que 1" },
    notes: {
      say: "Los primeros pasos son los que más aportan. Medido con el modelo de dígitos, semilla 7, Euler: 1 paso acaba a 2,66 de la meta; 4 pasos, a 0,165; 16 pasos, a 0,025, más de 100 veces más cerca que 1 paso.",
      ask: "¿Pagarías cuatro veces más electricidad por la diferencia entre 16 y 64?",
      wrong: "«Más pasos, mejor imagen.» Más cerca de la meta, sí; pero la meta misma puede ser un siete feo.",
    },
  },
  average: {
    title: "Por qué la primera predicción es mala",
    text: [
      "Bajo mucho ruido pueden esconderse muchas imágenes, y la predicción con menos error es su *promedio*: una mancha. Además, un error pequeño en ε se multiplica por σ, que en el primer paso es 14,6.",
      "Cuatro semillas, sin guía. ¿A qué distancia están sus predicciones, paso a paso?",
    ],
    reads: "La imagen predicha es la media de todas las imágenes que podría haber en x",
    question: {
      ask: "Dos generaciones tienen el mismo prompt y distinta semilla. Del paso 5 al último, ¿las predicciones del modelo para las dos se acercan o se alejan?",
      choices: ["se acercan", "se alejan"],
      because:
        "A mitad de camino todas predicen casi el mismo promedio; después cada ruido se decide por su propio siete. Al principio las curvas bajan: es el error multiplicado por σ, que disminuye con σ.",
    },
    act: "Probar cuatro semillas",
    figures: {
      seeds: (seed, other) => `semillas ${seed} y ${other}`,
      step: "paso",
      distance: "distancia entre predicciones",
      guess: (seed) => `semilla ${seed}: predicción en el paso 5`,
      finished: (seed) => `semilla ${seed}: terminada`,
    },
    facts: {
      first: "Distancia entre las primeras predicciones",
      middle: "Distancia en el paso 5",
      last: "Distancia entre las últimas predicciones",
    },
    notes: {
      say: "Por buena que sea la red, un solo paso responde con un promedio; no es cuestión de paciencia. Medido con las semillas 7 y 8: 1,09 en el paso 1; 0,32 en el paso 5; 0,43 al final.",
      ask: "¿Cómo sería el promedio de todas las fotografías? ¿Y el de todas las de gatos?",
      wrong:
        "Una red perfecta predeciría exactamente el promedio y sus curvas solo subirían. El modelo pequeño no es perfecto, y menos con mucho ruido, que es donde más se multiplican sus errores.",
    },
  },
};
