// Draws what can be seen and has changed, at once; what cannot be seen waits until it is scrolled to, or until nothing else happens.

/** How long nothing must have been asked for until what is out of sight is drawn, too: for printing, and for who scrolls fast. */
const CALM = 600;

/**
 * @template {object} Data
 * @param {HTMLElement} host @param {(data: Data) => void} draw @returns {(data: Data) => void}
 */
export function whenSeen(host, draw) {
  /** @type {Data | null} */
  let asked = null;
  /** @type {Data | null} */
  let drawn = null;
  let seen = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let calm;
  const catchUp = () => {
    if (!asked || (drawn && same(asked, drawn)) || !host.checkVisibility()) return;
    drawn = asked;
    draw(asked);
  };
  new IntersectionObserver(
    (entries) => {
      seen = entries.some(({ isIntersecting }) => isIntersecting);
      if (seen) catchUp();
    },
    { rootMargin: "120px" },
  ).observe(host);
  return (data) => {
    asked = data;
    if (seen) return catchUp();
    clearTimeout(calm);
    calm = setTimeout(catchUp, CALM);
  };
}

/** Whether every part is the very same. @template {object} Data @param {Data} a @param {Data} b */
function same(a, b) {
  const names = /** @type {(keyof Data)[]} */ ([...new Set([...Object.keys(a), ...Object.keys(b)])]);
  return names.every((name) => Object.is(a[name], b[name]));
}
