// Errors and notices, each a sentence, with what can be done about it as a button.

import { button, byId } from "./elements.js";
import { say } from "../words.js";
import { useVersion } from "../offline.js";

/** @import { Message, State } from "../state.js" */
/** @import { View } from "./index.js" */

/** @type {View} */
export function messagesView(studio) {
  const list = byId("messages", HTMLDivElement);
  const offers = {
    "use-gpu": () => studio.reopen("gpu"),
    "use-cpu": () => studio.reopen("cpu"),
    reopen: () => studio.reopen("auto"),
    "open-other": studio.openOpener,
    "look-again": studio.lookAgain,
    "use-version": () => void useVersion(studio.tell),
  };
  /** @type {State["messages"]} */
  let drawn = [];

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
    box.append(button(say("do.dismiss"), () => studio.dismiss(message)));
    return box;
  }

  return ({ messages }) => {
    if (messages === drawn) return;
    drawn = messages;
    list.replaceChildren(...messages.map(element));
  };
}
