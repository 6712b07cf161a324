// The prompt as the model reads it: one chip for each piece, and where a chunk ends or the rest was cut off.

import { byId, element } from "../dom.js";
import { figures } from "../../figures/numbers.js";
import { say } from "../../words/say.js";

/** @import { Piece, TokenCount } from "../../api/decant.d.ts" */
/** @import { View } from "../views.js" */

/** @type {View<never>} */
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
  const chips = pieces.flatMap((piece, i) =>
    i > 0 && piece.chunk !== pieces[i - 1]?.chunk ? [mark(say("tokens.chunk", { n: piece.chunk + 1 })), chip(piece)] : [chip(piece)],
  );
  const rest = cut
    ? [mark(say("tokens.cut", { n: limit })), Object.assign(element("li", cut, "chip cut"), { title: say("tokens.unread") })]
    : [];
  list.replaceChildren(...(chunks > 1 ? [mark(say("tokens.chunk", { n: 1 }))] : []), ...chips, ...rest);
}

/** @param {Piece} piece */
function chip({ id, text, weight, inversion }) {
  const item = element(
    "li",
    text.replace("</w>", ""),
    `chip${text.endsWith("</w>") || inversion ? " ends" : ""}${inversion ? " learnt" : ""}`,
  );
  item.append(element("span", inversion ? say("tokens.vector") : String(id), "id"));
  if (weight !== 1) item.append(element("span", `× ${figures(weight)}`, "id"));
  return item;
}

/** @param {string} words */
function mark(words) {
  return element("li", words, "mark-line");
}
