// Small things that this browser keeps from one visit to the next. Some private windows are refused storage: there nothing was kept, and what
// is to be kept lasts as long as the page. (What is wanted before the first paint, theme.js reads by itself and imports nothing.)

/** @param {string} key @returns {string | null} null where nothing is kept */
export function remembered(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** @param {string} key @param {string} text @returns {boolean} whether it is kept */
export function remember(key, text) {
  try {
    localStorage.setItem(key, text);
    return true;
  } catch {
    return false;
  }
}
