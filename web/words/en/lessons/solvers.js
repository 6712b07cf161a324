// Lesson 6, as web/lessons/06-solvers.js asks for it: what is said in each step, and beside each figure and number.

export const SOLVERS = {
  title: "Samplers as solvers",
  about: "A run follows a curve. Samplers differ in how well they guess where it bends.",
  curve: {
    title: "A curve, in straight steps",
    text: [
      "As σ falls, the latents follow a curve, and the model gives its slope at any point. *Euler’s method* walks straight along the slope, then asks again.",
      "Here are runs from the same noise with 3, 6 and 12 steps and a fine one, seen in the plane in which they differ most. Mind the axes: one is drawn many times larger than the other.",
    ],
    reads: "The slope of x over sigma is x minus the predicted picture, divided by sigma",
    question: {
      ask: "A run is a path with as many dimensions as the latents have numbers. How much of the differences along it can a flat drawing show, in %?",
      because:
        "Nearly all of it, which says less than it seems. Most of the way is the noise shrinking, and that goes along a single line. What turns noise into this picture is the small bend beside that line; drawn to scale, you would hardly see it. That is where a run with few steps goes wrong.",
    },
    act: "Walk",
    figures: {
      euler: (/** @type {number} */ steps) => `Euler, ${steps} steps`,
      fine: "fine: Heun, 50 steps",
      steps: (/** @type {number} */ steps) => `${steps} steps`,
    },
    facts: {
      explained: "Part of the differences that this plane shows",
      bend: "The fine run’s farthest point from a straight line, in % of the way",
    },
    notes: {
      say: "All runs start at the same point and should end at the same one. With few steps, each straight piece leaves the curve. Measured with the digits model, seed 7, no guidance: 99.99 %; the fine path is never farther from a straight line than 1.6 % of the way.",
      ask: "Where does the curve bend most: with a lot of noise, in the middle, or at the end?",
      wrong: "The noisy points lie far out because the noise is large, not because much happens there.",
    },
  },
  four: {
    title: "Four ways around a bend",
    text: [
      "*Heun* takes the mean of the slopes at both ends of a step: two questions per step. *LMS* and *DPM++ 2M* remember earlier answers and extrapolate: one question.",
      "Which one ends closest to the fine run after 6 steps?",
    ],
    question: {
      ask: "Euler, Heun, LMS and DPM++ 2M each take 6 steps. Which one ends closest to a run of 50 steps?",
      because:
        "Count the questions, too: Heun asked almost twice as often in its 6 steps. The fair comparison, error for the same work, comes next.",
    },
    act: "Walk all four",
    figures: { fine: "fine" },
    facts: { error: (/** @type {string} */ name) => `Error of ${name}` },
    notes: {
      say: "These are the methods of any numerical analysis textbook; only the slope is new: it comes from a network. Measured, 6 steps, seed 7: Euler 0.083, Heun 0.063, DPM++ 2M 0.054, LMS 0.052.",
      ask: "Why can a method that remembers go wrong at the beginning? It has nothing to remember yet.",
      wrong: "Samplers that add fresh noise (Euler a, DDPM) do not belong in this race: they do not follow the curve at all.",
    },
  },
  error: {
    title: "Steps and error",
    text: [
      "Now with 3, 6, 12 and 24 steps, each time measuring the distance to the fine run. Both axes are logarithmic: a method of *order n* falls along a line of slope −n.",
    ],
    formula: { error: "error" },
    reads: "The error is about a constant divided by the number of steps to the power of the order",
    question: {
      ask: "Euler’s method is of order 1. With 24 steps instead of 12, how many times smaller is its error?",
      because: "About 2, as theory says for small steps: twice the steps, half the error. A method of order 2 gets to 4.",
    },
    act: "Race",
    figures: { steps: "steps", distance: "distance to the fine run" },
    facts: { halved: "Euler: error with 12 steps divided by error with 24", second: "DPM++ 2M: the same" },
    notes: {
      say: "Theory holds for many small steps; with 3 or 6 the curves may cross. The fine run is Heun’s with 50 steps, whose own error is far below what is shown. Measured with seed 7: 2.0 for Euler, 3.3 for DPM++ 2M.",
      ask: "You may ask the model 12 times. Which sampler do you choose? (Heun then has only 6 steps.)",
      wrong:
        "This is the longest step of all, some 320 calls to the model. On a slow machine, show the recording, or let one group run it.",
    },
  },
};
