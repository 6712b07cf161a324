// What a person does in the place where a run is looked into, and runs as files. Rows as in journeys.mjs.

import { strict as assert } from "node:assert";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** A run that the command `decant` wrote (tests/golden/README.md says how). */
const RECORDED = fileURLToPath(new URL("../golden/trace-digits.safetensors", import.meta.url));

/** @type {import("./journeys.mjs").Journey[]} */
export const INSIDE = [
  {
    name: "a run is written as a file and read back, to the last number",
    fake: true,
    async play({ page, address }) {
      const got = await page.evaluate(async (base) => {
        const [{ Decant }, { readTrace, writeTrace, isTrace }] = await Promise.all([import(`${base}decant.js`), import(`${base}tracefile.js`)]);
        const decant = await Decant.load({ model: `${base}models/digits`, device: "cpu" });
        const { trace } = await decant.generate({ prompt: "a blue seven", negative: "dull", steps: 3, seed: 5, attention: true });
        decant.close();
        const file = await writeTrace(trace);
        const read = await readTrace(file);
        const plain = (value) => JSON.stringify(value, (_, part) => {
          if (part instanceof ImageData) return [part.width, part.height, ...part.data];
          if (ArrayBuffer.isView(part)) return Array.from(part);
          // In one order, whoever wrote it.
          return part?.constructor === Object ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part;
        });
        const again = await (await writeTrace(read)).bytes();
        const differing = Object.keys(trace).filter((name) => plain(trace[name] ?? null) !== plain(read[name]));
        const parts = trace.steps.flatMap((step, i) => Object.keys(step).filter((name) => plain(step[name]) !== plain(read.steps[i][name])));
        return { recognised: await isTrace(file), other: await isTrace(new Blob(["PK\x03\x04 and so on, and so on"])), differing, parts, steps: read.steps.length, same: (await file.bytes()).every((byte, i) => byte === again[i]) };
      }, address);
      assert.deepEqual(got, { recognised: true, other: false, differing: [], parts: [], steps: 3, same: true });
    },
  },
  {
    name: "a run that the command wrote is read, and damaged files are refused in a sentence",
    async play({ page, address }) {
      const got = await page.evaluate(async ({ base, bytes }) => {
        const { readTrace } = await import(`${base}tracefile.js`);
        const file = Uint8Array.from(bytes);
        const { steps, settings, image } = await readTrace(new Blob([file]));
        const header = new TextDecoder().decode(file.slice(8, 8 + Number(new DataView(file.buffer).getBigUint64(0, true))));
        const rewritten = (/** @type {(text: string) => string} */ change) => {
          const text = new TextEncoder().encode(change(header));
          const length = new DataView(new ArrayBuffer(8));
          length.setBigUint64(0, BigInt(text.length), true);
          return new Blob([length, text, file.slice(8 + header.length)]);
        };
        const wrong = [new Blob([]), new Blob([file.slice(0, 2000)]), new Blob([file.slice(0, -40000)]), new Blob([new Uint8Array(64).fill(255)]), rewritten((text) => text.replace("decant trace", "something else")), rewritten((text) => text.replaceAll("latents_0", "lateness_")), rewritten((text) => text.replace("denoised_001", "denoised_xyz")), rewritten((text) => text.replace("[1,3,32,32]", "[1,3,16,64,1]")), rewritten((text) => text.replace("[1,4,8,8]", "[1,4,8,9]"))];
        const said = await Promise.all(wrong.map((blob) => readTrace(blob).then(() => "nothing", (error) => error.message)));
        return { said, settings, size: [image.width, image.height], sigmas: steps.map(({ sigma }) => sigma > 0), spread: steps.map(({ channels }) => channels.denoised.length), noised: steps[0].input.length, next: steps[1].input.every((value, i) => value === steps[0].latents[i]) };
      }, { base: address, bytes: [...(await readFile(RECORDED))] });
      assert.deepEqual([got.size, got.sigmas, got.spread, got.noised, got.next], [[32, 32], [true, true], [4, 4], 256, true]);
      assert.deepEqual([got.settings.prompt, got.settings.steps, got.settings.sampler, got.settings.guidance], ["a blue seven on a yellow background", 2, "ddim", 1]);
      for (const sentence of got.said) assert.match(sentence, /^The file is damaged or is no recorded run: .{12,}\.$/);
    },
  },
];
