// Whether a file of a picture breaks off: browsers show grey where a JPEG ends early, and say nothing. What follows its end is let be.

/** @param {Uint8Array} bytes */
export function breaksOff(bytes) {
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return !hasEnd(bytes);
  const text = (/** @type {number} */ from) => String.fromCharCode(...bytes.subarray(from, from + 4));
  if (text(0) !== "RIFF" || text(8) !== "WEBP") return false;
  return bytes.length < 8 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
}

/**
 * Whether a JPEG's segments come to its end marker (ITU-T T.81, annex B): thumbnails inside of a segment have ends of their own.
 * @param {Uint8Array} bytes
 */
function hasEnd(bytes) {
  for (let at = 2; at + 1 < bytes.length;) {
    const marker = bytes[at + 1] ?? 0;
    // Between segments and in what a scan holds, only 0xff begins a marker; behind it 0x00 is a stuffed byte, 0xff fills.
    if (bytes[at] !== 0xff || marker === 0xff) at += 1;
    else if (marker === 0xd9) return true;
    else if (marker === 0 || marker === 1 || (marker >= 0xd0 && marker <= 0xd8)) at += 2;
    else at += 2 + (((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0));
  }
  return false;
}
