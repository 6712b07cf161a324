// Lesson 4, in Spanish.

import { withComma } from "../comma.js";

/** @type {typeof import("../../en/lessons/words.js").WORDS} */
export const WORDS = {
  title: "De palabras a números",
  about: "Un prompt se convierte en tokens, los tokens en filas de números, y los números se pueden mezclar.",
  tokens: {
    title: "Tokens",
    text: [
      "Una red no sabe leer letras. Un *tokenizador* corta el texto en piezas de una lista fija de 49 408, y cada pieza tiene un número. Las palabras comunes son una sola pieza; las raras, varias.",
      "Escribe algo. Prueba con tu nombre, una mayúscula, un punto.",
    ],
    dials: { text: "Un texto" },
    question: {
      ask: "¿En cuántas piezas se corta `antidisestablishmentarianism`? Primero adivina y luego escríbelo.",
      because: "Las piezas se encontraron contando qué letras van juntas a menudo. Nadie las eligió, y no tienen por qué ser sílabas.",
    },
    facts: { used: "Tokens en tu texto", limit: "Tokens que caben", long: "Piezas de «antidisestablishmentarianism»" },
    notes: {
      say: "El número debajo de una pieza es su fila en una tabla, nada más. «seven» no está al lado de «eight».",
      ask: "¿Qué nombre es un solo token y cuál son cinco? ¿Qué dice eso de los textos con los que se hizo la lista?",
      wrong: "Las mayúsculas no cambian nada: el tokenizador de CLIP lo lee todo en minúsculas.",
    },
  },
  rows: {
    title: "Filas de números",
    text: [
      "Cada token tiene una fila de números, su *embedding de entrada*, aprendida durante el entrenamiento. Otra fila indica su lugar. El codificador de texto lee todas las filas juntas y devuelve otras tantas, los *embeddings de salida*: eso es lo que ve la red que quita el ruido.",
    ],
    question: {
      ask: "Un prompt siempre se convierte en 77 filas. ¿Cuántos números ve de él la red que quita el ruido? Mira el ancho de una fila y multiplica.",
      because:
        "77 por el ancho, tenga el prompt una palabra o sesenta. En Stable Diffusion 1.x las filas tienen 768 números: 77 × 768 = 59 136.",
    },
    facts: { rows: "Filas", width: "Ancho", numbers: "Números en total" },
    notes: {
      say: "Las dos «a» del prompt tienen la misma fila de entrada y filas de salida distintas: el codificador sabe dónde está cada una y junto a qué.",
      ask: "Busca las dos filas de «a» en la tabla. ¿En qué son iguales y en qué no?",
      wrong: "«El relleno está vacío.» No: las filas que siguen al final son números como los demás, y la red las mira.",
    },
  },
  neighbours: {
    title: "Palabras cercanas",
    text: [
      "Las filas aprendidas se pueden comparar: el *coseno* de dos filas es 1 si apuntan en la misma dirección, y cerca de 0 si no tienen nada que ver.",
      "De los 49 408 tokens, estos son los más cercanos a una palabra.",
    ],
    reads: "El coseno de a y b es su producto escalar dividido entre las dos longitudes",
    dials: { word: "Una palabra de un solo token" },
    question: {
      ask: "¿Qué coseno tiene con «seven» el token más cercano? 1 es la misma dirección; 0, nada en común.",
      because:
        "Nadie le dijo al modelo que «seven» y «7» significan lo mismo. Lo descubrió porque acompañaban a las mismas imágenes. Los tokens que nunca vio al entrenar están repartidos al azar.",
    },
    act: "Buscar los más cercanos",
    figures: { cosine: "coseno" },
    facts: { nearest: "Coseno del otro token más cercano" },
    notes: {
      say: "Medido con el modelo de dígitos: «7» 0,80; «nine» 0,52; «9» 0,47; «one» 0,44; después vienen palabras que nunca ha visto. La más cercana a «red» es «pink», 0,35.",
      ask: "¿Por qué «nine» y «one» estarán más cerca de «seven» que «eight»? (Imagínalos escritos a mano.)",
      wrong: "Cerca no significa igual en todo: los opuestos también suelen estar cerca, porque aparecen en las mismas frases.",
    },
  },
  cut: {
    title: "Lo que no cabe",
    text: [
      "De las 77 filas, la primera marca el comienzo y la última el final: quedan 75 para el texto. Lo demás se corta, y el modelo nunca lo ve.",
      "Este texto dice lo mismo diez veces y después algo nuevo.",
    ],
    dials: { text: "Un texto largo" },
    question: {
      ask: "Un prompt dice lo mismo diez veces y termina con «with a red frame» (con un marco rojo). ¿Tendrá la imagen un marco rojo?",
      choices: ["sí", "no: esa parte no se lee"],
      because:
        "Viene después del token 75. Otras herramientas leen los prompts largos en trozos de 75; en el estudio también se puede: *Prompts largos*.",
    },
    facts: { used: "Tokens que se leen", cut: "Caracteres cortados" },
    notes: {
      say: "Es el error silencioso más común de quien escribe prompts largos.",
      ask: "¿Cómo lo averiguarías en una herramienta que no lo dice? (Mueve palabras al principio y mira si cambia la imagen.)",
      wrong: "«75 palabras.» Tokens, no palabras: las comas también cuentan.",
    },
  },
  order: {
    title: "El orden importa",
    text: [
      "Las mismas palabras en otro orden son los mismos tokens, con las mismas filas de entrada. Solo cambian los lugares y, con ellos, las salidas del codificador.",
    ],
    question: {
      ask: "Dos prompts tienen las mismas palabras en otro orden. ¿Cuánto se parecen sus tablas de salida, medido con el coseno? 1 es la misma dirección; 0, nada en común.",
      because: "La mayor parte de la tabla es igual, y la diferencia basta para intercambiar los dos colores.",
    },
    act: "Hacer las dos",
    figures: { prompt: (prompt) => `«${prompt}»` },
    facts: { cosine: "Coseno de las dos tablas de salida", rms: "Distancia entre ellas (RMS)" },
    notes: {
      say: "Sin las filas de los lugares, un transformador solo vería un saco de palabras. Medido con el modelo de dígitos: coseno 0,75.",
      ask: "Busca una frase que signifique otra cosa si sus palabras cambian de orden.",
      wrong: "Los modelos grandes también confunden los colores de las cosas: «un cubo rojo sobre una bola azul» es un ejemplo famoso.",
    },
  },
  mix: {
    title: "Una palabra que mezcla dos",
    text: [
      "Una fila de números se puede cambiar. Si pones en su lugar la de otra palabra, el codificador no se entera. Si pones una *mezcla* de dos filas, pides algo que ninguna palabra dice.",
      "El curso en que se basa esto convierte un cachorro en media mofeta con un modelo grande. El modelo de dígitos conoce colores: convierte su azul en rojo.",
    ],
    dials: { share: "Parte de la otra palabra" },
    question: {
      ask: "En «a blue seven» se cambia la fila de «blue»: la mitad es de «blue» y la mitad de «red». ¿De qué color será el siete?",
      choices: ["morado, en medio de los dos", "uno de los dos", "un tercer color"],
      because:
        "Verde, con todas las semillas que se probaron. Nada en el entrenamiento decía que el morado está entre las dos *palabras*, así que el punto entre sus filas significa lo que le toca. Lleva el deslizador a 0,3 y 0,7: ahí cambia.",
    },
    act: "Hacer las tres",
    figures: {
      word: (word) => `«${word}»`,
      mixed: (share, word) => `${withComma(share)} de «${word}»`,
      swapped: (word) => `«${word}» en su lugar`,
    },
    facts: { near: "Distancia de la mezcla a la primera imagen", far: "Distancia del cambio a la primera imagen" },
    notes: {
      say: "La mezcla se hace antes del codificador, que la lee como cualquier palabra. Una *inversión textual* es justo una fila así, encontrada entrenando. Medido con el modelo de dígitos, semillas 3, 7 y 21: azul con 0,3; verde con 0,5; rojo con 0,7.",
      ask: "¿Qué dos palabras te gustaría mezclar?",
      wrong:
        "Con un modelo grande, el punto medio entre un cachorro y una mofeta sí parece algo intermedio: ese modelo ha visto muchas más palabras intermedias.",
    },
  },
};
