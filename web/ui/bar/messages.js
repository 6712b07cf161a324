// Errors and notices, each a sentence over the page's edge, with what can be done about it as a button. A notice goes by itself and does not follow
// into another place; an error stays until it is answered.

import { button, byId, crossButton } from "../dom.js";
import { passes } from "./passing.js";
import { say } from "../../words/say.js";
import { USUAL_MODEL } from "../../studio/link.js";
import { useVersion } from "../offline.js";

/** @import { Message, State } from "../../studio/state.js" */
/** @import { View } from "../views.js" */

/** @type {View<"library" | "messages" | "model">} */
export function messagesView(studio, state) {
  const list = byId("messages", HTMLDivElement);
  // What lies under them can be scrolled out from under them.
  new ResizeObserver(() => document.documentElement.style.setProperty("--toasts", `${list.offsetHeight}px`)).observe(list);
  const offers = {
    "use-gpu": () => studio.model.reopen("gpu"),
    "use-cpu": () => studio.model.reopen("cpu"),
    reopen: () => studio.model.reopen("auto"),
    "try-again": studio.model.tryAgainToOpen,
    "open-other": studio.library.openOpener,
    "open-usual": () => studio.model.openOwn(USUAL_MODEL),
    "look-again": studio.model.lookAgain,
    "look-refused": studio.model.lookAtRefused,
    "use-version": () => void useVersion(studio.messages.tell),
  };
  /** @type {State["messages"]} */
  let drawn = [];
  /** Those that stay keep their element: else they would be read out again. @type {Map<Message, HTMLElement>} */
  const boxes = new Map();

  /** @param {Message} message */
  function element(message) {
    const box = document.createElement("div");
    box.className = `message ${message.tone}`;
    box.setAttribute("role", message.tone === "error" ? "alert" : "status");
    const text = document.createElement("p");
    text.textContent = message.text;
    if (message.lang) text.lang = message.lang;
    box.append(text);
    for (const { label, does } of message.offers ?? []) box.append(button(label, offers[does]));
    box.append(crossButton(say("do.dismiss"), () => studio.messages.dismiss(message)));
    if (message.tone === "note" && !message.stays) passes(box, () => studio.messages.dismiss(message)).again();
    return box;
  }

  return ({ messages: all, place: shown }) => {
    const messages = all.filter((message) => isFor(shown, message));
    if (messages.length === drawn.length && messages.every((message, i) => message === drawn[i])) return;
    drawn = messages;
    const gone = [...boxes].filter(([message]) => !messages.includes(message));
    const place = Array.from(list.children).findIndex((box) => box.contains(document.activeElement));
    for (const [message, box] of gone) {
      box.remove();
      boxes.delete(message);
    }
    for (const message of messages) {
      if (boxes.has(message)) continue;
      const box = element(message);
      boxes.set(message, box);
      list.append(box);
    }
    if (place >= 0 && !list.contains(document.activeElement)) goOnFrom(place);
  };

  /** Whoever dismissed one with the keyboard is at the next one's button, or at the place's beginning. @param {number} place */
  function goOnFrom(place) {
    const next = list.children[Math.min(place, list.children.length - 1)]?.querySelector("button:last-child");
    (next instanceof HTMLElement ? next : byId(state().place, HTMLElement)).focus({ preventScroll: true });
  }
}

/** What asks for an answer is seen everywhere, the rest where it was said. @param {State["place"]} shown @param {Message} message */
function isFor(shown, { place, offers = [], tone }) {
  return place === undefined || place === shown || (tone === "error" && offers.length > 0);
}
