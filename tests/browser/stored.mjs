// What of a download is stored in the browser, damaged on purpose, and how many bytes were asked for.

import { strict as assert } from "node:assert";

/** Bytes of a file that are asked for, and kept, at once. */
export const CHUNK = 8 << 20;

/** The stored chunks' names. */
export async function stored(page) {
  return page.evaluate(async () => {
    const found = [];
    const walk = async (folder) => {
      for await (const entry of folder.values()) {
        if (entry.kind === "directory") await walk(entry);
        else if (entry.name !== "about.json") found.push(entry.name);
      }
    };
    await walk(await (await navigator.storage.getDirectory()).getDirectoryHandle("decant-models"));
    return found;
  });
}

/** One byte of a stored chunk becomes another. */
export async function damage(page, index) {
  const done = await page.evaluate(async (wanted) => {
    const walk = async (folder) => {
      for await (const entry of folder.values()) {
        if (entry.kind === "directory" && (await walk(entry))) return true;
        if (entry.kind !== "file" || !entry.name.startsWith(`${wanted}-`)) continue;
        const bytes = new Uint8Array(await (await entry.getFile()).arrayBuffer());
        bytes[1000] ^= 1;
        const writer = await entry.createWritable();
        await writer.write(bytes);
        await writer.close();
        return true;
      }
      return false;
    };
    return walk(await navigator.storage.getDirectory());
  }, index);
  assert.ok(done, `there is no stored chunk ${index}`);
}

export function bytesIn(asked) {
  return asked.map((line) => /(\d+)-(\d+)$/.exec(line)).reduce((sum, [, from, to]) => sum + Number(to) - Number(from) + 1, 0);
}

/** Waits for something that is going to be. */
export async function until(is) {
  for (let tries = 0; !is(); tries++) {
    assert.ok(tries < 600, `this never came to be: ${is}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** The number that a count has come to rest at. */
export async function standsStill(count) {
  for (let before = -1; ;) {
    if (before === count()) return before;
    before = count();
    await new Promise((done) => setTimeout(done, 250));
  }
}
