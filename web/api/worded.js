// What the module and its worker say themselves, made as the program's sentences are (docs/design/sentences.md): an English template with values.

/** @import { Sentence, SentenceValue } from "./decant.d.ts" */

/**
 * A sentence, and its English as the message of an error or a note.
 * @param {string} template @param {Record<string, SentenceValue>} [values] @returns {{ message: string, sentence: Sentence }}
 */
export function worded(template, values = {}) {
  const text = english({ template, values });
  // What begins with a word and not with a file's name begins with a capital.
  const message = text.replace(/^[a-z]+(?= )/, (word) => word.charAt(0).toUpperCase() + word.slice(1));
  return { message, sentence: { template, values } };
}

/** @param {SentenceValue} value @returns {string} */
function english(value) {
  if (typeof value !== "object") return String(value);
  if (Array.isArray(value)) return value.map(english).join(", ");
  if ("bytes" in value) return `${Math.round(value.bytes / 1e6)} MB`;
  if ("setting" in value) return value.setting;
  return value.template.replaceAll(/\{(\w+)\}/g, (whole, name) => {
    const inner = value.values[name];
    return inner === undefined ? whole : english(inner);
  });
}
