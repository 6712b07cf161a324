// What the module can be asked besides pictures, with the embedded model, against the numbers of the files in tests/golden: that what a page
// asks for arrives. The Rust tests (crates/sd/tests/inside.rs) judge each of them closely.

import { strict as assert } from "node:assert";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { closeTo, readSafetensors, relative } from "./pictures-goldens.mjs";

const FOLDER = fileURLToPath(new URL("../golden/", import.meta.url));
const PROMPT = "a blue seven on a yellow background";
/** Relative RMS of a whole network's output. */
const NETWORK = 1e-5;
/** Of what several calls of the denoiser and a softmax made of it; the Rust tests'. */
const ATTENTION = 1e-3;

/** @param {string} name */
async function golden(name) {
  return readSafetensors(await readFile(join(FOLDER, `${name}.safetensors`)));
}

/**
 * Runs in the page. The model stays open for the page's next question; lists of numbers come out as arrays.
 * @param {{ base: string, device: string, questions: [string, ...any][] }} asked
 */
async function answers({ base, device, questions }) {
  const { Decant } = await import(`${base}decant.js`);
  const decant = await (globalThis.asked ??= Decant.load({ model: `${base}models/digits`, device }));
  const [pixel] = [(/** @type {number} */ i) => [(i * 37) % 256, (i >> 3) & 255, 255 - (i % 251), 255]];
  const picture = (/** @type {[number, number]} */ [width, height]) =>
    new ImageData(
      Uint8ClampedArray.from({ length: width * height * 4 }, (_, i) => pixel(i >> 2)[i & 3] ?? 0),
      width,
      height,
    );
  const revive = (/** @type {any} */ value) =>
    value?.floats
      ? Float32Array.from(value.floats)
      : value?.picture
        ? picture(value.picture)
        : Array.isArray(value)
          ? value.map(revive)
          : value && typeof value === "object"
            ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, revive(one)]))
            : value;
  const plain = (/** @type {any} */ value) =>
    ArrayBuffer.isView(value)
      ? Array.from(/** @type {any} */ (value))
      : value instanceof ImageData
        ? { width: value.width, height: value.height, data: Array.from(value.data) }
        : Array.isArray(value)
          ? value.map(plain)
          : value && typeof value === "object"
            ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]))
            : value;
  const all = [];
  for (const [name, ...given] of questions) all.push(plain(await (name in Decant ? Decant : decant)[name](...given.map(revive))));
  return all;
}

/**
 * @type {{ name: string, gpu?: boolean, check: (page: import("playwright-core").Page, base: string, device: string) => Promise<string | void> }[]}
 */
