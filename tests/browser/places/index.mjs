// Every screen of the page, and how a person gets there: for those who look at all of them (access.mjs, screens.mjs). No row reads a text,
// so that the page may speak any language. What is new on the page gets a row here.

import { INSIDE_SCREENS } from "./inside.mjs";
import { LESSON_SCREENS } from "./lessons.mjs";
import { STUDIO_SCREENS } from "./studio.mjs";

export const SCREENS = [...STUDIO_SCREENS, ...INSIDE_SCREENS, ...LESSON_SCREENS];
