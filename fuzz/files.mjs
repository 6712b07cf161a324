// Attacks the command with files: small ones of every kind that it reads, changed at random, and crafted ones that claim what they do not have.
//
//     node fuzz/files.mjs [--seconds 600] [--seed 1] [--decant target/debug/decant]
//
// The same seed attacks with the same files in the same order. Each must be read, or refused in one sentence with exit code 1: no panic, no
// signal, no more than 3 GB of addresses, no more than 30 seconds, nothing half written. What fails lies in fuzz/artifacts/files/ with the
// command that shows it, and ends this with exit code 1.

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crafted } from "./crafted.mjs";
import { Dice, count, judge, option, repairedPng, root, run, scratchFolder } from "./shared.mjs";

const seconds = Number(option("--seconds") ?? 600);
const dice = new Dice(Number(option("--seed") ?? 1));
const decant = option("--decant") ?? join(root, "target/debug/decant");
const scratch = scratchFolder("files");
const artifacts = join(root, "fuzz/artifacts/files");
const TINY = join(root, "tests/models/sd1-tiny");
const CPU = ["--device", "cpu"];
const SMALL = ["--steps", "1", "--width", "16", "--height", "16", "--quiet", "--prompt", "a cat"];
const OUT = join(scratch, "out");

const EXTREMES = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

/** How a file of a kind is given to the command. */
const WAYS = {
  weights: (file) => [["inspect", file, "--tensors"], ["generate", "--model", file, ...CPU, ...SMALL, "--out", `${OUT}.png`], ["quantize", file, "--out", `${OUT}.gguf`, "--quiet"]],
  picture: (file) => [["encode", file, "--model", TINY, ...CPU, "--out", `${OUT}.npy`], ["generate", "--model", TINY, ...CPU, ...SMALL, "--init-image", file, "--out", `${OUT}.png`]],
  mask: (file) => [["generate", "--model", TINY, ...CPU, ...SMALL, "--init-image", join(root, "tests/golden/pictures/plain.png"), "--mask", file, "--out", `${OUT}.png`]],
  settings: (file) => [["generate", "--model", TINY, ...CPU, "--settings", file, "--steps", "1", "--width", "16", "--height", "16", "--quiet", "--without", "count", "--out", `${OUT}.png`]],
  latents: (file) => [["decode", file, "--model", TINY, ...CPU, "--out", `${OUT}.png`]],
  lora: (file) => [["generate", "--model", TINY, ...CPU, ...SMALL, "--lora", file, "--out", `${OUT}.png`]],
  inversion: (file) => [["generate", "--model", TINY, ...CPU, ...SMALL, "--textual-inversion", file, "--out", `${OUT}.png`]],
  decoder: (file) => [["generate", "--model", TINY, ...CPU, ...SMALL, "--preview-decoder", file, "--tiny", "--out", `${OUT}.png`]],
  upscaler: (file) => [["upscale", join(root, "tests/golden/pictures/plain.png"), "--with", file, ...CPU, "--quiet", "--out", `${OUT}.png`]],
};

/** Small sound files by kind, and the files of a whole model, of which one is changed at a time. */
const seeds = gather();
const model = filesBelow(TINY).map((name) => ({ kind: "folder", name, bytes: readFileSync(join(TINY, name)) }));

let findings = 0;
const figures = new Map();
rmSync(artifacts, { recursive: true, force: true });
const until = Date.now() + seconds * 1000;
for (const one of crafted()) attack(one.kind, one.name, one.bytes, WAYS[one.kind]);
while (Date.now() < until) {
  const seed = dice.pick(dice.chance(0.3) ? model : seeds);
  const bytes = mutated(seed.bytes, seed.name);
  if (seed.kind === "folder") attackFolder(seed.name, bytes);
  else attack(seed.kind, seed.name, bytes, WAYS[seed.kind]);
}
for (const [kind, { runs, taken, refused }] of [...figures].sort()) console.log(`${kind.padEnd(10)} ${count(runs, "run")}, ${taken} taken, ${refused} refused`);
console.log(`${count([...figures.values()].reduce((sum, { runs }) => sum + runs, 0), "run")}, ${count(findings, "finding")}`);
rmSync(scratch, { recursive: true, force: true });
process.exitCode = findings > 0 ? 1 : 0;

function attack(kind, name, bytes, ways) {
  const file = join(scratch, name.replaceAll("/", "-"));
  writeFileSync(file, bytes);
  report(kind, name, bytes, dice.pick(ways(file)));
  rmSync(file, { force: true });
}

function attackFolder(name, bytes) {
  const folder = join(scratch, "model");
  rmSync(folder, { recursive: true, force: true });
  cpSync(TINY, folder, { recursive: true });
  writeFileSync(join(folder, name), bytes);
  report("folder", name, bytes, dice.pick(WAYS.weights(folder)));
}

