// A brush that paints a mask over a picture: white is painted anew. The mask has the picture's own pixels, whatever size it is shown in.

import { inSquares } from "./elements.js";

/** How strongly a mask covers what is under it, and in which colour (claret). */
const VEIL = { red: 176, green: 45, blue: 89, alpha: 0.62 };

/**
 * @param {HTMLCanvasElement} canvas shows the picture @param {HTMLInputElement} size of the brush, in hundredths of the picture
 * @param {(mask: ImageData) => void} done hears the mask after each stroke
 */
export function paintsOn(canvas, size, done) {
  const mask = new OffscreenCanvas(1, 1);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (mask.getContext("2d", { willReadFrequently: true }));
  /** @type {ImageData | null} */
  let picture = null;
  /** @type {{ x: number, y: number } | null} */
  let last = null;
  const brush = { on: false, show };
  canvas.tabIndex = -1;

  /** @param {ImageData | null} image @param {ImageData | null} over */
  function show(image, over) {
    picture = image;
    if (!image) return;
    Object.assign(mask, { width: image.width, height: image.height });
    context.fillStyle = "#000";
    context.fillRect(0, 0, mask.width, mask.height);
    if (over) context.putImageData(over, 0, 0);
  }

  /** @param {PointerEvent} event */
  function stroke(event) {
    if (!picture) return;
    const box = canvas.getBoundingClientRect();
    const to = { x: ((event.clientX - box.left) / box.width) * mask.width, y: ((event.clientY - box.top) / box.height) * mask.height };
    const from = last ?? to;
    context.strokeStyle = "#fff";
    context.lineCap = "round";
    context.lineWidth = Math.max(1, (size.valueAsNumber / 100) * Math.max(mask.width, mask.height));
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(to.x, to.y + 0.001); // a line of no length is not drawn
    context.stroke();
    last = to;
    overlay(canvas, picture, context.getImageData(0, 0, mask.width, mask.height));
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (!brush.on) return;
    event.preventDefault();
    canvas.focus({ preventScroll: true }); // out of a text, where Ctrl+Z would undo what was typed
    canvas.setPointerCapture(event.pointerId);
    last = null;
    stroke(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (brush.on && canvas.hasPointerCapture(event.pointerId)) stroke(event);
  });
  canvas.addEventListener("pointerup", () => {
    if (brush.on && last) done(hard(context.getImageData(0, 0, mask.width, mask.height)));
    last = null;
  });
  return brush;
}

/** Shows a picture, and what of it the mask covers. @param {HTMLCanvasElement} canvas @param {ImageData} picture @param {ImageData | null} mask */
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

/** Without the soft edges that a canvas draws. @param {ImageData} mask */
function hard(mask) {
  for (let i = 0; i < mask.data.length; i += 4) mask.data.fill(Number(mask.data[i]) >= 128 ? 255 : 0, i, i + 3);
  return mask;
}
