// The box that has a picture made while one types.

import { byId } from "../dom.js";
import { say } from "../../words/say.js";

/** @import { View } from "../views.js" */

/** @type {View<"typing">} */
export function typingView(studio) {
  const box = byId("as-typed", HTMLInputElement);
  box.addEventListener("change", studio.typing.toggleTyping);
  return ({ asTyped, info }) => {
    box.checked = asTyped;
    box.disabled = !info;
    if (box.parentElement) box.parentElement.title = say(info?.gears.length ? "form.as-typed-gear" : "form.as-typed-how");
  };
}
