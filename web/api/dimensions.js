// How large a picture is, as its file's first bytes say, before a browser decodes all of it: a file of 30 KB may hold a thousand million pixels.

/** Where a JPEG's size stands behind camera's data and colour profiles, it is still looked for so far. */
const MOST_HEADER = 4 << 20;

/**
 * Null where the format is not known here, or its header breaks off.
 * @param {Blob} file
 * @returns {Promise<{ width: number, height: number } | null>}
 */
export async function dimensionsOf(file) {
  const start = await bytesOf(file, 32);
  const text = (/** @type {number} */ from, /** @type {number} */ to) =>
    String.fromCharCode(...new Uint8Array(start.buffer, from, to - from));
  if (start.byteLength < 32) return null;
  if (text(1, 4) === "PNG") return { width: start.getUint32(16), height: start.getUint32(20) };
  if (text(0, 3) === "GIF") return { width: start.getUint16(6, true), height: start.getUint16(8, true) };
  if (text(0, 4) === "RIFF" && text(8, 12) === "WEBP") return inWebp(start, text(12, 16));
  return start.getUint16(0) === 0xffd8 ? inJpeg(await bytesOf(file, MOST_HEADER)) : null;
}

/** @param {DataView} start @param {string} kind */
function inWebp(start, kind) {
  if (kind === "VP8X") return { width: 1 + (start.getUint32(24, true) & 0xffffff), height: 1 + (start.getUint32(26, true) >>> 8) };
  if (kind === "VP8L") {
    const bits = start.getUint32(21, true);
    return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
  }
  return kind === "VP8 " ? { width: start.getUint16(26, true) & 0x3fff, height: start.getUint16(28, true) & 0x3fff } : null;
}

/** A JPEG's frame header comes after any number of other segments. @param {DataView} bytes */
function inJpeg(bytes) {
  for (let at = 2; at + 9 <= bytes.byteLength;) {
    const [mark, kind] = [bytes.getUint8(at), bytes.getUint8(at + 1)];
    if (mark !== 0xff) return null;
    const isFrame = kind >= 0xc0 && kind <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(kind);
    if (isFrame) return { width: bytes.getUint16(at + 7), height: bytes.getUint16(at + 5) };
    at += kind === 0xff ? 1 : 2 + bytes.getUint16(at + 2);
  }
  return null;
}

/** @param {Blob} file @param {number} most */
async function bytesOf(file, most) {
  return new DataView(await file.slice(0, most).arrayBuffer());
}
