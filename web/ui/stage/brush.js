// A brush that paints a mask over a picture, with mouse, finger, pen and keys: what is painted is drawn anew. The veil that one sees is the mask: it
// has the picture's own pixels, whatever size it is shown in.

import { inSquares } from "../dom.js";

/** How strongly a mask covers what is under it, and in which colour (claret). */
const VEIL = { red: 176, green: 45, blue: 89, alpha: 0.62 };
const CLARET = `rgb(${VEIL.red} ${VEIL.green} ${VEIL.blue})`;

/** @typedef {{ x: number, y: number }} Point in the picture's pixels */

/**
 * @typedef {object} Hand
 * @property {() => number} size of the brush, in hundredths of the picture's longer side
 * @property {() => boolean} erases
 * @property {(mask: ImageData | null) => void} done hears the mask after each stroke; null where nothing is left of it
 * @property {(at: Point | null, width: number) => void} shows where the brush is
 */

/** @param {HTMLCanvasElement} veil lies over the picture @param {Hand} hand */
export function paintsOn(veil, { size, erases, done, shows }) {
  const context = /** @type {CanvasRenderingContext2D} */ (veil.getContext("2d", { willReadFrequently: true }));
  /** Where each finger that is down was last. @type {Map<number, Point>} */
  const down = new Map();
  /** @type {Point} */
  let here = { x: 0, y: 0 };
  let strokes = 0;
  /** What was there before a finger came, which may turn out to be the first of two. @type {ImageData | null} */
  let untouched = null;
  /** What was handed on last, and comes back. @type {ImageData | null} */
  let own = null;

  const width = () => Math.max(1, (size() / 100) * Math.max(veil.width, veil.height));

  /** @param {Point} from @param {Point} to @param {number} pressure 1 is a mouse's */
  function line(from, to, pressure) {
    context.globalCompositeOperation = erases() ? "destination-out" : "source-over";
    context.strokeStyle = CLARET;
    context.lineCap = "round";
    context.lineWidth = Math.max(1, width() * pressure);
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(to.x, to.y + 0.001); // a line of no length is not drawn
    context.stroke();
    strokes++;
  }

  /** @param {PointerEvent} event @returns {Point} */
  function pointOf({ clientX, clientY }) {
    const box = veil.getBoundingClientRect();
    return { x: ((clientX - box.left) / box.width) * veil.width, y: ((clientY - box.top) / box.height) * veil.height };
  }

  /** The stroke is over: others hear of it. */
  function lift() {
    if (strokes > 0) done((own = maskOf(context.getImageData(0, 0, veil.width, veil.height))));
    strokes = 0;
  }

  veil.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    veil.focus({ preventScroll: true }); // out of a text, where Ctrl+Z would undo what was typed
    veil.setPointerCapture(event.pointerId);
    here = pointOf(event);
    down.set(event.pointerId, here);
    if (down.size === 1) {
      untouched = event.pointerType === "touch" ? context.getImageData(0, 0, veil.width, veil.height) : null;
      line(here, here, pressureOf(event));
    } else if (untouched) {
      context.putImageData(untouched, 0, 0);
      [strokes, untouched] = [0, null];
    }
  });
  veil.addEventListener("pointermove", (event) => {
    shows((here = pointOf(event)), width());
    const from = down.get(event.pointerId);
    if (!from || down.size > 1) return; // two fingers move the picture
    let last = from;
    for (const one of event.getCoalescedEvents?.().concat(event) ?? [event]) {
      line(last, pointOf(one), pressureOf(one));
      last = pointOf(one);
    }
    down.set(event.pointerId, last);
  });
  for (const name of /** @type {const} */ (["pointerup", "pointercancel"])) {
    veil.addEventListener(name, (event) => {
      if (down.delete(event.pointerId) && down.size === 0) lift();
    });
  }
  veil.addEventListener("pointerleave", () => shows(null, 0));

  /** Whether the brush is put down by a key. */
  let pressed = false;
  return {
    /** @param {ImageData} image @param {ImageData | null} mask */
    show(image, mask) {
      const { width: wide, height: high } = image;
      if (veil.width !== wide || veil.height !== high) {
        Object.assign(veil, { width: wide, height: high });
        here = { x: wide / 2, y: high / 2 };
      } else if (mask === own) return; // also while a stroke is being made
      own = mask;
      if (mask) context.putImageData(veilOf(mask), 0, 0);
      else context.clearRect(0, 0, wide, high);
    },
    /** Moves by key, in brushes; and paints where the brush is down. @param {number} across @param {number} downwards */
    move(across, downwards) {
      const by = Math.max(1, width() / 2);
      const to = {
        x: Math.min(Math.max(here.x + across * by, 0), veil.width),
        y: Math.min(Math.max(here.y + downwards * by, 0), veil.height),
      };
      if (pressed) line(here, to, 1);
      shows((here = to), width());
    },
    /** Puts the brush down by key, or lifts it. @returns {boolean} whether it is down */
    press() {
      pressed = !pressed;
      if (pressed) line(here, here, 1);
      else lift();
      shows(here, width());
      return pressed;
    },
    /** Shows the brush where it is. */
    seen: () => shows(here, width()),
  };
}

/** A pen's pressure makes the line thinner or wider; half of what it can is a mouse's. @param {PointerEvent} event */
function pressureOf({ pointerType, pressure }) {
  return pointerType === "pen" && pressure > 0 ? Math.min(Math.max(pressure * 2, 0.25), 2) : 1;
}

/** White where the veil lies, without the soft edges that a canvas draws. @param {ImageData} veil */
function maskOf(veil) {
  const mask = new ImageData(veil.width, veil.height);
  let any = false;
  for (let i = 0; i < veil.data.length; i += 4) {
    const white = Number(veil.data[i + 3]) >= 128;
    any ||= white;
    mask.data.fill(white ? 255 : 0, i, i + 3);
    mask.data[i + 3] = 255;
  }
  return any ? mask : null;
}

/** @param {ImageData} mask */
function veilOf(mask) {
  const veil = new ImageData(mask.width, mask.height);
  for (let i = 0; i < mask.data.length; i += 4) veil.data.set([VEIL.red, VEIL.green, VEIL.blue, Number(mask.data[i])], i);
  return veil;
}

/**
 * Shows a picture, and what of it the mask covers, in small.
 * @param {HTMLCanvasElement} canvas
 * @param {ImageData} picture
 * @param {ImageData | null} mask
 */
export function overlay(canvas, picture, mask) {
  Object.assign(canvas, { width: picture.width, height: picture.height });
  canvas.classList.toggle("squares", inSquares(picture));
  const shown = new ImageData(new Uint8ClampedArray(picture.data), picture.width, picture.height);
  for (let i = 0; mask && i < shown.data.length; i += 4) {
    const share = (Number(mask.data[i]) / 255) * VEIL.alpha;
    for (const [channel, colour] of [VEIL.red, VEIL.green, VEIL.blue].entries()) {
      shown.data[i + channel] = Number(picture.data[i + channel]) * (1 - share) + colour * share;
    }
  }
  canvas.getContext("2d")?.putImageData(shown, 0, 0);
}
