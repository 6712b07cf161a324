// On a phone the stage stands between the words and the settings, and what can be made of a picture below its steps: in the document as on the
// screen, so that keyboard and screen reader go the way that the eye goes.

import { byId, within } from "./dom.js";

/** @import { View } from "./views.js" */

/** @type {View<never>} */
export function stackingView() {
  const studio = byId("studio", HTMLElement);
  const [asking, stage, work, row] = [".asking", ".stage", ".work", ".plate-row"].map((part) => within(studio, part, HTMLElement));
  const [made, specimen, queue] = [byId("made", HTMLDivElement), byId("specimen", HTMLDivElement), byId("queue", HTMLDivElement)];
  const narrow = matchMedia("(max-width: 760px)");
  const put = () => {
    if (!asking || !stage || !work || !row) return;
    if (narrow.matches) {
      asking.after(work, queue);
      work.append(made, specimen);
    } else {
      stage.prepend(work, queue);
      row.prepend(specimen);
      row.append(made);
    }
  };
  narrow.addEventListener("change", put);
  if (narrow.matches) put();
  return () => {};
}
