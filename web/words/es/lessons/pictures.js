// Lesson 7, in Spanish.

import { withComma } from "../comma.js";

/** @type {typeof import("../../en/lessons/pictures.js").PICTURES} */
export const PICTURES = {
  title: "Partir de una imagen",
  about: "No partas de puro ruido: añade un poco a una imagen y deja que el modelo lo quite con otras palabras.",
  strength: {
    title: "Cuánto ruido añadir",
    text: [
      "Una imagen se codifica (lección 2), se le añade ruido (lección 1) y la generación parte de ahí y no de puro ruido. La *fuerza* dice cuánto: 0,2 conserva casi todo; 1, casi nada.",
    ],
    question: {
      ask: "Una generación de 16 pasos parte de una imagen con una fuerza de 0,6. ¿Cuántos pasos da?",
      because: "16 × 0,6 = 9,6, y no hay partes de un paso: 9. Los pasos que se saltan son los primeros, los que deciden la forma general.",
    },
    act: "Empezar en 0,6",
    facts: { taken: "Pasos dados", sigma: "σ en el primer paso dado" },
    notes: {
      say: "El prompt pide algo distinto de lo que muestra la imagen, para ver quién gana. Medido con el modelo de dígitos: 9 pasos, primer σ 1,60.",
      ask: "Compara σ con la lección 1: ¿cuánto queda de la imagen en ese momento?",
      wrong: "«Fuerza 0,6 es el 60 % del ruido.» Es el 60 % de los pasos, y el ruido no se reparte por igual entre ellos.",
    },
  },
  four: {
    title: "Cuatro fuerzas",
    text: ["La misma imagen y las mismas palabras, con cada vez más ruido al empezar. Busca la fuerza con la que ganan las palabras."],
    question: {
      ask: "Se parte de la imagen de un siete azul con el prompt «a red four» (un cuatro rojo). Con muy poco ruido, ¿qué cambia primero?",
      choices: ["la forma", "los colores", "las dos cosas a la vez"],
      because:
        "Un cambio de color necesita poco ruido: grandes zonas cambian un poco cada una. La forma solo cambia cuando sus trazos se ahogan. Con una imagen tuya, el punto de cambio puede estar en otro lugar.",
    },
    act: "Hacer las cuatro",
    figures: { start: "la inicial", strength: (strength) => `fuerza ${withComma(strength)}` },
    facts: { taken: (strength) => `Pasos dados con ${withComma(strength)}` },
    notes: {
      say: "Semilla 7, modelo de dígitos: con 0,2 el siete se vuelve verde; con 0,4 es rojo y empieza a parecer un cuatro; con 0,6 es un cuatro rojo.",
      ask: "¿Para qué usarías 0,3 y para qué 0,8?",
      wrong: "Con el modelo pequeño, una fotografía se convierte en algo raro: solo sabe hacer dígitos.",
    },
  },
  first: {
    title: "El primer paso, por su número",
    text: [
      "La fuerza es una comodidad. Lo que en realidad se le dice a la generación es con qué paso empezar. Mueve el deslizador y busca los dos valores vecinos entre los que la imagen cambia.",
    ],
    dials: { start: "Primer paso, de 16" },
    question: {
      ask: "Una generación parte de una imagen en el paso 0, el primero de todos. ¿Queda algo de la imagen?",
      choices: ["casi nada que se vea", "la mitad", "sus colores"],
      because:
        "En el nivel de ruido más alto, el peso de la imagen es menor que 0,1 (mira el instante 999 en la lección 1). Es casi nada, pero no del todo.",
    },
    figures: { begin: "de lo que parte", started: (step) => `empezada en el paso ${step}` },
    facts: { taken: "Pasos dados", sigma: "σ en el primer paso dado" },
    notes: {
      say: "Así se cierra el círculo: hacia adelante con una fórmula (lección 1), hacia atrás con la red (lección 3). Ya conoces todas las partes de un generador de imágenes.",
      ask: "¿Cómo cambiarías solo una parte de una imagen? (Añadiendo ruido solo ahí: eso es pintar con una máscara, en el estudio.)",
      wrong: "Los pasos se cuentan desde 0, como en el código.",
    },
  },
};
