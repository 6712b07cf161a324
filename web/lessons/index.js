// All lessons, in the order in which they build on each other, and what a lesson is made of. A lesson is data, made of its texts
// (web/words/LANGUAGE/lessons/): calls of the module API that the player makes and prints, and a function that says what there is to see of their answers.

import { noise } from "./01-noise.js";
import { autoencoder } from "./02-autoencoder.js";
import { steps } from "./03-steps.js";
import { words } from "./04-words.js";
import { guidance } from "./05-guidance.js";
import { solvers } from "./06-solvers.js";
import { pictures } from "./07-pictures.js";
import { pulling } from "./08-pulling.js";

/** @import { Info } from "../api/decant.d.ts" */
/** @import { LessonTexts } from "../words/languages.js" */

/**
 * @typedef {object} Lesson
 * @property {string} id kept in the browser with the learner's progress; it never changes
 * @property {string} title
 * @property {string} about one sentence
 * @property {string} cover a small drawing for its card: SVG in a field of 160 × 90, in the page's own colours (lessons.css)
 * @property {number} minutes
 * @property {string[]} sources name, year, title
 * @property {LessonStep[]} steps
 */

/**
 * @typedef {object} LessonStep
 * @property {string} title
 * @property {string[]} text one or two paragraphs of at most 60 words; `code` and *stress* may be in them
 * @property {string} [formula] MathML, without the element `math`, of the elements that formula.js draws
 * @property {string} [reads] how the formula is read aloud
 * @property {Question} [question]
 * @property {boolean} [picture] whether the learner's picture is used
 * @property {Dial[]} [dials]
 * @property {string} [act] what the button says; without it the calls are made as soon as the step is entered and when a dial moves
 * @property {Call[]} [calls]
 * @property {(made: Record<string, any>, at: At) => Shown} [show] of what the calls answered
 * @property {Notes} notes
 */

/** For the teacher. @typedef {{ minutes: number, say: string, ask: string, wrong: string }} Notes */

/**
 * One question to the module: a method of the open model or of `Decant`, with its arguments.
 * @typedef {object} Call
 * @property {string} as what the answer is called, in `made` and in the code that is shown
 * @property {"generate" | "tokenize" | "embed" | "neighbours" | "roundTrip" | "schedule" | "addNoise" | "decode" | "plane" | "distance"} call
 * @property {(made: Record<string, any>, at: At) => any[]} with
 */

/**
 * What the learner, the class and the open model bring along.
 * @typedef {object} At
 * @property {number} seed the class's
 * @property {ImageData} picture
 * @property {Record<string, any>} dials numbers and texts, by their names
 * @property {Example} example
 * @property {Info} info
 */

/**
 * Words that the open model knows.
 * @typedef {{ prompt: string, word: string, from: string, to: string, negative: string, other: string, turned: string }} Example
 */

/**
 * A number that the learner sets, or a text.
 * @typedef {{ name: string, label: string, from: number, to: number, by: number, value: number } | { name: string, label: string, text: (example: Example) => string }} Dial
 */

/** @typedef {{ figures: Figure[], facts: Fact[] }} Shown */
/** A drawing of web/figures/ with its data. @typedef {{ kind: import("./player/figures.js").Kind, data: Record<string, any>, wide?: boolean }} Figure */
/**
 * A number that was measured; `figures`: how many of them mean something, where that is not three.
 * @typedef {{ id: string, name: string, value: number | string, figures?: number, unit?: string }} Fact
 */

/**
 * Something to expect before it is measured: a number, which is compared with the fact called `fact`, or one of several answers.
 * @typedef {{ ask: string, fact: string, unit?: string, near: number, because: string } | { ask: string, choices: string[], right: number | ((fact: (id: string) => number) => number), because: string }} Question
 */

/** @param {LessonTexts} says in the language that is spoken @returns {Lesson[]} */
export const lessonsIn = (says) => [
  noise(says.noise),
  autoencoder(says.autoencoder),
  steps(says.steps),
  words(says.words),
  guidance(says.guidance),
  solvers(says.solvers),
  pictures(says.pictures),
  pulling(says.pulling),
];
