// What does the learner expect? Asked before it is measured, and compared with it afterwards.

import { h } from "../../ui/dom.js";
import { inNumber, language, say } from "../../words/say.js";
import { figures } from "../../figures/numbers.js";
import { paragraph } from "./rich.js";

/** @import { Fact, Question } from "../index.js" */

/**
 * It is asked anew whenever its step is entered: whoever comes back, or sits down next, guesses for themselves.
 * @param {Question} question @param {() => void} answered
 * @returns {{ element: HTMLElement, answer: () => number | undefined, draw: (facts: Fact[] | null) => void }} `answer`: what was expected, a number or which of the answers from 0
 */
export function questionView(question, answered) {
  /** @type {number | undefined} */
  let given;
  const reveal = h("div", { className: "reveal" });
  reveal.setAttribute("role", "status");
  const answer = (/** @type {number} */ value) => {
    given = value;
    answered();
  };
  const { fields, mark } = "choices" in question ? choices(question.choices, answer) : estimate(question.unit, answer);
  const element = h(
    "section",
    { className: "question", aria: { label: say("lessons.question") } },
    paragraph(question.ask, "asked"),
    fields,
    reveal,
  );
  let shown = "";
  return {
    element,
    answer: () => given,
    draw(facts) {
      mark(given);
      const text = given === undefined ? "" : verdict(question, given, facts);
      if (text !== shown)
        reveal.replaceChildren(...(text ? [h("p", { className: "verdict numbers" }, text), paragraph(question.because)] : []));
      shown = text;
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
    return given === right ? say("lessons.right") : say("lessons.not", { answer: chosen });
  }
  const value = measured(question.fact);
  if (Number.isNaN(value)) return "";
  const unit = question.unit ? ` ${question.unit}` : "";
  const most = facts?.find((fact) => fact.id === question.fact)?.figures;
  const words = { expected: `${figures(given)}${unit}`, measured: `${figures(value, { most })}${unit}` };
  return say(Math.abs(given - value) <= question.near * Math.abs(value) ? "lessons.close" : "lessons.far", words);
}

/** @param {string[]} texts @param {(index: number) => void} answer */
function choices(texts, answer) {
  const buttons = texts.map((text, index) => {
    const one = h("button", { type: "button", className: "quiet-button choice", textContent: text, aria: { pressed: "false" } });
    one.addEventListener("click", () => answer(index));
    return one;
  });
  return {
    fields: h("div", { className: "choices" }, ...buttons),
    mark: (/** @type {number | undefined} */ given) =>
      buttons.forEach((one, index) => one.setAttribute("aria-pressed", String(index === given))),
  };
}

/**
 * A number as people write it: “59,136” or “0.5” in English, “59.136” or “0,5” in Spanish, but what follows a zero is decimals in both.
 * @param {string} text @param {string} language BCP 47 @returns {number | null}
 */
export function readNumber(text, language) {
  const typed = text.trim().replace("−", "-");
  const decimals = /^-?0?[.,]\d+$/.test(typed);
  const plain = (decimals ? typed : typed.replace(betweenThousands(language), "")).replace(",", ".");
  const value = Number(plain);
  return plain !== "" && Number.isFinite(value) ? value : null;
}

/** What stands between thousands, as the language writes them: before three digits that no other follows. @param {string} language */
function betweenThousands(language) {
  const mark = new Intl.NumberFormat(language).formatToParts(1234567).find(({ type }) => type === "group")?.value ?? "";
  return new RegExp(`[${mark}\\s](?=\\d{3}(?!\\d))`, "g");
}

/** @param {string | undefined} unit @param {(value: number) => void} answer */
function estimate(unit, answer) {
  const input = h("input", {
    type: "text",
    inputMode: "decimal",
    autocomplete: "off",
    aria: { label: say(unit ? "lessons.estimate.unit" : "lessons.estimate", { unit: unit ?? "" }) },
  });
  const form = h(
    "form",
    { className: "estimate" },
    input,
    h("span", { className: "hint" }, unit ?? ""),
    h("button", { type: "submit", className: "quiet-button" }, say("lessons.expect")),
  );
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
