// The lessons as cards, with what is done of each, and the one seed that a class shares.

import { button, h } from "../../ui/dom.js";
import { say } from "../../words/say.js";
import { classLink, classSeed, readSeed, setClassSeed } from "./classroom.js";
import { doneOf, forget, isDone } from "./progress.js";

/** @import { Lesson } from "../index.js" */
/** @import { Page } from "./lessons.js" */
/** @import { Desk } from "./room.js" */

/** @param {HTMLElement} root @param {Pick<Page, "studio" | "lessons">} page @returns {import("./lessons.js").Screen} */
export function overview(root, { studio, lessons }) {
  const minutes = lessons.reduce((sum, lesson) => sum + lesson.minutes, 0);
  root.append(
    h(
      "div",
      { className: "lessons-page" },
      h(
        "header",
        { className: "lessons-intro" },
        h("h2", { tabIndex: -1, data: { here: "" } }, say("lessons.title")),
        h("p", {}, say("lessons.intro", { minutes })),
      ),
      h("ol", { className: "cards" }, ...lessons.map(card)),
      h("div", { className: "classroom" }, seedField(studio), progressField(root, { studio, lessons })),
    ),
  );
  return { draw: () => {}, leave: () => {} };
}

/** @param {Lesson} lesson @param {number} index */
function card(lesson, index) {
  const done = doneOf(lesson);
  const next = lesson.steps.findIndex((_, at) => !isDone(`${lesson.id}/${at + 1}`)) + 1;
  const progress =
    done === lesson.steps.length
      ? say("lessons.card.done")
      : done > 0
        ? say("lessons.card.begun", { done, total: lesson.steps.length })
        : say("lessons.card.new", { total: lesson.steps.length });
  const bar = h(
    "span",
    { className: "card-bar", aria: { hidden: "true" } },
    ...lesson.steps.map((_, at) => h("i", { className: isDone(`${lesson.id}/${at + 1}`) ? "done" : "" })),
  );
  return h(
    "li",
    {},
    h(
      "a",
      { className: "card", href: `#lessons/${index + 1}/${next || 1}` },
      coverOf(lesson),
      h("span", { className: "card-number numbers" }, String(index + 1)),
      h("span", { className: "card-title" }, lesson.title),
      h("span", { className: "card-about" }, lesson.about),
      h("span", { className: "card-foot hint numbers" }, say("lessons.minutes", { minutes: lesson.minutes }), h("span", {}, progress)),
      bar,
    ),
  );
}

/** @param {Lesson} lesson */
function coverOf({ cover }) {
  const span = h("span", { className: "cover" });
  span.innerHTML = `<svg viewBox="0 0 160 90" aria-hidden="true">${cover}</svg>`;
  return span;
}

/** @param {Desk} studio */
function seedField(studio) {
  const input = h("input", { type: "text", id: "class-seed", inputMode: "numeric", value: String(classSeed()), spellcheck: false });
  input.setAttribute("aria-describedby", "class-problem class-hint");
  const problem = h("p", { className: "problem", id: "class-problem", role: "status" });
  input.addEventListener("input", () => {
    const seed = readSeed(input.value);
    problem.textContent = seed === null ? say("lessons.seed.problem") : "";
    input.setAttribute("aria-invalid", String(seed === null));
    if (seed !== null) setClassSeed(seed);
  });
  const copy = button(say("lessons.seed.copy"), async () => {
    const link = classLink(classSeed());
    const copied = await navigator.clipboard?.writeText(link).then(
      () => true,
      () => false,
    );
    studio.messages.tell({
      tone: "note",
      text: copied ? say("lessons.seed.copied", { link }) : say("lessons.seed.link", { link }),
      about: "link",
    });
  });
  return h(
    "section",
    {},
    h("h3", {}, say("lessons.class")),
    h("p", { className: "hint", id: "class-hint" }, say("lessons.seed.hint")),
    h(
      "div",
      { className: "field seed-field" },
      h("label", { htmlFor: "class-seed" }, say("lessons.seed")),
      h(
        "div",
        { className: "with-button" },
        input,
        copy,
        h("a", { className: "quiet-button", href: "#lessons/sheet" }, say("lessons.sheet")),
      ),
      problem,
    ),
  );
}

/** @param {HTMLElement} root @param {Pick<Page, "studio" | "lessons">} page */
function progressField(root, { studio, lessons }) {
  const done = lessons.reduce((sum, lesson) => sum + doneOf(lesson), 0);
  const total = lessons.reduce((sum, lesson) => sum + lesson.steps.length, 0);
  const reset = button(say("lessons.reset"), () => {
    forget();
    root.replaceChildren();
    overview(root, { studio, lessons });
    /** @type {HTMLElement | null} */ (root.querySelector("[data-here]"))?.focus();
  });
  reset.disabled = done === 0;
  return h(
    "section",
    {},
    h("h3", {}, say("lessons.progress")),
    h("p", { className: "hint numbers" }, say("lessons.progress.of", { done, total })),
    reset,
  );
}
