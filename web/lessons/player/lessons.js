// The classroom: an overview, the lessons played step by step, and a sheet for a class. Which of them is shown stands in the address.

import { lessonTexts } from "../../words/lessons.js";
import { lessonsIn } from "../index.js";
import { overview } from "./overview.js";
import { createRoom } from "./room.js";
import { sheet } from "./sheet.js";
import { stepView } from "./step.js";

/** @import { Build } from "../../ui/places.js" */
/** What a screen is made for. @typedef {import("./room.js").Room & { lessons: import("../index.js").Lesson[] }} Page */
/** A screen is built anew when it is entered, and left before the next one is. @typedef {{ draw: () => void, leave: () => void }} Screen */

/** @type {Build} */
export async function lessonsPlace(root, studio, state) {
  const lessons = lessonsIn(await lessonTexts());
  const page = { ...createRoom(studio, state, () => screen?.draw()), lessons };
  let shown = "";
  /** @type {Screen | null} */
  let screen = null;
  const leave = () => {
    screen?.leave();
    screen = null;
    root.replaceChildren();
  };
  /** Rebuilt after the first one: by the learner, who then reads on at the new heading. */
  const enter = (/** @type {string} */ path) => {
    const first = screen === null;
    leave();
    screen = screenAt(root, path, page);
    shown = path;
    if (!first) root.querySelector("h2, h3")?.closest("main")?.scrollTo(0, 0);
    if (!first) /** @type {HTMLElement | null} */ (root.querySelector("[data-here]"))?.focus({ preventScroll: true });
  };
  return (now) => {
    // A lesson that nobody sees makes no runs; it begins anew when it is entered again.
    if (now.place !== "lessons") return leave();
    if (screen === null || now.path !== shown) enter(now.path);
    screen?.draw();
  };
}

/**
 * @param {HTMLElement} root
 * @param {string} path "", "sheet", or "3/2": the second step of the third lesson
 * @param {Page} page
 * @returns {Screen}
 */
function screenAt(root, path, page) {
  if (path === "sheet") return sheet(root, page);
  const [lesson, step] = path.split("/").map(Number);
  const found = page.lessons[(lesson ?? 0) - 1];
  if (!found) return overview(root, page);
  const index = Math.min(Math.max((step || 1) - 1, 0), found.steps.length - 1);
  return stepView(root, { lesson: found, number: /** @type {number} */ (lesson), index }, page);
}
