// The prompt as the model reads it: one chip for each piece, and where a chunk ends or the rest was cut off.

import { byId, element } from "./elements.js";

/** @import { Piece, TokenCount } from "../decant.d.ts" */
/** @import { View } from "./index.js" */

/** @type {View} */
export function tokensView() {
  const details = byId("pieces", HTMLDetailsElement);
  const list = byId("piece-list", HTMLOListElement);
  /** @type {TokenCount | null} */
  let drawn = null;
  details.addEventListener("toggle", () => drawn && draw(list, drawn));
  return ({ tokens: { prompt } }) => {
    details.hidden = !prompt || (prompt.used === 0 && prompt.cut === "");
    if (prompt === drawn) return;
    drawn = prompt;
    if (prompt && details.open) draw(list, prompt);
  };
}

/** @param {HTMLOListElement} list @param {TokenCount} count */
function draw(list, { pieces, cut, limit, chunks }) {
  const chips = pieces.flatMap((piece, i) => (i > 0 && piece.chunk !== pieces[i - 1]?.chunk ? [mark(`Chunk ${piece.chunk + 1}`), chip(piece)] : [chip(piece)]));
  const rest = cut ? [mark(`Cut after ${limit} tokens`), Object.assign(element("li", cut, "chip cut"), { title: "Does not reach the model" })] : [];
  list.replaceChildren(...(chunks > 1 ? [mark("Chunk 1")] : []), ...chips, ...rest);
}

/** @param {Piece} piece */
function chip({ id, text, weight, inversion }) {
  const item = element("li", text.replace("</w>", ""), `chip${text.endsWith("</w>") || inversion ? " ends" : ""}${inversion ? " learnt" : ""}`);
  item.append(element("span", inversion ? "vector" : String(id), "id"));
  if (weight !== 1) item.append(element("span", `× ${Number(weight.toPrecision(3))}`, "id"));
  return item;
}

/** @param {string} words */
function mark(words) {
  return element("li", words, "mark-line");
}
