// What is said in the lessons, by their ids.

import { AUTOENCODER } from "./autoencoder.js";
import { GUIDANCE } from "./guidance.js";
import { NOISE } from "./noise.js";
import { PICTURES } from "./pictures.js";
import { PULLING } from "./pulling.js";
import { SOLVERS } from "./solvers.js";
import { STEPS } from "./steps.js";
import { WORDS } from "./words.js";

export const LESSONS = {
  noise: NOISE,
  autoencoder: AUTOENCODER,
  steps: STEPS,
  words: WORDS,
  guidance: GUIDANCE,
  solvers: SOLVERS,
  pictures: PICTURES,
  pulling: PULLING,
};
