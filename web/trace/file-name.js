// What a picture, its steps and its latents are called where they are saved.

/** @param {string} model @param {number} seed @param {string} end "-steps.csv" */
export const fileName = (model, seed, end) => `decant ${model} ${seed}`.replace(/[^\w.]+/g, "-") + end;
