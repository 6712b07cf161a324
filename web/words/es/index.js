// Spanish.

import { CATALOGUE } from "./catalogue.js";
import { CLASSROOM } from "./classroom.js";
import { INSIDE } from "./inside.js";
import { OPENER } from "./opener.js";
import { PROBLEMS } from "./problems.js";
import { PROGRAM } from "./program.js";
import { REACH } from "./reach.js";
import { SETTINGS } from "./settings.js";
import { SHARED } from "./shared.js";
import { STAGE } from "./stage.js";
import { STUDIO } from "./studio.js";

/** @type {import("../languages.js").Language} */
export const SPANISH = {
  name: "Español",
  rows: { ...SHARED, ...SETTINGS, ...STAGE, ...OPENER, ...PROBLEMS, ...STUDIO, ...INSIDE, ...CLASSROOM, ...REACH },
  lessons: () => import("./lessons/index.js"),
  program: PROGRAM,
  sentences: () => import("./sentences/index.js"),
  catalogue: CATALOGUE,
};
