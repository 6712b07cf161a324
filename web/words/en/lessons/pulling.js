// Lesson 8, as web/lessons/08-pulling.js asks for it: what is said in each step, and beside each figure and number.

export const PULLING = {
  title: "Pulling on the picture",
  about: "Say what you want as a number, and let its gradient move the latents while the picture is made.",
  scales: {
    title: "More blue",
    text: [
      "A *loss* is one number that says how far a picture is from what you want. This one is 0 when every pixel has a blue of 0.9: `mean(abs(blue - 0.9))`.",
      "Before every second step, the predicted picture is decoded and its loss is measured. The *gradient* says which way each latent would have to move to make it smaller; all of them move a little, times a *scale*.",
    ],
    formula: { gradient: "gradient" },
    reads: "The latents become the latents less sigma squared times the gradient",
    question: {
      ask: "The scales are 0, 5, 20 and 60. At which one is the picture not a digit any more?",
      choices: ["0", "5", "20", "60"],
      because:
        "The pull knows nothing of digits: it only counts blue. The model repairs what it can between two pulls; if the pull is stronger than the model, the picture is lost.",
    },
    act: "Make all four",
    figures: { scale: (/** @type {number} */ scale) => (scale === 0 ? "not pulled" : `scale ${scale}`), step: "step" },
    facts: { last: (/** @type {number} */ scale) => `Loss at the last pulled step, scale ${scale}` },
    notes: {
      say: "It is the same idea as training, only that the network stays as it is and the picture moves. In the notebook of lesson 9A it is “blue loss”, with a scale of 200 for Stable Diffusion. Measured with the digits model, seed 7: at scale 20 the loss ends at 0.05 and the digit is still there; at 60 it is gone.",
      ask: "Could the loss be made 0 in one step? What would the picture be?",
      wrong: "The scale has no unit that carries over: another model, another size or another loss wants another scale.",
    },
  },
  gradient: {
    title: "Which way",
    text: [
      "Here is the gradient itself, in the four channels of the latents: at the first pulled step, and at the last. Red: a larger number would make the loss larger. The latents move the other way.",
      "They move by σ² times the gradient, so the early pulls, at high noise, reach far, and the late ones hardly move anything.",
    ],
    question: {
      ask: "How large is σ² at the first step?",
      because: "σ is the standard deviation of the noise, and its square is the variance. That is why the first pulls decide most.",
    },
    facts: { first: "σ² at the first step", last: "σ² at the last pulled step", cosine: "Cosine between the first and the last gradient" },
    notes: {
      say: "A gradient is a list of as many numbers as there are latents, so it can be drawn like them. The drawing at the last step shows where the digit is: there, blue is wanted most. Measured: σ² falls from 80.9 to 0.09; the cosine of the two gradients is −0.38.",
      ask: "Why does the gradient change from step to step, although the loss is the same?",
      wrong: "Blue in the drawing is not blue in the picture: it is a number below zero.",
    },
  },
  own: {
    title: "A formula of your own",
    text: [
      "Write your own loss. `red`, `green` and `blue` go from 0 to 1, and so do `x` (left to right) and `y` (top to bottom). You have `+ - * / ^`, parentheses, `mean`, `abs`, `sqrt`, `min` and `max`; the result must be one number.",
      "This one wants red on the right and green on the left. A mistake is named with its place.",
    ],
    dials: { loss: "Loss", scale: "Scale" },
    question: {
      ask: "What does a minus sign in front of the whole loss do?",
      choices: ["nothing", "it pulls the other way", "it is an error"],
      because: "The latents move towards a smaller loss. Less of “minus blue” is more blue, so the sign turns the pull around.",
    },
    act: "Pull",
    figures: { without: "not pulled", with: (/** @type {string} */ loss) => `pulled by ${loss}`, step: "step", loss: "loss" },
    facts: { begin: "Loss at the first step", end: "Loss at the last pulled step" },
    notes: {
      say: "Formulas worth trying: -mean(red), mean((red - blue)^2) for grey and green, mean(max(red, green)) for darkness, mean(y * blue).",
      ask: "Can you write a loss that makes the upper half dark?",
      wrong: "A formula that gives a number for each pixel is refused: put mean( ) around it.",
    },
  },
  exactly: {
    title: "Exactly, or nearly",
    text: [
      "So far the gradient went through the decoder alone, as if the predicted noise would not change when the latents do. It does change. *Exactly* means going back through the whole network as well, which costs several times as much.",
    ],
    question: {
      ask: "What is the cosine between the two gradients at the first step? 1 is the same direction, 0 is unrelated.",
      because:
        "At the first step nearly everything is noise, and moving the latents changes what the network predicts in its own way. The cheap gradient still works, because it is right about the picture, if not about the network.",
    },
    act: "Make both",
    figures: { held: "noise held fixed", exact: "through the denoiser, too" },
    facts: {
      cosine: "Cosine between the two gradients, first step",
      held: "Loss at the last pulled step, noise held fixed",
      exact: "Loss at the last pulled step, exactly",
    },
    notes: {
      say: "Lesson 9A takes the cheap way and says so. The exact one is what papers call guidance by reconstruction; it is smoother, and usually wants a larger scale. Measured: the cosine is −0.54; the loss ends at 0.05 with the noise held fixed, and at 0.67 exactly, because the network defends its yellow.",
      ask: "Why does the exact gradient cost so much more? (Forward and back through the network, for each of the two answers.)",
      wrong: "Exact does not mean better to look at: it is only the true slope.",
    },
  },
};
