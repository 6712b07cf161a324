// What a real GPU's compiler makes of every kernel, held: the share of multiply-adds in its innermost loops, and that none keeps registers in memory.
// No GPU runs anything; what a loop is made of bounds what it can reach of the arithmetic peak.
//
//     node tests/rig/isa/gate.mjs [--write] [--family NAME]
//
// --write makes table.json anew, in which each kernel's value of today stands; --family prints another GPU's values (vega20, navi31), held to nothing.
// Takes target/shaders, which `cargo test -p decant-gpu --test shaders` leaves, and what tests/rig/isa/setup.sh installs.

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { HAS_COMPILER, compile } from "./report.mjs";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const TABLE = fileURLToPath(new URL("table.json", import.meta.url));

const TILES = choicesIn("tile");
const WEIGHTS = choicesIn("weights");

/** The GPU of the table. */
const FAMILY = "navi21";

/** The least share of multiply-adds, %, of kernels whose name fits. The tiles are those that a real GPU prefers (`graph/src/op/ways.rs`). */
const BARS = [
  { kernels: /^(linear|conv2d)\.f32\.(square|busy|tall|wide|low)$/, least: 75 },
  { kernels: /^attention\w*\.attention_d(40|80)_/, least: 45 },
];

/** Kernels that miss their bar, with the one that holds meanwhile. */
const EXCEPTIONS = {
  "conv2d.f32.busy": {
    least: 73,
    reason:
      "half as many sums an invocation want more loads for each (a linear layer has 78), and the picture's places 44 instructions a step",
  },
  "conv2d.f32.low": { least: 73, reason: "the same, with 51 instructions a step" },
};

/** Points of share that a kernel may lose against the table without a word. */
const SLACK = 2;

/** Choices of a kernel that is looked at, where there are several: f32 arithmetic, rows in fours, nothing after the product, no mask. */
const PLAIN = ["f32", "vec4", "none", "workgroup", "fours"];

const { values: options } = parseArgs({ options: { write: { type: "boolean" }, family: { type: "string", default: FAMILY } } });
const isOurs = options.family === FAMILY;

const files = shaders();
if (!HAS_COMPILER) skip("what a GPU's compiler makes of the kernels; tests/rig/isa/setup.sh installs it");
if (files.length === 0) skip("what a GPU's compiler makes of the kernels; cargo test -p decant-gpu --test shaders writes them");

const { compiler, rows, spilling, refused } = await measure();
if (!isOurs) print();
else if (options.write) write();
else judge();

/** @param {string} folder of `shaders/` */
function choicesIn(folder) {
  return readdirSync(join(root, "shaders", folder)).map((name) => basename(name, ".wgsl"));
}

/** @returns {string[]} */
function shaders() {
  const folder = join(root, "target/shaders");
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith(".wgsl"));
    return names.sort().map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** @param {string} what */
function skip(what) {
  console.log(`skipped: ${what}\n0 passed, 0 failed, 1 skipped`);
  process.exit(options.write || !isOurs ? 1 : 0);
}

/** The plainest shader of each kernel with all there is to know, of the others what they keep in memory: two programs at once. */
async function measure() {
  const looked = plainest();
  const others = files.filter((file) => ![...looked.values()].includes(file));
  const [all, few] = await Promise.all([
    compile([...looked.values()], { family: options.family, loops: true }),
    compile(others, { family: options.family, loops: false }),
  ]);
  const rows = Object.fromEntries([...looked].flatMap(([kernel, file]) => row(kernel, all.reports.get(basename(file, ".wgsl")))));
  const spilling = [...all.reports, ...few.reports].filter(([, { spilled, scratch }]) => spilled + scratch > 0).map(([name]) => name);
  return { compiler: all.compiler, rows, spilling, refused: [...all.refused, ...few.refused] };
}

/** @param {string} kernel @param {import("./report.mjs").Report | undefined} report none where the shader was refused */
function row(kernel, report) {
  return report ? [[kernel, report]] : [];
}

