// The wires of the page: state to views, events to actions. Nothing is decided here.

import { Decant } from "./api/decant.js";
import { createStore } from "./studio/state.js";
import { createStudio } from "./studio/studio.js";
import { begin, recall, session } from "./studio/boot.js";
import { createSession } from "./studio/tab.js";
import { keepForLater } from "./ui/offline.js";
import { sentenceOf } from "./studio/sentences.js";
import { VIEWS } from "./ui/views.js";
import { language, say, translate } from "./words/say.js";

Decant.prepare();
document.documentElement.lang = language;
translate(document);

const store = createStore((state) => {
  for (const draw of draws) draw(state);
});
const studio = createStudio(store);
const draws = [
  studio.undo.watchSettings,
  studio.typing.watchTyping,
  studio.sizing.watchSize,
  ...VIEWS.map((view) => view(studio, store.get)),
];

/**
 * What fails while the page is drawn fails in each frame, and telling it draws the next.
 * @param {import("./studio/state.js").Message} message
 */
const tellOnce = (message) => store.get().messages.some(({ text }) => text === message.text) || studio.messages.tell(message);
addEventListener("error", ({ message }) => tellOnce({ tone: "error", text: say("error.unexpected", { message }) }));
addEventListener("unhandledrejection", ({ reason }) => tellOnce(sentenceOf(reason, "run")));

addEventListener("online", studio.model.reconnect);
studio.gallery.recall();
await recall(studio, store);
const remember = createSession(studio.model.openedModel, session && session.jobs.length > 0 ? session.tries + 1 : 0);
draws.push(remember);
addEventListener("pagehide", () => remember(store.get())); // what was typed after the last frame
const goOn = await begin(studio, store);
keepForLater(studio.messages.tell);
await goOn();
