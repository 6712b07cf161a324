// Lesson 5, as web/lessons/05-guidance.js asks for it: what is said in each step, and beside each figure and number.

export const GUIDANCE = {
  title: "Guidance",
  about: "Ask with the prompt and without it, then go further in the direction of the difference.",
  scales: {
    title: "Four strengths",
    text: [
      "At each step the model is asked twice what is noise: once *with* the prompt and once *without* it. The *guidance scale* says how far to go from the second answer towards the first. A scale of 1 is just the first.",
    ],
    formula: { from: "without", towards: "with" },
    reads: "The noise that is used is the answer without the prompt, plus the scale times the difference of both answers",
    question: {
      ask: "One of these guidance scales goes so far that the colours suffer. Which?",
      choices: ["1.1", "3", "7", "14"],
      because:
        "The latents leave the range that the decoder knows: look at their largest values. With too little guidance, the prompt is only a suggestion. The digits model is usually run at 3, Stable Diffusion 1.x at about 7.",
    },
    act: "Make all four",
    figures: { scale: (/** @type {number} */ scale) => `scale ${scale}` },
    facts: { largest: (/** @type {number} */ scale) => `Largest value in the latents, either sign, scale ${scale}` },
    notes: {
      say: "No extra training is needed: the network is simply asked a second time, with an empty text. That doubles the work. Measured with the digits model, seed 7: the largest value in the latents goes from 2.1 at scale 1.1 to 4.4 at 14.",
      ask: "What do scales between 0 and 1 mean? And below 0?",
      wrong: "Which of the others is best is a matter of taste and of the seed: let the class vote.",
    },
  },
  arrows: {
    title: "The arrows",
    text: [
      "The answers are lists of numbers, and lists of numbers are arrows. Here are the two answers of one step, their difference, and where guidance ends up, in the plane that contains all of them.",
      "Move through the steps. When is the difference large?",
    ],
    question: {
      ask: "In the first step, the model sees almost pure noise. What is the cosine between its answer with the prompt and its answer without? 1 is the same direction.",
      because:
        "Nearly 1: both answers say “almost all of it is noise”. What the prompt changes is small, which is why guidance makes it larger.",
    },
    facts: {
      cosine: "Cosine between the answers, first step",
      rms: "Distance between the answers, first step (RMS)",
      late: "Distance between the answers, last step but one (RMS)",
      scale: "Guidance scale",
    },
    notes: {
      say: "The drawing is flat and still exact: three arrows that add up always lie in one plane. Measured: cosine 0.994, distance 0.10 in the first step.",
      ask: "If the scale is doubled, which arrows change? Only the last stretch.",
      wrong: "The arrows are about as long in every step, because predicted noise always has a size of about 1; what changes is the angle.",
    },
  },
  negative: {
    title: "Away from something",
    text: [
      "“Without the prompt” means with an empty text. Put a *negative prompt* there instead, and the same formula moves away from it: the arrow now points from what you do not want to what you want.",
    ],
    formula: { from: "negative", towards: "with" },
    reads: "The noise that is used is the answer to the negative prompt, plus the scale times the difference of both answers",
    dials: { negative: "Negative prompt" },
    question: {
      ask: "The prompt asks for a seven on a yellow background; the negative prompt is “a yellow background”. What happens?",
      choices: ["the background is not yellow", "an error", "what both have in common cancels out; the rest grows"],
      because:
        "It is a subtraction, not a ban. What both texts say drops out of the difference; what only the prompt says, the digit and its colour, becomes stronger. Try “a red four” as well.",
    },
    act: "Make both",
    figures: { without: "no negative prompt", away: (/** @type {string} */ negative) => `away from “${negative}”` },
    facts: { rms: "Distance between the two pictures’ latents (RMS)" },
    notes: {
      say: "This model does not understand “not”. All it can do is move away from something. Measured with seed 7: the latents are 0.36 apart.",
      ask: "What happens if the negative prompt is the same as the prompt? (The difference is 0: the scale no longer matters.)",
      wrong: "With a scale of 1 the negative prompt has no effect at all: put s = 1 into the formula.",
    },
  },
};
