// Lesson 4, as web/lessons/04-words.js asks for it: what is said in each step, and beside each figure and number.

export const WORDS = {
  title: "From words to numbers",
  about: "A prompt becomes tokens, tokens become rows of numbers, and numbers can be mixed.",
  tokens: {
    title: "Tokens",
    text: [
      "A network cannot read letters. A *tokenizer* cuts the text into pieces from a fixed list of 49,408, and each piece has a number. Common words are one piece, rare ones several.",
      "Type something yourself. Try your name, a capital letter, a full stop.",
    ],
    dials: { text: "A text" },
    question: {
      ask: "Into how many pieces is `antidisestablishmentarianism` cut? Guess first, then type it.",
      because: "The pieces were found by counting which letters often stand together. Nobody chose them, and they need not be syllables.",
    },
    facts: { used: "Tokens in your text", limit: "Tokens that fit", long: "Pieces of “antidisestablishmentarianism”" },
    notes: {
      say: "The number below a piece is its row in a table, nothing more. “seven” is not next to “eight” in it.",
      ask: "Whose name is one token, and whose is five? What does that say about the texts the list was made from?",
      wrong: "Capital letters make no difference: CLIP’s tokenizer reads everything in small ones.",
    },
  },
  rows: {
    title: "Rows of numbers",
    text: [
      "Each token has a row of numbers, its *input embedding*, learnt in training. A second row tells its place. The text encoder reads all the rows together and returns as many, the *output embeddings*: these are what the denoiser sees.",
    ],
    question: {
      ask: "A prompt always becomes 77 rows. How many numbers does the denoiser see of it? Look up the width of a row, and multiply.",
      because:
        "77 times the width, whether the prompt has one word or sixty. In Stable Diffusion 1.x, rows are 768 wide: 77 × 768 = 59,136.",
    },
    facts: { rows: "Rows", width: "Width", numbers: "Numbers in all" },
    notes: {
      say: "The two “a” in the prompt have the same input row and different output rows: the encoder knows where each stands and next to what.",
      ask: "Find the two rows of “a” in the table. Where are they the same, and where not?",
      wrong: "“Padding is empty.” It is not: the rows after the end are numbers like all the others, and the denoiser looks at them.",
    },
  },
  neighbours: {
    title: "Words that are close to each other",
    text: [
      "The rows that were learnt can be compared: the *cosine* of two rows is 1 if they point the same way, and about 0 if they have nothing to do with each other.",
      "Out of 49,408 tokens, these are the closest to one word.",
    ],
    reads: "The cosine of a and b is their inner product divided by both lengths",
    dials: { word: "A word that is one token" },
    question: {
      ask: "How close to “seven” is the closest other token, as a cosine? 1 is the same direction, 0 is nothing in common.",
      because:
        "Nobody told the model that “seven” and “7” mean the same. It found out because both came with the same pictures. Tokens that it never saw in training are spread at random.",
    },
    act: "Find the closest",
    figures: { cosine: "cosine" },
    facts: { nearest: "Cosine of the closest other token" },
    notes: {
      say: "Measured with the digits model: “7” 0.80, “nine” 0.52, “9” 0.47, “one” 0.44; after that come words that it has never seen. The closest to “red” is “pink”, 0.35.",
      ask: "Why might “nine” and “one” be closer to “seven” than “eight” is? (Think of them in handwriting.)",
      wrong: "Close does not mean alike in every way: opposites are often close, too, because they appear in the same sentences.",
    },
  },
  cut: {
    title: "What does not fit",
    text: [
      "Of the 77 rows, the first marks the start and the last the end: 75 are left for the text. The rest is cut off, and the model never sees it.",
      "This text says the same thing ten times, and then something new.",
    ],
    dials: { text: "A long text" },
    question: {
      ask: "A prompt says the same thing ten times and ends in “with a red frame”. Will the picture have a red frame?",
      choices: ["yes", "no: that part is never read"],
      because: "It comes after the 75th token. Other tools read long prompts in chunks of 75; in the studio you can, too: *Long prompts*.",
    },
    facts: { used: "Tokens that are read", cut: "Characters cut off" },
    notes: {
      say: "This is the most common silent mistake of people who write long prompts.",
      ask: "How would you find out in a tool that does not tell you? (Move words to the front and see whether the picture changes.)",
      wrong: "“75 words.” Tokens, not words: commas count, too.",
    },
  },
  order: {
    title: "Order matters",
    text: [
      "The same words in another order are the same tokens, with the same input rows. Only their places change, and so the encoder’s outputs change.",
    ],
    question: {
      ask: "Two prompts have the same words in another order. How alike are their tables of outputs, as a cosine? 1 is the same direction, 0 is nothing in common.",
      because: "Most of the table is the same, and the difference is enough to swap the two colours.",
    },
    act: "Make both",
    figures: { prompt: (/** @type {string} */ prompt) => `“${prompt}”` },
    facts: { cosine: "Cosine of the two output tables", rms: "Distance between them (RMS)" },
    notes: {
      say: "Without the rows for places, a transformer would see a bag of words. Measured with the digits model: cosine 0.75.",
      ask: "Find a sentence that means something else when its words change places.",
      wrong: "Large models mix up the colours of things, too: “a red cube on a blue ball” is a famous example.",
    },
  },
  mix: {
    title: "A word that is a mix of two",
    text: [
      "A row of numbers can be replaced. Put another word’s row in its place, and the encoder does not notice. Put a *mix* of two rows there, and you ask for something that no word says.",
      "The course this follows turns a puppy into half a skunk with a large model. The digits model knows colours: turn its blue into red.",
    ],
    dials: { share: "Share of the other word" },
    question: {
      ask: "In “a blue seven”, the row of “blue” is replaced: half of it is blue’s, half is red’s. What colour will the seven be?",
      choices: ["purple, in between", "one of the two", "a third colour"],
      because:
        "Green, with every seed that was tried. Nothing in training said that purple lies between the two *words*, so the point between their rows means whatever it happens to mean. Move the slider to 0.3 and 0.7: there it changes.",
    },
    act: "Make all three",
    figures: {
      word: (/** @type {string} */ word) => `“${word}”`,
      mixed: (/** @type {number} */ share, /** @type {string} */ word) => `${share} of “${word}”`,
      swapped: (/** @type {string} */ word) => `“${word}” in its place`,
    },
    facts: { near: "Distance of the mix from the first picture", far: "Distance of the swap from the first picture" },
    notes: {
      say: "The mix is made before the encoder, which reads it like any word. A *textual inversion* is just such a row, found by training. Measured with the digits model, seeds 3, 7 and 21: blue at 0.3, green at 0.5, red at 0.7.",
      ask: "Which two words would you like to mix?",
      wrong:
        "With a large model, the middle between a puppy and a skunk does look like something in between: such a model has seen many more of the words in between.",
    },
  },
};
