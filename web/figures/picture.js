// A picture with its caption, or the place where it will be.

import { h, paint, write } from "../ui/dom.js";
import { say } from "../words/say.js";

/**
 * @param {HTMLElement} host
 * @returns {(data: { image: ImageData | null, caption: string, label?: string }) => void} `label` is what the picture shows, in words
 */
export function pictureFigure(host) {
  const canvas = h("canvas", { hidden: true, aria: { label: say("figure.picture.none") } });
  canvas.setAttribute("role", "img");
  const caption = h("figcaption");
  const frame = h("div", { className: "frame-picture" }, canvas);
  host.append(h("figure", { className: "figure-picture" }, frame, caption));
  return ({ image, caption: words, label = words }) => {
    canvas.hidden = image === null;
    if (image) {
      paint(canvas, image);
      frame.style.setProperty("--aspect", String(image.width / image.height));
    }
    canvas.setAttribute("aria-label", label);
    write(caption, words);
  };
}
