// The buttons at the end of the bar: the page's colours, one mode after the other, and its language.

import { byId } from "../dom.js";
import { THEMES, showTheme, shownTheme } from "../theme.js";
import { LANGUAGES } from "../../words/languages.js";
import { language, say, speak } from "../../words/say.js";

/** @import { Theme } from "../theme.js" */
/** @import { Code } from "../../words/languages.js" */
/** @import { View } from "../views.js" */

const NAMES = /** @type {const} */ ({
  system: "colours.system",
  light: "colours.light",
  dark: "colours.dark",
  projector: "colours.projector",
});

/** What the projector's colours were put on over. @type {Theme} */
let before = "system";

/** @type {View<never>} */
export function coloursView() {
  byId("theme", HTMLButtonElement).addEventListener("click", () => put(after(THEMES, shownTheme())));
  describe();
  const others = byId("language", HTMLButtonElement);
  const next = after(/** @type {Code[]} */ (Object.keys(LANGUAGES)), language);
  others.lang = next;
  others.textContent = next.toUpperCase();
  others.title = LANGUAGES[next].name;
  others.setAttribute("aria-label", `${next.toUpperCase()} ${LANGUAGES[next].name}`);
  others.addEventListener("click", () => speak(next));
  return () => {};
}

/** Puts the projector's colours on, or takes them off again. */
export function toggleProjector() {
  if (shownTheme() === "projector") return put(before);
  before = shownTheme();
  put("projector");
}

/** @param {Theme} theme */
function put(theme) {
  showTheme(theme);
  describe();
}

function describe() {
  const words = say("colours", { name: say(NAMES[shownTheme()]) });
  const button = byId("theme", HTMLButtonElement);
  button.setAttribute("aria-label", words);
  button.title = words;
}

/** The one that comes after it, in a circle. @template T @param {readonly T[]} all @param {T} one @returns {T} */
function after(all, one) {
  return /** @type {T} */ (all[(all.indexOf(one) + 1) % all.length]);
}
