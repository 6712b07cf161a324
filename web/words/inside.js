// Texts of the place where a run is looked into.

/** @satisfies {import("../words.js").Table} */
export const INSIDE = {
  "inside.empty": { en: "Make a picture in the studio: every step of it can then be looked at here.", es: "Haz una imagen en el estudio: aquí se podrá mirar cada paso." },
};
