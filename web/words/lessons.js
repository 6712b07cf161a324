// Texts of the classroom, but for the lessons themselves.

/** @satisfies {import("../words.js").Table} */
export const LESSONS = {
  "lessons.title": { en: "Lessons", es: "Lecciones" },
};
