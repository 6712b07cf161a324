// Bundles a module of the page into one script, with other modules in the place of those that know where the page's files lie.

import { readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** The libraries that the page takes along: of each, what web/vendor/*.d.ts names and no more. @type {import("esbuild").Plugin} */
export const VENDOR = {
  name: "vendor",
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/vendor\/\w+\.js$/ }, ({ path, resolveDir }) => ({ path: resolve(resolveDir, path.replace(/\.js$/, ".d.ts")) })),
};

/**
 * @param {string} folder web/
 * @param {string} path of the module in it
 * @param {Record<string, string>} standIns by path in the folder: the file beside this one that comes instead
 * @param {Partial<import("esbuild").BuildOptions>} how
 */
export async function bundle(folder, path, standIns, how) {
  const missing = new Set(Object.keys(standIns));
  const setup = (/** @type {import("esbuild").PluginBuild} */ { onLoad }) =>
    onLoad({ filter: /\.js$/ }, async ({ path }) => {
      const name = relative(resolve(folder), path);
      if (!Object.hasOwn(standIns, name)) return undefined;
      missing.delete(name);
      const file = fileURLToPath(new URL(standIns[name], import.meta.url));
      return { contents: await readFile(file, "utf8"), resolveDir: dirname(file) };
    });
  const { outputFiles } = await build({
    entryPoints: [join(folder, path)],
    bundle: true,
    write: false,
    target: "es2022",
    charset: "utf8",
    logLevel: "error",
    plugins: [{ name: "stand-ins", setup }, VENDOR],
    ...how,
  });
  if (missing.size > 0)
    throw new Error(`${path} does not import ${[...missing].join(" nor ")}, in whose place something else should come.`);
  return outputFiles[0].text;
}
