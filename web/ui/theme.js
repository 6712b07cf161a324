// Light, dark, as the system says, or for a projector in a bright room: larger, and without anything faint. Runs before the first paint, so
// that no page flashes in the wrong colours; colours.js has the button.

/** @typedef {"system" | "light" | "dark" | "projector"} Theme */
export const THEMES = /** @type {const} */ (["system", "light", "dark", "projector"]);

const KEPT = "decant.theme";

/** @returns {Theme} */
export function shownTheme() {
  return THEMES.find((theme) => theme === document.documentElement.dataset["theme"]) ?? "system";
}

/** @param {Theme} theme */
export function showTheme(theme) {
  document.documentElement.dataset["theme"] = theme;
  try {
    localStorage.setItem(KEPT, theme);
  } catch {
    // Then it lasts as long as the page.
  }
}

/** @returns {Theme} */
function remembered() {
  try {
    return THEMES.find((theme) => theme === localStorage.getItem(KEPT)) ?? "system";
  } catch {
    return "system"; // Storage is refused to some private windows.
  }
}

document.documentElement.dataset["theme"] = remembered();
