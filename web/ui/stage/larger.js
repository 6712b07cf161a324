// “Larger”: a sheet with the upscalers that there are and the model's own second pass, and below the picture how far the work is.

import { button, byId, crossButton, element, fileButton, h, write } from "../dom.js";
import { ACCEPT_WEIGHTS } from "../../api/endings.js";
import { startsFromPicture } from "../../studio/kept.js";
import { inBytes, say } from "../../words/say.js";

/** @import { KeptUpscaler } from "../../store/upscalers.js" */
/** @import { Studio } from "../../studio/studio.js" */
/** @import { View } from "../views.js" */
/** Of the studio. @typedef {"enlarging" | "queue"} Used */

/** How many times as large the button's second pass makes a picture. */
const AGAIN = 2;

/** @type {View<Used>} */
export function largerView(studio, state) {
  const dialog = byId("larger-sheet", HTMLDialogElement);
  const list = h("ul", { className: "models", id: "upscalers" });
  const none = element("p", say("larger.none"), "hint");
  const again = button(say("larger.again", { times: AGAIN }), () => {
    dialog.close();
    const { trace } = state();
    if (trace) studio.queue.repeat({ ...trace.settings, hires: AGAIN });
  });
  again.id = "larger-again";
  const about = element("p", "", "hint");
  dialog.append(
    h(
      "header",
      {},
      h("h2", { id: "larger-title" }, say("larger.title")),
      crossButton(say("do.close"), () => dialog.close()),
    ),
    h("h3", {}, say("larger.upscalers")),
    element("p", say("larger.about"), "hint"),
    list,
    none,
    fileButton(say("larger.add"), ACCEPT_WEIGHTS, studio.enlarging.addUpscaler),
    h("h3", {}, say("form.second")),
    about,
    again,
  );
  byId("larger", HTMLButtonElement).addEventListener("click", () => {
    studio.enlarging.readUpscalers();
    dialog.showModal();
  });
  const line = byId("enlarging", HTMLDivElement);
  const bar = h("progress", { aria: { labelledby: "enlarging-text" } });
  const text = h("span", { id: "enlarging-text" });
  line.append(
    bar,
    text,
    Object.assign(button(say("do.cancel"), studio.enlarging.stopEnlarging), { id: "stop-enlarging", className: "quiet-button" }),
  );
  const each = byId("enlarge-each", HTMLInputElement);
  each.addEventListener("change", () => studio.enlarging.enlargeEach(each.checked));
  /** @type {[KeptUpscaler[], string | null] | null} */
  let drawn = null;
  return ({ upscalers, enlarges, enlarging, trace, info, phase }) => {
    const own = info?.upscaler ?? null;
    if (upscalers !== drawn?.[0] || own !== drawn[1]) {
      drawn = [upscalers, own];
      none.hidden = upscalers.length > 0 || own !== null;
      list.replaceChildren(...(own ? [ownRow(studio, dialog, own)] : []), ...upscalers.map((one) => row(studio, dialog, one)));
      byId("enlarge-field", HTMLElement).hidden = own === null;
      write(byId("enlarge-hint", HTMLElement), own ? say("form.enlarge-hint", { name: own }) : "");
    }
    each.checked = enlarges;
    byId("larger", HTMLButtonElement).disabled = enlarging !== null || !trace?.image;
    // A picture of another model, or one that was made twice already, is no business of this one's.
    const started = trace !== null && startsFromPicture(trace.settings);
    again.disabled = phase === "opening" || !info || !trace || started || trace.settings.hires !== undefined;
    write(about, say(started ? "larger.again-started" : "larger.again-about"));
    line.hidden = enlarging === null;
    if (!enlarging) return;
    const { by, done, of } = enlarging;
    if (of > 0) Object.assign(bar, { max: of, value: done });
    else bar.removeAttribute("value");
    write(text, of > 0 ? say("larger.tiles", { name: by, done, of }) : say("larger.reading", { name: by }));
  };
}

/** The one that the open model brings along. @param {Pick<Studio, Used>} studio @param {HTMLDialogElement} dialog @param {string} name */
function ownRow(studio, dialog, name) {
  return h("li", {}, useButton(studio, dialog, name), h("div", {}, element("span", say("larger.own"), "hint")));
}

/** @param {Pick<Studio, Used>} studio @param {HTMLDialogElement} dialog @param {string} name */
function useButton(studio, dialog, name) {
  const use = button(name, () => {
    dialog.close();
    studio.enlarging.enlarge(name);
  });
  use.className = "quiet-button";
  return use;
}

/** @param {Pick<Studio, Used>} studio @param {HTMLDialogElement} dialog @param {KeptUpscaler} one */
function row(studio, dialog, { name, bytes }) {
  return h(
    "li",
    {},
    useButton(studio, dialog, name),
    h("div", {}, element("span", inBytes(bytes), "hint")),
    crossButton(say("larger.delete", { name }), () => studio.enlarging.dropUpscaler(name)),
  );
}
