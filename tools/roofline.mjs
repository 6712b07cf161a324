// How much of a GPU's arithmetic peak Stable Diffusion 1.5's denoiser could reach: a model on paper, of no GPU that ran anything.
//
//     node tools/roofline.mjs [f32|f16|q8_0|q4_0]
//
// Instructions for each multiply-add are those of tests/rig/isa/table.json, made by AMD's compiler and taken for all GPUs; sizes of tiles come
// from shaders/tile; the denoiser's operations at 512×512 with guidance are written out below. The rest is said of each GPU, and is assumed:
// a core runs as many workgroups at once as its registers hold, and a step of one takes what its instructions take to issue, or what they
// take one after the other with one wait for memory, whichever is more.

import { readFileSync } from "node:fs";

const at = (path) => new URL(`../${path}`, import.meta.url);
const { kernels: ISA } = JSON.parse(readFileSync(at("tests/rig/isa/table.json"), "utf8"));
const weights = process.argv[2] ?? "f32";

/**
 * Cores, multiply-adds a clock in each, clock in GHz (makers' tables); invocations of 141 registers at once in a core; clocks until memory
 * answers; seconds lost between two launches; bytes a second from memory or what caches it; rate of a kernel that wants more than 128 registers.
 */
const GPUS = {
  "RTX 4090": { cores: 128, lanes: 128, ghz: 2.52, held: 448, wait: 300, gap: 4e-6, bytes: 1.6e12, spilling: 1 },
  H200: { cores: 132, lanes: 128, ghz: 1.98, held: 448, wait: 300, gap: 4e-6, bytes: 2.5e12, spilling: 1 },
  "M2 Max, 38 cores": { cores: 38, lanes: 128, ghz: 1.398, held: 320, wait: 350, gap: 7e-6, bytes: 3.3e11, spilling: 1 },
  "Arc A770": { cores: 32, lanes: 128, ghz: 2.1, held: 512, wait: 350, gap: 10e-6, bytes: 4e11, spilling: 0.6 },
  "Lunar Lake 140V": { cores: 8, lanes: 128, ghz: 2.05, held: 512, wait: 350, gap: 10e-6, bytes: 9e10, spilling: 0.8 },
  "Iris Xe, 96 units": { cores: 6, lanes: 128, ghz: 1.35, held: 896, wait: 350, gap: 12e-6, bytes: 5.5e10, spilling: 0.6 },
};

/** Clocks of a step's barriers and of what waits for workgroup memory. */
const BARRIERS = 150;

/** Constants of `shaders/tile/NAME.wgsl`. */
function tile(name) {
  const text = readFileSync(at(`shaders/tile/${name}.wgsl`), "utf8");
  return Object.fromEntries([...text.matchAll(/^const (\w+) = (\d+)u/gm)].map(([, constant, value]) => [constant, Number(value)]));
}

/** Seconds of `groups` workgroups of `threads`, each so many steps of so many multiply-adds an invocation. */
function seconds(gpu, kernel, { groups, threads, steps, multiplyAdds }) {
  const { registers, share } = ISA[kernel];
  const instructions = multiplyAdds / (share / 100);
  const resident = Math.max(1, Math.floor((gpu.held * 141) / registers / threads));
  const step = (count) => count && Math.max(((count * threads) / gpu.lanes) * instructions, instructions + gpu.wait + BARRIERS);
  const each = Math.ceil(groups / gpu.cores);
  const clocks = steps * (Math.floor(each / resident) * step(resident) + step(each % resident));
  return clocks / (gpu.ghz * 1e9) / (registers > 128 ? gpu.spilling : 1) + gpu.gap;
}

/** The ways that are tried for each size of a product, the first choice first (`graph/src/op/ways.rs`). */
const TRIED = { thin: ["rows2", "split", "low"], few: ["split", "low", "busy", "square"], many: ["busy", "square", "tall", "wide"] };

