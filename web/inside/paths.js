// Why not one step? Several samplers from the same noise, each as a path in the plane in which they differ most, against the pictures where they
// end. The runs are made when they are asked for, and can be stopped.

import { button, h, paint, writeSpoken } from "../ui/dom.js";
import { Decant } from "../api/decant.js";
import { measure } from "../figures/measure.js";
import { figures } from "../figures/numbers.js";
import { planeFigure } from "../figures/plane.js";
import { readHash } from "../ui/places.js";
import { sentenceOf } from "../studio/sentences.js";
import { namesOf, only } from "../studio/settings.js";
import { inList, say } from "../words/say.js";

/** @import { Info, Trace } from "../api/decant.d.ts" */
/** @typedef {{ name: string, trace: Trace }} Made */

/** Those that are ticked at first, where the program has them. */
const USUAL = ["euler", "heun", "dpmpp_2m", "ddim"];
const STEPS = [1, 4, 8, 16];
const USUAL_STEPS = [1, 8];

/** @type {import("./inside.js").Part<"model">} */
export function pathsPart(section, studio, state) {
  const samplers = h("div", { className: "ticks" });
  const counts = h(
    "div",
    { className: "ticks" },
    ...STEPS.map((n) => tick("inside-path-steps", String(n), say("inside.paths.n", { n }), USUAL_STEPS.includes(n))),
  );
  const begin = button(say("inside.paths.draw"), () => go());
  begin.id = "inside-draw-paths";
  const stop = button(say("inside.cancel"), () => stopping.abort());
  const kind = h(
    "select",
    { aria: { label: say("inside.paths.of") } },
    h("option", { value: "denoised" }, say("inside.paths.denoised")),
    h("option", { value: "latents" }, say("inside.paths.latents")),
  );
  const status = h("p", { className: "hint numbers", role: "status", id: "inside-paths-status" });
  const [plot, ends] = [h("div"), h("ul", { className: "ends" })];
  stop.hidden = true;
  const group = (/** @type {import("../words/languages.js").Key} */ title, /** @type {HTMLElement} */ content) =>
    h("fieldset", { className: "choices" }, h("legend", {}, say(title)), content);
  section.append(
    h("p", { className: "hint" }, say("inside.paths.hint")),
    h(
      "div",
      { className: "paths-form" },
      group("inside.paths.samplers", samplers),
      group("inside.paths.steps", counts),
      h("p", { className: "sources" }, begin, stop, kind),
      status,
    ),
    h("div", { className: "paths-drawn" }, plot, ends),
  );
  const draw = planeFigure(plot);
  let stopping = new AbortController();
  /** @type {Made[]} */
  let made = [];

  async function go() {
    const asked = jobsOf(checked(samplers), checked(counts).map(Number), state().info);
    const model = studio.model.decant();
    if (!model || asked.length === 0) return writeSpoken(status, { text: say("inside.paths.nothing") });
    stopping = new AbortController();
    [begin.disabled, stop.hidden] = [true, false];
    made = [];
    try {
      for (const [n, job] of asked.entries()) {
        const { trace } = await model.generate({
          ...plain(state()),
          ...job.settings,
          signal: stopping.signal,
          onStep: ({ index, total }) =>
            writeSpoken(status, {
              text: say("inside.paths.going", { run: n + 1, runs: asked.length, name: job.name, step: index + 1, total }),
            }),
        });
        made = [...made, { name: job.name, trace }];
        await show();
      }
      writeSpoken(status, { text: say("inside.paths.done", { n: made.length }) });
    } catch (error) {
      writeSpoken(status, stopping.signal.aborted ? { text: say("inside.paths.stopped", { n: made.length }) } : sentenceOf(error, "run"));
    } finally {
      [begin.disabled, stop.hidden] = [false, true];
    }
  }

  async function show() {
    const runs = made.map(({ trace }) => pointsOf(trace, kind.value));
    const { runs: points, explained } = await Decant.plane(runs);
    draw({ runs: made.map(({ name }, i) => ({ name, points: points[i] ?? [] })), explained });
    ends.replaceChildren(...(await Promise.all(made.map((one) => endOf(one, made)))));
  }

  // Who is somewhere else does not want to wait for them.
  addEventListener("hashchange", () => readHash(location.hash).place !== "inside" && stopping.abort());
  kind.addEventListener("change", () => made.length > 0 && show());
  /** @type {Info | null} */
  let listed = null;
  return ({ state: { info, phase } }) => {
    begin.disabled = phase !== "ready" || !stop.hidden;
    if (!info || info === listed) return;
    listed = info;
    const usual = info.catalog.samplers.filter(({ id }) => USUAL.includes(id));
    samplers.replaceChildren(
      ...info.catalog.samplers.map(({ id, name }) =>
        tick(
          "inside-path-sampler",
          id,
          name,
          (usual.length > 0 ? usual : info.catalog.samplers.slice(0, 3)).some((one) => one.id === id),
        ),
      ),
    );
  };
}

