// Moving through a run's steps on something that stands for all of them: mouse, finger, arrow keys. What it is on is a slider.

/**
 * Gives back what is to be called when the cursor is drawn: until then, keys go on from where the last one went.
 * @param {HTMLElement} slider
 * @param {{ at: (x: number) => number, last: () => number, cursor: () => number, onScrub?: ((place: number) => void) | undefined }} acts `at` finds the place under a point of the screen
 */
export function scrubs(slider, { at, last, cursor, onScrub }) {
  /** @type {number | null} */
  let asked = null;
  slider.setAttribute("role", "slider");
  slider.setAttribute("aria-valuemin", "1");
  slider.tabIndex = 0;
  const go = (/** @type {number} */ place) => onScrub?.((asked = Math.min(Math.max(place, 0), last())));
  slider.addEventListener("pointerdown", (event) => {
    slider.setPointerCapture(event.pointerId);
    go(at(event.clientX));
  });
  slider.addEventListener("pointermove", (event) => {
    if (slider.hasPointerCapture(event.pointerId)) go(at(event.clientX));
  });
  slider.addEventListener("keydown", (event) => {
    const here = asked ?? cursor();
    const to = {
      ArrowLeft: here - 1,
      ArrowDown: here - 1,
      ArrowRight: here + 1,
      ArrowUp: here + 1,
      PageUp: here + 5,
      PageDown: here - 5,
      Home: 0,
      End: last(),
    }[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    go(to);
  });
  return () => void (asked = null);
}

/** What a screen reader says of it. @param {HTMLElement} slider @param {number} count @param {number} cursor @param {string} words */
export function sayPlace(slider, count, cursor, words) {
  slider.setAttribute("aria-disabled", String(count === 0));
  slider.setAttribute("aria-valuemax", String(Math.max(count, 1)));
  slider.setAttribute("aria-valuenow", String(Math.min(cursor + 1, Math.max(count, 1))));
  slider.setAttribute("aria-valuetext", words);
}
