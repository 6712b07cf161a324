// A small drawing for each lesson's card.

/** Drawn in a field of 160 × 90, in the page's own colours. @type {Record<string, string>} */
const COVERS = {
  noise: dots(),
  autoencoder: `<path class="hair" d="M14 15h44l26 21v18L58 75H14zM146 15h-36L84 36v18l26 21h36z"/><path class="seven" d="M24 32h20L31 60"/><path class="seven" d="M116 32h20l-13 28"/><g class="fill"><rect x="79" y="38" width="4.4" height="4.4"/><rect x="84.6" y="43.4" width="4.4" height="4.4"/></g><g class="blue"><rect x="84.6" y="38" width="4.4" height="4.4"/><rect x="79" y="43.4" width="4.4" height="4.4"/><rect x="79" y="48.6" width="4.4" height="4.4"/></g>`,
  steps: [0, 1, 2, 3]
    .map(
      (at) =>
        `<rect class="hair" x="${12 + at * 35}" y="28" width="31" height="34"/><path class="seven" style="opacity:${[0.16, 0.42, 0.75, 1][at]};stroke-width:${[9, 6.5, 4.5, 3.4][at]}" d="M${20 + at * 35} 37h15l-9 17"/>`,
    )
    .join(""),
  words: `<text class="word" x="14" y="50">seven</text><path class="ink" d="M64 45h16m-5-4 5 4-5 4"/>${Array.from({ length: 30 }, (_, at) => `<rect class="${["fill", "blue", "hair-fill"][(at * 7 + ((at * at) % 5)) % 3]}" style="opacity:${0.35 + ((at * 37) % 60) / 100}" x="${90 + (at % 10) * 6}" y="${31 + Math.floor(at / 10) * 10}" width="5" height="8"/>`).join("")}`,
  guidance: `<path class="blue-line" d="M22 74 78 33m-7 1.2 7-1.2-2.6 6.6"/><path class="green-line" d="M22 74 92 45m-7-.8 7 .8-4.2 5.6"/><path class="pour-line" d="M78 33 140 86" style="stroke-dasharray:3 4"/><path class="pour-line" d="M78 33 92 45"/><circle class="fill" cx="134" cy="81" r="4"/>`,
  solvers: `<path class="ink" d="M14 20C40 18 62 26 80 46s34 28 66 30"/><path class="pour-line" d="M14 20 60 17 98 52 146 66"/><g class="fill"><circle cx="60" cy="17" r="3"/><circle cx="98" cy="52" r="3"/><circle cx="146" cy="66" r="3"/></g><circle class="blue" cx="14" cy="20" r="4"/>`,
  pictures: `<rect class="hair" x="12" y="22" width="46" height="46"/><path class="seven" d="M24 34h20L31 57"/><path class="ink" d="M67 45h24m-6-5 6 5-6 5"/><rect class="hair" x="102" y="22" width="46" height="46"/><path class="four" d="M129 58V33l-15 17h22"/>`,
};

/** A seven that drowns in noise from left to right. */
function dots() {
  const out = [`<path class="seven" d="M22 28h24L30 62"/>`];
  let state = 7;
  const random = () => (state = (state * 16807) % 2147483647) / 2147483647;
  for (let x = 6; x < 152; x += 6) {
    for (let y = 6; y < 82; y += 6) {
      const free = x < 26 && y < 20; // for the number
      if (random() < (x / 152) ** 1.3 && !free)
        out.push(
          `<rect class="${["fill", "blue", "hair-fill"][Math.floor(random() * 3)]}" style="opacity:${(0.2 + random() * 0.75).toFixed(2)}" x="${x}" y="${y}" width="5" height="5"/>`,
        );
    }
  }
  return out.join("");
}

/** @param {string} lesson its id */
export function coverOf(lesson) {
  const span = document.createElement("span");
  span.className = "cover";
  span.innerHTML = `<svg viewBox="0 0 160 90" aria-hidden="true">${COVERS[lesson] ?? ""}</svg>`;
  return span;
}
