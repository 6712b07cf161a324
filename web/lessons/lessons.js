// The classroom: lessons as data, played step by step.

import { h } from "../views/elements.js";
import { say } from "../words.js";

/** @import { Build } from "../views/places.js" */

/** @type {Build} */
export function lessonsPlace(root) {
  root.append(h("h2", {}, say("lessons.title")));
  return () => {};
}
