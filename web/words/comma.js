// A number inside of a Spanish text, where a lesson writes both languages side by side.

/** @param {number} value */
export const withComma = (value) => String(value).replace(".", ",");
