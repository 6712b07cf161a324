// English: what every other language has rows for, too.

import { INSIDE } from "./inside.js";
import { LESSONS } from "./lessons.js";
import { OPENER } from "./opener.js";
import { PROBLEMS } from "./problems.js";
import { REACH } from "./reach.js";
import { SETTINGS } from "./settings.js";
import { SHARED } from "./shared.js";
import { STAGE } from "./stage.js";
import { STUDIO } from "./studio.js";

export const ROWS = { ...SHARED, ...SETTINGS, ...STAGE, ...OPENER, ...PROBLEMS, ...STUDIO, ...INSIDE, ...LESSONS, ...REACH };

/** @type {import("../languages.js").Language} the program's own words are English */
export const ENGLISH = { name: "English", rows: ROWS, program: {}, catalogue: null };
