// A few numbers between 0 and 1 under each other, each as a bar and as it is.

import { figures } from "../../figures/numbers.js";
import { h } from "../../ui/dom.js";

/** @param {HTMLElement} host */
export function barsFigure(host) {
  const list = h("dl", { className: "bars-list numbers" });
  host.append(list);
  return (/** @type {{ rows: { name: string, value: number }[], label: string }} */ { rows, label }) => {
    list.setAttribute("aria-label", label);
    list.replaceChildren(
      ...rows.map(({ name, value }) => {
        const bar = h("span", { className: "bar-of", aria: { hidden: "true" } });
        bar.style.setProperty("--part", String(Math.max(0, value)));
        return h("div", {}, h("dt", {}, name), h("dd", {}, bar, figures(value)));
      }),
    );
  };
}
