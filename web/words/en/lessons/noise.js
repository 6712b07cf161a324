// Lesson 1, as web/lessons/01-noise.js asks for it: what is said in each step, and beside each figure and number.

export const NOISE = {
  title: "What is in a picture of noise",
  about: "Drown a picture in noise and see how much of it is left.",
  drown: {
    title: "Drown a picture",
    text: [
      "To learn how to remove noise, a model is first shown pictures with noise added. How much is a number, the *timestep*: at 0 there is hardly any, at 999 there is almost nothing else.",
      "The noise goes into the *latents* (lesson 2), which are then decoded: that is the picture on the right. Move the slider. When do you lose sight of the picture?",
    ],
    dials: { timestep: "Timestep" },
    figures: { picture: "the picture", noisy: (/** @type {number} */ timestep) => `noisy latents of timestep ${timestep}, decoded` },
    facts: { signal: "Weight of the picture", noise: "Weight of the noise" },
    notes: {
      say: "This is all the training data: a picture, a number, and noise that we know because we made it. The two weights are not shares: they add up to more than 1 (the next step shows why). The noise goes into the latents, so it looks blotchy and not like TV static.",
      ask: "At which timestep do you lose the picture? Write it down and compare with your neighbour: it depends on what you expected to see.",
      wrong: "With the small model, a photograph looks bad even at timestep 0: its autoencoder has only seen digits.",
    },
  },
  halfway: {
    title: "How much is left halfway?",
    text: [
      "The picture and the noise are each multiplied by a weight and then added. The weights are chosen so that the sum never grows: their squares always add up to 1. Check it with a calculator at any timestep.",
    ],
    reads:
      "x at t is the square root of alpha bar at t times the picture, plus the square root of one minus alpha bar at t times the noise",
    question: {
      ask: "A picture is mixed with the noise of timestep 500, halfway. What weight does the picture still have, between 0 and 1?",
      because:
        "Halfway through the timesteps is not half of the picture: about half of its *weight* is left, but only a quarter of its *variance*. The rest is noise.",
    },
    act: "Measure at timestep 500",
    figures: { timestep: (/** @type {number} */ timestep) => `timestep ${timestep}` },
    facts: { signal: "Weight of the picture at 500", noise: "Weight of the noise at 500" },
    notes: {
      say: "The formula has two terms and nothing hidden. Have the class square both numbers and add them: 0.526² + 0.851² = 1. (Measured with the digits model; Stable Diffusion 1.x has the same schedule.)",
      ask: "Why squares? Because for independent things it is the variances that add up, not the sizes.",
      wrong: "Many expect 0.5 and are nearly right for the wrong reason: this weight does not fall in a straight line.",
    },
  },
  schedule: {
    title: "The schedule",
    text: [
      "How much noise each timestep has is fixed before training: the *schedule*. It is often given as σ, the size of the noise when the weight of the picture is set to 1.",
      "A run does not visit all 1,000 timesteps. It picks a few, from a lot of noise down to none; each mark is one call to the model.",
    ],
    reads: "sigma is the square root of a fraction: one minus alpha bar at t, over alpha bar at t",
    dials: { steps: "Steps" },
    question: {
      ask: "You change the number of steps of a run. What stays the same?",
      choices: ["the noise it starts from", "the σ of the last call", "the distance between two calls"],
      because:
        "With this spacing (“trailing”), every run starts at the highest noise level. With others it may start lower, above all with few steps. More steps mean smaller jumps, and a last call closer to no noise.",
    },
    facts: { first: "σ at the first call", last: "σ at the last call", calls: "Calls to the model" },
    notes: {
      say: "σ is the more useful number: samplers (lesson 6) work with it. 14.6 means that the noise is almost fifteen times as strong as the picture.",
      ask: "Why are the marks not evenly spaced in σ? Because they are evenly spaced in timesteps, and the schedule is curved.",
      wrong: "“Timestep” and “step” are easily confused. A timestep is a noise level used in training; a step is one call in a run.",
    },
  },
  seeds: {
    title: "Two noises",
    text: [
      "Noise is made from a *seed*. The same seed gives the same noise on any machine; another seed gives noise that has nothing to do with it.",
      "Here are two noises at timestep 999. In each, most values lie between −2 and 2, and the root mean square (RMS) is about 1.",
    ],
    question: {
      ask: "Two noises come from different seeds, and each has a root mean square (RMS) of about 1. What is the RMS of their difference?",
      because:
        "About √2 = 1.41, because variances add up: 1 + 1 = 2. Nearly all pairs of noises are that far apart, which is why every seed gives a picture of its own.",
    },
    act: "Measure",
    figures: { seed: (/** @type {number} */ seed) => `seed ${seed}` },
    facts: { rms: "Distance (RMS)", length: "Size of the first (RMS)", cosine: "Cosine between them" },
    notes: {
      say: "A cosine near 0 means a right angle. In many dimensions, almost everything is at a right angle to everything else. Measured with the digits model and seed 7: 1.37, cosine −0.04.",
      ask: "What would the distance be if both had the same seed? Exactly 0.",
      wrong: "The small model has only 256 numbers, so the distance varies around 1.41; with a larger picture it varies less.",
    },
  },
};
