// Two pictures in one place, with a slider between them, or the difference of their pixels. The slider is an ordinary range, so mouse,
// finger and arrow keys all move it. It draws pictures and computes nothing.

import { h, paint } from "../ui/dom.js";
import { say } from "../words/say.js";

/** @typedef {{ before: ImageData, after: ImageData, labels: [before: string, after: string] }} Pair */

/** @param {HTMLElement} host */
export function sliderFigure(host) {
  const [before, after, difference] = [canvas(), canvas(), canvas()];
  const range = h("input", { type: "range", min: "0", max: "100", step: "1", value: "50", aria: { label: say("slider.place") } });
  const stack = h("div", { className: "slider-stack" }, before, after, difference, h("span", { className: "slider-line" }), range);
  const [left, right] = [h("span"), h("span")];
  const mode = h("button", {
    type: "button",
    className: "quiet-button",
    textContent: say("slider.difference"),
    aria: { pressed: "false" },
  });
  const caption = h("figcaption", { className: "slider-labels" }, left, mode, right);
  const figure = h("figure", { className: "slider" }, stack, caption);
  host.append(figure);

  const move = () => {
    stack.style.setProperty("--at", `${range.value}%`);
    range.setAttribute("aria-valuetext", say("slider.at", { n: range.valueAsNumber }));
  };
  range.addEventListener("input", move);
  move();
  let differs = false;
  mode.addEventListener("click", () => {
    differs = !differs;
    mode.setAttribute("aria-pressed", String(differs));
    show();
  });
  const show = () => {
    difference.hidden = !differs;
    range.disabled = differs;
    figure.classList.toggle("differs", differs);
  };
  show();

  /** @type {Pair | null} */
  let drawn = null;
  return (/** @type {Pair} */ pair) => {
    if (drawn?.before === pair.before && drawn.after === pair.after) return;
    drawn = pair;
    paint(before, pair.before);
    paint(after, pair.after);
    drawDifference(difference, before, after);
    stack.style.setProperty("--aspect", String(pair.before.width / pair.before.height));
    [left.textContent, right.textContent] = pair.labels;
    before.setAttribute("aria-label", pair.labels[0]);
    after.setAttribute("aria-label", pair.labels[1]);
    difference.setAttribute("aria-label", say("slider.differenceOf", { before: pair.labels[0], after: pair.labels[1] }));
  };
}

function canvas() {
  return Object.assign(h("canvas", { aria: { label: say("slider.empty") } }), { role: "img" });
}

/**
 * Black where both are equal: a canvas subtracts by itself.
 * @param {HTMLCanvasElement} into
 * @param {HTMLCanvasElement} before
 * @param {HTMLCanvasElement} after
 */
function drawDifference(into, before, after) {
  Object.assign(into, { width: before.width, height: before.height });
  into.className = before.className;
  const context = into.getContext("2d");
  if (!context) return;
  context.imageSmoothingEnabled = false;
  context.globalCompositeOperation = "copy";
  context.drawImage(before, 0, 0);
  context.globalCompositeOperation = "difference";
  context.drawImage(after, 0, 0, into.width, into.height);
}
