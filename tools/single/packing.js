// Bytes as text that a page can hold, whatever its encoding is said to be: seven bits to a character of ASCII, so that eight bytes of text hold
// nearly seven; base64 holds six. Four characters that a script element cannot hold, or would change, are written as two.

/** NUL, carriage return, “<”, and the mark itself. */
const BARRED = [0, 13, 60, 61];
const MARK = 61;
/** What follows the mark: the first of BARRED is “=A”. */
const FIRST = 65;
/** Characters at a time, between which the page may draw. */
const PIECE = 1 << 21;

/** @param {Uint8Array} bytes @returns {Uint8Array} of ASCII */
export function asText(bytes) {
  const text = new Uint8Array(Math.ceil((bytes.length * 8) / 7) * 2);
  let [length, bits, count] = [0, 0, 0];
  const put = (/** @type {number} */ value) => {
    const barred = BARRED.indexOf(value);
    if (barred < 0) return void (text[length++] = value);
    text[length++] = MARK;
    text[length++] = FIRST + barred;
  };
  for (const byte of bytes) {
    bits = ((bits << 8) | byte) & 0x3fff;
    for (count += 8; count >= 7; count -= 7) put((bits >> (count - 7)) & 0x7f);
  }
  if (count > 0) put((bits << (7 - count)) & 0x7f);
  return text.subarray(0, length);
}

/** The bytes of such a text; the page may draw between its pieces. @param {string} text @returns {Promise<Uint8Array<ArrayBuffer>>} */
export async function asBytes(text) {
  const bytes = new Uint8Array(Math.floor((text.length * 7) / 8));
  let [length, bits, count, isMarked] = [0, 0, 0, false];
  for (let from = 0; from < text.length; from += PIECE) {
    if (from > 0) await new Promise((resolve) => setTimeout(resolve));
    for (let at = from, end = Math.min(text.length, from + PIECE); at < end; at++) {
      const code = text.charCodeAt(at);
      if (!isMarked && code === MARK) {
        isMarked = true;
        continue;
      }
      bits = ((bits << 7) | (isMarked ? /** @type {number} */ (BARRED[code - FIRST]) : code)) & 0x7fff;
      isMarked = false;
      count += 7;
      if (count >= 8) bytes[length++] = (bits >> (count -= 8)) & 0xff;
    }
  }
  return bytes.subarray(0, length);
}
