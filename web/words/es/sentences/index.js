// What the program refuses and notes, by the English template. Parts of sentences begin small, as the English ones do: who shows a sentence begins
// it with a capital. Most parts stand behind a colon or behind their subject, which is a setting, a file or “el prompt”.

import { BESIDE } from "./beside.js";
import { FILES } from "./files.js";
import { LAYOUTS } from "./layouts.js";
import { LOSSES } from "./losses.js";
import { MACHINE } from "./machine.js";
import { RECORDS } from "./records.js";
import { REQUESTS } from "./requests.js";
import { SAMPLING } from "./sampling.js";
import { WORKER } from "./worker.js";

/** @type {Record<string, import("../../languages.js").Text>} */
export const SENTENCES = { ...REQUESTS, ...LOSSES, ...SAMPLING, ...MACHINE, ...FILES, ...LAYOUTS, ...BESIDE, ...RECORDS, ...WORKER };
