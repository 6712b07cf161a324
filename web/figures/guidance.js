// Guidance, in maps and in arrows: the noise that the model predicts without the prompt, with it, their difference times the scale, and what
// the step was taken with. The arrows lie in the plane of the two predictions: lengths (root mean square) and the angle are the true ones.

import { h, write } from "../ui/dom.js";
import { say } from "../words/say.js";
import { arrows } from "./arrows.js";
import { AROUND_ZERO, colourBar } from "./colours.js";
import { paintTiles, reach } from "./maps.js";
import { measure } from "./measure.js";
import { figures } from "./numbers.js";
import { whenSeen } from "./seen.js";

/** @import { Step } from "../api/decant.d.ts" */

/** As a sum is read: with it; without it + the difference = what is taken. */
const PARTS = /** @type {const} */ (["with", "without", "difference", "result"]);

/**
 * @param {HTMLElement} host
 * @returns {(data: { step: Step, negative?: boolean }) => void} `negative`: what is asked besides the prompt is a negative one, and not the empty text
 */
export function guidanceFigure(host) {
  const maps = Object.fromEntries(PARTS.map((part) => [part, h("canvas")]));
  const captions = Object.fromEntries(PARTS.map((part) => [part, h("figcaption")]));
  const figuresOf = PARTS.map((part) => {
    maps[part]?.setAttribute("role", "img");
    return h("figure", { className: `noise-${part}` }, h("div", { className: "noise-tile" }, maps[part]), captions[part]);
  });
  const bar = colourBar(AROUND_ZERO);
  const plot = arrows();
  const words = h("p", { className: "summary hint numbers" });
  const box = h("div", { className: "figure-guidance" }, h("div", { className: "noises" }, ...figuresOf), bar.element, plot.element, words);
  host.append(box);
  /** @type {Step | null} */
  let now = null;
  return whenSeen(host, ({ step, negative = false }) => {
    now = step;
    box.classList.toggle("unguided", !step.epsUncond);
    const parts = partsOf(step);
    const range = niceReach(parts);
    for (const part of PARTS) {
      const values = parts[part];
      const canvas = maps[part];
      const caption = captions[part];
      if (!canvas || !caption) continue;
      canvas.closest("figure")?.toggleAttribute("hidden", values === null);
      // The difference is small, and is what there is to see: it has a scale of its own, which is said.
      const own = part === "difference" && values ? reach(values) : range;
      if (values) paintTiles(canvas, values, step.shape, [-own, own]);
      write(
        caption,
        say(negative && part === "without" ? "figure.guidance.negative" : `figure.guidance.${part}`, {
          scale: figures(step.guidance),
          range: figures(own),
        }),
      );
      canvas.setAttribute("aria-label", caption.textContent ?? "");
    }
    bar.label(figures(-range), "0", figures(range));
    if (step.epsCond)
      describe(step, negative).then(
        ({ summary, geometry }) => {
          if (now !== step) return;
          write(words, summary);
          plot.draw({ ...geometry, negative }, summary);
        },
        (error) => write(words, String(error)),
      );
  });
}

/** What is drawn; a recorded run may lack some. @param {Step} step @returns {Record<typeof PARTS[number], Float32Array | null>} */
function partsOf({ epsCond, epsUncond, epsGuided, guidance }) {
  const difference = epsCond && epsUncond ? differenceOf(epsCond, epsUncond, guidance) : null;
  return { without: epsUncond ?? null, with: epsCond ?? null, difference, result: epsGuided ?? null };
}

/** @type {WeakMap<Float32Array, Float32Array>} */
const differences = new WeakMap();

/** @param {Float32Array} cond @param {Float32Array} uncond @param {number} scale */
function differenceOf(cond, uncond, scale) {
  const known = differences.get(cond);
  if (known) return known;
  const values = cond.map((value, i) => scale * (value - Number(uncond[i])));
  differences.set(cond, values);
  return values;
}

/**
 * A scale that changes in coarse strides, so that maps of neighbouring steps can be compared.
 * @param {Record<string, Float32Array | null>} parts
 */
function niceReach(parts) {
  return Math.ceil(reach(...[parts["with"], parts["without"], parts["result"]].filter((one) => one instanceof Float32Array)));
}

/** The plane's first direction is the prediction without the prompt. @param {Step} step @param {boolean} negative */
async function describe({ epsCond, epsUncond, epsGuided, guidance }, negative) {
  if (!epsUncond) {
    const { lengths } = await measure(epsCond, epsCond);
    return {
      summary: say("figure.guidance.unguided", { length: figures(lengths[0]) }),
      geometry: { without: null, with: /** @type {[number, number]} */ ([lengths[0], 0]), result: null },
    };
  }
  const apart = await measure(epsUncond, epsCond);
  const taken = await measure(epsGuided, epsCond);
  const [without, towards] = apart.lengths;
  const angle = Math.acos(Math.min(1, Math.max(-1, apart.cosine)));
  const tip = /** @type {[number, number]} */ ([towards * Math.cos(angle), towards * Math.sin(angle)]);
  const result = /** @type {[number, number]} */ ([without + guidance * (tip[0] - without), guidance * tip[1]]);
  const summary = say(negative ? "figure.guidance.summaryNegative" : "figure.guidance.summary", {
    without: figures(without),
    with: figures(towards),
    angle: figures((angle * 180) / Math.PI),
    apart: figures(apart.rms),
    scale: figures(guidance),
    result: figures(taken.lengths[0]),
  });
  return { summary, geometry: { without: /** @type {[number, number]} */ ([without, 0]), with: tip, result } };
}
