// The place where a run is looked into, step by step. It draws from the trace and the cursor alone, so that a live run, a loaded one and a
// recorded one look the same; each part is a file beside this one.

import { h } from "../ui/dom.js";
import { say } from "../words/say.js";
import { emptyPart } from "./empty.js";
import { timelinePart } from "./timeline.js";
import { picturePart } from "./picture.js";
import { guidancePart } from "./guidance.js";
import { pulledPart } from "./pulled.js";
import { lookingPart } from "./looking.js";
import { channelsPart } from "./channels.js";
import { schedulePart } from "./schedule.js";
import { distancePart } from "./distance.js";
import { wordsPart } from "./words.js";
import { pathsPart } from "./paths.js";
import { pairPart } from "./pair.js";
import { filesPart } from "./files.js";

/** @import { Step, Trace } from "../api/decant.d.ts" */
/** @import { Studio } from "../studio/studio.js" */
/** @import { State } from "../studio/state.js" */
/** @import { Build } from "../ui/places.js" */

/**
 * What a part draws from: the state, the run, and the step at the cursor (the last one's where the finished picture is shown).
 * @typedef {{ state: State, trace: Trace, step: Step, finished: boolean }} Moment
 */
/**
 * A part builds itself into its section and gives back what draws a moment.
 * @template {keyof Studio} [Used=keyof Studio]
 * @typedef {(section: HTMLElement, studio: Pick<Studio, Used>, state: () => State) => (moment: Moment) => void} Part
 */

/** In reading order; the first four fill the first screen. */
const PARTS = /** @type {const} */ ([
  "picture",
  "guidance",
  "pulled",
  "looking",
  "channels",
  "schedule",
  "distance",
  "words",
  "paths",
  "pair",
  "files",
]);
/** @type {Record<typeof PARTS[number], Part>} */
const BUILD = {
  picture: picturePart,
  guidance: guidancePart,
  pulled: pulledPart,
  looking: lookingPart,
  channels: channelsPart,
  schedule: schedulePart,
  distance: distancePart,
  words: wordsPart,
  paths: pathsPart,
  pair: pairPart,
  files: filesPart,
};

/** @type {Build} */
export function insidePlace(root, studio, state) {
  const empty = h("section", { className: "part inside-empty" });
  const timeline = h("section", { className: "inside-timeline", aria: { label: say("inside.timeline") } });
  const body = h("div", { className: "parts", hidden: true });
  root.append(h("h2", { className: "unseen" }, say("inside.title")), empty, timeline, body);
  const drawEmpty = emptyPart(empty, studio);
  const drawTimeline = timelinePart(timeline, studio, state);
  const draws = PARTS.map((name) => {
    const title = h("h3", { id: `inside-${name}-title` }, say(`inside.${name}`));
    const section = h("section", { className: `part part-${name}`, id: `inside-${name}`, aria: { labelledby: title.id } }, title);
    body.append(section);
    return BUILD[name](section, studio, state);
  });
  /** What was shown last: it stays until the next run has a step, so that nobody loses their place on the page. @type {Moment | null} */
  let before = null;
  return (now) => {
    if (root.hidden) return drawEmpty(null);
    const moment = momentOf(now) ?? (isStarting(now) && before ? { ...before, state: { ...now, cursor: before.state.cursor } } : null);
    before = moment;
    empty.hidden = moment !== null;
    timeline.hidden = body.hidden = !empty.hidden;
    if (!moment) return drawEmpty(now);
    drawTimeline(moment);
    for (const draw of draws) draw(moment);
  };
}

/** @param {State} state @returns {Moment | null} null where there is no step to look at */
function momentOf(state) {
  const { trace, cursor } = state;
  const step = trace?.steps[Math.min(cursor, trace.steps.length - 1)];
  return trace && step ? { state, trace, step, finished: Boolean(trace.image) && cursor >= trace.steps.length } : null;
}

/** @param {State} state */
function isStarting({ phase, trace, live }) {
  return phase === "running" && trace !== null && trace === live;
}
