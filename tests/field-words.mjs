// Identifiers are the field's words (CONTRIBUTING.md, “Words”): those that say only that something was said do not come back where they are gone.
// Comments and texts may use any. Part of ./check.sh.
//
//     node tests/field-words.mjs [FOLDER]      how often they still stand in a folder's files

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { filesIn } from "../tools/files.mjs";

/** And what is said instead. */
const BANNED = {
  said: "what it is: a sentence, a summary, a size",
  told: "what it is: a report, metadata",
  wish: "shape, choice, params",
  judge: "reference",
  whoever: "caller, observer",
  surgery: "token_overrides",
};
/** Where they are gone. */
const CLEAN = [
  "crates/app",
  "crates/cli",
  "crates/cores",
  "crates/gpu",
  "crates/graph",
  "crates/kernels",
  "crates/record",
  "crates/sd",
  "crates/solver",
  "tools",
  "web",
];

const root = fileURLToPath(new URL("../", import.meta.url));
const IS_CODE = /\.(rs|js|mjs|ts|wgsl)$/;
/** Others' code, recorded data, and texts. */
const LEFT_OUT = /(^|\/)vendor\/|recording\.js$|^web\/words\/|\/pkg\//;
const WORD = new RegExp(`\\b(${Object.keys(BANNED).join("|")})\\b`, "g");

const [asked] = process.argv.slice(2);
let faults = 0;
for (const folder of asked ? [asked] : CLEAN) {
  for (const name of (await filesIn(`${root}${folder}`)).map((file) => `${folder}/${file}`)) {
    if (!IS_CODE.test(name) || LEFT_OUT.test(name)) continue;
    const lines = identifiersOf(readFileSync(`${root}${name}`, "utf8")).split("\n");
    for (const [index, line] of lines.entries()) {
      for (const [, word] of line.matchAll(WORD)) {
        faults++;
        console.log(`${name}:${index + 1}: “${word}”; say ${BANNED[/** @type {keyof typeof BANNED} */ (word)]}`);
      }
    }
  }
}
process.exitCode = faults > 0 && !asked ? 1 : 0;

/** The code without its comments and texts; lines stay where they are. @param {string} source */
function identifiersOf(source) {
  const blank = (/** @type {string} */ text) => text.replaceAll(/[^\n]/g, " ");
  return source.replaceAll(/\/\*[^]*?\*\/|\/\/.*|"(?:[^"\\]|\\[^])*?"|`(?:[^`\\]|\\[^])*`/g, blank);
}