/** @param {string} name @param {string} value @param {string} label @param {boolean} checked */
function tick(name, value, label, checked) {
  return h("label", { className: "inside-tick" }, h("input", { type: "checkbox", name, value, checked }), label);
}

/** @param {HTMLElement} group */
function checked(group) {
  return Array.from(group.querySelectorAll("input:checked"), (input) => /** @type {HTMLInputElement} */ (input).value);
}

/**
 * One step is the same with every sampler that begins alike, and is asked of the first alone.
 * @param {string[]} samplers
 * @param {number[]} counts
 * @param {Info | null} info
 */
function jobsOf(samplers, counts, info) {
  return samplers.flatMap((sampler, i) =>
    counts
      .filter((steps) => steps > 1 || i === 0)
      .map((steps) => {
        const name = info?.catalog.samplers.find(({ id }) => id === sampler)?.name ?? sampler;
        // Other spacings begin below the last timestep when steps are few, and the paths would begin at different places.
        return { name: say("inside.paths.name", { name, n: steps }), settings: { sampler, steps, spacing: "trailing" } };
      }),
  );
}

/** What makes one picture, without what belongs to one sampler alone. @param {import("../studio/state.js").State} state */
function plain({ settings, info }) {
  return only(
    settings,
    namesOf(info, ({ name, group, readsText }) => readsText || name === "rng" || (group === "picture" && name !== "count")),
  );
}

/**
 * Predictions, or latents as the model sees them: scaled to unit variance, so that samplers of both conventions share one plane.
 * @param {Trace} trace
 * @param {string} kind
 */
function pointsOf({ steps }, kind) {
  if (kind === "denoised") return steps.map(({ denoised }) => denoised);
  return [...steps.map(({ modelInput }) => modelInput), ...steps.slice(-1).map(({ next }) => next)];
}

/**
 * The picture where a run ends, and how far that is from the end of the longest one of the same sampler kind.
 * @param {Made} one
 * @param {Made[]} all
 */
async function endOf({ name, trace }, all) {
  const best = all.reduce((a, b) => (b.trace.steps.length > a.trace.steps.length ? b : a));
  const canvas = h("canvas", { aria: { label: name } });
  canvas.setAttribute("role", "img");
  if (trace.image) paint(canvas, trace.image);
  const [mine, theirs] = [trace.steps.at(-1)?.denoised, best.trace.steps.at(-1)?.denoised];
  const apart = mine && theirs ? (await measure(mine, theirs)).rms : NaN;
  const distance = trace === best.trace ? say("inside.paths.best") : say("inside.paths.apart", { rms: figures(apart) });
  return h(
    "li",
    {},
    canvas,
    h("b", {}, name),
    h("span", { className: "numbers" }, inList([say("inside.paths.calls", { n: trace.steps.length }), distance])),
  );
}
