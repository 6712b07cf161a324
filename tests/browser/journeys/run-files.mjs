// Runs as files, to the last number.

import { strict as assert } from "node:assert";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { text } from "../steps.mjs";

/** @import { Journey } from "./index.mjs" */

/** Runs in the first version of the format, which the page and the command `decant` wrote (tests/golden/README.md says how). */
const FORMER = fileURLToPath(new URL("../../golden/trace-page.safetensors", import.meta.url));
const RECORDED = fileURLToPath(new URL("../../golden/trace-digits.safetensors", import.meta.url));

/** @type {Journey[]} */
export const RUN_FILES = [
  {
    name: "a run is written as a file and read back, to the last number",
    real: true,
    async play({ page, address }) {
      const got = await page.evaluate(async (base) => {
        const [{ Decant }, { readTrace, isTrace }] = await Promise.all([import(`${base}decant.js`), import(`${base}web/trace/format.js`)]);
        const decant = await Decant.load({ model: `${base}models/digits`, device: "cpu" });
        // Guidance rests in the last step, and Euler's latents are scaled for the model.
        const asked = { prompt: "a blue seven", negative: "red", sampler: "euler", guidanceUntil: 0.5, steps: 3, seed: 5 };
        const { trace } = await decant.generate({ ...asked, attention: true });
        decant.close();
        const file = await Decant.writeTrace(trace);
        const read = await readTrace(file);
        const plain = (value) =>
          JSON.stringify(value, (_, part) => {
            if (part instanceof ImageData) return [part.width, part.height, ...part.data];
            if (ArrayBuffer.isView(part)) return Array.from(part);
            // In one order, whoever wrote it.
            return part?.constructor === Object ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part;
          });
        const again = await (await Decant.writeTrace(read)).bytes();
        const differing = Object.keys(trace).filter((name) => plain(trace[name] ?? null) !== plain(read[name]));
        const parts = trace.steps.flatMap((step, i) =>
          Object.keys(step).filter((name) => plain(step[name]) !== plain(read.steps[i][name])),
        );
        return {
          recognised: await isTrace(file),
          other: await isTrace(new Blob(["PK\x03\x04 and so on, and so on"])),
          differing,
          parts,
          steps: read.steps.length,
          kept: [trace, read].map(({ noise, schedule, textEmbeddings, steps: [first] }) =>
            [noise, schedule.sigmas, textEmbeddings.values, first.latents, first.previewDenoised.data].map(({ length }) => length),
          ),
          same: (await file.bytes()).every((byte, i) => byte === again[i]),
        };
      }, address);
      const kept = [256, 4, 2 * 77 * 128, 256, 4 * 32 * 32];
      assert.deepEqual(got, { recognised: true, other: false, differing: [], parts: [], steps: 3, kept: [kept, kept], same: true });
    },
  },
  {
    name: "a run that the command wrote is read, and damaged files are refused in a sentence",
    async play({ page, address }) {
      const got = await page.evaluate(
        async ({ base, bytes }) => {
          const { readTrace } = await import(`${base}web/trace/format.js`);
          const file = Uint8Array.from(bytes);
          const { steps, settings, image } = await readTrace(new Blob([file]));
          const header = new TextDecoder().decode(file.slice(8, 8 + Number(new DataView(file.buffer).getBigUint64(0, true))));
          const rewritten = (/** @type {(text: string) => string} */ change) => {
            const text = new TextEncoder().encode(change(header));
            const length = new DataView(new ArrayBuffer(8));
            length.setBigUint64(0, BigInt(text.length), true);
            return new Blob([length, text, file.slice(8 + header.length)]);
          };
          const wrong = [
            new Blob([]),
            new Blob([file.slice(0, 2000)]),
            new Blob([file.slice(0, -40000)]),
            new Blob([new Uint8Array(64).fill(255)]),
            rewritten((text) => text.replace("decant trace", "something else")),
            rewritten((text) => text.replaceAll("latents_0", "lateness_")),
            rewritten((text) => text.replace("denoised_001", "denoised_xyz")),
            rewritten((text) => text.replace("[1,3,32,32]", "[1,3,16,64,1]")),
            rewritten((text) => text.replace("[1,4,8,8]", "[1,4,8,9]")),
          ];
          // What holds nothing could be as large as it likes; and what is told besides tensors must be what the page reads.
          wrong.push(
            rewritten((text) => text.replace("{", '{"attention_000":{"dtype":"F32","shape":[1,0,16384,16384],"data_offsets":[0,0]},')),
          );
          const told = {
            settings: { prompt: 7 },
            tokens: {},
            negative_tokens: 3,
            told: [{ channels: {} }],
            step_metadata: [{ channels: { latents: [], denoised: [] } }],
            version: "3",
            timings: [],
            memory: {},
            also: "a mask",
          };
          for (const [name, value] of [...Object.entries(told), ["settings", null]])
            wrong.push(
              rewritten((text) =>
                text.replace(
                  '"__metadata__":{',
                  (found) => `${found}${JSON.stringify(name)}:${JSON.stringify(value === null ? "{" : JSON.stringify(value))},`,
                ),
              ),
            );
          const said = await Promise.all(
            wrong.map((blob) =>
              readTrace(blob).then(
                () => "nothing",
                (error) => error.message,
              ),
            ),
          );
          // As of a run that starts from a picture: its first model call is the fourth.
          const later = await readTrace(rewritten((text) => text.replaceAll('_000"', '_003"').replaceAll('_001"', '_004"')));
          const begun = later.steps.map(({ index, total, timestep, sigma, next }, at) => [
            index,
            total,
            timestep === steps[at].timestep,
            sigma === steps[at].sigma,
            next.every((value, i) => value === steps[at].next[i]),
          ]);
          return {
            said,
            settings,
            begun,
            size: [image.width, image.height],
            sigmas: steps.map(({ sigma }) => sigma > 0),
            spread: steps.map(({ channels }) => channels.denoised.length),
            noised: steps[0].latents.length,
            next: steps[1].latents.every((value, i) => value === steps[0].next[i]),
          };
        },
        { base: address, bytes: [...(await readFile(RECORDED))] },
      );
      assert.deepEqual([got.size, got.sigmas, got.spread, got.noised, got.next], [[32, 32], [true, true], [4, 4], 256, true]);
      assert.deepEqual(got.begun, [
        [3, 5, true, true, true],
        [4, 5, true, true, true],
      ]);
      assert.deepEqual(
        [got.settings.prompt, got.settings.steps, got.settings.sampler, got.settings.guidance],
        ["a blue seven on a yellow background", 2, "ddim", 1],
      );
      for (const sentence of got.said) assert.match(sentence, /^The file is damaged or is no recorded run: .{12,}\.$/);
    },
  },
  {
    name: "a run that the page wrote in the first version of the format is read, and written in this one",
    real: true,
    async play({ page, address }) {
      const got = await page.evaluate(
        async ({ base, bytes }) => {
          const [{ Decant }, { readTrace }] = await Promise.all([import(`${base}decant.js`), import(`${base}web/trace/format.js`)]);
          const former = await readTrace(new Blob([Uint8Array.from(bytes)]));
          const read = await readTrace(await Decant.writeTrace(former));
          const told = ({ steps, settings, schedule, image }) => ({
            steps: steps.map(
              ({ index, total, timestep, sigma, scale, guidance, latents, modelInput, next, epsCond, epsUncond, epsGuided, channels }) => ({
                numbers: [index, total, timestep, scale, guidance],
                lengths: [latents, modelInput, next, epsCond, epsUncond, epsGuided].map(({ length }) => length),
                sigma: Number(sigma.toPrecision(4)),
                mean: channels.next[0].mean,
              }),
            ),
            takenUp: steps[1].latents.every((value, i) => value === steps[0].next[i]),
            // Guidance is linear, so the three predictions must be these and no others.
            guided: steps.every(({ epsCond, epsUncond, epsGuided, guidance }) =>
              epsGuided.every((value, i) => Math.abs(epsUncond[i] + guidance * (epsCond[i] - epsUncond[i]) - value) < 1e-4),
            ),
            settings,
            schedule,
            size: [image.width, image.height],
          });
          return { former: told(former), read: told(read) };
        },
        { base: address, bytes: [...(await readFile(FORMER))] },
      );
      assert.deepEqual(got.read, got.former);
      const { steps, settings, ...rest } = got.former;
      assert.deepEqual(rest, { takenUp: true, guided: true, schedule: null, size: [32, 32] });
      assert.deepEqual([settings.prompt, settings.sampler, settings.startStep], ["a red four", "euler", 2]);
      assert.deepEqual(
        steps.map(({ numbers, lengths }) => [...numbers, ...lengths]),
        [
          [2, 4, steps[0].numbers[2], null, 3, 256, 0, 256, 256, 256, 256],
          [3, 4, steps[1].numbers[2], null, 3, 256, 0, 256, 256, 256, 256],
        ],
      );
      assert.ok(steps[0].sigma > steps[1].sigma && steps[1].sigma > 0 && steps[0].numbers[2] > steps[1].numbers[2]);
      assert.equal(steps[0].mean.toPrecision(6), "0.395004");
    },
  },
  {
    name: "a run that was kept under the names of before is shown under those of now",
    fake: true,
    async play({ page, address }) {
      const got = await page.evaluate(async (base) => {
        const { renamed } = await import(`${base}web/store/former-steps.js`);
        const values = (/** @type {number} */ value) => Float32Array.of(value);
        const former = {
          input: values(1),
          latents: values(2),
          denoised: values(3),
          noiseText: values(4),
          noiseUncond: null,
          noise: values(5),
        };
        const { steps, ...rest } = renamed({ settings: {}, steps: [{ index: 0, ...former, channels: { latents: [6], denoised: [7] } }] });
        const again = renamed({ ...rest, steps });
        const plain = Object.entries(steps[0]).map(([name, value]) => [name, ArrayBuffer.isView(value) ? [...value] : value]);
        return { ...Object.fromEntries(plain), same: again.steps[0] === steps[0], schedule: rest.schedule };
      }, address);
      const { latents, next, denoised, epsCond, epsUncond, epsGuided, ...rest } = got;
      assert.deepEqual([latents[0], next[0], denoised[0], epsCond[0], epsUncond, epsGuided[0]], [1, 2, 3, 4, null, 5]);
      const channels = { next: [6], denoised: [7] };
      assert.deepEqual(rest, { index: 0, scale: null, modelInput: [], prediction: [], channels, same: true, schedule: null });
    },
  },
  {
    name: "a run that begins with a later step has columns for its own steps alone",
    fake: true,
    async play({ page, address }) {
      const got = await page.evaluate(async (base) => {
        const { stripFigure } = await import(`${base}web/figures/strip.js`);
        const image = new ImageData(8, 8);
        const steps = [2, 3, 4].map((index) => ({ index, total: 5, sigma: 1, timestep: 500, previewNoisy: image, previewDenoised: image }));
        const host = document.createElement("div");
        stripFigure(host)({ trace: { steps, settings: { steps: 5 }, image }, cursor: 1 });
        const columns = [...host.querySelectorAll(".frame")];
        return {
          done: columns.map(({ classList }) => classList.contains("done")),
          current: columns.findIndex(({ classList }) => classList.contains("current")),
          said: host.firstElementChild.getAttribute("aria-valuetext"),
        };
      }, address);
      assert.deepEqual(got, { done: [true, true, true], current: 1, said: "Step 4 of 5, sigma 1, timestep 500" });
    },
  },
];
