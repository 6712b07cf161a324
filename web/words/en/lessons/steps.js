// Lesson 3, as web/lessons/03-steps.js asks for it: what is said in each step, and beside each figure and number.

export const STEPS = {
  title: "One step is not enough",
  about: "The model guesses the whole picture at every step. Why not stop after the first?",
  guesses: {
    title: "A guess at every step",
    text: [
      "The model is asked one thing: *what noise is in here?* Remove all of it at once, and what is left is its guess at the finished picture, x₀.",
      "Move along the strip: above are the noisy latents after each step; below is what the model guessed at that step.",
    ],
    reads: "The predicted picture is x minus sigma times the predicted noise",
    question: {
      ask: "What does the model’s very first guess at the finished picture look like?",
      choices: ["like the finished picture", "like a blur with hardly any shape", "like noise"],
      because:
        "Neither noise nor picture: a smooth blur in which little is decided, not even the colours. Two steps later they are. The last step of this lesson shows why the first guess is so poor.",
    },
    facts: { sigma: "σ at the first step", calls: "Steps" },
    notes: {
      say: "The strip is the whole run. Have somebody move through it slowly and say aloud when they are sure of the digit.",
      ask: "Which comes first, colour or shape? Why?",
      wrong:
        "“The noise is removed bit by bit.” Look at the bottom row: the guess is always a whole, clean picture. Only the step towards it is small.",
    },
  },
  counts: {
    title: "1, 4, 16, 64",
    text: [
      "So why not stop at the first guess? Here are four runs from the same noise, with 1, 4, 16 and 64 steps.",
      "The run with 64 steps is the goal, and the distance to it is measured in the latents.",
    ],
    question: {
      ask: "A run with 16 steps is 16 times the work of a run with 1. How many times closer does it get to the result of 64 steps?",
      because:
        "The first steps do the most. Beyond some number, nobody sees what more steps change: that number is what you pay for with every picture.",
    },
    act: "Make all four",
    figures: { steps: (/** @type {number} */ steps) => (steps === 1 ? "1 step" : `${steps} steps`) },
    facts: { apart: (/** @type {number} */ steps) => `Distance from ${steps} to 64`, nearer: "How many times closer 16 steps are than 1" },
    notes: {
      say: "The first steps do the most. Measured with the digits model, seed 7, Euler: 1 step ends 2.66 from the goal, 4 steps 0.165, 16 steps 0.025, which is more than 100 times closer than 1 step.",
      ask: "Would you pay four times the electricity for the difference between 16 and 64?",
      wrong: "“More steps, better picture.” Closer to the goal, yes; but the goal itself may be a poor seven.",
    },
  },
  average: {
    title: "Why the first guess is poor",
    text: [
      "Under heavy noise, many pictures could be hiding, and the guess with the smallest error is their *average*: a blur. And a small error in ε is multiplied by σ, which is 14.6 in the first step.",
      "Four seeds, without guidance. How far apart are their guesses, step by step?",
    ],
    reads: "The predicted picture is the mean of all pictures that could be in x",
    question: {
      ask: "Two runs have the same prompt but different seeds. From step 5 to the last one, do the model’s guesses for the two come closer together or move apart?",
      choices: ["closer together", "apart"],
      because:
        "In the middle, all of them guess nearly the same average; then each noise settles on a seven of its own. At the start the curves fall: that is the error multiplied by σ, and it shrinks with σ.",
    },
    act: "Run four seeds",
    figures: {
      seeds: (/** @type {number} */ seed, /** @type {number} */ other) => `seeds ${seed} and ${other}`,
      step: "step",
      distance: "distance between guesses",
      guess: (/** @type {number} */ seed) => `seed ${seed}: guess in step 5`,
      finished: (/** @type {number} */ seed) => `seed ${seed}: finished`,
    },
    facts: { first: "Distance between first guesses", middle: "Distance in step 5", last: "Distance between last guesses" },
    notes: {
      say: "However good the network, one step answers with an average; patience has nothing to do with it. Measured with seeds 7 and 8: 1.09 in step 1, 0.32 in step 5, 0.43 at the end.",
      ask: "What would the average of all photographs look like? And of all photographs of cats?",
      wrong:
        "A perfect network would guess exactly the average, and its curves would only rise. The small model is not perfect, least of all under heavy noise, where its errors are multiplied most.",
    },
  },
};
