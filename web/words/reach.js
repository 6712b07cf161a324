// Texts of what this browser can do, and installing.

/** @satisfies {import("../words.js").Table} */
export const REACH = {
  "reach.version": {
    en: "A new version of this page is ready. It is used from the next opening on, or now.",
    es: "Hay una nueva versión de esta página. Se usará la próxima vez que la abras, o ahora.",
  },
  "reach.version-use": { en: "Reload", es: "Recargar" },
  "reach.version-elsewhere": {
    en: "Decant is open in another tab or window, which still has the old version. Close it, then reload this one.",
    es: "Decant está abierto en otra pestaña o ventana que aún tiene la versión anterior. Ciérrala y recarga esta.",
  },
};
