// What a learner has done and what they expected, kept in this browser and nowhere else.

import { remember, remembered } from "../remembered.js";

const KEPT = "decant.lessons";

/** @typedef {{ done: Record<string, true>, answers: Record<string, number>, notes: boolean }} Progress by "lesson/step", from 1; `notes`: whether the teacher's are open */

/** @type {Progress} */
let progress = read();

/** @returns {Progress} */
function read() {
  const nothing = { done: {}, answers: {}, notes: false };
  try {
    return { ...nothing, ...JSON.parse(remembered(KEPT) ?? "{}") };
  } catch {
    return nothing; // It was damaged.
  }
}

/** @param {Partial<Progress>} part */
function keep(part) {
  progress = { ...progress, ...part };
  remember(KEPT, JSON.stringify(progress));
}

/** @param {string} key */
export const isDone = (key) => Boolean(progress.done[key]);

/** @param {string} key */
export const setDone = (key) => keep({ done: { ...progress.done, [key]: true } });

/** What was expected: a number, or which of the answers from 0. @param {string} key @returns {number | undefined} */
export const answerOf = (key) => progress.answers[key];

/** @param {string} key @param {number} answer */
export const setAnswer = (key, answer) => keep({ answers: { ...progress.answers, [key]: answer } });

export const notesOpen = () => progress.notes;

/** @param {boolean} notes */
export const setNotes = (notes) => keep({ notes });

/** How many steps of a lesson are done. @param {import("./index.js").Lesson} lesson */
export const doneOf = ({ id, steps }) => steps.filter((_, index) => isDone(`${id}/${index + 1}`)).length;

export const forget = () => keep({ done: {}, answers: {} });
