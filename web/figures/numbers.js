// Numbers as people read them in their language, and the names of colours and signs that tell several lines apart.

import { inNumber, language } from "../words/say.js";

/**
 * Every number that was measured is written by this: what was counted is whole and all of it, what was measured has three figures, since more
 * mean nothing to anybody, and an exponent only where it must.
 * @param {number} value @param {{ most?: number, least?: number }} [how] `most`: figures, where another number of them means something; `least`: so many at least,
 *   zeros if need be, where a number changes in its place
 */
export function figures(value, { most = 3, least = 1 } = {}) {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : value < 0 ? "−∞" : "–";
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return inThousands(value);
  const extreme = Math.abs(value) >= 10000 || (value !== 0 && Math.abs(value) < 0.001);
  const text = extreme
    ? value.toExponential(1).replace(/^-?[\d.]+/, (digits) => inNumber(Number(digits), { minimumFractionDigits: 1 }))
    : inNumber(value, { maximumSignificantDigits: most, minimumSignificantDigits: Math.min(least, most) });
  return text.replaceAll("-", "−");
}

/** A whole number with its thousands apart: 59,136 in English, 59 136 in Spanish, as its academy writes it. @param {number} value */
function inThousands(value) {
  return value.toLocaleString(language).replaceAll(".", "\u00a0").replaceAll("-", "−");
}

/** @param {number} part */
export function percent(part) {
  const digits = part < 0.095 ? 1 : 0;
  return `${inNumber(part * 100, { minimumFractionDigits: digits, maximumFractionDigits: digits })} %`;
}

/**
 * Of several lines, the nth: its colour, the sign of its points and its dashes, so that no colour has to be told from another.
 * @param {number} n
 */
export function lookOf(n) {
  const symbols = /** @type {const} */ (["circle", "square", "triangle", "diamond", "star", "cross"]);
  return {
    colour: `var(--line-${(n % 6) + 1})`,
    symbol: symbols[n % 6] ?? "circle",
    dash: ["none", "6 3", "2 3", "9 3 2 3", "12 4", "1 4"][n % 6] ?? "none",
  };
}
