// What RADV tells of the shaders that it compiles: registers, spills, and of each loop's instructions how many are multiply-adds.

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const RUN_RADV = fileURLToPath(new URL("../../../.tools/isa/run-radv", import.meta.url));
const COMPILE = fileURLToPath(new URL("compile.mjs", import.meta.url));

/** `v_fmac_f32_e32`, `v_fma_mix_f32`, `v_pk_fma_f16`, `v_mad_f32`, of which one does at least one multiplication and one addition. */
const MULTIPLY_ADD = /^v_(pk_|dual_)?(fma|fmac|mac|mad|dot2c?)(_\w+)*_f(16|32)(_|$)/;

/** Whether setup.sh has been here. */
export const HAS_COMPILER = existsSync(RUN_RADV);

/**
 * @typedef {object} Report
 * @property {number} registers vector registers that an invocation wants; what is left over at the occupancy that this allows is not counted
 * @property {number} spilled of those it wants, how many it has to keep in memory
 * @property {number} scratch bytes of memory that 64 invocations take for those, and for arrays whose places are not known before
 * @property {number} instructions of the whole shader
 * @property {number} loop instructions of its innermost loops that hold multiply-adds, all of them together
 * @property {number} multiplyAdds of those
 * @property {number | null} share the latter in the former, %, to a tenth; null without such a loop
 */

/**
 * Compiles for a GPU that need not be there.
 * @param {string[]} files WGSL
 * @param {{ family: string, loops: boolean }} options RADV's name of the GPU (navi21, vega20), and whether loops are looked at, which
 *   takes three times as long; without, they are zero
 * @returns {Promise<{ compiler: string, reports: Map<string, Report>, refused: string[] }>} by the file's name without `.wgsl`
 */
export async function compile(files, { family, loops }) {
  const env = { ...process.env, RADV_FORCE_FAMILY: family, RADV_DEBUG: `nocache,shaderstats${loops ? ",shaders" : ""}` };
  const { stderr } = await promisify(execFile)(RUN_RADV, ["node", COMPILE, ...files], { env, maxBuffer: 1 << 30 }).catch(died);
  const [head, ...parts] = stderr.split(/^===== /m);
  const reports = new Map();
  const refused = [];
  for (const part of parts) {
    const name = basename(part.slice(0, part.indexOf("\n")), ".wgsl");
    const reason = /^refused: (.*)/m.exec(part);
    if (reason) refused.push(`${name}: ${reason[1]}`);
    else reports.set(name, read(part));
  }
  return { compiler: /^compiler (.*)/m.exec(head)?.[1] ?? "unknown", reports, refused };
}

/** Not the error itself, which would repeat all that was said. @returns {never} */
function died({ code, signal, stderr }) {
  throw new Error(`The compiler ended with ${signal ?? code}; the last that it said:\n${String(stderr).slice(-1000)}`);
}

/** @param {string} text all that was said of one shader @returns {Report} */
function read(text) {
  const number = (/** @type {string} */ name) => Number(new RegExp(`^${name}: (\\d+)`, "m").exec(text)?.[1]);
  const { loop, multiplyAdds } = innermost(text.slice(text.lastIndexOf("\ndisasm:")));
  const report = {
    registers: number("Pre-Sched VGPRs"),
    spilled: number("Spilled VGPRs"),
    scratch: number("Scratch size"),
    instructions: number("Instructions"),
    loop,
    multiplyAdds,
    share: loop > 0 ? Math.round((1000 * multiplyAdds) / loop) / 10 : null,
  };
  if (Object.values(report).some(Number.isNaN)) throw new Error(`RADV told nothing of ${text.split("\n")[0]}`);
  return report;
}

/**
 * The innermost loops that hold multiply-adds. A loop ends with a branch to an earlier label.
 * @param {string} assembly one instruction a line behind a tab, labels `BB7:`
 */
function innermost(assembly) {
  /** @type {string[]} */
  const code = [];
  const labels = new Map();
  /** @type {{ from: number, to: number }[]} */
  const loops = [];
  for (const line of assembly.split("\n")) {
    const label = /^(BB\d+):/.exec(line);
    const instruction = /^\t(\w+)(.*?);/.exec(line);
    if (label) labels.set(label[1], code.length);
    if (!instruction) continue;
    code.push(instruction[1]);
    const target = /^s_c?branch/.test(instruction[1]) && labels.get(/BB\d+/.exec(instruction[2])?.[0]);
    if (typeof target === "number") loops.push({ from: target, to: code.length });
  }
  const multiplyAddsOf = ({ from, to }) => code.slice(from, to).filter((name) => MULTIPLY_ADD.test(name)).length;
  const held = loops.filter((loop) => multiplyAddsOf(loop) > 0);
  const within = (a, b) => a !== b && a.from >= b.from && a.to <= b.to;
  const inner = held.filter((loop) => !held.some((other) => within(other, loop)));
  const sum = (numbers) => numbers.reduce((all, one) => all + one, 0);
  return { loop: sum(inner.map(({ from, to }) => to - from)), multiplyAdds: sum(inner.map(multiplyAddsOf)) };
}
