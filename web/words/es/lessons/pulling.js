// Lección 8, como la pide web/lessons/08-pulling.js: lo que se dice en cada paso, y junto a cada figura y cada número.

export const PULLING = {
  title: "Tirar de la imagen",
  about: "Di con un número lo que quieres, y deja que su gradiente mueva los latentes mientras se hace la imagen.",
  scales: {
    title: "Más azul",
    text: [
      "Una *pérdida* es un solo número que dice cuánto le falta a una imagen para ser lo que quieres. Esta es 0 cuando cada píxel tiene un azul de 0,9: `mean(abs(blue - 0.9))`.",
      "Antes de cada segundo paso se decodifica la imagen prevista y se mide su pérdida. El *gradiente* dice hacia dónde tendría que moverse cada latente para hacerla menor; todos se mueven un poco, por una *escala*.",
    ],
    formula: { gradient: "gradiente" },
    reads: "Los latentes pasan a ser los latentes menos sigma al cuadrado por el gradiente",
    question: {
      ask: "Las escalas son 0, 5, 20 y 60. ¿Con cuál deja la imagen de ser una cifra?",
      choices: ["0", "5", "20", "60"],
      because:
        "El tirón no sabe nada de cifras: solo cuenta el azul. El modelo arregla lo que puede entre dos tirones; si el tirón puede más que el modelo, la imagen se pierde.",
    },
    act: "Hacer las cuatro",
    figures: { scale: (/** @type {number} */ scale) => (scale === 0 ? "sin tirar" : `escala ${scale}`), step: "paso" },
    facts: { last: (/** @type {number} */ scale) => `Pérdida en el último paso con tirón, escala ${scale}` },
    notes: {
      say: "Es la misma idea que el entrenamiento, solo que la red se queda como está y lo que se mueve es la imagen. En el cuaderno de la lección 9A es la «blue loss», con una escala de 200 para Stable Diffusion. Medido con el modelo de cifras, semilla 7: con la escala 20 la pérdida acaba en 0,05 y la cifra sigue ahí; con 60 ya no está.",
      ask: "¿Se podría hacer 0 la pérdida en un solo paso? ¿Cómo sería la imagen?",
      wrong: "La escala no vale de un caso a otro: otro modelo, otro tamaño u otra pérdida piden otra escala.",
    },
  },
  gradient: {
    title: "Hacia dónde",
    text: [
      "Aquí está el propio gradiente, en los cuatro canales de los latentes: en el primer paso con tirón y en el último. Rojo: un número mayor haría mayor la pérdida. Los latentes se mueven al revés.",
      "Se mueven σ² veces el gradiente, así que los primeros tirones, con mucho ruido, llegan lejos, y los últimos apenas mueven nada.",
    ],
    question: {
      ask: "¿Cuánto vale σ² en el primer paso?",
      because: "σ es la desviación típica del ruido, y su cuadrado es la varianza. Por eso los primeros tirones deciden casi todo.",
    },
    facts: {
      first: "σ² en el primer paso",
      last: "σ² en el último paso con tirón",
      cosine: "Coseno entre el primer gradiente y el último",
    },
    notes: {
      say: "Un gradiente es una lista de tantos números como latentes, así que se puede dibujar como ellos. El dibujo del último paso muestra dónde está la cifra: ahí es donde más azul se quiere. Medido: σ² baja de 80,9 a 0,09; el coseno de los dos gradientes es −0,38.",
      ask: "¿Por qué cambia el gradiente de un paso a otro, si la pérdida es la misma?",
      wrong: "El azul del dibujo no es azul en la imagen: es un número menor que cero.",
    },
  },
  own: {
    title: "Una fórmula tuya",
    text: [
      "Escribe tu propia pérdida. `red`, `green` y `blue` van de 0 a 1, y también `x` (de izquierda a derecha) e `y` (de arriba abajo). Tienes `+ - * / ^`, paréntesis, `mean`, `abs`, `sqrt`, `min` y `max`; el resultado tiene que ser un solo número.",
      "Esta quiere rojo a la derecha y verde a la izquierda. Un error se señala con su sitio.",
    ],
    dials: { loss: "Pérdida", scale: "Escala" },
    question: {
      ask: "¿Qué hace un signo menos delante de toda la pérdida?",
      choices: ["nada", "tira al revés", "es un error"],
      because: "Los latentes se mueven hacia una pérdida menor. Menos de «menos azul» es más azul, así que el signo da la vuelta al tirón.",
    },
    act: "Tirar",
    figures: { without: "sin tirar", with: (/** @type {string} */ loss) => `con el tirón de ${loss}`, step: "paso", loss: "pérdida" },
    facts: { begin: "Pérdida en el primer paso", end: "Pérdida en el último paso con tirón" },
    notes: {
      say: "Fórmulas que vale la pena probar: -mean(red), mean((red - blue)^2) para gris y verde, mean(max(red, green)) para oscuridad, mean(y * blue).",
      ask: "¿Puedes escribir una pérdida que oscurezca la mitad de arriba?",
      wrong: "Una fórmula que da un número por píxel se rechaza: rodéala con mean( ).",
    },
  },
  exactly: {
    title: "Exacto, o casi",
    text: [
      "Hasta ahora el gradiente pasaba solo por el decodificador, como si el ruido previsto no cambiara al moverse los latentes. Sí cambia. *Exacto* quiere decir volver también por toda la red, lo que cuesta varias veces más.",
    ],
    question: {
      ask: "¿Cuál es el coseno entre los dos gradientes en el primer paso? 1 es la misma dirección, 0 es no tener que ver.",
      because:
        "En el primer paso casi todo es ruido, y mover los latentes cambia a su manera lo que la red prevé. El gradiente barato funciona aun así, porque acierta con la imagen, aunque no con la red.",
    },
    act: "Hacer las dos",
    figures: { held: "con el ruido fijo", exact: "también a través del modelo" },
    facts: {
      cosine: "Coseno entre los dos gradientes, primer paso",
      held: "Pérdida en el último paso con tirón, ruido fijo",
      exact: "Pérdida en el último paso con tirón, exacto",
    },
    notes: {
      say: "La lección 9A toma el camino barato y lo dice. El exacto es lo que los artículos llaman guía por reconstrucción; es más suave, y suele pedir una escala mayor. Medido: el coseno es −0,54; la pérdida acaba en 0,05 con el ruido fijo y en 0,67 exacto, porque la red defiende su amarillo.",
      ask: "¿Por qué cuesta tanto más el gradiente exacto? (Ida y vuelta por la red, para cada una de las dos respuestas.)",
      wrong: "Exacto no quiere decir más bonito: solo es la pendiente verdadera.",
    },
  },
};
