// Finding elements and painting pixels: the few lines that every view needs.

import { inDigits, language } from "../words/say.js";

/** @import { Spoken } from "../words/program.js" */

/**
 * The element with that id; a page without it is our own mistake.
 * @template {HTMLElement} T
 * @param {string} id @param {new () => T} kind @returns {T}
 */
export function byId(id, kind) {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`index.html has no ${kind.name} called ${id}`);
  return element;
}

/**
 * The one element inside another that a selector names.
 * @template {Element} T
 * @param {ParentNode} parent @param {string} selector @param {new () => T} kind @returns {T}
 */
export function within(parent, selector, kind) {
  const element = parent.querySelector(selector);
  if (!(element instanceof kind)) throw new Error(`index.html has no ${kind.name} at ${selector}`);
  return element;
}

/** Which pixels a canvas shows, so that nothing is painted twice. @type {WeakMap<HTMLCanvasElement, ImageData>} */
const painted = new WeakMap();

/**
 * Small pictures are shown as the squares that they are; others are smoothed by the browser.
 * @param {{ width: number, height: number }} picture
 */
export const inSquares = ({ width, height }) => Math.max(width, height) <= 64;

/**
 * Shows a picture, in its own size.
 * @param {HTMLCanvasElement} canvas @param {ImageData} image
 */
export function paint(canvas, image) {
  if (painted.get(canvas) === image) return;
  painted.set(canvas, image);
  canvas.width = image.width;
  canvas.height = image.height;
  canvas.classList.toggle("squares", inSquares(image));
  canvas.getContext("2d")?.putImageData(image, 0, 0);
}

/** Writes only what is different, so that screen readers and selections are left alone. @param {Element} element @param {string} text */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** The same, of what may be in another language than the page. @param {HTMLElement} element @param {Spoken} spoken */
export function writeSpoken(element, { text, lang }) {
  write(element, text);
  element.lang = lang ?? language;
}

/** @param {string} label @param {() => void} action */
export function button(label, action) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "quiet-button";
  element.textContent = label;
  element.addEventListener("click", action);
  return element;
}

/** A button with a small cross, named for those who cannot see it. @param {string} label @param {() => void} action */
export function crossButton(label, action) {
  const element = button("", action);
  element.className = "icon-button";
  element.setAttribute("aria-label", label);
  element.innerHTML = `<svg viewBox="0 0 20 20" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round"><path d="M5.5 5.5l9 9m0-9l-9 9"/></svg>`;
  return element;
}

/**
 * Takes the file that is chosen, and lets the same one be chosen again.
 * @param {HTMLInputElement} input
 * @param {(file: File) => unknown} take
 */
export function hearFile(input, take) {
  input.addEventListener("change", () => {
    const [file] = input.files ?? [];
    if (file) take(file);
    input.value = "";
  });
}

/** A button, and the unseen field behind it. @param {string} label @param {string} accept @param {(file: File) => unknown} take */
export function fileButton(label, accept, take) {
  const input = h("input", { type: "file", accept, hidden: true, aria: { label } });
  hearFile(input, take);
  return h(
    "span",
    {},
    button(label, () => input.click()),
    input,
  );
}

/**
 * An element with that text in it.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {string} text
 * @param {string} [kind] its class
 */
export function element(tag, text, kind = "") {
  return Object.assign(document.createElement(tag), { textContent: text, className: kind });
}

/**
 * An element with properties and children. `data` and `aria` are attributes' ends: `{ aria: { label: "Steps" } }`.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag @param {Partial<HTMLElementTagNameMap[K]> & { data?: Record<string, string>, aria?: Record<string, string> }} [properties]
 * @param {...(Node | string | null | undefined)} children @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, properties = {}, ...children) {
  const { data = {}, aria = {}, ...own } = properties;
  const element = Object.assign(document.createElement(tag), own);
  for (const [name, value] of Object.entries(data)) element.dataset[name] = value;
  for (const [name, value] of Object.entries(aria)) element.setAttribute(`aria-${name}`, value);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** @param {number} milliseconds */
export function inTime(milliseconds) {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 9.95) return `${inDigits(seconds, 1)} s`;
  const whole = Math.round(seconds);
  return whole < 60 ? `${inDigits(whole, 0)} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
