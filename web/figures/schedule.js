// How much noise there is at each timestep (the model's own curve), and where a run's steps stand on it. Time runs from left to right, as in a
// run: from much noise to none. A point can be taken and moved along.

import { h } from "../ui/dom.js";
import { say } from "../words/say.js";
import { chart } from "./chart.js";
import { figures } from "./numbers.js";
import { sayPlace, scrubs } from "./scrub.js";

/** @import { Schedule } from "../api/decant.d.ts" */
/** @typedef {Pick<Schedule, "timesteps" | "sigmas"> & { alphasCumprod?: Float32Array | undefined }} Steps */

/**
 * @param {HTMLElement} host
 * @param {{ onScrub?: (place: number) => void }} [acts]
 * @returns {(data: { schedule: Steps, cursor: number }) => void}
 */
export function scheduleFigure(host, { onScrub } = {}) {
  const box = h("div", { className: "figure-schedule", aria: { label: say("figure.schedule.label") } });
  const mark = h("div", { className: "mark-here", hidden: true });
  const words = h("p", { className: "summary hint numbers" });
  const plot = h("div", { className: "under-mark" }, mark);
  const below = h("div");
  box.append(plot);
  host.append(box, words, below);
  /** @type {{ schedule: Steps, cursor: number } | null} */
  let now = null;
  /** @type {((timestep: number) => number) | null} */
  let across = null;
  const steps = () => now?.schedule.timesteps.length ?? 0;
  const nearest = (/** @type {number} */ x) => {
    const left = x - plot.getBoundingClientRect().left;
    const gaps = Array.from(now?.schedule.timesteps ?? [], (timestep) => Math.abs((across?.(timestep) ?? 0) - left));
    return gaps.indexOf(Math.min(...gaps));
  };
  const arrived = onScrub ? scrubs(box, { at: nearest, last: () => steps() - 1, cursor: () => now?.cursor ?? 0, onScrub }) : () => {};
  const put = () => {
    const timestep = now?.schedule.timesteps[now.cursor];
    mark.hidden = timestep === undefined || across === null;
    if (timestep !== undefined && across) mark.style.transform = `translateX(${across(timestep)}px)`;
  };
  const draw = chart(
    plot,
    optionsOf,
    (drawn) => {
      const scale = drawn.scale("x");
      across = (timestep) => Number(scale?.apply(timestep));
      put();
    },
    below,
  );
  return (data) => {
    now = data;
    arrived();
    draw({ schedule: data.schedule });
    put();
    const at = describe(data);
    if (onScrub) sayPlace(box, steps(), data.cursor, at);
    words.textContent = at;
  };
}

/** @param {{ schedule: Steps, cursor: number }} data */
function describe({ schedule: { timesteps, sigmas }, cursor }) {
  const [timestep, sigma] = [timesteps[cursor], sigmas[cursor]];
  if (timestep === undefined || sigma === undefined) return say("figure.schedule.end", { total: timesteps.length });
  return say("figure.schedule.at", {
    step: cursor + 1,
    total: timesteps.length,
    timestep: Math.round(timestep),
    sigma: figures(sigma),
    part: figures((100 * sigma) / Math.hypot(1, sigma)),
  });
}

/** @param {import("./chart.js").Plot} plot @param {{ schedule: Steps }} data @param {number} width */
function optionsOf(plot, { schedule: { timesteps, sigmas, alphasCumprod } }, width) {
  const marks = Array.from(timesteps, (timestep, i) => ({ timestep, sigma: Number(sigmas[i]) })).filter(({ sigma }) => sigma > 0);
  // sigma² = (1 − ᾱ) / ᾱ, in the convention in which latents are scaled for the model (Karras et al., 2022).
  const curve = Array.from(alphasCumprod ?? [], (kept, timestep) => ({ timestep, sigma: Math.sqrt((1 - kept) / kept) })).filter(
    ({ sigma }, i) => sigma > 0 && i % 4 === 0,
  );
  const most = curve.at(-1)?.timestep ?? Math.max(...timesteps);
  return {
    height: Math.min(300, Math.max(180, width * 0.55)),
    marginLeft: 46,
    marginBottom: 42,
    x: {
      domain: [most, 0],
      label: say("figure.schedule.x"),
      labelAnchor: /** @type {const} */ ("right"),
      labelArrow: /** @type {const} */ ("none"),
      ticks: 5,
    },
    y: {
      type: /** @type {const} */ ("log"),
      label: say("figure.schedule.y"),
      grid: true,
      ticks: 4,
      tickFormat: (/** @type {number} */ sigma) => figures(sigma),
    },
    marks: [
      plot.line(curve, { x: "timestep", y: "sigma", stroke: "var(--edge)", strokeWidth: 1.5 }),
      plot.dot(marks, {
        x: "timestep",
        y: "sigma",
        r: marks.length > 40 ? 2 : 3.5,
        fill: "var(--ground)",
        stroke: "var(--line-1)",
        strokeWidth: 1.6,
      }),
    ],
    summary: say("figure.schedule.summary", {
      total: timesteps.length,
      first: figures(Number(sigmas[0])),
      last: figures(marks.at(-1)?.sigma ?? 0),
    }),
  };
}
