// Texts of what this browser can do, and installing.

/** @satisfies {import("../words.js").Table} */
export const REACH = {
};
