// What a licence's expression (SPDX) asks for, which licences are accepted, and which texts a package's folder has for them.
// Used for the notices that go along with the page, and for the check that nothing else comes in.

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Accepted, the one that is taken first where there is a choice: by what its text looks like. */
export const ACCEPTED = {
  MIT: /Permission\s+is\s+hereby\s+granted,\s+free\s+of\s+charge,\s+to\s+any\s+person\s+obtaining\s+a\s+copy/i,
  ISC: /Permission to use, copy, modify, and\/or distribute this software for any\s+purpose/i,
  Zlib: /This software is provided ['‘]as-is/i,
  "BSD-2-Clause": /Redistribution and use in source and binary forms/i,
  "BSD-3-Clause": /Redistribution and use in source and binary forms/i,
  "Apache-2.0": /Apache License\s+Version 2\.0/i,
  "BSL-1.0": /Boost Software License/i,
  "Unicode-3.0": /UNICODE LICENSE V3/i,
  "0BSD": /Permission to use, copy, modify, and\/or distribute this software for any\s+purpose/i,
  "CDLA-Permissive-2.0": /Community Data License Agreement - Permissive - Version 2\.0/i,
  Unlicense: /This is free and unencumbered software/i,
};

/**
 * The licences under which something is taken, one of each choice; null where a part of it is not accepted.
 * @param {string | null | undefined} expression "MIT OR Apache-2.0", "(MIT OR Apache-2.0) AND Unicode-3.0", "MIT/Apache-2.0"
 * @returns {string[] | null}
 */
export function taken(expression) {
  const words = (expression ?? "").replaceAll("/", " OR ").match(/[()]|[^\s()]+/g) ?? [];
  const any = () => {
    const choices = [all()];
    while (words[0] === "OR" && words.shift()) choices.push(all());
    return choices.filter((one) => one !== null).sort((a, b) => rank(a) - rank(b))[0] ?? null;
  };
  const all = () => {
    const parts = [one()];
    while (words[0] === "AND" && words.shift()) parts.push(one());
    return parts.includes(null) ? null : [...new Set(parts.flat())];
  };
  const one = () => {
    const word = words.shift();
    if (word === "(") {
      const inside = any();
      return words.shift() === ")" ? inside : null;
    }
    if (words[0] === "WITH") return words.splice(0, 2) && null;
    return word !== undefined && Object.hasOwn(ACCEPTED, word) ? [word] : null;
  };
  const found = any();
  return words.length === 0 ? found : null;
}

/** @param {string[]} licences */
const rank = (licences) => Math.max(...licences.map((id) => Object.keys(ACCEPTED).indexOf(id)));

/**
 * The texts that go along with a package: its own for each licence under which it is taken, else the licence's as published, with the
 * authors' names; and its notices.
 * @param {string} folder where its sources lie @param {string[]} licences @param {string[]} authors
 */
export function textsOf(folder, licences, authors) {
  const all = licenceFiles(folder).map((path) => ({ path, text: tidy(readFileSync(join(folder, path), "utf8")) }));
  // What lies deeper is the licence of something that the package has from elsewhere: Unicode's tables, for one.
  const wanted = all.filter(
    ({ path, text }) => /^notice/i.test(path) || path.includes("/") || licences.some((id) => ACCEPTED[id].test(text)),
  );
  const missing = licences.filter((id) => !all.some(({ text }) => ACCEPTED[id].test(text)));
  return [...new Set([...wanted.map(({ text }) => text), ...missing.map((id) => published(id, authors))])];
}

/** @param {string} folder @param {string} [below] @returns {string[]} */
function licenceFiles(folder, below = "") {
  const entries = readdirSync(join(folder, below), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = below + entry.name;
    if (entry.isDirectory())
      return /^(tests?|bench(es)?|examples?|fuzz|docs?|node_modules|ci|\..*)$/.test(entry.name) ? [] : licenceFiles(folder, `${path}/`);
    return /^(licen[cs]es?|copying|copyright|notice|unlicense)([.-](?!rs$|js$|mjs$|ts$|html$)[^.]*)*$/i.test(entry.name) ? [path] : [];
  });
}

/** A licence as its makers published it, for what comes without. @param {string} id @param {string[]} authors */
export function published(id, authors) {
  const file = new URL(`./texts/${id}.txt`, import.meta.url);
  if (!existsSync(file)) throw new Error(`Something comes without its licence's text, ${id}: write that to tools/notices/texts/${id}.txt.`);
  return tidy(readFileSync(file, "utf8")).replace(
    "{authors}",
    authors.map((author) => author.replace(/ *<[^>]*>/, "")).join(", ") || "its authors",
  );
}

/** @param {string} text */
function tidy(text) {
  return text
    .replaceAll("\r\n", "\n")
    .replaceAll(/[ \t]+$/gm, "")
    .replace(/^\uFEFF?\n*/, "")
    .trimEnd();
}