/** Seconds of every way to make a product, of its first choice and the others that are tried, and what size that goes by. */
function product(gpu, { op, m, n, k }) {
  const tiled = (name, parts = 1) => {
    const { THREADS_M, THREADS_N, PER_M, PER_N } = tile(name);
    const groups = Math.ceil(m / (THREADS_M * PER_M)) * Math.ceil(n / (THREADS_N * PER_N)) * parts;
    const steps = Math.ceil(Math.ceil(k / 16) / parts);
    return seconds(gpu, `${op}.${weights}.${name}`, { groups, threads: THREADS_M * THREADS_N, steps, multiplyAdds: PER_M * PER_N * 16 });
  };
  const thin = (name) => {
    const { ROWS, THREADS_K, THREADS_N, PER_N, AHEAD } = tile(name);
    const groups = Math.ceil(m / ROWS) * Math.ceil(n / (THREADS_N * PER_N));
    const steps = Math.ceil(k / (4 * AHEAD * THREADS_K));
    return seconds(gpu, `linear_thin.${weights}.${name}`, { groups, threads: 64, steps, multiplyAdds: ROWS * PER_N * AHEAD * 4 });
  };
  const ways = Object.fromEntries(["tall", "square", "busy", "wide", "low", "small"].map((name) => [name, tiled(name)]));
  const squares = Math.ceil(m / 64) * Math.ceil(n / 64);
  const parts = Math.min(Math.ceil(128 / squares), 16, Math.floor(k / 16 / 16));
  if (parts > 1) ways.split = tiled("square", parts) + (2 * parts * m * n * 4) / gpu.bytes + gpu.gap;
  if (m <= 2) ways.rows2 = thin("rows2");
  const size = m <= 2 ? "thin" : squares < 128 ? "few" : "many";
  return { kind: `${op} ${size}`, tried: TRIED[size], ways };
}

/** The same for attention of heads of d channels (`graph/src/op/attention/on_gpu.rs`). */
function attention(gpu, { tokens, keys, d, heads }) {
  const ways = {};
  for (const kernel of Object.keys(ISA).filter((name) => name.includes(`.attention_d${d}_`))) {
    const [, lanes = "1", queries] = /_d\d+(?:_l(\d+))?_q(\d+)$/.exec(kernel);
    const { KEYS } = tile(kernel.split(".")[1]);
    const groups = Math.ceil(tokens / ((64 / lanes) * queries)) * heads;
    const multiplyAdds = (2 * d * queries * KEYS) / lanes;
    ways[kernel.replace(/.*_d\d+_/, "")] = seconds(gpu, kernel, { groups, threads: 64, steps: Math.ceil(keys / KEYS), multiplyAdds });
  }
  const first = { 40: "q2", 80: "q1", 160: "l8_q2" }[d];
  return { kind: `attention ${d}`, tried: [first, ...Object.keys(ways)], ways };
}

