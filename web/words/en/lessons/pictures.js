// Lesson 7, as web/lessons/07-pictures.js asks for it: what is said in each step, and beside each figure and number.

export const PICTURES = {
  title: "Starting from a picture",
  about: "Do not start from pure noise: add some to a picture, and let the model remove it with other words.",
  strength: {
    title: "How much noise to add",
    text: [
      "A picture is encoded (lesson 2), noise is added (lesson 1), and the run starts there instead of from pure noise. *Strength* says how much: 0.2 keeps nearly everything, 1 next to nothing.",
    ],
    question: {
      ask: "A run of 16 steps starts from a picture with a strength of 0.6. How many steps does it take?",
      because:
        "16 × 0.6 = 9.6, and there are no parts of a step: 9. The steps that are skipped are the first, which decide the rough shape.",
    },
    act: "Start at 0.6",
    facts: { taken: "Steps taken", sigma: "σ at the first step taken" },
    notes: {
      say: "The prompt asks for something other than the picture shows, so you can see which one wins. Measured with the digits model: 9 steps, first σ 1.60.",
      ask: "Compare σ with lesson 1: how much of the picture is still there at that point?",
      wrong: "“Strength 0.6 is 60 % of the noise.” It is 60 % of the steps, and noise is not spread evenly over them.",
    },
  },
  four: {
    title: "Four strengths",
    text: ["The same picture and the same words, with more and more noise at the start. Look for the strength at which the words win."],
    question: {
      ask: "A picture of a blue seven is started from with the prompt “a red four”. With just a little noise, what changes first?",
      choices: ["the shape", "the colours", "both at once"],
      because:
        "A change of colour needs little noise: large areas each change a little. The shape only changes when its strokes drown. With a picture of your own, the turning point may be elsewhere.",
    },
    act: "Make all four",
    figures: { start: "the start", strength: (/** @type {number} */ strength) => `strength ${strength}` },
    facts: { taken: (/** @type {number} */ strength) => `Steps taken at ${strength}` },
    notes: {
      say: "Seed 7, digits model: at 0.2 the seven turns green, at 0.4 it is red and turning into a four, at 0.6 it is a red four.",
      ask: "For which job would you use 0.3, and for which 0.8?",
      wrong: "With the small model, a photograph turns into something strange: digits are all it can make.",
    },
  },
  first: {
    title: "The first step, by number",
    text: [
      "Strength is a convenience. What a run is really told is which step to start with. Move the slider, and find the two neighbouring values between which the picture changes.",
    ],
    dials: { start: "First step, of 16" },
    question: {
      ask: "A run starts from a picture at step 0, the very first. Is anything of the picture left?",
      choices: ["hardly anything you can see", "half of it", "its colours"],
      because:
        "At the highest noise level, the weight of the picture is below 0.1 (see timestep 999 in lesson 1). That is almost nothing, but not quite.",
    },
    figures: { begin: "what it starts from", started: (/** @type {number} */ step) => `started at step ${step}` },
    facts: { taken: "Steps taken", sigma: "σ at the first step taken" },
    notes: {
      say: "This closes the circle: forward with a formula (lesson 1), back with the network (lesson 3). You now know every part of an image generator.",
      ask: "How would you change only part of a picture? (Add noise only there: that is painting with a mask, in the studio.)",
      wrong: "Steps are counted from 0, as in the code.",
    },
  },
};
