// English: what every other language has rows for, too.

import { CLASSROOM } from "./classroom.js";
import { INSIDE } from "./inside.js";
import { OPENER } from "./opener.js";
import { PROBLEMS } from "./problems.js";
import { REACH } from "./reach.js";
import { SETTINGS } from "./settings.js";
import { SHARED } from "./shared.js";
import { STAGE } from "./stage.js";
import { STUDIO } from "./studio.js";

export const ROWS = { ...SHARED, ...SETTINGS, ...STAGE, ...OPENER, ...PROBLEMS, ...STUDIO, ...INSIDE, ...CLASSROOM, ...REACH };

/** The program's own words are English. @type {import("../languages.js").Language} */
export const ENGLISH = {
  name: "English",
  rows: ROWS,
  lessons: () => import("./lessons/index.js"),
  program: {},
  sentences: () => Promise.resolve({ SENTENCES: {} }),
  catalogue: null,
};
