// What came of a step's calls: figures, numbers, and the source that ran.

import { figures as inFigures } from "../../figures/numbers.js";
import { button, h, write } from "../../ui/dom.js";
import { say } from "../../words/say.js";
import { figuresView } from "./figures.js";

/** @import { Fact, LessonStep } from "../index.js" */
/** @import { Playing } from "./playing.js" */

/** @param {LessonStep} step */
export function showingView(step) {
  const recorded = h("p", { className: "recorded hint" }, say("lessons.recorded"));
  const figures = h("div", { className: "figures" });
  const empty = h("p", { className: "nothing-yet" }, say(step.act ? "lessons.empty.act" : "lessons.empty"));
  const facts = h("dl", { className: "facts-list numbers" });
  const source = sourceView();
  const drawFigures = figuresView(figures);
  /** @type {unknown} */
  let drawn = null;
  /** @type {string | null} */
  let hidden = null;
  return {
    element: h(
      "section",
      { className: "showing", aria: { label: say("lessons.showing") } },
      recorded,
      empty,
      figures,
      facts,
      source.element,
    ),
    /** @param {Playing} now @param {string | null} secret the fact that is guessed first */
    draw({ shown, phase, recorded: isRecorded, javascript, commands }, secret) {
      recorded.hidden = !(shown && isRecorded);
      empty.hidden = shown !== null || phase === "running";
      figures.classList.toggle("waiting", phase === "running");
      facts.hidden = !shown?.facts.length;
      source.draw(shown ? javascript : "", shown ? commands : "");
      if (!shown || (shown === drawn && hidden === secret)) return;
      facts.replaceChildren(...shown.facts.map((fact) => factRow(fact, fact.id === secret)));
      if (shown !== drawn) drawFigures(shown.figures);
      drawn = shown;
      hidden = secret;
    },
  };
}

/** @param {Fact} fact @param {boolean} secret */
function factRow({ id, name, value, figures, unit }, secret) {
  const words = typeof value === "string" ? value : `${inFigures(value, { most: figures })}${unit ? ` ${unit}` : ""}`;
  return h(
    "div",
    { data: secret ? { fact: id, secret: "" } : { fact: id } },
    h("dt", {}, name),
    h("dd", {}, secret ? say("lessons.secret") : words),
  );
}

/** The calls in JavaScript, and as commands where there are such. */
function sourceView() {
  const code = h("code");
  const block = h("pre", { tabIndex: 0, aria: { label: say("lessons.source") } }, code);
  const texts = { javascript: "", commands: "" };
  /** @type {keyof typeof texts} */
  let shown = "javascript";
  const tabs = /** @type {const} */ ([
    ["javascript", "JavaScript"],
    ["commands", "decant"],
  ]).map(([name, label]) => {
    const tab = button(label, () => {
      shown = name;
      write2();
    });
    return { name, tab };
  });
  const copy = button(say("lessons.copy"), async () => {
    const done = await navigator.clipboard?.writeText(texts[shown]).then(
      () => true,
      () => false,
    );
    copy.textContent = say(done ? "lessons.copied" : "lessons.copy.failed");
    setTimeout(() => (copy.textContent = say("lessons.copy")), 1500);
  });
  const element = h(
    "details",
    { className: "source" },
    h("summary", {}, say("lessons.source")),
    h("div", { className: "source-tabs" }, ...tabs.map(({ tab }) => tab), copy),
    block,
  );
  const write2 = () => {
    if (!texts[shown]) shown = "javascript";
    for (const { name, tab } of tabs) {
      tab.hidden = !texts[name];
      tab.setAttribute("aria-pressed", String(name === shown));
    }
    write(code, texts[shown]);
  };
  return {
    element,
    /** @param {string} javascript @param {string} commands */
    draw(javascript, commands) {
      element.hidden = !javascript;
      if (javascript === texts.javascript && commands === texts.commands) return;
      Object.assign(texts, { javascript, commands });
      write2();
    },
  };
}
