// What is told to a person who looks elsewhere: the tab's title always, a notification where that was asked for with a click.

import { byId } from "../dom.js";
import { remember, remembered } from "../../store/local.js";
import { say } from "../../words/say.js";

/** @import { State } from "../../studio/state.js" */
/** @import { View } from "../views.js" */

const KEPT = "decant.notify";

/** @type {View<"messages">} */
export function notifyView(studio) {
  const box = byId("notify", HTMLInputElement);
  const field = byId("notify-field", HTMLDivElement);
  field.hidden = !("Notification" in globalThis);
  box.checked = !field.hidden && Notification.permission === "granted" && remembered(KEPT) === "1";
  box.addEventListener("change", async () => {
    if (box.checked && (await Notification.requestPermission()) !== "granted") {
      box.checked = false;
      studio.messages.tell({ tone: "note", text: say("notify.denied"), about: "notify" });
    }
    remember(KEPT, box.checked ? "1" : "0");
  });
  let busy = false;
  let unseen = false;
  addEventListener("visibilitychange", () => {
    if (!document.hidden) unseen = false;
    if (!document.hidden && !busy) document.title = say("page.title");
  });

  return (state) => {
    const running = state.phase === "running";
    if (busy && !running && document.hidden && state.trace?.image) {
      unseen = true;
      if (box.checked) notify(state);
    }
    busy = running;
    document.title = running ? say("run.title", { n: partOf(state) }) : unseen ? say("notify.title") : say("page.title");
  };
}

/** In percent, of all pictures of the run. @param {State} state */
function partOf({ live, running, series }) {
  const total = live?.steps[0]?.total ?? live?.settings.steps ?? 1;
  const count = running?.settings.count ?? 1;
  const done = live?.image ? series.length : series.length + (live?.steps.length ?? 0) / total;
  return Math.min(100, Math.floor((done / count) * 100));
}

/** @param {State} state */
function notify({ trace }) {
  try {
    const shown = new Notification(say("notify.done"), {
      body: trace?.settings.prompt ?? "",
      icon: new URL("./icon.png", document.baseURI).href,
      tag: "decant",
    });
    shown.onclick = () => {
      focus();
      shown.close();
    };
  } catch {
    // Some phones show them only through a service worker; the title says it there.
  }
}