/** The shader to look at for each kernel that works on tiles: what has most of `PLAIN`. By `linear.f32.tall`, `attention_rows.attention_d40_q1`. */
function plainest() {
  /** @type {Map<string, { file: string, plain: number }>} */
  const chosen = new Map();
  for (const file of files) {
    const choices = basename(file, ".wgsl").split(".");
    const kernel = kernelOf(choices);
    const plain = choices.filter((choice) => PLAIN.includes(choice)).length;
    if (kernel && plain > (chosen.get(kernel)?.plain ?? -1)) chosen.set(kernel, { file, plain });
  }
  return new Map([...chosen].sort().map(([kernel, { file }]) => [kernel, file]));
}

/** Its file, the weights' encoding, its tile, and what it computes in where that is not f32. @param {string[]} choices of a shader, in order */
function kernelOf(choices) {
  const at = choices.findIndex((choice) => TILES.includes(choice));
  if (at < 0) return null;
  const weights = choices.slice(1, at).filter((choice) => WEIGHTS.includes(choice));
  const halves = choices.slice(at).filter((choice) => choice === "f16");
  return [choices[0], ...weights, choices[at], ...halves].join(".");
}

function print() {
  const share = (/** @type {any} */ { share }) => (share === null ? "" : `${share.toFixed(1)} %`);
  for (const [kernel, row] of Object.entries(rows))
    console.log(
      `${kernel.padEnd(40)} ${String(row.registers).padStart(4)} registers ${share(row).padStart(8)} of ${row.loop} instructions`,
    );
  for (const name of [...spilling.map((name) => `keeps registers in memory: ${name}`), ...refused]) console.log(name);
}

function write() {
  const lines = Object.entries(rows).map(
    ([kernel, row]) => `    ${JSON.stringify(kernel)}: ${JSON.stringify(row).replace(/([:,])/g, "$1 ")}`,
  );
  writeFileSync(TABLE, `{\n  "compiler": ${JSON.stringify(compiler)},\n  "kernels": {\n${lines.join(",\n")}\n  }\n}\n`);
  console.log(`${lines.length} kernels of ${files.length} shaders, by ${compiler}`);
}

function judge() {
  const table = JSON.parse(readFileSync(TABLE, "utf8"));
  const faults = Object.entries(rows).map(([kernel, row]) => [kernel, faultOf(kernel, row, table.kernels[kernel])]);
  for (const kernel of Object.keys(table.kernels)) if (!rows[kernel]) faults.push([kernel, "is in the table, but no shader is: --write"]);
  faults.push(["no shader keeps registers in memory", spilling.length > 0 ? `but these do: ${spilling.join(", ")}` : null]);
  faults.push(["every shader compiles", refused.length > 0 ? `but: ${refused.join("; ")}` : null]);
  const failed = faults.filter(([, fault]) => fault);
  for (const [kernel, fault] of failed) console.log(`FAIL ${kernel} ${fault}`);
  for (const [kernel, { least, reason }] of Object.entries(EXCEPTIONS))
    console.log(`known: ${kernel} has ${rows[kernel]?.share} % of multiply-adds, held at ${least} and not at ${barOf(kernel)}: ${reason}`);
  if (compiler !== table.compiler) console.log(`The table is by ${table.compiler}; here ${compiler} compiled.`);
  console.log(`${faults.length - failed.length} passed, ${failed.length} failed, 0 skipped`);
  process.exitCode = failed.length > 0 ? 1 : 0;
}

/** @param {string} kernel */
function barOf(kernel) {
  return BARS.find(({ kernels }) => kernels.test(kernel))?.least;
}

/** @param {string} kernel @param {import("./report.mjs").Report} now @param {import("./report.mjs").Report | undefined} before */
function faultOf(kernel, now, before) {
  const least = EXCEPTIONS[kernel]?.least ?? barOf(kernel) ?? 0;
  if (!before) return "is not in the table yet: --write";
  if (now.share === null) return "has no loop with multiply-adds any more";
  if (now.share < least) return `has ${now.share} % of multiply-adds, and ${least} are wanted`;
  if (now.share < before.share - SLACK)
    return `has ${now.share} % of multiply-adds, where the table has ${before.share}: better, or --write`;
  if (kernel in EXCEPTIONS && now.share >= barOf(kernel)) return `keeps its bar, with ${now.share} %: it is no exception any more`;
  return null;
}
