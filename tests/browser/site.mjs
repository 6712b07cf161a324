// A site for one test: the built page with the stand-in for its module, in a folder that can be changed, on a server that can be taken away.

import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ready } from "./steps.mjs";
import { serve } from "./serve.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const run = promisify(execFile);

/** @param {(site: { address: string, folder: string, server: { close: () => void } }) => Promise<void>} act */
export async function onSite(act) {
  const folder = await mkdtemp(join(tmpdir(), "decant-site-"));
  await cp(join(root, "dist"), folder, { recursive: true, filter: (path) => !/\.(gguf|wasm)$|decant\.html$/.test(path) });
  for (const part of ["unet", "vae"]) await writeFile(join(folder, `models/digits/${part}/diffusion_pytorch_model.gguf`), "weights");
  await writeFile(join(folder, "models/digits/text_encoder/model.gguf"), "weights");
  for (const name of ["decant_app.js", "settings.json"]) await cp(join(root, "tests/browser/fake", name), join(folder, "worker/pkg", name));
  await version(folder);
  const server = await serve({ folder, base: "/some/where/" });
  try {
    await act({ folder, server, address: server.address.replace("127.0.0.1", "decant.localhost") });
  } finally {
    server.close();
    await rm(folder, { recursive: true });
  }
}

/**
 * Makes a folder a version of its own; beside it first, since a browser may look for a new service worker at any moment.
 * @param {string} folder
 */
export async function version(folder) {
  const next = `${folder}.next`;
  await cp(folder, next, { recursive: true });
  await run("node", [join(root, "tools/shell.mjs"), next]);
  await rename(folder, `${folder}.before`);
  await rename(next, folder);
  await rm(`${folder}.before`, { recursive: true });
}

/** The script of the folder that holds the places' names. @param {string} folder @returns {Promise<string>} */
export async function placesScript(folder) {
  for (const name of await readdir(folder, { recursive: true }))
    if (name.endsWith(".js") && (await readFile(join(folder, name), "utf8")).includes('"place.studio":"')) return name;
  throw new Error(`No script of ${folder} holds the places' names.`);
}

/** @param {import("playwright-core").Page} page */
export async function kept(page) {
  await ready(page);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
}
