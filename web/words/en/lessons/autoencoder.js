// Lesson 2, as web/lessons/02-autoencoder.js asks for it: what is said in each step, and beside each figure and number.

export const AUTOENCODER = {
  title: "The autoencoder",
  about: "Four small channels that stand for a whole picture, and what they lose.",
  roundTrip: {
    title: "There and back",
    text: [
      "A photograph has millions of numbers, and most of them say the same as their neighbours. An *autoencoder* is a pair of networks: one turns a picture into far fewer numbers, the *latents*; the other turns them back into a picture.",
      "How close the two are is given in decibels (PSNR): at 20 the difference is obvious, 30 is good, above 40 nobody sees it.",
    ],
    question: {
      ask: "A picture goes through the autoencoder and comes back. How close is it to the original, in decibels (PSNR)? At 20 the difference is obvious, at 40 nobody sees it.",
      because: "Look closely: where do the two pictures differ? Mostly at edges, where neighbours do *not* say the same.",
    },
    act: "Send it through",
    figures: { before: "before", after: "after" },
    facts: { psnr: "PSNR", pixels: "Numbers in the picture" },
    notes: {
      say: "PSNR is the mean squared difference on a logarithmic scale; 6 dB more means half the difference. Measured with the digits model, its own picture, seed 7: 31.9 dB.",
      ask: "What other way of making picture files smaller do you know, and what does it lose? (JPEG: fine detail, too.)",
      wrong: "Nobody has a feel for decibels at first. That is what guessing is for.",
    },
  },
  channels: {
    title: "Four channels",
    text: [
      "These are the latents: four small pictures with one value per place, blue below zero and red above. They are not colours: nobody told the network what to put in which channel.",
    ],
    question: {
      ask: "How many times fewer numbers do the latents have than the picture?",
      because:
        "In the small digits model, 4 × 4 pixels × 3 colours = 48 numbers become 4: 12 times fewer. In Stable Diffusion, 8 × 8 × 3 = 192 numbers become 4: *48 times* fewer. That is why it fits into your machine.",
    },
    act: "Show the channels",
    figures: { decoded: "what the decoder makes of them" },
    facts: { ratio: "How many times fewer", latents: "Numbers in the latents" },
    notes: {
      say: "From here on, everything happens in these four channels; the picture is made only at the very end.",
      ask: "Can you see the digit in a channel? In which one? And its colours?",
      wrong:
        "“So it is a thumbnail.” No: a thumbnail that small could not be enlarged with sharp edges; the decoder knows what digits look like.",
    },
  },
  photograph: {
    title: "Your own photograph",
    text: [
      "An autoencoder only knows what it was shown. Choose a photograph or drop one here, and compare its decibels with those of the model’s own picture.",
      "The small model has only seen digits in two colours. A large one has seen millions of photographs and still struggles with small print and distant faces.",
    ],
    figures: { before: "before", after: "after" },
    facts: { psnr: "PSNR" },
    notes: {
      say: "Your own picture is cropped to its central square and scaled to 128 pixels for the small model. It never leaves the machine: turn off the network and try again.",
      ask: "Which photograph comes back best, and which worst? Collect the decibels on the board.",
      wrong: "A plain wall gets many decibels: there is nothing to lose. PSNR does not know what matters to us.",
    },
  },
  decoder: {
    title: "How much can a decoder take?",
    text: [
      "A diffusion model never hits the latents exactly, so the decoder must make a good picture from latents that are slightly wrong. Add noise to them and look.",
    ],
    dials: { timestep: "Noise in the latents: timestep" },
    question: {
      ask: "Why does a diffusion model remove noise from the latents and not from the pixels?",
      choices: ["the pictures become sharper", "there are far fewer numbers to compute", "pixels cannot have noise"],
      because:
        "Every step runs the whole network over all the numbers: with 48 times fewer, there is that much less work. That is the *latent* in “latent diffusion”.",
    },
    figures: { exact: "decoded as they are", noisy: (/** @type {number} */ timestep) => `decoded with the noise of timestep ${timestep}` },
    facts: { rms: "Error in the latents (RMS)", size: "Size of the latents (RMS)" },
    notes: {
      say: "A small error in the latents is a small error in the picture: that is what the V in VAE (variational) is for.",
      ask: "From which timestep on is it no longer the same picture for you?",
      wrong: "The decoder does not remove noise; it paints it. Removing it is the next lesson.",
    },
  },
};
