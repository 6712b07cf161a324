// What waits to be made: a short list, in which each run can be moved and taken away.

import { button, byId, crossButton, h, write } from "../dom.js";
import { say } from "../../words/say.js";

/** @import { Job } from "../../studio/queue.js" */
/** @import { State } from "../../studio/state.js" */
/** @import { Studio } from "../../studio/studio.js" */
/** @import { View } from "../views.js" */
/** Of the studio. @typedef {"queue"} Used */

/** @type {View<Used>} */
export function queueView(studio) {
  const root = byId("queue", HTMLDivElement);
  const title = h("span", { className: "numbers", id: "queue-count", role: "status" });
  const goOn = button(say("queue.goOn"), studio.queue.goOn);
  const clear = button(say("queue.clear"), () => studio.queue.unqueue(() => true));
  const list = h("ol", { className: "waiting-jobs" });
  root.append(h("p", { className: "sources" }, title, goOn, clear), list);
  /** @type {Job[]} */
  let drawn = [];
  return (/** @type {State} */ { queue: all, phase }) => {
    const queue = all.filter(({ passing }) => !passing);
    root.hidden = queue.length === 0;
    goOn.hidden = phase !== "ready";
    if (all === drawn) return;
    drawn = all;
    write(title, say("queue.count", { n: queue.length }));
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset["job"];
    list.replaceChildren(...queue.map((job, place) => row(studio, job, place, queue.length)));
    if (focused)
      /** @type {HTMLElement | null} */ (
        list.querySelector(`[data-job="${focused}"]:enabled`) ?? list.querySelector("button:enabled")
      )?.focus();
  };
}

/** @param {Pick<Studio, Used>} studio @param {Job} job @param {number} place @param {number} count */
function row(studio, { id, settings }, place, count) {
  const words = settings.prompt || say("gallery.wordless");
  const move = (/** @type {-1 | 1} */ by, /** @type {string} */ sign, /** @type {string} */ label, /** @type {boolean} */ possible) => {
    const element = button(sign, () => studio.queue.moveJob(id, by));
    Object.assign(element, { className: "icon-button", disabled: !possible });
    element.dataset["job"] = `${id}${sign}`;
    element.setAttribute("aria-label", label);
    return element;
  };
  return h(
    "li",
    {},
    h("span", { className: "words", textContent: words }),
    h("span", { className: "hint numbers", textContent: say("queue.about", { seed: settings.seed, steps: settings.steps }) }),
    move(-1, "↑", say("queue.up", { words }), place > 0),
    move(1, "↓", say("queue.down", { words }), place < count - 1),
    crossButton(say("queue.remove", { words }), () => studio.queue.unqueue((other) => other.id === id)),
  );
}
