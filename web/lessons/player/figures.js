// What a lesson shows, drawn by the page's figures: each kind takes data that a lesson's `show` makes. Two kinds are a figure with its own
// cursor, because a lesson has no timeline.

import { h } from "../../ui/dom.js";
import { channelsFigure } from "../../figures/channels.js";
import { guidanceFigure } from "../../figures/guidance.js";
import { linesFigure } from "../../figures/lines.js";
import { pictureFigure } from "../../figures/picture.js";
import { planeFigure } from "../../figures/plane.js";
import { scheduleFigure } from "../../figures/schedule.js";
import { sliderFigure } from "../../figures/slider.js";
import { stripFigure } from "../../figures/strip.js";
import { tableFigure } from "../../figures/table.js";
import { barsFigure } from "./bars.js";
import { chipsFigure } from "./chips.js";
import { withCursor } from "./cursor.js";

/** @import { Figure } from "../index.js" */
/** @typedef {(host: HTMLElement) => (data: any) => void} Drawing */

/** @satisfies {Record<string, Drawing>} */
const KINDS = {
  picture: pictureFigure,
  slider: sliderFigure,
  channels: channelsFigure,
  schedule: scheduleOfRun,
  plane: planeFigure,
  lines: linesFigure,
  table: tableFigure,
  bars: barsFigure,
  chips: chipsFigure,
  strip: withCursor((host, onScrub) => stripFigure(host, { onScrub }), true),
  guidance: withCursor(guidanceOfStep, false),
};

/** @typedef {keyof typeof KINDS} Kind */

/** @param {HTMLElement} host */
function guidanceOfStep(host) {
  const draw = guidanceFigure(host);
  return (/** @type {{ trace: import("../../api/decant.d.ts").Trace, cursor: number }} */ { trace, cursor }) => {
    const step = trace.steps[Math.min(cursor, trace.steps.length - 1)];
    if (step) draw({ step, negative: Boolean(trace.settings.negative?.trim()) });
  };
}

/** @param {HTMLElement} host */
function scheduleOfRun(host) {
  let cursor = 0;
  /** @type {import("../../api/decant.d.ts").Schedule | null} */
  let shown = null;
  const draw = scheduleFigure(host, {
    onScrub(place) {
      cursor = place;
      if (shown) draw({ schedule: shown, cursor });
    },
  });
  return (/** @type {{ schedule: import("../../api/decant.d.ts").Schedule }} */ { schedule }) => {
    shown = schedule;
    cursor = Math.min(cursor, schedule.timesteps.length - 1);
    draw({ schedule, cursor });
  };
}

/**
 * Draws figures side by side. The same kinds as before are drawn again in their places, so that nothing jumps when a dial is turned.
 * @param {HTMLElement} host
 */
export function figuresView(host) {
  /** @type {{ kind: Kind, draw: (data: any) => void }[]} */
  let drawn = [];
  return (/** @type {Figure[]} */ figures) => {
    const pictures = figures.filter(({ kind }) => kind === "picture").length;
    host.style.setProperty("--many", String(pictures % 4 === 0 && pictures > 4 ? 4 : Math.min(Math.max(pictures, 2), 5)));
    if (figures.length !== drawn.length || figures.some(({ kind }, index) => kind !== drawn[index]?.kind)) {
      host.replaceChildren();
      drawn = figures.map(({ kind, wide }) => {
        const place = h("div", { className: `figure of-${kind}${wide || !["picture"].includes(kind) ? " wide-figure" : ""}` });
        host.append(place);
        return { kind, draw: /** @type {Drawing} */ (KINDS[kind])(place) };
      });
    }
    figures.forEach(({ data }, index) => drawn[index]?.draw(data));
  };
}
