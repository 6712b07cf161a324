// Lesson 5, in Spanish.

import { withComma } from "../comma.js";

/** @type {typeof import("../../en/lessons/guidance.js").GUIDANCE} */
export const GUIDANCE = {
  title: "La guía",
  about: "Pregunta con el prompt y sin él, y avanza más en la dirección de la diferencia.",
  scales: {
    title: "Cuatro intensidades",
    text: [
      "En cada paso se pregunta dos veces al modelo qué es ruido: una *con* el prompt y otra *sin* él. La *escala de guía* dice cuánto avanzar desde la segunda respuesta hacia la primera. Con escala 1 se toma justo la primera.",
    ],
    formula: { from: "sin", towards: "con" },
    reads: "El ruido que se usa es la respuesta sin el prompt, más la escala por la diferencia entre las dos respuestas",
    question: {
      ask: "Una de estas escalas de guía va tan lejos que se estropean los colores. ¿Cuál?",
      choices: ["1,1", "3", "7", "14"],
      because:
        "Los latentes se salen del rango que conoce el decodificador: mira sus valores mayores. Con poca guía, el prompt es solo una sugerencia. El modelo de dígitos suele usarse con 3; Stable Diffusion 1.x, con 7 más o menos.",
    },
    act: "Hacer las cuatro",
    figures: { scale: (scale) => `escala ${withComma(scale)}` },
    facts: { largest: (scale) => `Mayor valor en los latentes, con cualquier signo, escala ${withComma(scale)}` },
    notes: {
      say: "No hace falta entrenar nada más: solo se pregunta a la red por segunda vez, con un texto vacío. Eso duplica el trabajo. Medido con el modelo de dígitos, semilla 7: el mayor valor de los latentes va de 2,1 con escala 1,1 a 4,4 con 14.",
      ask: "¿Qué significan las escalas entre 0 y 1? ¿Y las negativas?",
      wrong: "Cuál de las otras es mejor depende del gusto y de la semilla: que vote la clase.",
    },
  },
  arrows: {
    title: "Las flechas",
    text: [
      "Las respuestas son listas de números, y las listas de números son flechas. Aquí están las dos respuestas de un paso, su diferencia y adónde llega la guía, en el plano que las contiene todas.",
      "Recorre los pasos. ¿Cuándo es grande la diferencia?",
    ],
    question: {
      ask: "En el primer paso el modelo ve casi puro ruido. ¿Cuál es el coseno entre su respuesta con el prompt y su respuesta sin él? 1 es la misma dirección.",
      because: "Casi 1: las dos respuestas dicen «casi todo es ruido». Lo que cambia el prompt es poco, y por eso la guía lo amplía.",
    },
    facts: {
      cosine: "Coseno entre las respuestas, primer paso",
      rms: "Distancia entre las respuestas, primer paso (RMS)",
      late: "Distancia entre las respuestas, penúltimo paso (RMS)",
      scale: "Escala de guía",
    },
    notes: {
      say: "El dibujo es plano y aun así exacto: tres flechas que se suman están siempre en un mismo plano. Medido: coseno 0,994; distancia 0,10 en el primer paso.",
      ask: "Si la escala se duplica, ¿qué flechas cambian? Solo el último tramo.",
      wrong:
        "Las flechas son casi igual de largas en todos los pasos, porque el ruido predicho siempre tiene un tamaño cercano a 1; lo que cambia es el ángulo.",
    },
  },
  negative: {
    title: "Alejarse de algo",
    text: [
      "«Sin el prompt» quiere decir con un texto vacío. Pon en su lugar un *prompt negativo*, y la misma fórmula se aleja de él: la flecha va ahora de lo que no quieres a lo que quieres.",
    ],
    formula: { from: "negativo", towards: "con" },
    reads: "El ruido que se usa es la respuesta al prompt negativo, más la escala por la diferencia entre las dos respuestas",
    dials: { negative: "Prompt negativo" },
    question: {
      ask: "El prompt pide un siete sobre fondo amarillo y el prompt negativo es «a yellow background» (un fondo amarillo). ¿Qué pasa?",
      choices: ["el fondo no es amarillo", "un error", "lo que tienen en común se anula y el resto crece"],
      because:
        "Es una resta, no una prohibición. Lo que dicen los dos textos desaparece de la diferencia; lo que solo dice el prompt, el dígito y su color, se refuerza. Prueba también «a red four».",
    },
    act: "Hacer las dos",
    figures: { without: "sin prompt negativo", away: (negative) => `lejos de «${negative}»` },
    facts: { rms: "Distancia entre los latentes de las dos imágenes (RMS)" },
    notes: {
      say: "Este modelo no entiende la palabra «no». Solo puede alejarse de algo. Medido con la semilla 7: los latentes están a 0,36.",
      ask: "¿Qué pasa si el prompt negativo es igual al prompt? (La diferencia es 0: la escala ya no importa.)",
      wrong: "Con escala 1, el prompt negativo no tiene ningún efecto: pon s = 1 en la fórmula.",
    },
  },
};
