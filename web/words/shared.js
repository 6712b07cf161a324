// Texts of what every place says.

/** @satisfies {import("../words.js").Table} */
export const SHARED = {
  "place.studio": { en: "Studio", es: "Estudio" },
  "place.inside": { en: "Inside", es: "Por dentro" },
  "place.lessons": { en: "Lessons", es: "Lecciones" },
  "place.nav": { en: "Places", es: "Lugares" },
};
