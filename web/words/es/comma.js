// A number inside of a text that is a function of it.

/** @param {number} value */
export const withComma = (value) => String(value).replace(".", ",");
