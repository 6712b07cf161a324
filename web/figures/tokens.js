// The rows that a text encoder's output has, with names: the start, the prompt's tokens, and what fills up the rest.

import { say } from "../words/say.js";

/** @import { TokenCount } from "../api/decant.d.ts" */
/**
 * @typedef {{ text: string, rows: number[], piece: number | null }} Name one token, or all of the padding; `piece` is its place among the prompt's
 */

/**
 * Each chunk of a prompt has a start, its tokens, and padding to 77 rows.
 * @param {TokenCount | null} tokens
 * @param {number} total rows
 * @returns {Name[]}
 */
export function namesOf(tokens, total) {
  const chunks = Math.max(1, tokens?.chunks ?? 1);
  const long = Math.round(total / chunks);
  return Array.from({ length: chunks }, (_, chunk) => {
    const own = (tokens?.pieces ?? []).map((piece, index) => ({ piece, index })).filter(({ piece }) => piece.chunk === chunk);
    const first = chunk * long;
    const rest = Array.from({ length: Math.max(long - 1 - own.length, 0) }, (_, i) => first + 1 + own.length + i);
    return [
      { text: say("figure.token.start"), rows: [first], piece: null },
      ...own.map(({ piece, index }, i) => ({ text: piece.text.replace("</w>", ""), rows: [first + 1 + i], piece: index })),
      ...(rest.length > 0 ? [{ text: say("figure.token.rest"), rows: rest, piece: null }] : []),
    ];
  }).flat();
}
