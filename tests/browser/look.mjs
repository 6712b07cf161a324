// Questions that can be asked of any page. Each function runs inside the page, so it may use nothing from outside of itself.

/** Elements that reach beyond the right edge, of the page or of a part of it that is to scroll downwards only. */
export function overflow() {
  const scrolls = (element, until) =>
    element.parentElement &&
    element.parentElement !== until &&
    (getComputedStyle(element.parentElement).overflowX !== "visible" || scrolls(element.parentElement, until));
  return [document.documentElement, ...document.querySelectorAll("main, .settings, .stage, dialog")].flatMap((box) => {
    if (!box.checkVisibility() || box.scrollWidth <= box.clientWidth + 1) return [];
    const edge = box.getBoundingClientRect().right;
    // What lies in a box that scrolls by itself makes nothing wider.
    const guilty = [...box.querySelectorAll("*")].filter(
      (element) => element.getBoundingClientRect().right > edge + 1 && !scrolls(element, box),
    );
    return (guilty.length > 0 ? guilty : [box]).map((element) => `${element.tagName}#${element.id}.${element.className}`);
  });
}

/** Controls that a screen reader could not name. A dialog that was never opened may be empty still. */
export function nameFaults() {
  const named = (element) =>
    element.getAttribute("aria-label") ||
    element.labels?.[0]?.textContent?.trim() ||
    element.textContent?.trim() ||
    document.getElementById(element.getAttribute("aria-labelledby"))?.textContent;
  return [...document.querySelectorAll("button, input, select, textarea, a, dialog, canvas[role], [role=slider], [role=progressbar]")]
    .filter((element) => !element.matches("dialog:empty") && !named(element))
    .map((element) => element.outerHTML.slice(0, 120));
}

/** Texts with less contrast to what is behind them than WCAG's AA asks: 4.5, or 3 for large letters. Disabled controls are exempt. */
export function contrastFaults() {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = (colour) => {
    const [r, g, b] = colour.map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const faults = [];
  for (const element of document.querySelectorAll("body *")) {
    const words = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!(words || element.matches("input, textarea, select")) || !element.checkVisibility() || element.closest(":disabled")) continue;
    const style = getComputedStyle(element);
    const [light, dark] = [luminance(rgba(style.color)), luminance(behind(element))].sort((a, b) => b - a);
    const contrast = (light + 0.05) / (dark + 0.05);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700);
    if (contrast < (large ? 3 : 4.5))
      faults.push(
        `${contrast.toFixed(2)}: ${element.tagName}#${element.id}.${element.className} “${element.textContent.trim().slice(0, 30)}”`,
      );
  }
  return faults;
}
