// Numbers as people read them in their language, and the names of colours and signs that tell several lines apart.

import { inNumber } from "../words.js";

/** Three figures, without an exponent where that can be. @param {number} value */
export function figures(value) {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : value < 0 ? "−∞" : "–";
  const extreme = Math.abs(value) >= 10000 || (value !== 0 && Math.abs(value) < 0.001);
  const text = extreme ? value.toExponential(1).replace(/^-?[\d.]+/, (digits) => inNumber(Number(digits), { minimumFractionDigits: 1 })) : inNumber(value, { maximumSignificantDigits: 3 });
  return text.replaceAll("-", "−");
}

/** @param {number} part */
export function percent(part) {
  const digits = part < 0.095 ? 1 : 0;
  return `${inNumber(part * 100, { minimumFractionDigits: digits, maximumFractionDigits: digits })} %`;
}

/** Of several lines, the nth: its colour, the sign of its points and its dashes, so that no colour has to be told from another. @param {number} n */
export function lookOf(n) {
  const symbols = /** @type {const} */ (["circle", "square", "triangle", "diamond", "star", "cross"]);
  return { colour: `var(--line-${(n % 6) + 1})`, symbol: symbols[n % 6] ?? "circle", dash: ["none", "6 3", "2 3", "9 3 2 3", "12 4", "1 4"][n % 6] ?? "none" };
}
