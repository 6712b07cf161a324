// Light, dark, or as the system says. Runs before the first paint, so that no page flashes in the wrong colours.

/** @typedef {"system" | "light" | "dark"} Theme */
const THEMES = /** @type {const} */ (["system", "light", "dark"]);
const NAMES = { system: "as the system", light: "light", dark: "dark" };

/** @returns {Theme} */
function remembered() {
  try {
    return THEMES.find((theme) => theme === localStorage.getItem("decant.theme")) ?? "system";
  } catch {
    return "system"; // Storage is refused to some private windows.
  }
}

/** @param {Theme} theme */
function apply(theme) {
  document.documentElement.dataset["theme"] = theme;
  const button = document.getElementById("theme");
  button?.setAttribute("aria-label", `Colours: ${NAMES[theme]}`);
  button?.setAttribute("title", `Colours: ${NAMES[theme]}`);
}

function next() {
  const theme = THEMES[(THEMES.indexOf(remembered()) + 1) % THEMES.length] ?? "system";
  try {
    localStorage.setItem("decant.theme", theme);
  } catch {
    // Then it lasts as long as the page.
  }
  apply(theme);
}

apply(remembered());
addEventListener("DOMContentLoaded", () => {
  apply(remembered());
  document.getElementById("theme")?.addEventListener("click", next);
});
