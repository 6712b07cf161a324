// Which bytes of a file an answer of status 206 says that it is. Nothing is believed that contradicts itself; a header that another site's
// server hides says nothing.

import { header } from "./line.js";

/** @typedef {{ first: number, last: number, total: number | null }} Part `total` where the server says it */

/** @param {Response} response @returns {Part | { problem: string } | {}} */
export function partIn(response) {
  if (response.status !== 206) return {};
  if (header(response, "content-type").trim().toLowerCase().startsWith("multipart/"))
    return { problem: "asked for one part of the file, the server answers with several in one (multipart/byteranges)" };
  const packed = header(response, "content-encoding");
  if (packed && packed !== "identity")
    return {
      problem: `the server sends parts of the file packed (${packed}), which cannot be put together; download the file yourself, and open it from this machine`,
    };
  const text = header(response, "content-range");
  if (!text) return {};
  const [, first, last, total] = /^\s*bytes\s+(\d+)-(\d+)\/(\d+|\*)\s*$/i.exec(text) ?? [];
  const part = { first: Number(first), last: Number(last), total: total === "*" ? null : Number(total) };
  const isSound = part.first <= part.last && (part.total === null || (part.last < part.total && Number.isSafeInteger(part.total)));
  return isSound ? part : { problem: `the server’s Content-Range “${text}” says nothing` };
}
