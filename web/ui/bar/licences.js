// What this page is made of and under which licences: licences.txt, which the build writes, shown when it is asked for.

import { byId, crossButton, h } from "../dom.js";
import { fetchPart } from "../../api/parts.js";
import { say } from "../../words/say.js";

/** @import { View } from "../views.js" */

/** @type {View<never>} */
export function licencesView() {
  const dialog = byId("licences", HTMLDialogElement);
  // It is English, and long: whoever has no mouse scrolls it with the arrow keys.
  const text = h("pre", { tabIndex: 0, lang: "en", role: "region", aria: { label: say("licences.title") } });
  const problem = h("p", { className: "problem", role: "status" });
  dialog.append(
    h(
      "header",
      {},
      h("h2", { id: "licences-title" }, say("licences.title")),
      crossButton(say("do.close"), () => dialog.close()),
    ),
    h("p", { className: "hint" }, say("licences.lead")),
    problem,
    text,
  );
  byId("show-licences", HTMLButtonElement).addEventListener("click", async () => {
    dialog.showModal();
    if (text.textContent) return;
    const answer = await fetchPart("licences.txt").catch(() => null);
    text.textContent = answer?.ok ? await answer.text() : "";
    problem.textContent = answer?.ok ? "" : say("licences.missing");
  });
  return () => {};
}
