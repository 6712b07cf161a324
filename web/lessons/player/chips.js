// A text as the model reads it: a chip for each token, with its number, and what did not fit.

import { h } from "../../ui/dom.js";
import { say } from "../../words/say.js";

/** @import { TokenCount } from "../../api/decant.d.ts" */

/** @param {HTMLElement} host */
export function chipsFigure(host) {
  const list = h("ol", { className: "chips", tabIndex: 0, aria: { label: say("lessons.tokens") } });
  host.append(list);
  return (/** @type {{ tokens: TokenCount }} */ { tokens }) => {
    list.replaceChildren(
      ...tokens.pieces.map(chip),
      ...(tokens.cut
        ? [
            h("li", { className: "mark-line", textContent: say("lessons.cut") }),
            h("li", { className: "chip cut", textContent: tokens.cut }),
          ]
        : []),
    );
  };
}

/** @param {import("../../api/decant.d.ts").Piece} piece */
function chip({ text, id }) {
  const ends = text.endsWith("</w>");
  return h(
    "li",
    { className: ends ? "chip ends" : "chip" },
    h("span", { textContent: text.replace("</w>", "") }),
    h("span", { className: "id", textContent: String(id) }),
  );
}
