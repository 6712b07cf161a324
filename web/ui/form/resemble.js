// The picture that a loss wants the next one to resemble: chosen, seen and removed.

import { byId, paint, within, write } from "../dom.js";
import { choosing } from "./start.js";
import { say } from "../../words/say.js";

/** @import { Starting } from "../../studio/init-image.js" */
/** @import { View } from "../views.js" */

/** @type {View<"initImage">} */
export function resembleView(studio) {
  const root = byId("resemble", HTMLDivElement);
  const thumb = within(root, ".thumb", HTMLDivElement);
  const canvas = within(thumb, "canvas", HTMLCanvasElement);
  const remove = byId("remove-resemble", HTMLButtonElement);
  choosing("choose-resemble", "resemble", studio.initImage.resemble);
  remove.addEventListener("click", studio.initImage.resembleNothing);
  /** @type {Starting["resemble"]} */
  let drawn;
  return ({ start: { resemble }, problems }) => {
    write(byId("resemble-problem", HTMLParagraphElement), problems.resemble ?? "");
    if (resemble === drawn) return;
    drawn = resemble;
    thumb.hidden = remove.hidden = !resemble;
    canvas.setAttribute("aria-label", resemble?.name ?? say("form.resemble-none"));
    if (resemble) paint(canvas, resemble.pixels);
  };
}