function report(kind, name, bytes, words) {
  const result = run(decant, words);
  const left = readdirSync(scratch).filter((one) => one.includes(".part"));
  const problem = judge(result) ?? (left.length > 0 ? `it left ${left.join(", ")}` : null);
  const figure = figures.get(kind) ?? { runs: 0, taken: 0, refused: 0 };
  figures.set(kind, { runs: figure.runs + 1, taken: figure.taken + (result.status === 0), refused: figure.refused + (result.status !== 0) });
  for (const one of [".png", ".npy", ".gguf"]) rmSync(OUT + one, { force: true });
  if (!problem) return;
  findings += 1;
  mkdirSync(artifacts, { recursive: true });
  const kept = join(artifacts, `${findings}-${name.replaceAll("/", "-")}`);
  writeFileSync(kept, bytes);
  writeFileSync(`${kept}.txt`, `${problem}\n\ndecant ${words.join(" ")}\n\n${result.stderr}`);
  console.log(`finding ${findings}: ${kind} ${name}: ${problem}`);
}

/** Some changes to a file, now and then with its checksums set right, so that what stands behind them is reached. */
function mutated(sound, name) {
  let bytes = Buffer.from(sound);
  for (let times = 1 + dice.below(4); times > 0; times--) bytes = changed(bytes, name);
  return name.endsWith(".png") && dice.chance(0.7) ? repairedPng(bytes) : bytes;
}

function changed(bytes, name) {
  // Headers are small and weights are not: most changes are near the beginning, or near the end, where archives have their directory.
  const at = dice.chance(0.6) ? dice.below(Math.min(bytes.length, 2048)) : dice.chance(0.5) ? Math.max(0, bytes.length - 1 - dice.below(2048)) : dice.below(bytes.length);
  switch (dice.below(/\.(json|txt)$/.test(name) ? 8 : 7)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      bytes[at] = (bytes[at] ?? 0) ^ (1 << dice.below(8));
      return bytes;
    case 2: {
      const value = Buffer.alloc(8);
      value.writeUInt32LE(dice.pick(EXTREMES));
      if (dice.chance(0.3)) value.writeUInt32LE(dice.pick(EXTREMES), 4);
      if (dice.chance(0.3)) value.subarray(0, 4).reverse();
      value.copy(bytes, at, 0, dice.pick([1, 2, 4, 8]));
      return bytes;
    }
    case 3: {
      const some = bytes.subarray(at, at + 1 + dice.below(64));
      return Buffer.concat([bytes.subarray(0, at), some, bytes.subarray(at)]);
    }
    case 4:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + dice.below(64))]);
    case 5: {
      const other = dice.pick(seeds).bytes;
      const from = dice.below(Math.max(1, other.length));
      return Buffer.concat([bytes.subarray(0, at), other.subarray(from, from + dice.below(512))]);
    }
    case 6: {
      // A number in a text: larger, smaller, or none.
      const text = bytes.subarray(0, 1 << 16).toString("latin1");
      const numbers = [...text.matchAll(/-?\d+(\.\d+)?/g)];
      if (numbers.length === 0) return bytes;
      const number = dice.pick(numbers);
      const value = dice.pick(["0", "-1", "1", "65536", "4294967296", "18446744073709551615", "1e308", "null", '"x"', "[]", "0.5"]);
      return Buffer.concat([bytes.subarray(0, number.index), Buffer.from(value), bytes.subarray(number.index + number[0].length)]);
    }
    default: {
      const lines = bytes.toString("latin1").split("\n");
      const [from, to] = [dice.below(lines.length), dice.below(lines.length)];
      lines.splice(to, 0, ...(dice.chance(0.5) ? lines.splice(from, 1) : [lines[from]]));
      return Buffer.from(lines.join("\n"), "latin1");
    }
  }
}

function gather() {
  const kinds = [
    ["weights", "tests/golden/weights"], ["weights", "tests/models/layouts"], ["picture", "tests/golden/pictures"], ["mask", "tests/golden/pictures"],
    ["settings", "tests/golden/records"], ["latents", "tests/golden", /^latents-/], ["lora", "tests/models/lora"], ["inversion", "tests/golden/inversions"], ["decoder", "tests/models/taesd-tiny"], ["upscaler", "tests/models/upscale"],
  ];
  const found = kinds.flatMap(([kind, folder, names = /./]) => {
    const all = existsSync(join(root, folder)) ? filesBelow(join(root, folder)) : [];
    return all.filter((name) => names.test(name) && !/\.(md|py|txt|expected\.png)$/.test(name)).map((name) => ({ kind, name, bytes: readFileSync(join(root, folder, name)) }));
  });
  const settings = [{ prompt: "a (cat:1.2)", steps: 2, seed: 3, sampler: "euler", guidance: 4, sigmas: "karras", swaps: [], mixes: [{ prompt: "a dog", factor: 0.5 }] }];
  found.push(...settings.map((one) => ({ kind: "settings", name: "settings.json", bytes: Buffer.from(JSON.stringify(one)) })));
  const small = found.filter(({ bytes }) => bytes.length > 0 && bytes.length < 4 << 20);
  for (const [kind] of kinds) if (!small.some((seed) => seed.kind === kind)) console.log(`there is no small file of the kind ${kind} to begin with`);
  return small;
}

function filesBelow(folder, prefix = "") {
  return readdirSync(folder).sort().flatMap((name) => (statSync(join(folder, name)).isDirectory() ? filesBelow(join(folder, name), `${prefix}${name}/`) : [prefix + name]));
}
