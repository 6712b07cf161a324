// What is said in passing: a box that goes by itself when it has had time to be read, but not while a pointer or the focus is on it, and not in a
// tab that nobody sees.

/** Milliseconds for noticing a box, and for reading each letter of it: slowly, and twice. */
const NOTICE = 6000;
const LETTER = 70;

/**
 * @param {HTMLElement} box @param {() => void} go takes it away
 * @returns {{ again: () => void, stay: () => void }} `again` gives it its whole time, `stay` all the time that there is
 */
export function passes(box, go) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let going;
  const stay = () => clearTimeout(going);
  const leave = () => {
    stay();
    going = setTimeout(
      () => {
        if (box.matches(":hover, :focus-within")) return;
        if (document.hidden) document.addEventListener("visibilitychange", leave, { once: true });
        else go();
      },
      NOTICE + LETTER * (box.textContent?.length ?? 0),
    );
  };
  for (const name of /** @type {const} */ (["pointerenter", "focusin"])) box.addEventListener(name, stay);
  for (const name of /** @type {const} */ (["pointerleave", "focusout"])) box.addEventListener(name, leave);
  return { again: leave, stay };
}
