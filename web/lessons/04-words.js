// Lesson 4: words to numbers. Tokens, places, what is cut off, and a word that is a mix of two.

import { withComma } from "../words/comma.js";

/** @import { Lesson } from "./index.js" */

const LONG = "a blue seven on a yellow background, ";

/** @type {Lesson} */
export const WORDS = {
  id: "words",
  title: { en: "From words to numbers", es: "De palabras a números" },
  about: {
    en: "A prompt becomes tokens, tokens become rows of numbers, and numbers can be mixed.",
    es: "Un prompt se convierte en tokens, los tokens en filas de números, y los números se pueden mezclar.",
  },
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
        {
          en: "A network cannot read letters. A *tokenizer* cuts the text into pieces from a fixed list of 49,408, and each piece has a number. Common words are one piece, rare ones several.",
          es: "Una red no sabe leer letras. Un *tokenizador* corta el texto en piezas de una lista fija de 49 408, y cada pieza tiene un número. Las palabras comunes son una sola pieza; las raras, varias.",
        },
        {
          en: "Type something yourself. Try your name, a capital letter, a full stop.",
          es: "Escribe algo. Prueba con tu nombre, una mayúscula, un punto.",
        },
      ],
      question: {
        ask: {
          en: "Into how many pieces is `antidisestablishmentarianism` cut? Guess first, then type it.",
          es: "¿En cuántas piezas se corta `antidisestablishmentarianism`? Primero adivina y luego escríbelo.",
        },
        fact: "long",
        near: 0,
        because: {
          en: "The pieces were found by counting which letters often stand together. Nobody chose them, and they need not be syllables.",
          es: "Las piezas se encontraron contando qué letras van juntas a menudo. Nadie las eligió, y no tienen por qué ser sílabas.",
        },
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
          {
            id: "long",
            name: { en: "Pieces of “antidisestablishmentarianism”", es: "Piezas de «antidisestablishmentarianism»" },
            value: rare.used,
          },
        ],
      }),
      notes: {
        minutes: 3,
        say: {
          en: "The number below a piece is its row in a table, nothing more. “seven” is not next to “eight” in it.",
          es: "El número debajo de una pieza es su fila en una tabla, nada más. «seven» no está al lado de «eight».",
        },
        ask: {
          en: "Whose name is one token, and whose is five? What does that say about the texts the list was made from?",
          es: "¿Qué nombre es un solo token y cuál son cinco? ¿Qué dice eso de los textos con los que se hizo la lista?",
        },
        wrong: {
          en: "Capital letters make no difference: CLIP’s tokenizer reads everything in small ones.",
          es: "Las mayúsculas no cambian nada: el tokenizador de CLIP lo lee todo en minúsculas.",
        },
      },
    },
    {
      title: { en: "Rows of numbers", es: "Filas de números" },
      text: [
        {
          en: "Each token has a row of numbers, its *input embedding*, learnt in training. A second row tells its place. The text encoder reads all the rows together and returns as many, the *output embeddings*: these are what the denoiser sees.",
          es: "Cada token tiene una fila de números, su *embedding de entrada*, aprendida durante el entrenamiento. Otra fila indica su lugar. El codificador de texto lee todas las filas juntas y devuelve otras tantas, los *embeddings de salida*: eso es lo que ve la red que quita el ruido.",
        },
      ],
      question: {
        ask: {
          en: "A prompt always becomes 77 rows. How many numbers does the denoiser see of it? Look up the width of a row, and multiply.",
          es: "Un prompt siempre se convierte en 77 filas. ¿Cuántos números ve de él la red que quita el ruido? Mira el ancho de una fila y multiplica.",
        },
        fact: "numbers",
        near: 0.01,
        because: {
          en: "77 times the width, whether the prompt has one word or sixty. In Stable Diffusion 1.x, rows are 768 wide: 77 × 768 = 59,136.",
          es: "77 por el ancho, tenga el prompt una palabra o sesenta. En Stable Diffusion 1.x las filas tienen 768 números: 77 × 768 = 59 136.",
        },
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
        say: {
          en: "The two “a” in the prompt have the same input row and different output rows: the encoder knows where each stands and next to what.",
          es: "Las dos «a» del prompt tienen la misma fila de entrada y filas de salida distintas: el codificador sabe dónde está cada una y junto a qué.",
        },
        ask: {
          en: "Find the two rows of “a” in the table. Where are they the same, and where not?",
          es: "Busca las dos filas de «a» en la tabla. ¿En qué son iguales y en qué no?",
        },
        wrong: {
          en: "“Padding is empty.” It is not: the rows after the end are numbers like all the others, and the denoiser looks at them.",
          es: "«El relleno está vacío.» No: las filas que siguen al final son números como los demás, y la red las mira.",
        },
      },
    },
    {
      title: { en: "Words that are close to each other", es: "Palabras cercanas" },
      text: [
        {
          en: "The rows that were learnt can be compared: the *cosine* of two rows is 1 if they point the same way, and about 0 if they have nothing to do with each other.",
          es: "Las filas aprendidas se pueden comparar: el *coseno* de dos filas es 1 si apuntan en la misma dirección, y cerca de 0 si no tienen nada que ver.",
        },
        {
          en: "Out of 49,408 tokens, these are the closest to one word.",
          es: "De los 49 408 tokens, estos son los más cercanos a una palabra.",
        },
      ],
      formula:
        "<mi>cos</mi><mo>(</mo><mi>a</mi><mo>,</mo><mi>b</mi><mo>)</mo><mo>=</mo><mfrac><mrow><mi>a</mi><mo>·</mo><mi>b</mi></mrow><mrow><mo>|</mo><mi>a</mi><mo>|</mo><mspace width='.2em'/><mo>|</mo><mi>b</mi><mo>|</mo></mrow></mfrac>",
      reads: {
        en: "The cosine of a and b is their inner product divided by both lengths",
        es: "El coseno de a y b es su producto escalar dividido entre las dos longitudes",
      },
      question: {
        ask: {
          en: "How close to “seven” is the closest other token, as a cosine? 1 is the same direction, 0 is nothing in common.",
          es: "¿Qué coseno tiene con «seven» el token más cercano? 1 es la misma dirección; 0, nada en común.",
        },
        fact: "nearest",
        near: 0.1,
        because: {
          en: "Nobody told the model that “seven” and “7” mean the same. It found out because both came with the same pictures. Tokens that it never saw in training are spread at random.",
          es: "Nadie le dijo al modelo que «seven» y «7» significan lo mismo. Lo descubrió porque acompañaban a las mismas imágenes. Los tokens que nunca vio al entrenar están repartidos al azar.",
        },
      },
      act: { en: "Find the closest", es: "Buscar los más cercanos" },
      dials: [{ name: "word", label: { en: "A word that is one token", es: "Una palabra de un solo token" }, text: ({ word }) => word }],
      calls: [{ as: "near", call: "neighbours", with: (_, { dials }) => [dials.word.trim(), 8] }],
      show: ({ near }) => ({
        figures: [
          {
            kind: "bars",
            data: {
              rows: near.map((/** @type {import("../api/decant.d.ts").Neighbour} */ { token, cosine }) => ({
                name: token.replace("</w>", ""),
                value: cosine,
              })),
              label: { en: "cosine", es: "coseno" },
            },
          },
        ],
        facts: [
          {
            id: "nearest",
            name: { en: "Cosine of the closest other token", es: "Coseno del otro token más cercano" },
            value: near[1].cosine,
          },
        ],
      }),
      notes: {
        minutes: 2,
        say: {
          en: "Measured with the digits model: “7” 0.80, “nine” 0.52, “9” 0.47, “one” 0.44; after that come words that it has never seen. The closest to “red” is “pink”, 0.35.",
          es: "Medido con el modelo de dígitos: «7» 0,80; «nine» 0,52; «9» 0,47; «one» 0,44; después vienen palabras que nunca ha visto. La más cercana a «red» es «pink», 0,35.",
        },
        ask: {
          en: "Why might “nine” and “one” be closer to “seven” than “eight” is? (Think of them in handwriting.)",
          es: "¿Por qué «nine» y «one» estarán más cerca de «seven» que «eight»? (Imagínalos escritos a mano.)",
        },
        wrong: {
          en: "Close does not mean alike in every way: opposites are often close, too, because they appear in the same sentences.",
          es: "Cerca no significa igual en todo: los opuestos también suelen estar cerca, porque aparecen en las mismas frases.",
        },
      },
    },
    {
      title: { en: "What does not fit", es: "Lo que no cabe" },
      text: [
        {
          en: "Of the 77 rows, the first marks the start and the last the end: 75 are left for the text. The rest is cut off, and the model never sees it.",
          es: "De las 77 filas, la primera marca el comienzo y la última el final: quedan 75 para el texto. Lo demás se corta, y el modelo nunca lo ve.",
        },
        {
          en: "This text says the same thing ten times, and then something new.",
          es: "Este texto dice lo mismo diez veces y después algo nuevo.",
        },
      ],
      dials: [{ name: "text", label: { en: "A long text", es: "Un texto largo" }, text: () => `${LONG.repeat(10)}with a red frame` }],
      calls: [{ as: "tokens", call: "tokenize", with: (_, { dials }) => [dials.text] }],
      show: ({ tokens }) => ({
        figures: [{ kind: "chips", data: { tokens } }],
        facts: [
          { id: "used", name: { en: "Tokens that are read", es: "Tokens que se leen" }, value: tokens.used },
          { id: "cut", name: { en: "Characters cut off", es: "Caracteres cortados" }, value: tokens.cut.length },
        ],
      }),
      question: {
        ask: {
          en: "A prompt says the same thing ten times and ends in “with a red frame”. Will the picture have a red frame?",
          es: "Un prompt dice lo mismo diez veces y termina con «with a red frame» (con un marco rojo). ¿Tendrá la imagen un marco rojo?",
        },
        choices: [
          { en: "yes", es: "sí" },
          { en: "no: that part is never read", es: "no: esa parte no se lee" },
        ],
        right: 1,
        because: {
          en: "It comes after the 75th token. Other tools read long prompts in chunks of 75; in the studio you can, too: *Long prompts*.",
          es: "Viene después del token 75. Otras herramientas leen los prompts largos en trozos de 75; en el estudio también se puede: *Prompts largos*.",
        },
      },
      notes: {
        minutes: 3,
        say: {
          en: "This is the most common silent mistake of people who write long prompts.",
          es: "Es el error silencioso más común de quien escribe prompts largos.",
        },
        ask: {
          en: "How would you find out in a tool that does not tell you? (Move words to the front and see whether the picture changes.)",
          es: "¿Cómo lo averiguarías en una herramienta que no lo dice? (Mueve palabras al principio y mira si cambia la imagen.)",
        },
        wrong: {
          en: "“75 words.” Tokens, not words: commas count, too.",
          es: "«75 palabras.» Tokens, no palabras: las comas también cuentan.",
        },
      },
    },
    {
      title: { en: "Order matters", es: "El orden importa" },
      text: [
        {
          en: "The same words in another order are the same tokens, with the same input rows. Only their places change, and so the encoder’s outputs change.",
          es: "Las mismas palabras en otro orden son los mismos tokens, con las mismas filas de entrada. Solo cambian los lugares y, con ellos, las salidas del codificador.",
        },
      ],
      act: { en: "Make both", es: "Hacer las dos" },
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
          { id: "cosine", name: { en: "Cosine of the two output tables", es: "Coseno de las dos tablas de salida" }, value: apart.cosine },
          { id: "rms", name: { en: "Distance between them (RMS)", es: "Distancia entre ellas (RMS)" }, value: apart.rms },
        ],
      }),
      question: {
        ask: {
          en: "Two prompts have the same words in another order. How alike are their tables of outputs, as a cosine? 1 is the same direction, 0 is nothing in common.",
          es: "Dos prompts tienen las mismas palabras en otro orden. ¿Cuánto se parecen sus tablas de salida, medido con el coseno? 1 es la misma dirección; 0, nada en común.",
        },
        fact: "cosine",
        near: 0.1,
        because: {
          en: "Most of the table is the same, and the difference is enough to swap the two colours.",
          es: "La mayor parte de la tabla es igual, y la diferencia basta para intercambiar los dos colores.",
        },
      },
      notes: {
        minutes: 3,
        say: {
          en: "Without the rows for places, a transformer would see a bag of words. Measured with the digits model: cosine 0.75.",
          es: "Sin las filas de los lugares, un transformador solo vería un saco de palabras. Medido con el modelo de dígitos: coseno 0,75.",
        },
        ask: {
          en: "Find a sentence that means something else when its words change places.",
          es: "Busca una frase que signifique otra cosa si sus palabras cambian de orden.",
        },
        wrong: {
          en: "Large models mix up the colours of things, too: “a red cube on a blue ball” is a famous example.",
          es: "Los modelos grandes también confunden los colores de las cosas: «un cubo rojo sobre una bola azul» es un ejemplo famoso.",
        },
      },
    },
    {
      title: { en: "A word that is a mix of two", es: "Una palabra que mezcla dos" },
      text: [
        {
          en: "A row of numbers can be replaced. Put another word’s row in its place, and the encoder does not notice. Put a *mix* of two rows there, and you ask for something that no word says.",
          es: "Una fila de números se puede cambiar. Si pones en su lugar la de otra palabra, el codificador no se entera. Si pones una *mezcla* de dos filas, pides algo que ninguna palabra dice.",
        },
        {
          en: "The course this follows turns a puppy into half a skunk with a large model. The digits model knows colours: turn its blue into red.",
          es: "El curso en que se basa esto convierte un cachorro en media mofeta con un modelo grande. El modelo de dígitos conoce colores: convierte su azul en rojo.",
        },
      ],
      dials: [
        { name: "share", label: { en: "Share of the other word", es: "Parte de la otra palabra" }, from: 0, to: 1, by: 0.05, value: 0.5 },
      ],
      act: { en: "Make all three", es: "Hacer las tres" },
      calls: [
        { as: "plain", call: "generate", with: (_, { example, seed }) => [{ prompt: example.prompt, seed, steps: 12 }] },
        {
          as: "mixed",
          call: "generate",
          with: (_, { example, seed, dials }) => [
            {
              prompt: example.prompt,
              seed,
              steps: 12,
              swaps: [
                {
                  token: example.from,
                  with: [
                    { token: example.from, weight: Number((1 - dials.share).toFixed(2)) },
                    { token: example.to, weight: dials.share },
                  ],
                },
              ],
            },
          ],
        },
        {
          as: "swapped",
          call: "generate",
          with: (_, { example, seed }) => [
            { prompt: example.prompt, seed, steps: 12, swaps: [{ token: example.from, with: [{ token: example.to, weight: 1 }] }] },
          ],
        },
        { as: "near", call: "distance", with: ({ plain, mixed }) => [plain.trace.steps.at(-1).latents, mixed.trace.steps.at(-1).latents] },
        {
          as: "far",
          call: "distance",
          with: ({ plain, swapped }) => [plain.trace.steps.at(-1).latents, swapped.trace.steps.at(-1).latents],
        },
      ],
      show: ({ plain, mixed, swapped, near, far }, { example, dials }) => ({
        figures: [
          { kind: "picture", data: { image: plain.image, caption: { en: `“${example.from}”`, es: `«${example.from}»` } } },
          {
            kind: "picture",
            data: {
              image: mixed.image,
              caption: { en: `${dials.share} of “${example.to}”`, es: `${withComma(dials.share)} de «${example.to}»` },
            },
          },
          {
            kind: "picture",
            data: { image: swapped.image, caption: { en: `“${example.to}” in its place`, es: `«${example.to}» en su lugar` } },
          },
        ],
        facts: [
          {
            id: "near",
            name: { en: "Distance of the mix from the first picture", es: "Distancia de la mezcla a la primera imagen" },
            value: near.rms,
          },
          {
            id: "far",
            name: { en: "Distance of the swap from the first picture", es: "Distancia del cambio a la primera imagen" },
            value: far.rms,
          },
        ],
      }),
      question: {
        ask: {
          en: "In “a blue seven”, the row of “blue” is replaced: half of it is blue’s, half is red’s. What colour will the seven be?",
          es: "En «a blue seven» se cambia la fila de «blue»: la mitad es de «blue» y la mitad de «red». ¿De qué color será el siete?",
        },
        choices: [
          { en: "purple, in between", es: "morado, en medio de los dos" },
          { en: "one of the two", es: "uno de los dos" },
          { en: "a third colour", es: "un tercer color" },
        ],
        right: 2,
        because: {
          en: "Green, with every seed that was tried. Nothing in training said that purple lies between the two *words*, so the point between their rows means whatever it happens to mean. Move the slider to 0.3 and 0.7: there it changes.",
          es: "Verde, con todas las semillas que se probaron. Nada en el entrenamiento decía que el morado está entre las dos *palabras*, así que el punto entre sus filas significa lo que le toca. Lleva el deslizador a 0,3 y 0,7: ahí cambia.",
        },
      },
      notes: {
        minutes: 4,
        say: {
          en: "The mix is made before the encoder, which reads it like any word. A *textual inversion* is just such a row, found by training. Measured with the digits model, seeds 3, 7 and 21: blue at 0.3, green at 0.5, red at 0.7.",
          es: "La mezcla se hace antes del codificador, que la lee como cualquier palabra. Una *inversión textual* es justo una fila así, encontrada entrenando. Medido con el modelo de dígitos, semillas 3, 7 y 21: azul con 0,3; verde con 0,5; rojo con 0,7.",
        },
        ask: { en: "Which two words would you like to mix?", es: "¿Qué dos palabras te gustaría mezclar?" },
        wrong: {
          en: "With a large model, the middle between a puppy and a skunk does look like something in between: such a model has seen many more of the words in between.",
          es: "Con un modelo grande, el punto medio entre un cachorro y una mofeta sí parece algo intermedio: ese modelo ha visto muchas más palabras intermedias.",
        },
      },
    },
  ],
};
