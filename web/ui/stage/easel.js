// The starting picture on the stage, in the place of the last one: seen as soon as it is there, with what can be done with it, and painted on in its
// full size. Its tools lie over the timeline, which has nothing to say of it, so that nothing moves.

import { paintsOn } from "./brush.js";
import { byId, inSquares, paint, within, write } from "../dom.js";
import { zooms } from "./zoom.js";
import { say } from "../../words/say.js";

/** @import { State } from "../../studio/state.js" */
/** @import { View } from "../views.js" */

/** How much a key changes the brush, in hundredths of the picture, and the zoom. */
const WIDER = 2;
const CLOSER = 1.5;

/** @type {View<"initImage" | "run" | "undo">} */
export function easelView(studio) {
  const easel = byId("easel", HTMLDivElement);
  const tools = byId("easel-tools", HTMLDivElement);
  const [canvas, veil] = [within(easel, "canvas.under", HTMLCanvasElement), within(easel, "canvas.veil", HTMLCanvasElement)];
  const ring = within(easel, ".ring", HTMLSpanElement);
  const size = byId("brush", HTMLInputElement);
  const [painter, eraser] = [byId("painter", HTMLInputElement), byId("eraser", HTMLInputElement)];
  const brush = paintsOn(veil, {
    size: () => size.valueAsNumber,
    erases: () => eraser.checked,
    done: studio.initImage.paintMask,
    shows: (at, width) => place(ring, veil, at, width),
  });
  const zoom = zooms(within(easel, ".view", HTMLDivElement), within(easel, ".board", HTMLDivElement), (times) =>
    write(byId("zoom", HTMLOutputElement), `${Math.round(times * 100)} %`),
  );
  /** @type {Record<string, () => unknown>} */
  const buttons = {
    "easel-start": () => studio.run.generate(),
    "easel-generate": () => studio.run.generate(),
    "easel-paint": () => studio.initImage.showEasel("painting"),
    "easel-undo": studio.undo.undo,
    "mask-undo": studio.undo.undo,
    "mask-clear": () => studio.initImage.paintMask(null),
    "zoom-out": () => zoom.by(1 / CLOSER),
    "zoom-in": () => zoom.by(CLOSER),
    "easel-done": () => studio.initImage.showEasel("seen"),
    "easel-close": () => studio.initImage.showEasel(null),
  };
  for (const [id, act] of Object.entries(buttons)) byId(id, HTMLButtonElement).addEventListener("click", act);
  for (const element of [size, eraser]) element.addEventListener("input", (event) => event.stopPropagation());
  veil.addEventListener("keydown", (event) => onKey(event));
  veil.addEventListener("focus", brush.seen);
  veil.addEventListener("blur", () => place(ring, veil, null, 0));

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    const { key, shiftKey } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const far = shiftKey ? 4 : 1;
    /** @type {Record<string, () => unknown>} */
    const keys = {
      ArrowLeft: () => brush.move(-far, 0),
      ArrowRight: () => brush.move(far, 0),
      ArrowUp: () => brush.move(0, -far),
      ArrowDown: () => brush.move(0, far),
      " ": () => write(byId("easel-said", HTMLParagraphElement), say(brush.press() ? "easel.down" : "easel.up")),
      "[": () => resize(-WIDER),
      "]": () => resize(WIDER),
      e: () => ((eraser.checked ? painter : eraser).checked = true),
      "+": () => zoom.by(CLOSER),
      "-": () => zoom.by(1 / CLOSER),
      Escape: () => studio.initImage.showEasel("seen"),
    };
    const act = keys[key] ?? keys[key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  /** @param {number} by */
  function resize(by) {
    size.value = String(size.valueAsNumber + by);
    brush.seen();
  }

  /** @type {{ easel: State["easel"], start: State["start"] } | null} */
  let drawn = null;
  zoom.to(1);
  return (now) => {
    const {
      start: { image, mask },
    } = now;
    if (now.easel && !image) return studio.initImage.showEasel(null);
    byId("mask-undo", HTMLButtonElement).disabled = now.steps.undo === 0;
    byId("mask-clear", HTMLButtonElement).disabled = mask === null;
    for (const id of ["easel-start", "easel-generate"]) byId(id, HTMLButtonElement).disabled = !["ready", "running"].includes(now.phase);
    if (now.easel === drawn?.easel && now.start === drawn.start) return;
    const before = drawn;
    drawn = { easel: now.easel, start: now.start };
    const painting = now.easel === "painting";
    easel.hidden = tools.hidden = now.easel === null;
    byId("timeline", HTMLDivElement).classList.toggle("away", now.easel !== null);
    for (const id of ["made", "specimen"]) byId(id, HTMLDivElement).classList.toggle("away", now.easel !== null);
    byId("easel-seen", HTMLDivElement).hidden = painting;
    byId("easel-painting", HTMLDivElement).hidden = !painting;
    easel.classList.toggle("painting", painting);
    veil.tabIndex = painting ? 0 : -1;
    if (!image || !now.easel) return;
    write(byId("easel-name", HTMLParagraphElement), say(mask ? "easel.masked" : "taken.picture", { name: image.name }));
    paint(canvas, image.pixels);
    canvas.setAttribute("aria-label", say("easel.picture", { name: image.name }));
    veil.classList.toggle("squares", inSquares(image.pixels));
    if (before?.start !== now.start || before.easel === null) brush.show(image.pixels, mask?.pixels ?? null);
    if (before?.easel !== now.easel) {
      if (!painting) zoom.to(1);
      if (painting) {
        veil.focus({ preventScroll: true });
        veil.scrollIntoView({ block: "nearest" }); // on a phone, what was pressed may be a screen below
      }
      if (before?.easel === "painting") byId("easel-paint", HTMLButtonElement).focus({ preventScroll: true });
    }
  };
}

/**
 * The ring that shows where the brush is, and how wide.
 * @param {HTMLElement} ring
 * @param {HTMLCanvasElement} veil
 * @param {import("./brush.js").Point | null} at
 * @param {number} width
 */
function place(ring, veil, at, width) {
  ring.hidden = at === null;
  if (!at) return;
  const scale = veil.clientWidth / veil.width;
  ring.style.cssText = `left:${at.x * scale}px;top:${at.y * scale}px;width:${width * scale}px`;
}
