// The place where a run is looked into, step by step. It draws from the trace alone.

import { h } from "../views/elements.js";
import { say } from "../words.js";

/** @import { Build } from "../views/places.js" */

/** @type {Build} */
export function insidePlace(root) {
  root.append(h("p", { className: "hint" }, say("inside.empty")));
  return () => {};
}
