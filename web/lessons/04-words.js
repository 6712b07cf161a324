// Lesson 4: words to numbers. Tokens, places, what is cut off, and a word that is a mix of two.

import { withComma } from "./comma.js";

/** @import { Lesson } from "./index.js" */

const LONG = "a blue seven on a yellow background, ";

/** @type {Lesson} */
export const WORDS = {
  id: "words",
  title: { en: "Words to numbers", es: "De palabras a números" },
  about: { en: "A prompt becomes tokens, tokens become rows of numbers, and numbers can be mixed.", es: "Un texto se vuelve tokens, los tokens filas de números, y los números se pueden mezclar." },
  minutes: 18,
  sources: [
    "Sennrich, Haddow & Birch 2015, Neural Machine Translation of Rare Words with Subword Units",
    "Vaswani, Shazeer, Parmar and others 2017, Attention Is All You Need",
    "Radford, Kim, Hallacy and others 2021, Learning Transferable Visual Models From Natural Language Supervision",
    "Gal, Alaluf, Atzmon and others 2022, An Image is Worth One Word",
    "fast.ai 2022, From Deep Learning Foundations to Stable Diffusion, lesson 9A",
  ],
  steps: [
    {
      title: { en: "Tokens", es: "Tokens" },
      text: [
        { en: "A network knows no letters. A *tokenizer* cuts a text into pieces from a fixed list of 49,408, and each piece is a number. Common words are one piece, rare ones several.", es: "Una red no conoce letras. Un *tokenizador* corta un texto en piezas de una lista fija de 49 408, y cada pieza es un número. Las palabras comunes son una pieza, las raras varias." },
        { en: "Type something of your own. Try your name, a capital letter, a full stop.", es: "Escribe algo tuyo. Prueba tu nombre, una mayúscula, un punto." },
      ],
      question: {
        ask: { en: "How many pieces is `antidisestablishmentarianism`? Say, then type it.", es: "¿Cuántas piezas tiene `antidisestablishmentarianism`? Dilo y luego escríbelo." },
        fact: "long",
        near: 0,
        because: { en: "Pieces are found by counting which letters stand together often. Nobody chose them, and they need not be syllables.", es: "Las piezas se hallan contando qué letras van juntas a menudo. Nadie las eligió, y no tienen por qué ser sílabas." },
      },
      dials: [{ name: "text", label: { en: "A text", es: "Un texto" }, text: ({ prompt }) => prompt }],
      calls: [
        { as: "tokens", call: "tokenize", with: (_, { dials }) => [dials.text] },
        { as: "rare", call: "tokenize", with: () => ["antidisestablishmentarianism"] },
      ],
      show: ({ tokens, rare }) => ({
        figures: [{ kind: "chips", data: { tokens } }],
        facts: [
          { id: "used", name: { en: "Tokens in your text", es: "Tokens en tu texto" }, value: tokens.used },
          { id: "limit", name: { en: "Tokens that fit", es: "Tokens que caben" }, value: tokens.limit },
          { id: "long", name: { en: "Pieces of “antidisestablishmentarianism”", es: "Piezas de «antidisestablishmentarianism»" }, value: rare.used },
        ],
      }),
      notes: {
        minutes: 3,
        say: { en: "The number below a piece is its row in a table, no more. 'Seven' is not next to 'eight' in it.", es: "El número bajo una pieza es su fila en una tabla, nada más. «seven» no está junto a «eight» en ella." },
        ask: { en: "Whose name is one token, whose is five? What does that say about what the list was made from?", es: "¿Qué nombre es un token y cuál son cinco? ¿Qué dice eso de los textos con que se hizo la lista?" },
        wrong: { en: "Capital letters make no difference: CLIP’s tokenizer reads everything in small ones.", es: "Las mayúsculas no cambian nada: el tokenizador de CLIP lo lee todo en minúsculas." },
      },
    },
    {
      title: { en: "Rows of numbers", es: "Filas de números" },
      text: [
        { en: "For each token there is a row of numbers, its *input embedding*, learnt in training. A second row says at which place it stands. The text encoder reads all rows together and gives as many back, the *output embeddings*: what the denoiser sees.", es: "Para cada token hay una fila de números, su *embedding de entrada*, aprendida al entrenar. Otra fila dice en qué lugar está. El codificador de texto lee todas juntas y devuelve otras tantas, los *embeddings de salida*: lo que ve la red que quita el ruido." },
      ],
      question: {
        ask: { en: "There are always 77 rows. How many numbers does the denoiser see of a prompt? Look at the width, and multiply.", es: "Siempre hay 77 filas. ¿Cuántos números ve la red de un texto? Mira el ancho y multiplica." },
        fact: "numbers",
        near: 0.01,
        because: { en: "77 times the width, whether the prompt has one word or sixty. Stable Diffusion 1.x is 768 wide: 77 × 768 = 59,136.", es: "77 por el ancho, tenga el texto una palabra o sesenta. Stable Diffusion 1.x tiene ancho 768: 77 × 768 = 59 136." },
      },
      calls: [{ as: "rows", call: "embed", with: (_, { example }) => [{ prompt: example.prompt }] }],
      show: ({ rows }) => ({
        figures: [{ kind: "table", data: { embeddings: rows } }],
        facts: [
          { id: "rows", name: { en: "Rows", es: "Filas" }, value: rows.words.length },
          { id: "width", name: { en: "Width", es: "Ancho" }, value: rows.outputWidth },
          { id: "numbers", name: { en: "Numbers in all", es: "Números en total" }, value: rows.output.length },
        ],
      }),
      notes: {
        minutes: 3,
        say: { en: "Two occurrences of “a” have the same input row and different output rows: the encoder knows where they stand and beside what.", es: "Dos apariciones de «a» tienen la misma fila de entrada y filas de salida distintas: el codificador sabe dónde están y junto a qué." },
        ask: { en: "Find the two rows of “a” in the table. Where are they equal, where not?", es: "Busca las dos filas de «a» en la tabla. ¿Dónde son iguales y dónde no?" },
        wrong: { en: "“Padding is empty.” It is not: the rows after the end are numbers like all others, and the denoiser looks at them.", es: "«El relleno está vacío.» No: las filas tras el final son números como los demás, y la red las mira." },
      },
    },
    {
      title: { en: "Words that lie close together", es: "Palabras cercanas" },
      text: [
        { en: "Rows that were learnt can be compared: the *cosine* of two rows is 1 where they point the same way, and about 0 where they have nothing to do with each other.", es: "Las filas aprendidas se pueden comparar: el *coseno* de dos filas es 1 donde apuntan igual, y cerca de 0 donde no tienen que ver." },
        { en: "Of all 49,408 tokens, these lie nearest to one word.", es: "De los 49 408 tokens, estos son los más cercanos a una palabra." },
      ],
      formula: "<mi>cos</mi><mo>(</mo><mi>a</mi><mo>,</mo><mi>b</mi><mo>)</mo><mo>=</mo><mfrac><mrow><mi>a</mi><mo>·</mo><mi>b</mi></mrow><mrow><mo>|</mo><mi>a</mi><mo>|</mo><mspace width='.2em'/><mo>|</mo><mi>b</mi><mo>|</mo></mrow></mfrac>",
      reads: { en: "The cosine of a and b is their inner product divided by both lengths", es: "El coseno de a y b es su producto interno dividido entre ambas longitudes" },
      question: {
        ask: { en: "How near is the nearest other token to “seven”, as a cosine?", es: "¿Qué coseno tiene con «seven» el token más cercano?" },
        fact: "nearest",
        near: 0.1,
        because: { en: "Nobody told the model that “seven” and “7” mean the same. It found out because both stood beside the same pictures. Tokens that it never saw in training lie about by chance.", es: "Nadie le dijo al modelo que «seven» y «7» significan lo mismo. Lo descubrió porque ambos estaban junto a las mismas imágenes. Los tokens que nunca vio al entrenar quedan al azar." },
      },
      act: { en: "Look for the nearest", es: "Buscar los más cercanos" },
      dials: [{ name: "word", label: { en: "A word that is one token", es: "Una palabra de un solo token" }, text: ({ word }) => word }],
      calls: [{ as: "near", call: "neighbours", with: (_, { dials }) => [dials.word.trim(), 8] }],
      show: ({ near }) => ({
        figures: [{ kind: "bars", data: { rows: near.map((/** @type {import("../decant.d.ts").Neighbour} */ { token, cosine }) => ({ name: token.replace("</w>", ""), value: cosine })), label: { en: "cosine", es: "coseno" } } }],
        facts: [{ id: "nearest", name: { en: "Cosine of the nearest other", es: "Coseno del otro más cercano" }, value: near[1].cosine }],
      }),
      notes: {
        minutes: 2,
        say: { en: "Measured with the model of digits: “7” 0.80, “nine” 0.52, “9” 0.47, “one” 0.44; then come words that it has never seen. Of “red”, “pink” is the nearest at 0.35.", es: "Medido con el modelo de dígitos: «7» 0,80, «nine» 0,52, «9» 0,47, «one» 0,44; después vienen palabras que nunca ha visto. De «red», la más cercana es «pink», 0,35." },
        ask: { en: "Why might “nine” and “one” be nearer to “seven” than “eight” is? (Look at them in handwriting.)", es: "¿Por qué «nine» y «one» estarían más cerca de «seven» que «eight»? (Míralos escritos a mano.)" },
        wrong: { en: "Near does not mean alike in every way: opposites are often neighbours, too, because they stand in the same sentences.", es: "Cerca no significa igual en todo: también los opuestos suelen ser vecinos, porque están en las mismas frases." },
      },
    },
    {
      title: { en: "What does not fit", es: "Lo que no cabe" },
      text: [
        { en: "77 rows, of which the first marks the beginning and the last the end: 75 are left for the text. What is longer is cut off, and the model never learns of it.", es: "77 filas, de las que la primera marca el comienzo y la última el final: quedan 75 para el texto. Lo que pasa de ahí se corta, y el modelo nunca se entera." },
        { en: "This text says the same thing ten times and then something new.", es: "Este texto dice diez veces lo mismo y luego algo nuevo." },
      ],
      dials: [{ name: "text", label: { en: "A long text", es: "Un texto largo" }, text: () => `${LONG.repeat(10)}with a red frame` }],
      calls: [{ as: "tokens", call: "tokenize", with: (_, { dials }) => [dials.text] }],
      show: ({ tokens }) => ({
        figures: [{ kind: "chips", data: { tokens } }],
        facts: [
          { id: "used", name: { en: "Tokens that are read", es: "Tokens que se leen" }, value: tokens.used },
          { id: "cut", name: { en: "Letters cut off", es: "Letras cortadas" }, value: tokens.cut.length },
        ],
      }),
      question: {
        ask: { en: "Will the picture have a red frame?", es: "¿Tendrá la imagen un marco rojo?" },
        choices: [{ en: "yes", es: "sí" }, { en: "no: that part is never read", es: "no: esa parte no se lee" }],
        right: 1,
        because: { en: "It stands after the 75th token. Other tools read long prompts in chunks of 75; in the studio you find that under *Long prompts*.", es: "Está después del token 75. Otras herramientas leen los textos largos en trozos de 75; en el estudio está en *Prompts largos*." },
      },
      notes: {
        minutes: 3,
        say: { en: "This is the most common silent mistake of people who write long prompts.", es: "Este es el error silencioso más común de quien escribe textos largos." },
        ask: { en: "How would you find out in a tool that does not tell you? (Move words to the front and see whether the picture changes.)", es: "¿Cómo lo averiguarías en una herramienta que no lo dice? (Mueve palabras al principio y mira si cambia la imagen.)" },
        wrong: { en: "“75 words.” Tokens, not words: commas count, too.", es: "«75 palabras.» Tokens, no palabras: las comas también cuentan." },
      },
    },
    {
      title: { en: "Order matters", es: "El orden importa" },
      text: [
        { en: "The same words in another order are the same tokens, with the same input rows. Only their places differ, and the encoder makes other outputs of them.", es: "Las mismas palabras en otro orden son los mismos tokens, con las mismas filas de entrada. Solo cambian los lugares, y el codificador hace de ellas otras salidas." },
      ],
      act: { en: "Make both", es: "Hacer ambas" },
      calls: [
        { as: "one", call: "generate", with: (_, { example, seed }) => [{ prompt: example.prompt, seed, steps: 12 }] },
        { as: "turned", call: "generate", with: (_, { example, seed }) => [{ prompt: example.turned, seed, steps: 12 }] },
        { as: "rows", call: "embed", with: (_, { example }) => [{ prompt: example.prompt }] },
        { as: "turnedRows", call: "embed", with: (_, { example }) => [{ prompt: example.turned }] },
        { as: "apart", call: "distance", with: ({ rows, turnedRows }) => [rows.output, turnedRows.output] },
      ],
      show: ({ one, turned, apart }, { example }) => ({
        figures: [
          { kind: "picture", data: { image: one.image, caption: { en: `“${example.prompt}”`, es: `«${example.prompt}»` } } },
          { kind: "picture", data: { image: turned.image, caption: { en: `“${example.turned}”`, es: `«${example.turned}»` } } },
        ],
        facts: [
          { id: "cosine", name: { en: "Cosine of the two tables of outputs", es: "Coseno de las dos tablas de salida" }, value: apart.cosine },
          { id: "rms", name: { en: "Distance of their outputs", es: "Distancia de sus salidas" }, value: apart.rms },
        ],
      }),
      question: {
        ask: { en: "How alike are the two tables of outputs? 1 is the same direction, 0 nothing in common.", es: "¿Cuánto se parecen las dos tablas de salida? 1 es la misma dirección, 0 nada en común." },
        fact: "cosine",
        near: 0.1,
        because: { en: "Most of the table is the same, and what differs is enough to exchange the two colours.", es: "La mayor parte de la tabla es igual, y lo que cambia basta para intercambiar los dos colores." },
      },
      notes: {
        minutes: 3,
        say: { en: "Without the rows for places a transformer would see a bag of words. Measured with the model of digits: cosine 0.75.", es: "Sin las filas de los lugares, un transformador vería una bolsa de palabras. Medido con el modelo de dígitos: coseno 0,75." },
        ask: { en: "Find a sentence of which the words in another order mean something else.", es: "Busca una frase cuyas palabras en otro orden signifiquen otra cosa." },
        wrong: { en: "Large models mix colours up between things, too: “a red cube on a blue ball” is famous for it.", es: "También los modelos grandes confunden los colores de las cosas: «un cubo rojo sobre una bola azul» es famoso por ello." },
      },
    },
    {
      title: { en: "A word that is a mix of two", es: "Una palabra que mezcla dos" },
      text: [
        { en: "A row of numbers can be replaced. Put another word’s row in its place, and the encoder never knows. Put a *mix* of two rows there, and you ask for something that no word says.", es: "Una fila de números se puede cambiar. Pon en su lugar la de otra palabra, y el codificador no se entera. Pon una *mezcla* de dos filas, y pides algo que ninguna palabra dice." },
        { en: "With a large model the course makes a cat of a puppy, and then half a skunk. The model of digits knows colours: turn its blue to red.", es: "Con un modelo grande el curso hace de un cachorro un gato, y luego media mofeta. El modelo de dígitos conoce colores: lleva su azul al rojo." },
      ],
      dials: [{ name: "share", label: { en: "Share of the other word", es: "Parte de la otra palabra" }, from: 0, to: 1, by: 0.05, value: 0.5 }],
      act: { en: "Make all three", es: "Hacer las tres" },
      calls: [
        { as: "plain", call: "generate", with: (_, { example, seed }) => [{ prompt: example.prompt, seed, steps: 12 }] },
        { as: "mixed", call: "generate", with: (_, { example, seed, dials }) => [{ prompt: example.prompt, seed, steps: 12, swaps: [{ token: example.from, with: [{ token: example.from, weight: Number((1 - dials.share).toFixed(2)) }, { token: example.to, weight: dials.share }] }] }] },
        { as: "swapped", call: "generate", with: (_, { example, seed }) => [{ prompt: example.prompt, seed, steps: 12, swaps: [{ token: example.from, with: [{ token: example.to, weight: 1 }] }] }] },
        { as: "near", call: "distance", with: ({ plain, mixed }) => [plain.trace.steps.at(-1).latents, mixed.trace.steps.at(-1).latents] },
        { as: "far", call: "distance", with: ({ plain, swapped }) => [plain.trace.steps.at(-1).latents, swapped.trace.steps.at(-1).latents] },
      ],
      show: ({ plain, mixed, swapped, near, far }, { example, dials }) => ({
        figures: [
          { kind: "picture", data: { image: plain.image, caption: { en: `“${example.from}”`, es: `«${example.from}»` } } },
          { kind: "picture", data: { image: mixed.image, caption: { en: `${dials.share} of “${example.to}”`, es: `${withComma(dials.share)} de «${example.to}»` } } },
          { kind: "picture", data: { image: swapped.image, caption: { en: `“${example.to}” in its place`, es: `«${example.to}» en su lugar` } } },
        ],
        facts: [
          { id: "near", name: { en: "The mix from the first picture", es: "La mezcla, de la primera imagen" }, value: near.rms },
          { id: "far", name: { en: "The swap from the first picture", es: "El cambio, de la primera imagen" }, value: far.rms },
        ],
      }),
      question: {
        ask: { en: "Half of blue’s row and half of red’s: which colour will the seven have?", es: "Media fila de azul y media de rojo: ¿de qué color será el siete?" },
        choices: [{ en: "purple, in between", es: "morado, intermedio" }, { en: "one of the two", es: "uno de los dos" }, { en: "a third colour", es: "un tercer color" }],
        right: 2,
        because: { en: "Green, with every seed that was tried: nothing in training said that purple lies between the two *words*, so the point between their rows means whatever it came to mean. Turn the dial to 0.3 and 0.7: there it tips over.", es: "Verde, con todas las semillas probadas: nada en el entrenamiento decía que el morado está entre las dos *palabras*, así que el punto entre sus filas significa lo que llegó a significar. Gira el mando a 0,3 y 0,7: ahí vuelca." },
      },
      notes: {
        minutes: 4,
        say: { en: "The mix is made before the encoder: the encoder reads it like any word. A *textual inversion* is exactly such a row, found by training. Measured with the model of digits, seeds 3, 7 and 21: blue at 0.3, green at 0.5, red at 0.7.", es: "La mezcla se hace antes del codificador, que la lee como cualquier palabra. Una *inversión textual* es exactamente una fila así, hallada entrenando. Medido con el modelo de dígitos, semillas 3, 7 y 21: azul con 0,3, verde con 0,5, rojo con 0,7." },
        ask: { en: "Which word would you put between which two?", es: "¿Qué palabra pondrías entre cuáles dos?" },
        wrong: { en: "With a large model the dial goes between a puppy and a skunk, and there the middle does look like something in between. Such a model has seen far more words between the words.", es: "Con un modelo grande el mando va de un cachorro a una mofeta, y ahí el medio sí parece algo intermedio. Ese modelo ha visto muchas más palabras entre las palabras." },
      },
    },
  ],
};
