// The source that ran, as a person would write it: printed from the calls' own arguments, so that it cannot say anything else than what was
// done. What an earlier call answered is printed by its name.

import { whoseCall } from "./calls.js";

/** @import { Settings } from "../../api/decant.d.ts" */
/** @import { At, Call } from "../index.js" */

/** How deep an answer is searched for what a later call was given: trace.steps[3].next. */
const DEPTH = 5;

/**
 * @param {Call[]} calls
 * @param {At} at
 * @param {Record<string, any>} made what they answered
 * @param {string[]} first lines that come before
 */
export function javascriptOf(calls, at, made, first = []) {
  const names = new Map([[/** @type {any} */ (at.picture), "picture"]]);
  const lines = calls.map((call) => {
    const given = call
      .with(made, at)
      .map((value) => written(value, names))
      .join(", ");
    nameAll(made[call.as], call.as, names);
    return `const ${call.as} = await ${whoseCall(call)}.${call.call}(${given});`;
  });
  return [...first, ...lines].join("\n");
}

/**
 * The commands that make the same pictures; what the command has no word for is left out.
 * @param {Call[]} calls
 * @param {At} at
 * @param {Record<string, any>} made
 */
export function commandsOf(calls, at, made) {
  return calls
    .filter(({ call }) => call === "generate")
    .map((call) => commandOf(call.with(made, at)[0], call.as))
    .join("\n");
}

/** @param {Partial<Settings> & { image?: unknown }} settings @param {string} name */
function commandOf({ prompt = "", negative, swaps = [], losses = [], image, ...rest }, name) {
  const flags = Object.entries(rest).map(([key, value]) => `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} ${value}`);
  const swapped = swaps.map(({ token, with: parts }) => `--swap ${token}=${parts.map((part) => `${part.token}:${part.weight}`).join("+")}`);
  const pulls = losses.map(({ expression, palette, scale = 1 }) => {
    const what = palette ? `--loss-palette ${quoted(palette.join(","))}` : `--loss ${quoted(expression ?? "")}`;
    return `${what} --loss-scale ${scale}`;
  });
  const texts = [`--prompt ${quoted(prompt)}`, ...(negative ? [`--negative ${quoted(negative)}`] : [])];
  // The lessons are played with the model of digits.
  return [
    "decant generate --model builtin:digits",
    ...texts,
    ...(image ? ["--init-image picture.png"] : []),
    ...flags,
    ...swapped,
    ...pulls,
    `--out ${name}.png`,
  ].join(" ");
}

/** For a shell. @param {string} text */
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/**
 * Remembers where everything lies in an answer.
 * @param {any} value
 * @param {string} path
 * @param {Map<any, string>} names
 * @param {number} [depth]
 */
function nameAll(value, path, names, depth = DEPTH) {
  if (value === null || typeof value !== "object" || names.has(value)) return;
  names.set(value, path);
  if (depth === 0 || ArrayBuffer.isView(value) || value instanceof ImageData) return;
  for (const [key, inner] of Object.entries(value))
    nameAll(inner, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`, names, depth - 1);
}

/** @param {any} value @param {Map<any, string>} names @returns {string} */
function written(value, names) {
  if (names.has(value)) return /** @type {string} */ (names.get(value));
  if (Array.isArray(value)) return every(value.map((inner) => written(inner, names)));
  if (ArrayBuffer.isView(value)) return `/* ${/** @type {any} */ (value).length} numbers */`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const fields = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .map(([key, inner]) => (written(inner, names) === key ? key : `${key}: ${written(inner, names)}`));
  return `{ ${fields.join(", ")} }`;
}

/** A list; the same part of all steps of a run is written as that, also behind something else. @param {string[]} items */
function every(items) {
  const from = items.findIndex((item) => /\.steps\[0\]\.\w+$/.test(item) && item !== items.find((other) => other.endsWith(".latents")));
  const [, run, part] = /^(.+\.steps)\[0\]\.(\w+)$/.exec(items[from] ?? "") ?? [];
  const tail = items.slice(from);
  const same = run && tail.length > 2 && tail.every((item, index) => item === `${run}[${index}].${part}`);
  if (!same) return `[${items.join(", ")}]`;
  const all = `${run}.map((step) => step.${part})`;
  return from === 0 ? all : `[${[...items.slice(0, from), `...${all}`].join(", ")}]`;
}
