// Latents as they are: each channel a map, all on one colour scale that is shown, with the channel's numbers under it.

import { h, write } from "../ui/dom.js";
import { say } from "../words/say.js";
import { AROUND_ZERO, colourBar } from "./colours.js";
import { paintMap, reach } from "./maps.js";
import { figures } from "./numbers.js";
import { whenSeen } from "./seen.js";

/** @import { ChannelStatistics } from "../api/decant.d.ts" */
/**
 * @typedef {{ values: Float32Array, shape: [number, number, number], statistics?: ChannelStatistics[] | undefined, range?: number | undefined }} Channels `range` is what the scale's ends stand for, on both sides of zero
 */

/** @param {HTMLElement} host @returns {(data: Channels) => void} */
export function channelsFigure(host) {
  const row = h("div", { className: "channels" });
  const bar = colourBar(AROUND_ZERO);
  host.append(h("div", { className: "figure-channels" }, row, bar.element));
  return whenSeen(host, ({ values, shape: [channels, height, width], statistics, range = reach(values) }) => {
    if (row.children.length !== channels) row.replaceChildren(...Array.from({ length: channels }, channel));
    row.style.setProperty("--aspect", String(width / height));
    for (let c = 0; c < channels; c++) {
      const canvas = /** @type {HTMLCanvasElement} */ (row.children[c]?.firstElementChild);
      paintMap(canvas, { values, width, height, from: c * height * width, range: [-range, range] });
      const numbers = statistics?.[c];
      const words = numbers
        ? say("figure.channel.numbers", {
            mean: figures(numbers.mean),
            deviation: figures(numbers.deviation),
            least: figures(numbers.least),
            largest: figures(numbers.largest),
          })
        : "";
      canvas.setAttribute("aria-label", `${say("figure.channel", { n: c + 1 })}. ${words}`);
      const [mean, spread] = row.children[c]?.querySelectorAll("figcaption span") ?? [];
      if (mean) write(mean, numbers ? `${figures(numbers.mean)} ± ${figures(numbers.deviation)}` : "");
      if (spread) write(spread, numbers ? `${figures(numbers.least)} … ${figures(numbers.largest)}` : "");
    }
    bar.label(figures(-range), "0", figures(range));
  });
}

/** @param {unknown} _ @param {number} index */
function channel(_, index) {
  const canvas = h("canvas");
  canvas.setAttribute("role", "img");
  const titles = { mean: say("figure.channel.mean"), spread: say("figure.channel.spread") };
  return h(
    "figure",
    {},
    canvas,
    h(
      "figcaption",
      { className: "numbers" },
      h("b", {}, say("figure.channel", { n: index + 1 })),
      h("span", { title: titles.mean }),
      h("span", { title: titles.spread }),
    ),
  );
}
