// What a picture starts from: its thumbnail with the mask over it, and the buttons that choose and remove them. It is painted on the stage (easel.js).

import { byId, hearFile, within, write } from "../dom.js";
import { overlay } from "../stage/brush.js";
import { say } from "../../words/say.js";

/** @import { State } from "../../studio/state.js" */
/** @import { Starting } from "../../studio/init-image.js" */
/** @import { View } from "../views.js" */

/** @type {View<"imports" | "initImage">} */
export function startView(studio) {
  const root = byId("start", HTMLDetailsElement);
  const thumb = byId("start-thumb", HTMLDivElement);
  const canvas = within(thumb, "canvas", HTMLCanvasElement);
  const paint = byId("paint-mask", HTMLButtonElement);
  choosing("choose-image", "image", studio.initImage.startFrom);
  choosing("choose-latents", "latents", studio.initImage.startFromLatents);
  choosing("choose-mask", "mask", studio.initImage.maskWith);
  choosing("choose-record", "record", studio.imports.takeRecord);
  byId("remove-image", HTMLButtonElement).addEventListener("click", studio.initImage.startFromNoise);
  byId("remove-mask", HTMLButtonElement).addEventListener("click", () => studio.initImage.paintMask(null));
  paint.addEventListener("click", () => studio.initImage.showEasel(paint.getAttribute("aria-pressed") === "true" ? "seen" : "painting"));

  /** @type {Starting | null} */
  let drawn = null;
  /** @type {string | undefined} */
  let shownProblem;
  return (state) => {
    const { start, problems } = state;
    if (problems.image && problems.image !== shownProblem) root.open = true;
    shownProblem = problems.image;
    for (const name of /** @type {const} */ (["image", "mask"])) write(byId(`${name}-problem`, HTMLParagraphElement), problems[name] ?? "");
    byId("keep-field", HTMLDivElement).hidden = !start.image || !(start.mask || state.settings.pad);
    paint.setAttribute("aria-pressed", String(state.easel === "painting"));
    if (start === drawn) return;
    if ((start.image && !drawn?.image) || (start.latents && !drawn?.latents)) root.open = true;
    drawn = start;
    drawStart(state, thumb, canvas);
  };
}

/** @param {State} state @param {HTMLDivElement} thumb @param {HTMLCanvasElement} canvas */
function drawStart({ start: { image, mask, latents = null } }, thumb, canvas) {
  thumb.hidden = image === null;
  byId("start-settings", HTMLDivElement).hidden = byId("remove-image", HTMLButtonElement).hidden = image === null && latents === null;
  for (const field of document.querySelectorAll("#start-settings .of-picture")) /** @type {HTMLElement} */ (field).hidden = image === null;
  byId("remove-mask", HTMLButtonElement).hidden = mask === null;
  write(byId("start-empty", HTMLParagraphElement), latents ? say("latents.chosen", { name: latents.name }) : say("form.start-empty"));
  byId("start-empty", HTMLParagraphElement).hidden = image !== null;
  const badge = byId("start-name", HTMLSpanElement);
  badge.hidden = image === null && latents === null;
  write(badge, say(latents ? "latents.badge" : mask ? "start.masked" : "start.chosen"));
  if (!image) return;
  overlay(canvas, image.pixels, mask?.pixels ?? null);
  canvas.setAttribute("aria-label", mask ? say("start.with-mask", { name: image.name, mask: mask.name }) : image.name);
}

/** A button, and the unseen field behind it. @param {string} id @param {string} field @param {(file: File) => void} take */
export function choosing(id, field, take) {
  const input = byId(`${field}-file`, HTMLInputElement);
  byId(id, HTMLButtonElement).addEventListener("click", () => input.click());
  hearFile(input, take);
}
