// Texts of the studio.

/** @satisfies {import("../words.js").Table} */
export const STUDIO = {
};
