// What a person does on the page, one row each, by what it is about. Rows are played on the page with its stand-in (but `real` ones) and on the
// built page with the real model (but `fake` ones), `gpu` ones once more on a GPU. `crash` ones are played on the built page in a browser of their own.

import { ADAPTERS } from "./adapters.mjs";
import { ADDRESSES } from "./addresses.mjs";
import { APPEARANCE } from "./appearance.mjs";
import { DEVICES } from "./devices.mjs";
import { DOWNLOADS } from "./downloads.mjs";
import { DROPPED_FILES } from "./dropped-files.mjs";
import { FAILURES } from "./failures.mjs";
import { GENERATING } from "./generating.mjs";
import { INIT_IMAGES } from "./init-images.mjs";
import { INSIDE } from "./inside.mjs";
import { INSIDE_COMPARE } from "./inside-compare.mjs";
import { KEPT_PICTURES } from "./kept-pictures.mjs";
import { LESSON_CONTENTS } from "./lesson-contents.mjs";
import { LESSONS } from "./lessons.mjs";
import { LOSSES } from "./losses.mjs";
import { MASKS } from "./masks.mjs";
import { MODULE } from "./module.mjs";
import { OPENING } from "./opening.mjs";
import { OWN_FILES } from "./own-files.mjs";
import { PREFLIGHT } from "./preflight.mjs";
import { QUEUE } from "./queue.mjs";
import { RUN_FILES } from "./run-files.mjs";
import { SAVED_FILES } from "./saved-files.mjs";
import { SERIES } from "./series.mjs";
import { SERVERS } from "./servers.mjs";
import { SETTINGS } from "./settings.mjs";
import { SPANISH } from "./spanish.mjs";
import { STAGE } from "./stage.mjs";
import { UPSCALERS } from "./upscalers.mjs";
import { USUAL_MODELS } from "./usual-models.mjs";

/** @typedef {{ page: import("playwright-core").Page, address: string, complaints: string[], models: string }} Scene */
/**
 * @typedef {{ name: string, open?: string | null, width?: number, height?: number, first?: boolean, usual?: boolean, host?: string, fake?: boolean, real?: boolean, crash?: boolean, gpu?: boolean, expects?: RegExp, play: (scene: Scene) => Promise<void> }} Journey
 */

/** By the name of their file. @type {Record<string, Journey[]>} */
const EITHER = {
  generating: GENERATING,
  addresses: ADDRESSES,
  settings: SETTINGS,
  "init-images": INIT_IMAGES,
  masks: MASKS,
  adapters: ADAPTERS,
  "dropped-files": DROPPED_FILES,
  "saved-files": SAVED_FILES,
  module: MODULE,
  devices: DEVICES,
  opening: OPENING,
  stage: STAGE,
  appearance: APPEARANCE,
  "usual-models": USUAL_MODELS,
  "kept-pictures": KEPT_PICTURES,
  queue: QUEUE,
  series: SERIES,
  preflight: PREFLIGHT,
  "run-files": RUN_FILES,
  inside: INSIDE,
  "inside-compare": INSIDE_COMPARE,
  lessons: LESSONS,
  "lesson-contents": LESSON_CONTENTS,
};
/** Where nothing depends on what the model makes; `real` rows all the same on the built page. @type {Record<string, Journey[]>} */
const STAND_IN = { "own-files": OWN_FILES, downloads: DOWNLOADS, servers: SERVERS, failures: FAILURES, spanish: SPANISH };
/** Where everything does. @type {Record<string, Journey[]>} */
const BUILT = { upscalers: UPSCALERS, losses: LOSSES };

/** Each with the name of its file, by which run.mjs chooses it, too. @type {(Journey & { about: string })[]} */
export const JOURNEYS = [
  ...rowsOf(EITHER, () => ({})),
  ...rowsOf(STAND_IN, ({ real }) => (real ? {} : { fake: true })),
  ...rowsOf(BUILT, () => ({ real: true })),
];

/** @param {Record<string, Journey[]>} files @param {(row: Journey) => Partial<Journey>} more */
function rowsOf(files, more) {
  return Object.entries(files).flatMap(([about, rows]) => rows.map((row) => ({ ...row, ...more(row), about })));
}
