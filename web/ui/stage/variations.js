// The row under a finished picture: others like it, near its seed or begun from itself.

import { button, byId, h } from "../dom.js";
import { STRENGTHS } from "../../studio/variations.js";
import { say } from "../../words/say.js";

/** @import { View } from "../views.js" */

/** @type {View<"variations">} */
export function variationsView(studio) {
  const root = byId("variations", HTMLDivElement);
  const titled = (/** @type {string} */ id, /** @type {string} */ label, /** @type {string} */ title, /** @type {() => void} */ act) =>
    Object.assign(button(label, act), { id, title });
  const likes = /** @type {(keyof typeof STRENGTHS)[]} */ (Object.keys(STRENGTHS)).map((how) =>
    titled(`vary-${how}`, say(`vary.${how}`), say("vary.about", { strength: STRENGTHS[how] }), () => studio.variations.vary(how)),
  );
  root.append(
    h(
      "div",
      { className: "button-group", role: "group", aria: { label: say("vary.seeds") } },
      h("span", { className: "hint", textContent: say("vary.seeds") }),
      titled("seed-down", "−1", say("vary.down"), () => studio.variations.seedBy(-1)),
      titled("seed-up", "+1", say("vary.up"), () => studio.variations.seedBy(1)),
      titled("four-more", say("vary.four"), say("vary.fourAbout"), studio.variations.fourMore),
    ),
    h(
      "div",
      { className: "button-group", role: "group", aria: { label: say("vary.title") } },
      h("span", { className: "hint", textContent: say("vary.title") }),
      ...likes,
    ),
  );
  // The sign alone says little to who cannot see the word before it.
  for (const [id, name] of /** @type {const} */ ([
    ["seed-down", "vary.down"],
    ["seed-up", "vary.up"],
  ]))
    byId(id, HTMLButtonElement).setAttribute("aria-label", say(name));
  return ({ phase }) => {
    for (const element of root.querySelectorAll("button")) element.disabled = phase !== "ready" && phase !== "running";
  };
}
