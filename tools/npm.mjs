// Makes the module API a folder that npm can pack: `decant.js` and its worker as one file each, types, program, the embedded model, an example.
//
//     node tools/npm.mjs FOLDER OUT          FOLDER as `./build.sh` assembles it; the scripts are bundled from web/

import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle } from "./bundle.mjs";
import { notices } from "./notices.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const [folder, out] = process.argv.slice(2);
const COPIED = { [join(folder, "worker/pkg/decant_app_bg.wasm")]: "decant_app_bg.wasm", [join(folder, "models/digits")]: "models/digits" };
for (const name of ["LICENSE", "LICENSE-MIT", "LICENSE-APACHE", "web/api/decant.d.ts", "tools/npm/README.md", "tools/npm/example.html"])
  COPIED[here(`../${name}`)] = name.split("/").pop();

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
for (const [from, to] of Object.entries(COPIED)) await cp(from, join(out, to), { recursive: true });
await writeFile(
  join(out, "decant.js"),
  await bundle(here("../web"), "api/decant.js", { "api/parts.js": "npm/parts.js" }, { format: "esm" }),
);
await writeFile(
  join(out, "worker.js"),
  await bundle(here("../web"), "worker/worker.js", { "worker/program.js": "npm/program.js" }, { format: "esm", minify: true }),
);
await writeFile(join(out, "licences.txt"), await notices({ modules: [], models: ["digits"] }));
await writeFile(join(out, "package.json"), `${JSON.stringify(await about(), null, 2)}\n`);

async function about() {
  const version = /^version = "(.+)"/m.exec(await readFile(here("../Cargo.toml"), "utf8"))?.[1];
  if (!version) throw new Error("Cargo.toml names no version.");
  return {
    name: "decant",
    version,
    description: "Stable Diffusion in the browser, with every step in view: WebAssembly and WebGPU, no server, no dependencies.",
    license: "MIT OR Apache-2.0",
    keywords: ["stable-diffusion", "diffusion", "webgpu", "webassembly", "text-to-image"],
    type: "module",
    exports: { ".": { types: "./decant.d.ts", default: "./decant.js" }, "./models/*": "./models/*", "./package.json": "./package.json" },
    types: "./decant.d.ts",
    files: ["decant.js", "decant.d.ts", "worker.js", "decant_app_bg.wasm", "models", "example.html", "LICENSE*", "licences.txt"],
    sideEffects: false,
  };
}
