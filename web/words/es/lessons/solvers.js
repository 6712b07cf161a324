// Lesson 6, in Spanish.

/** @type {typeof import("../../en/lessons/solvers.js").SOLVERS} */
export const SOLVERS = {
  title: "Muestreadores como métodos numéricos",
  about: "Una generación sigue una curva. Los muestreadores se diferencian en lo bien que adivinan por dónde va.",
  curve: {
    title: "Una curva, a pasos rectos",
    text: [
      "Al bajar σ, los latentes siguen una curva, y el modelo da su pendiente en cualquier punto. El *método de Euler* avanza recto según la pendiente y vuelve a preguntar.",
      "Aquí hay generaciones a partir del mismo ruido con 3, 6 y 12 pasos, y una fina, vistas en el plano en que más difieren. Fíjate en los ejes: uno está dibujado muchas veces más grande que el otro.",
    ],
    reads: "La pendiente de x respecto a sigma es x menos la imagen predicha, entre sigma",
    question: {
      ask: "Una generación es un camino con tantas dimensiones como números tienen los latentes. ¿Qué parte de las diferencias puede mostrar un dibujo plano, en %?",
      because:
        "Casi todas, y eso dice menos de lo que parece. La mayor parte del camino es el ruido que disminuye, y eso va por una sola línea. Lo que convierte el ruido en esta imagen es la pequeña curva al lado; dibujada a escala apenas se vería. Ahí es donde falla una generación con pocos pasos.",
    },
    act: "Recorrer",
    figures: { euler: (steps) => `Euler, ${steps} pasos`, fine: "fina: Heun, 50 pasos", steps: (steps) => `${steps} pasos` },
    facts: {
      explained: "Parte de las diferencias que muestra este plano",
      bend: "Lo que más se aparta la fina de una recta, en % del camino",
    },
    notes: {
      say: "Todas parten del mismo punto y deberían acabar en el mismo. Con pocos pasos, cada tramo recto se sale de la curva. Medido con el modelo de dígitos, semilla 7, sin guía: 99,99 %; la fina nunca se aparta de una recta más del 1,6 % del camino.",
      ask: "¿Dónde se dobla más la curva: con mucho ruido, en medio o al final?",
      wrong: "Los puntos con ruido quedan lejos porque el ruido es grande, no porque ahí pase mucho.",
    },
  },
  four: {
    title: "Cuatro formas de tomar la curva",
    text: [
      "*Heun* toma la media de las pendientes en los dos extremos del paso: dos preguntas por paso. *LMS* y *DPM++ 2M* recuerdan respuestas anteriores y extrapolan: una sola pregunta.",
      "¿Cuál acaba más cerca de la fina tras 6 pasos?",
    ],
    question: {
      ask: "Euler, Heun, LMS y DPM++ 2M dan 6 pasos cada uno. ¿Cuál acaba más cerca de una generación de 50 pasos?",
      because:
        "Cuenta también las preguntas: Heun hizo casi el doble en sus 6 pasos. La comparación justa, el error a igual trabajo, viene ahora.",
    },
    act: "Recorrer los cuatro",
    figures: { fine: "fina" },
    facts: { error: (name) => `Error de ${name}` },
    notes: {
      say: "Son los métodos de cualquier libro de cálculo numérico; solo la pendiente es nueva: viene de una red. Medido, 6 pasos, semilla 7: Euler 0,083; Heun 0,063; DPM++ 2M 0,054; LMS 0,052.",
      ask: "¿Por qué puede fallar al principio un método que recuerda? Porque aún no tiene nada que recordar.",
      wrong: "Los muestreadores que añaden ruido nuevo (Euler a, DDPM) no entran en esta carrera: no siguen la curva.",
    },
  },
  error: {
    title: "Pasos y error",
    text: [
      "Ahora con 3, 6, 12 y 24 pasos, midiendo cada vez la distancia a la fina. Los dos ejes son logarítmicos: un método de *orden n* baja por una recta de pendiente −n.",
    ],
    formula: { error: "error" },
    reads: "El error es más o menos una constante dividida entre el número de pasos elevado al orden",
    question: {
      ask: "El método de Euler es de orden 1. Con 24 pasos en vez de 12, ¿cuántas veces menor es su error?",
      because: "Cerca de 2, como dice la teoría para pasos pequeños: doble de pasos, mitad de error. Un método de orden 2 llega a 4.",
    },
    act: "Empezar la carrera",
    figures: { steps: "pasos", distance: "distancia a la fina" },
    facts: { halved: "Euler: error con 12 pasos entre error con 24", second: "DPM++ 2M: lo mismo" },
    notes: {
      say: "La teoría vale para muchos pasos pequeños; con 3 o 6 las curvas pueden cruzarse. La fina es Heun con 50 pasos, cuyo error es mucho menor que lo que se ve. Medido con la semilla 7: 2,0 con Euler; 3,3 con DPM++ 2M.",
      ask: "Puedes preguntar al modelo 12 veces. ¿Qué muestreador eliges? (Heun tiene entonces solo 6 pasos.)",
      wrong:
        "Es el paso más largo de todos: unas 320 llamadas al modelo. En un equipo lento, muestra la grabación o que lo haga un solo grupo.",
    },
  },
};
