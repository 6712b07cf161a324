// Looking closer at what lies in a box: it grows around a point, and is moved by scrolling, or by two fingers, which also spread it.

/** Most times as large. */
const MOST = 8;

/**
 * @param {HTMLElement} box scrolls
 * @param {HTMLElement} inside is as large as the box, times the zoom
 * @param {(zoom: number) => void} changed
 */
export function zooms(box, inside, changed) {
  let zoom = 1;
  /** @type {Map<number, PointerEvent>} */
  const fingers = new Map();

  /** @param {number} wanted @param {number} [x] what stays where it is, in the box @param {number} [y] */
  function to(wanted, x = box.clientWidth / 2, y = box.clientHeight / 2) {
    const next = Math.min(Math.max(wanted, 1), MOST);
    const [left, top] = [(box.scrollLeft + x) / zoom, (box.scrollTop + y) / zoom];
    zoom = next;
    inside.style.width = inside.style.height = `${zoom * 100}%`;
    box.scrollTo(left * zoom - x, top * zoom - y);
    changed(zoom);
  }

  box.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const { left, top } = box.getBoundingClientRect();
      to(zoom * Math.exp(-event.deltaY / 300), event.clientX - left, event.clientY - top);
    },
    { passive: false },
  );

  box.addEventListener("pointerdown", (event) => fingers.set(event.pointerId, event), true);
  box.addEventListener(
    "pointermove",
    (event) => {
      const before = [...fingers.values()];
      if (!fingers.has(event.pointerId)) return;
      fingers.set(event.pointerId, event);
      if (fingers.size !== 2) return;
      const [was, is] = [spread(before), spread([...fingers.values()])];
      const { left, top } = box.getBoundingClientRect();
      box.scrollBy(was.x - is.x, was.y - is.y);
      to((zoom * is.apart) / Math.max(was.apart, 1), is.x - left, is.y - top);
    },
    true,
  );
  for (const name of /** @type {const} */ (["pointerup", "pointercancel"]))
    box.addEventListener(name, (event) => fingers.delete(event.pointerId), true);

  return { to, by: (/** @type {number} */ factor) => to(zoom * factor) };
}

/** @param {PointerEvent[]} both */
function spread([one, other]) {
  if (!one || !other) return { x: 0, y: 0, apart: 1 };
  return {
    x: (one.clientX + other.clientX) / 2,
    y: (one.clientY + other.clientY) / 2,
    apart: Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY),
  };
}
