// A formula, written in MathML and drawn by hand: roots and accents as SVG, fractions as boxes. Browsers leave all of that to a font for
// mathematics, and where none is installed a root covers half of what it should. Here the letters alone are the font's.

import { h } from "../../ui/dom.js";

const SVG = "http://www.w3.org/2000/svg";
/** How an element is drawn; one that is not here is our own mistake. @type {Record<string, (element: Element) => Node>} */
const DRAWN = {
  math: (element) => row(element),
  mrow: (element) => row(element),
  // A name of several letters stands upright: cos.
  mi: (element) => h((element.textContent ?? "").length > 1 ? "span" : "i", {}, element.textContent),
  mn: (element) => h("span", {}, element.textContent),
  mtext: (element) => h("span", {}, element.textContent),
  mspace: () => h("span", { className: "formula-gap" }),
  mo: (element) =>
    h(
      "span",
      { className: /^[(),|[\]]$/.test(element.textContent ?? "") ? (element.textContent === "," ? "formula-comma" : "") : "formula-sign" },
      element.textContent,
    ),
  msub: (element) => withParts(element, (base, below) => h("span", {}, base, h("sub", {}, below))),
  msup: (element) => withParts(element, (base, above) => h("span", {}, base, h("sup", {}, above))),
  mfrac: (element) =>
    withParts(element, (above, below) => h("span", { className: "fraction" }, h("span", {}, above), h("span", {}, below))),
  msqrt: (element) =>
    h("span", { className: "root" }, shape("M0 60 L17 50 L45 98 L100 1", "root-sign"), h("span", { className: "radicand" }, row(element))),
  mover: (element) =>
    withParts(element, (base, accent) =>
      h("span", {}, shape(accent.textContent === "^" ? "M20 100 L55 10 L90 100" : "M10 60 H100", "accent"), base),
    ),
};

/** @param {string} mathml what is in the element `math` @param {string} reads how it is read aloud */
export function formula(mathml, reads) {
  const { documentElement } = new DOMParser().parseFromString(`<math>${mathml}</math>`, "application/xml");
  return h(
    "div",
    { className: "formula", role: "math", aria: { label: reads } },
    h("span", { aria: { hidden: "true" } }, draw(documentElement)),
  );
}

/** @param {Element} element */
function draw(element) {
  const how = DRAWN[element.localName];
  if (!how) throw new Error(`A formula holds <${element.localName}>, which lessons/formula.js does not draw.`);
  return how(element);
}

/** @param {Element} element */
const row = (element) => h("span", {}, ...Array.from(element.children, draw));

/** @param {Element} element @param {(first: Node, second: Node) => Node} put */
function withParts({ children: [first, second] }, put) {
  if (!first || !second) throw new Error("A formula’s part lacks one of its two.");
  return put(draw(first), draw(second));
}

/**
 * Stretched to whatever size its place has, with a line of one width.
 * @param {string} path in a square of 100
 * @param {string} kind its class
 */
function shape(path, kind) {
  const svg = document.createElementNS(SVG, "svg");
  const line = document.createElementNS(SVG, "path");
  for (const [name, value] of Object.entries({ viewBox: "0 0 100 100", preserveAspectRatio: "none", class: kind }))
    svg.setAttribute(name, value);
  for (const [name, value] of Object.entries({ d: path, "vector-effect": "non-scaling-stroke" })) line.setAttribute(name, value);
  svg.append(line);
  return svg;
}
