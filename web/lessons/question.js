// What does the learner expect? Asked before it is measured, and compared with it afterwards.

import { h } from "../views/elements.js";
import { inNumber, language, say, spoken } from "../words.js";
import { answerOf, setAnswer } from "./progress.js";
import { numeral, paragraph } from "./rich.js";

/** @import { Fact, Question } from "./index.js" */

/**
 * @param {Question} question @param {string} key "lesson/step" @param {() => void} answered
 * @returns {{ element: HTMLElement, draw: (facts: Fact[] | null) => void }}
 */
export function questionView(question, key, answered) {
  const reveal = h("div", { className: "reveal" });
  reveal.setAttribute("role", "status");
  const answer = (/** @type {number} */ value) => {
    setAnswer(key, value);
    answered();
  };
  const { fields, mark } = "choices" in question ? choices(question.choices.map(spoken), answer) : estimate(question.unit, answer);
  const element = h("section", { className: "question", aria: { label: say("lessons.question") } }, paragraph(spoken(question.ask), "asked"), fields, reveal);
  let said = "";
  return {
    element,
    draw(facts) {
      const given = answerOf(key);
      mark(given);
      const text = given === undefined ? "" : verdict(question, given, facts);
      if (text !== said) reveal.replaceChildren(...(text ? [h("p", { className: "verdict numbers" }, text), paragraph(spoken(question.because))] : []));
      said = text;
    },
  };
}

/** A sentence once both sides are known; else "". @param {Question} question @param {number} given @param {Fact[] | null} facts */
function verdict(question, given, facts) {
  const measured = (/** @type {string} */ id) => Number(facts?.find((fact) => fact.id === id)?.value ?? NaN);
  if ("choices" in question) {
    const right = typeof question.right === "number" ? question.right : facts ? question.right(measured) : -1;
    const chosen = question.choices[right];
    if (!chosen) return "";
    return given === right ? say("lessons.right") : say("lessons.not", { answer: spoken(chosen) });
  }
  const value = measured(question.fact);
  if (Number.isNaN(value)) return "";
  const unit = question.unit ? ` ${question.unit}` : "";
  const words = { expected: `${numeral(given, 3)}${unit}`, measured: `${numeral(value, 3)}${unit}` };
  return say(Math.abs(given - value) <= question.near * Math.abs(value) ? "lessons.close" : "lessons.far", words);
}

/** @param {string[]} texts @param {(index: number) => void} answer */
function choices(texts, answer) {
  const buttons = texts.map((text, index) => {
    const one = h("button", { type: "button", className: "quiet-button choice", textContent: text, aria: { pressed: "false" } });
    one.addEventListener("click", () => answer(index));
    return one;
  });
  return { fields: h("div", { className: "choices" }, ...buttons), mark: (/** @type {number | undefined} */ given) => buttons.forEach((one, index) => one.setAttribute("aria-pressed", String(index === given))) };
}

/** What stands between thousands, as each language writes them: before three digits that no other follows. */
const THOUSANDS = { en: /[,\s](?=\d{3}(?!\d))/g, es: /[.\s](?=\d{3}(?!\d))/g };

/**
 * A number as people write it: “59,136” or “0.5” in English, “59.136” or “0,5” in Spanish, but what follows a zero is decimals in both.
 * @param {string} text @param {import("../words.js").Language} language @returns {number | null}
 */
export function readNumber(text, language) {
  const typed = text.trim().replace("−", "-");
  const decimals = /^-?0?[.,]\d+$/.test(typed);
  const plain = (decimals ? typed : typed.replace(THOUSANDS[language], "")).replace(",", ".");
  const value = Number(plain);
  return plain !== "" && Number.isFinite(value) ? value : null;
}

/** @param {string | undefined} unit @param {(value: number) => void} answer */
function estimate(unit, answer) {
  const input = h("input", { type: "text", inputMode: "decimal", autocomplete: "off", aria: { label: say(unit ? "lessons.estimate.unit" : "lessons.estimate", { unit: unit ?? "" }) } });
  const form = h("form", { className: "estimate" }, input, h("span", { className: "hint" }, unit ?? ""), h("button", { type: "submit", className: "quiet-button" }, say("lessons.expect")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const value = readNumber(input.value, language);
    input.setAttribute("aria-invalid", String(value === null));
    if (value !== null) answer(value);
  });
  const mark = (/** @type {number | undefined} */ given) => {
    if (given !== undefined && document.activeElement !== input) input.value = inNumber(given);
  };
  return { fields: form, mark };
}
