// How long the files of each folder are, at one commit or beside an earlier one: how many, the median, the longest.
//
//     node tools/lengths.mjs [EARLIER] [COMMIT]      HEAD alone, or EARLIER beside COMMIT (or HEAD)

import { execFileSync } from "node:child_process";

/** A file's folder as people speak of it: crates and the page's rooms whole, whatever lies below. */
const FOLDER = /^(crates\/\w+\/(?:src|tests)|crates\/\w+|web\/\w+|tests\/browser|tests|tools|training|shaders)\//;
const WRITTEN = /\.(rs|wgsl|js|mjs|py|sh)$/;
/** Made by programs, or others' work. */
const NOT_OURS = /recording\.js$|^web\/vendor\/|^tests\/golden\/|\/generated\//;

const given = process.argv.slice(2);
const [earlier, later] = given.length > 0 ? [lengthsOf(given[0]), lengthsOf(given[1] ?? "HEAD")] : [null, lengthsOf("HEAD")];
const folders = [...new Set([...(earlier?.keys() ?? []), ...later.keys()])].sort();
const columns = ["files", "median", "longest"];
console.log(`| folder | ${[...(earlier ? columns.map((name) => `${name} before`) : []), ...columns].join(" | ")} |`);
console.log(`|---|${"---|".repeat(earlier ? 6 : 3)}`);
for (const folder of folders) {
  const cells = [...(earlier ? [earlier] : []), later].map((lengths) => summary(lengths.get(folder) ?? []));
  console.log(`| \`${folder}\` | ${cells.join(" | ")} |`);
}

/** Lines of each file, by folder, the longest first. @param {string} commit @returns {Map<string, [string, number][]>} */
function lengthsOf(commit) {
  const found = new Map();
  for (const line of execFileSync("git", ["grep", "-I", "-c", "", commit], { encoding: "utf8", maxBuffer: 1 << 28 }).split("\n")) {
    const [, path, count] = /^[^:]+:(.+):(\d+)$/.exec(line) ?? [];
    if (!path || !WRITTEN.test(path) || NOT_OURS.test(path)) continue;
    const folder = FOLDER.exec(path)?.[1] ?? (path.startsWith("web/") ? "web" : null);
    if (folder) found.set(folder, [...(found.get(folder) ?? []), [path, Number(count)]]);
  }
  for (const files of found.values()) files.sort(([, a], [, b]) => b - a);
  return found;
}

/** @param {[string, number][]} files the longest first */
function summary(files) {
  const longest = files[0];
  if (!longest) return "– | – | –";
  const sorted = files.map(([, count]) => count).reverse();
  const median = (Number(sorted[(sorted.length - 1) >> 1]) + Number(sorted[sorted.length >> 1])) / 2;
  return `${files.length} | ${Math.round(median)} | ${longest[1]} ${longest[0].split("/").at(-1)}`;
}
