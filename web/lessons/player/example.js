// Words for the lessons that the open model knows: the model of digits its few colours and digits, any other one the course's animals.

/** @import { Info } from "../../api/decant.d.ts" */
/** @import { Example } from "../index.js" */

/** @type {Example} */
const DIGITS = {
  prompt: "a blue seven on a yellow background",
  turned: "a yellow seven on a blue background",
  from: "blue",
  word: "seven",
  to: "red",
  negative: "a yellow background",
  other: "a red four on a white background",
};

/** @type {Example} */
const ANIMALS = {
  prompt: "a picture of a puppy on a meadow",
  turned: "a picture of a meadow on a puppy",
  from: "puppy",
  word: "puppy",
  to: "skunk",
  negative: "green grass",
  other: "a picture of a cat on a sofa",
};

/** @param {Info | null} info */
export const exampleFor = (info) => (!info || info.defaults.prompt.includes("seven") ? DIGITS : ANIMALS);