export const ANSWERS = [
  {
    name: "a prompt's embeddings, and a word's neighbours",
    gpu: true,
    async check(page, base, device) {
      const { tensors, shapes } = await golden("pipeline-digits-ddim-seed0");
      const [texts, tokens, width] = shapes.text_embeddings;
      const [embeddings, near, nearer] = await page.evaluate(answers, {
        base,
        device,
        questions: [
          ["embed", { prompt: PROMPT }],
          ["neighbours", "dog", 3],
          ["neighbours", "seven", 1],
        ],
      });
      assert.deepEqual(
        [embeddings.outputWidth, embeddings.words.length, embeddings.input.length],
        [width, tokens, tokens * embeddings.width],
      );
      assert.deepEqual(embeddings.words.slice(0, 4), ["<|startoftext|>", "a</w>", "blue</w>", "seven</w>"]);
      const error = relative(embeddings.output, tensors.text_embeddings.slice((texts - 1) * tokens * width));
      closeTo("text embeddings", error, device === "gpu" ? 1e-4 : NETWORK);
      assert.equal(near.length, 3);
      assert.equal(near[0].token, "dog</w>");
      assert.ok(Math.abs(near[0].cosine - 1) < 1e-6 && near[1].cosine < near[0].cosine);
      // A row of the table is as good as the word.
      const seven = embeddings.input.slice(3 * embeddings.width, 4 * embeddings.width);
      const [byVector] = await page.evaluate(answers, { base, device, questions: [["neighbours", { floats: seven }, 1]] });
      assert.deepEqual(byVector[0].token, nearer[0].token);
      return `embeddings ${error.toExponential(1)}`;
    },
  },
  {
    name: "the schedule, and noise added to a picture",
    async check(page, base, device) {
      const [euler, forward] = await Promise.all([golden("pipeline-digits-euler-seed0"), golden("forward-digits")]);
      const x0 = { values: { floats: [...forward.tensors.x0] }, shape: forward.shapes.x0.slice(1), level: "clean" };
      const seed = Number(forward.metadata.seed);
      const timesteps = [0, 250, 999];
      const [schedule, ...noised] = await page.evaluate(answers, {
        base,
        device,
        questions: [["schedule", { sampler: "euler", steps: 8 }], ...timesteps.map((timestep) => ["addNoise", x0, timestep, seed])],
      });
      closeTo("sigmas", relative(schedule.sigmas, euler.tensors.sigmas), 1e-6);
      closeTo("timesteps", relative(schedule.timesteps, euler.tensors.timesteps), 1e-6);
      closeTo("alphas_cumprod", relative(schedule.alphasCumprod, forward.tensors.alphas_cumprod), 1e-6);
      noised.forEach(({ latents, signal, noise, preview }, i) => {
        closeTo(`noise of timestep ${timesteps[i]}`, relative(latents.values, forward.tensors[`noisy_${timesteps[i]}`]), 1e-6);
        assert.ok(Math.abs(signal ** 2 + noise ** 2 - 1) < 1e-6);
        assert.deepEqual([preview.width, preview.height], [6, 8]);
      });
      await assert.rejects(page.evaluate(answers, { base, device, questions: [["addNoise", x0, 1000, seed]] }), /one from 0 to 999/);
    },
  },
  {
    name: "a round trip through the autoencoder, and latents decoded",
    gpu: true,
    async check(page, base, device) {
      const { tensors } = await golden("pipeline-digits-ddim-seed0");
      const latents = { values: { floats: [...tensors.latents_007] }, shape: [4, 8, 8] };
      const [trip, picture, line] = await page.evaluate(answers, {
        base,
        device,
        questions: [
          ["roundTrip", { picture: [35, 33] }],
          ["decode", latents],
          ["decode", latents, "projection"],
        ],
      });
      assert.deepEqual([trip.before.width, trip.before.height, trip.latents.shape, trip.ratio], [32, 32, [4, 8, 8], 12]);
      const squares = trip.before.data.reduce((sum, value, i) => sum + (value - trip.after.data[i]) ** 2, 0);
      const psnr = 10 * Math.log10(255 ** 2 / (squares / (3 * 32 * 32)));
      assert.ok(Math.abs(trip.psnr - psnr) < 1e-6, `expected ${psnr} dB, got ${trip.psnr}`);
      const image = Array.from(tensors.image, (value) => value * 255);
      const got = Array.from(image, (_, i) => picture.data[(i % 1024) * 4 + Math.floor(i / 1024)]);
      closeTo("picture", relative(got, image), 1e-2);
      assert.deepEqual([line.width, line.height], [8, 8]);
    },
  },
  {
    name: "runs in their plane, and distances",
    async check(page, base, device) {
      // Points in the plane of two directions at right angles, of lengths 5 and √2.
      const point = (x, y) => ({ floats: [3 * x + y, 4 * x, y] });
      const runs = [
        [point(0, 0), point(1, 0)],
        [point(0, 0), point(2, 0), point(-2, 0.5)],
      ];
      const [plane, apart, far] = await page.evaluate(answers, {
        base,
        device,
        questions: [
          ["plane", runs],
          ["distance", { floats: [3, 4] }, { floats: [3, -4] }],
          ["plane", []],
        ],
      });
      assert.deepEqual(
        plane.runs.map((run) => run.length),
        [2, 3],
      );
      const step = Math.hypot(...[0, 1].map((axis) => plane.runs[0][1][axis] - plane.runs[0][0][axis]));
      assert.ok(Math.abs(step - 5) < 1e-5 && Math.abs(plane.explained[0] + plane.explained[1] - 1) < 1e-6, JSON.stringify(plane));
      closeTo(
        "distance",
        relative([apart.rms, apart.cosine, ...apart.lengths], [Math.sqrt(32), -0.28, Math.sqrt(12.5), Math.sqrt(12.5)]),
        1e-12,
      );
      assert.deepEqual(far, { runs: [], explained: [0, 0] });
      await assert.rejects(
        page.evaluate(answers, { base, device, questions: [["distance", { floats: [1] }, { floats: [1, 2] }]] }),
        /two of one length/,
      );
    },
  },
  {
    name: "a picture's record names what else it came of",
    async check(page, base, device) {
      const said = await page.evaluate(
        async ({ base, device }) => {
          const { Decant } = await import(`${base}decant.js`);
          const decant = await (globalThis.asked ??= Decant.load({ model: `${base}models/digits`, device }));
          const [image, mask] = [new ImageData(32, 32), new ImageData(32, 32)];
          mask.data.fill(255);
          const notes = [];
          for (const inputs of [{ image, mask, strength: 0.5 }, {}]) {
            const made = await decant.generate({ prompt: "a blue seven", steps: 2, seed: 1, ...inputs });
            const { notes: told } = await Decant.readRecord(await decant.writePicture(made));
            notes.push({ also: made.trace.also, told });
          }
          return notes;
        },
        { base, device },
      );
      const template = "the picture also came of {what}, which no record holds; give it too for the same picture";
      const message = (what) => `The picture also came of ${what}, which no record holds; give it too for the same picture.`;
      const note = (what) => ({ message: message(what), sentence: { template, values: { what } } });
      assert.deepEqual(said, [
        { also: ["a picture", "a mask"], told: [note("a picture"), note("a mask")] },
        { also: [], told: [] },
      ]);
    },
  },
  {
    name: "what a step tells: where it looks, its noise, its numbers",
    gpu: true,
    async check(page, base, device) {
      const { tensors, metadata } = await golden("attention-digits");
      const request = JSON.parse(metadata.request);
      const [watched, plain] = await page.evaluate(answers, {
        base,
        device,
        questions: [
          ["generate", { ...request, attention: true }],
          ["generate", request],
        ],
      });
      assert.deepEqual(watched.image.data, plain.image.data, "watching changes nothing");
      for (const [index, step] of watched.trace.steps.entries()) {
        assert.equal(plain.trace.steps[index].attention, null);
        assert.deepEqual(step.attention.shape, [77, 8, 8]);
        closeTo(`attention of step ${index}`, relative(step.attention.values, tensors[`attention_00${index}`]), ATTENTION);
        const { epsCond, epsUncond, epsGuided, guidance, scale, latents, modelInput, denoised, next, sigma, channels } = step;
        assert.equal(guidance, request.guidance);
        closeTo(
          "guidance",
          relative(
            epsGuided,
            epsUncond.map((uncond, i) => uncond + guidance * (epsCond[i] - uncond)),
          ),
          1e-5,
        );
        const alpha = 1 / (sigma ** 2 + 1);
        closeTo(
          "the latents' two parts",
          relative(
            denoised.map((x0, i) => Math.sqrt(alpha) * x0 + Math.sqrt(1 - alpha) * epsGuided[i]),
            modelInput,
          ),
          1e-5,
        );
        if (index > 0) assert.deepEqual(latents, watched.trace.steps[index - 1].next);
        assert.deepEqual(modelInput, scale === 1 ? latents : latents.map((value) => value / scale));
        for (const [kind, values] of Object.entries({ next, denoised })) {
          assert.equal(channels[kind].length, 4);
          const own = values.slice(64, 128);
          const mean = own.reduce((sum, value) => sum + value, 0) / 64;
          const { least, largest, ...rest } = channels[kind][1];
          assert.deepEqual([least, largest], [Math.min(...own), Math.max(...own)]);
          closeTo(
            "a channel's mean and deviation",
            relative([rest.mean, rest.deviation], [mean, Math.sqrt(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 64)]),
            1e-5,
          );
        }
      }
    },
  },
];
