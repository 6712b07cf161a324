// A step of a lesson: its text, what is expected, what is set and done, and beside it what came of it. The teacher's notes stand below.

import { h } from "../../ui/dom.js";
import { say } from "../../words/say.js";
import { classSeed } from "./classroom.js";
import { dialsView, pictureField } from "./dials.js";
import { hearKeys } from "./keys.js";
import { actsView } from "./acts.js";
import { notesView } from "./notes.js";
import { createPlaying } from "./playing.js";
import { isDone, setDone } from "./progress.js";
import { questionView } from "./question.js";
import { formula } from "./formula.js";
import { paragraph } from "./rich.js";
import { showingView } from "./showing.js";

/** @import { Lesson } from "../index.js" */
/** @import { Page } from "./lessons.js" */
/** @import { Playing } from "./playing.js" */

/**
 * @param {HTMLElement} root @param {{ lesson: Lesson, number: number, index: number }} where
 * @param {Page} page @returns {import("./lessons.js").Screen}
 */
export function stepView(root, { lesson, number, index }, { studio, state, lessons }) {
  const step = /** @type {import("../index.js").LessonStep} */ (lesson.steps[index]);
  const key = `${lesson.id}/${index + 1}`;
  const playing = createPlaying(key, step, classSeed(), { studio, state, draw });
  const itself = !step.act && Boolean(step.calls);
  const change = () => (step.act && playing.now().phase === "still" ? draw(playing.now()) : playing.play());

  const question = step.question
    ? questionView(step.question, () => (playing.now().shown || !step.calls ? draw(playing.now()) : playing.play()))
    : null;
  const picture = step.picture ? pictureField(state, change) : null;
  const needs = h("p", { className: "hint" }, say("lessons.needs.model"));
  const own = h(
    "fieldset",
    { className: "own", aria: { label: say("lessons.own") } },
    picture?.element,
    step.dials ? dialsView(step.dials, playing.dials, (name, value) => (playing.turn(name, value), change())) : null,
    needs,
  );
  own.hidden = !picture && !step.dials;
  const acts = actsView(step, playing);
  const showing = showingView(step);
  const notes = notesView(step.notes);
  const dots = dotsView(lesson, number, index);
  const ways = wayOn(lessons, number, index);
  root.append(
    h(
      "article",
      { className: "lesson" },
      h(
        "header",
        { className: "lesson-head" },
        h("a", { className: "quiet-button", href: "#lessons" }, say("lessons.all")),
        h("h2", {}, say("lessons.heading", { number, title: lesson.title })),
        dots.element,
        notes.button,
      ),
      h(
        "div",
        { className: `lesson-body${step.calls ? "" : " alone"}` },
        h(
          "section",
          { className: "telling" },
          h("h3", { tabIndex: -1, data: { here: "" } }, step.title),
          ...step.text.map((text) => paragraph(text)),
          step.formula ? formula(step.formula, step.reads ?? "") : null,
          own,
          question?.element,
          acts.element,
        ),
        step.calls ? showing.element : null,
      ),
      notes.element,
      index === lesson.steps.length - 1 ? sourcesOf(lesson) : null,
      ways.element,
    ),
  );
  const unhear = hearKeys(root, { ...ways, notes: notes.toggle, play: () => playing.play(), stop: playing.cancel, drop: picture?.take });

  /** @param {Playing} now */
  function draw(now) {
    const facts = now.shown?.facts ?? null;
    const waits = Boolean(step.question && "fact" in step.question && question?.answer() === undefined);
    if (!isDone(key) && (now.shown || !step.calls) && (!question || question.answer() !== undefined)) {
      setDone(key);
      dots.draw();
    }
    acts.draw(now, state());
    own.disabled = state().phase === "failed";
    needs.hidden = !own.disabled;
    showing.draw(now, waits && step.question && "fact" in step.question ? step.question.fact : null);
    question?.draw(facts ?? (step.calls ? null : []));
  }

  let phase = "";
  draw(playing.now());
  return {
    draw() {
      const now = state().phase;
      if (now === phase) return;
      phase = now;
      const live = playing.now().phase === "shown" && !playing.now().recorded;
      // While a model is being opened, and where none can be, the recording is shown.
      if (itself && !live) playing.play();
      else draw(playing.now());
    },
    leave() {
      unhear();
      playing.cancel();
    },
  };
}

/** A dot for each step. @param {Lesson} lesson @param {number} number @param {number} index */
function dotsView({ id, steps }, number, index) {
  const links = steps.map((step, at) => {
    const link = h("a", { href: `#lessons/${number}/${at + 1}`, className: "dot numbers" }, String(at + 1));
    if (at === index) link.setAttribute("aria-current", "step");
    return { link, at, title: step.title };
  });
  const draw = () =>
    links.forEach(({ link, at, title }) => {
      const done = isDone(`${id}/${at + 1}`);
      link.classList.toggle("done", done);
      link.setAttribute("aria-label", say(done ? "lessons.dot.done" : "lessons.dot", { step: at + 1, title }));
    });
  draw();
  return {
    element: h("ol", { className: "dots", aria: { label: say("lessons.dots") } }, ...links.map(({ link }) => h("li", {}, link))),
    draw,
  };
}

/** The step before and the one after, across lessons. @param {Lesson[]} lessons @param {number} number from 1 @param {number} index */
function wayOn(lessons, number, index) {
  const steps = lessons[number - 1]?.steps ?? [];
  const before =
    index > 0 ? `#lessons/${number}/${index}` : number > 1 ? `#lessons/${number - 1}/${lessons[number - 2]?.steps.length}` : "#lessons";
  const after =
    index + 1 < steps.length ? `#lessons/${number}/${index + 2}` : number < lessons.length ? `#lessons/${number + 1}/1` : "#lessons";
  const last = index + 1 === steps.length;
  const next = lessons[number];
  const onward = !last ? say("lessons.next") : next ? say("lessons.next.lesson", { title: next.title }) : say("lessons.finished.all");
  const element = h(
    "nav",
    { className: "ways", aria: { label: say("lessons.ways") } },
    h("a", { className: "quiet-button", href: before }, say("lessons.before")),
    h("span", { className: "hint numbers" }, say("lessons.place", { step: index + 1, total: steps.length })),
    h("a", { className: "quiet-button onward", href: after }, onward),
  );
  return { element, back: () => (location.hash = before), on: () => (location.hash = after) };
}

/** @param {Lesson} lesson */
function sourcesOf({ sources }) {
  return h(
    "section",
    { className: "lesson-sources hint" },
    h("h3", {}, say("lessons.sources")),
    h("ul", {}, ...sources.map((source) => h("li", {}, source))),
  );
}
