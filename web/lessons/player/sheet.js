// A sheet for a class, to be printed: the seed that everybody uses, and every lesson's questions with room for answers.

import { button, h } from "../../ui/dom.js";
import { say } from "../../words/say.js";
import { classLink, classSeed } from "./classroom.js";
import { paragraph } from "./rich.js";

/** @import { Lesson, Question } from "../index.js" */

/** @param {HTMLElement} root @param {Pick<import("./lessons.js").Page, "lessons">} page @returns {import("./lessons.js").Screen} */
export function sheet(root, { lessons }) {
  root.append(
    h(
      "article",
      { className: "sheet" },
      h(
        "header",
        {},
        h(
          "p",
          { className: "unprinted" },
          h("a", { className: "quiet-button", href: "#lessons" }, say("lessons.all")),
          button(say("lessons.print"), () => print()),
        ),
        h("h2", { tabIndex: -1, data: { here: "" } }, say("lessons.sheet.title")),
        h(
          "p",
          { className: "sheet-who" },
          h("span", {}, say("lessons.sheet.name")),
          h("span", {}, say("lessons.sheet.date")),
          h("span", { className: "numbers" }, say("lessons.sheet.seed", { seed: classSeed() })),
        ),
        h("p", { className: "hint" }, say("lessons.sheet.how", { link: classLink(classSeed()) })),
      ),
      ...lessons.map(part),
    ),
  );
  return { draw: () => {}, leave: () => {} };
}

/** @param {Lesson} lesson @param {number} index */
function part({ title, steps }, index) {
  const asked = steps.flatMap(({ question }, at) => (question ? [{ question, at }] : []));
  return h(
    "section",
    {},
    h("h3", {}, say("lessons.heading", { number: index + 1, title })),
    h(
      "ol",
      {},
      ...asked.map(({ question, at }) =>
        h(
          "li",
          { value: at + 1 },
          h("p", { className: "sheet-step" }, /** @type {import("../index.js").LessonStep} */ (steps[at]).title),
          paragraph(question.ask),
          answerLines(question),
        ),
      ),
    ),
  );
}

/** @param {Question} question */
function answerLines(question) {
  if ("choices" in question)
    return h("p", { className: "sheet-choices" }, ...question.choices.map((choice) => h("span", {}, `☐ ${choice}`)));
  const unit = question.unit ?? "";
  return h(
    "p",
    { className: "sheet-lines" },
    h("span", {}, say("lessons.sheet.expected", { unit })),
    h("span", {}, say("lessons.sheet.measured", { unit })),
  );
}
