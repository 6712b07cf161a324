// What a learner has done, kept in this browser and nowhere else. What they expected is not: a question is asked anew.

import { remember, remembered } from "../../store/local.js";

const KEPT = "decant.lessons";

/** @typedef {{ done: Record<string, true>, notes: boolean }} Progress by "lesson/step", from 1; `notes`: whether the teacher's are open */

/** @type {Progress} */
let progress = read();

/** @returns {Progress} */
function read() {
  const nothing = { done: {}, notes: false };
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

export const notesOpen = () => progress.notes;

/** @param {boolean} notes */
export const setNotes = (notes) => keep({ notes });

/** How many steps of a lesson are done. @param {import("../index.js").Lesson} lesson */
export const doneOf = ({ id, steps }) => steps.filter((_, index) => isDone(`${id}/${index + 1}`)).length;

export const forget = () => keep({ done: {} });
