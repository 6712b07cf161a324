// A prompt as the text encoder takes it in and gives it out: one row a token, its numbers as a strip of colours, and how long the vector is.

import { element, h } from "../ui/dom.js";
import { say } from "../words/say.js";
import { AROUND_ZERO, colourBar } from "./colours.js";
import { paintMap, reach } from "./maps.js";
import { measure } from "./measure.js";
import { figures } from "./numbers.js";
import { whenSeen } from "./seen.js";

/** @import { Embeddings } from "../api/decant.d.ts" */

/** Padding beyond this many rows is left out, and said to be. */
const PADDING = 2;

/**
 * @param {HTMLElement} host
 * @param {{ onEdit?: (piece: number) => void }} [acts] called with a token's place among the prompt's
 * @returns {(data: { embeddings: Embeddings | null }) => void}
 */
export function tableFigure(host, { onEdit } = {}) {
  const body = h("tbody");
  const heads = [
    "position",
    "token",
    "id",
    "input",
    "inputLength",
    "output",
    "outputLength",
    ...(onEdit ? /** @type {const} */ (["edit"]) : []),
  ];
  const head = h(
    "tr",
    {},
    ...heads.map((name) => h("th", { scope: "col" }, say(/** @type {import("../words/languages.js").Key} */ (`figure.table.${name}`)))),
  );
  const [input, output] = [colourBar(AROUND_ZERO), colourBar(AROUND_ZERO)];
  const rest = h("p", { className: "summary hint numbers" });
  host.append(
    h(
      "div",
      { className: "figure-table" },
      h(
        "div",
        { className: "wide", tabIndex: 0, role: "group", aria: { label: say("figure.table.token") } },
        h("table", { className: "numbers" }, h("thead", {}, head), body),
      ),
      h("div", { className: "bars" }, input.element, output.element),
      rest,
    ),
  );
  return whenSeen(host, ({ embeddings }) => {
    if (!embeddings) return body.replaceChildren();
    const {
      tokens: { pieces, chunks },
      words,
      width,
      outputWidth,
    } = embeddings;
    const long = Math.round(words.length / Math.max(chunks, 1));
    const ranges = { input: spread(embeddings.input), output: spread(embeddings.output) };
    const counts = Array.from({ length: chunks }, (_, chunk) => pieces.filter((piece) => piece.chunk === chunk).length);
    const shown = words.map((_, row) => row).filter((row) => row % long <= Number(counts[Math.floor(row / long)]) + PADDING);
    body.replaceChildren(...shown.map((row) => rowOf(embeddings, row, pieceOf(row, long, counts), ranges, onEdit)));
    input.label(figures(-ranges.input), say("figure.table.input"), figures(ranges.input));
    output.label(figures(-ranges.output), say("figure.table.output"), figures(ranges.output));
    rest.textContent = say("figure.table.summary", {
      rows: words.length,
      tokens: pieces.length,
      width,
      outputWidth,
      left: words.length - shown.length,
    });
  });
}

/**
 * @param {Embeddings} embeddings
 * @param {number} row
 * @param {number | null} piece
 * @param {{ input: number, output: number }} ranges
 * @param {((piece: number) => void) | undefined} onEdit
 */
function rowOf({ tokens: { pieces, ids }, words, width, input, outputWidth, output }, row, piece, ranges, onEdit) {
  const text = (words[row] ?? "").replace("</w>", "");
  const [into, out] = [input.slice(row * width, (row + 1) * width), output.slice(row * outputWidth, (row + 1) * outputWidth)];
  const known = piece === null ? undefined : pieces[piece];
  const cells = [
    h("td", {}, String(row)),
    h("th", { scope: "row", className: known ? "word" : "word rest" }, text),
    h("td", {}, known?.inversion ? "–" : String(ids[row] ?? "")),
    strip(into, ranges.input, text),
    lengthOf(into),
    strip(out, ranges.output, text),
    lengthOf(out),
  ];
  if (onEdit) {
    const edit = h("button", { type: "button", className: "quiet-button" }, say("figure.table.change"));
    edit.setAttribute("aria-label", say("figure.table.changeToken", { token: text }));
    edit.addEventListener("click", () => piece !== null && onEdit(piece));
    cells.push(h("td", {}, piece === null ? null : edit));
  }
  return h("tr", {}, ...cells);
}

/** @param {Float32Array} values @param {number} range @param {string} text */
function strip(values, range, text) {
  const canvas = h("canvas", { className: "vector" });
  canvas.setAttribute("role", "img");
  canvas.setAttribute(
    "aria-label",
    say("figure.table.vector", {
      token: text,
      count: values.length,
      first: Array.from(values.subarray(0, 3), (value) => figures(value)).join(", "),
    }),
  );
  paintMap(canvas, { values, width: values.length, height: 1, range: [-range, range] });
  return h("td", { className: "strip" }, canvas);
}

/** @param {Float32Array} values */
function lengthOf(values) {
  const cell = element("td", "…");
  measure(values, values).then(
    ({ lengths }) => (cell.textContent = figures(lengths[0])),
    () => (cell.textContent = "–"),
  );
  return cell;
}

/**
 * Which of the prompt's tokens a row is; null for the start and the padding.
 * @param {number} row
 * @param {number} long rows of a chunk
 * @param {number[]} counts tokens of each chunk
 */
function pieceOf(row, long, counts) {
  const [chunk, at] = [Math.floor(row / long), (row % long) - 1];
  if (at < 0 || at >= Number(counts[chunk])) return null;
  return counts.slice(0, chunk).reduce((sum, count) => sum + count, 0) + at;
}

/** What most numbers lie within, in coarse strides: a few outliers would leave all others pale. @param {Float32Array} values */
function spread(values) {
  const sorted = Float32Array.from(values, Math.abs).sort();
  const most = Number(sorted[Math.floor(sorted.length * 0.98)]) || reach(values);
  const stride = 10 ** Math.floor(Math.log10(most));
  return Math.ceil(most / stride) * stride;
}