/** The denoiser's operations, two pictures of 64×64 latents, as `crates/sd/src/unet.rs` makes them; what the text alone decides is known. */
function unet() {
  const ops = [];
  const linear = (m, n, k) => ops.push({ op: "linear", m, n, k, flops: 2 * m * n * k });
  const conv = (m, n, from) => ops.push({ op: "conv2d", m, n, k: 9 * from, flops: 2 * m * n * 9 * from });
  /** Reads and writes so many numbers, in so many launches. */
  const memory = (numbers, launches = 1) => ops.push({ op: "memory", bytes: 4 * numbers, launches, flops: 0 });
  const attend = (tokens, keys, d) => ops.push({ op: "attention", tokens, keys, d, heads: 16, flops: 4 * 16 * tokens * keys * d });
  const resnet = (from, to, side) => {
    const places = 2 * side * side;
    for (const channels of [from, to]) {
      memory(4 * places * channels, places * channels > 2 * 32 * 65536 ? 3 : 1); // a group norm
      conv(places, to, channels);
    }
    linear(2, to, 1280);
    if (from !== to) linear(places, to, from);
  };
  const transformer = (c, side) => {
    const [tokens, rows, d] = [side * side, 2 * side * side, c / 8];
    memory(4 * rows * c);
    memory(3 * 4 * rows * c, 3); // layer norms
    for (let i = 0; i < 7; i++) linear(rows, c, c); // in, q k v, out, q, out
    linear(rows, c, c); // the last of all
    attend(tokens, tokens, d);
    attend(tokens, 77, d);
    linear(rows, 8 * c, c); // values and gates
    linear(rows, c, 4 * c);
  };
  const channels = [320, 640, 1280, 1280];
  linear(2, 1280, 320);
  linear(2, 1280, 1280);
  conv(2 * 64 * 64, 320, 4);
  const skips = [320];
  let c = 320;
  for (let level = 0, side = 64; level < 4; level++, side /= 2) {
    for (let i = 0; i < 2; i++) {
      resnet(c, channels[level], side);
      c = channels[level];
      if (level < 3) transformer(c, side);
      skips.push(c);
    }
    if (level < 3) (conv((side * side) / 2, c, c), skips.push(c));
  }
  (resnet(1280, 1280, 8), transformer(1280, 8), resnet(1280, 1280, 8));
  for (let level = 3, side = 8; level >= 0; level--, side *= 2) {
    for (let i = 0; i < 3; i++) {
      const both = c + skips.pop();
      memory(2 * 2 * side * side * both);
      resnet(both, channels[level], side);
      c = channels[level];
      if (level < 3) transformer(c, side);
    }
    if (level > 0) conv(8 * side * side, c, c);
  }
  memory(4 * 2 * 64 * 64 * 320);
  conv(2 * 64 * 64, 4, 320);
  return ops;
}

/** An operation's ways, whatever it is. */
function waysOf(gpu, op) {
  if (op.op === "attention") return attention(gpu, op);
  if (op.op !== "memory") return product(gpu, op);
  return { kind: "memory", tried: ["memory"], ways: { memory: op.bytes / gpu.bytes + op.launches * gpu.gap } };
}

/** Seconds of the whole: by first choices, by the way that is best for all work of a size, by the best for each operation; and the second's shares. */
function estimate(gpu, ops) {
  const all = ops.map((op) => waysOf(gpu, op));
  const sum = (numbers) => numbers.reduce((total, one) => total + one, 0);
  /** What is not possible for one of them is made by the next that is. */
  const by = ({ tried, ways }, name) => ways[[name, ...tried].find((way) => way in ways)];
  const chosen = [...new Set(all.map(({ kind }) => kind))].map((kind) => {
    const alike = all.filter((one) => one.kind === kind);
    const times = alike[0].tried.map((name) => ({ way: `${kind} by ${name}`, time: sum(alike.map((one) => by(one, name))) }));
    return times.sort((a, b) => a.time - b.time)[0];
  });
  return {
    first: sum(all.map((one) => by(one, one.tried[0]))),
    tried: sum(chosen.map(({ time }) => time)),
    best: sum(all.map(({ ways }) => Math.min(...Object.values(ways)))),
    largest: chosen.sort((a, b) => b.time - a.time).slice(0, 3),
  };
}

const ops = unet();
const flops = ops.reduce((total, op) => total + op.flops, 0);
const launches = ops.reduce((total, op) => total + (op.launches ?? 1), 0);
console.log(`${(flops / 1e9).toFixed(0)} GFLOP in ${launches} launches, weights in ${weights}`);
console.log(
  "| GPU | peak, TFLOP/s | first choices | the best for each size, as tried | the best for each operation | where the second's time goes |",
);
console.log("|---|---|---|---|---|---|");
for (const [name, gpu] of Object.entries(GPUS)) {
  const peak = 2 * gpu.cores * gpu.lanes * gpu.ghz * 1e9;
  const { first, tried, best, largest } = estimate(gpu, ops);
  const shown = (time) => `${(1e3 * time).toFixed(0)} ms, ${((100 * flops) / time / peak).toFixed(0)} %`;
  const goes = largest.map(({ way, time }) => `${way} ${((100 * time) / tried).toFixed(0)} %`).join(", ");
  console.log(`| ${name} | ${(peak / 1e12).toFixed(1)} | ${shown(first)} | ${shown(tried)} | ${shown(best)} | ${goes} |`);
}
