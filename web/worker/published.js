// Whether a downloaded file is the one that was published: its SHA-256 as a whole, where that is known. Each chunk has a hash of its own in
// the storage, so this is asked once, when the model has been read; parts that the model did not need come then, too.

import { CHUNK } from "../store/opfs.js";
import { worded } from "../api/worded.js";

/** @import { Sum, Tell } from "../api/protocol.d.ts" */
/** @import { RemoteFile } from "./remote.js" */

/** @param {RemoteFile} file @param {string} expected @param {Sum} sum nothing counted yet @param {Tell} tell */
export async function checkPublished(file, expected, sum, tell) {
  const { stored, name, keeper } = file;
  const size = await file.size();
  const about = stored?.about;
  if (size === null || (about && "size" in about && about.published === expected)) return;
  if (!stored || !about || !keeper.keeps)
    return keeper.watch.note(
      worded("{name} is not kept in this browser, so its published SHA-256 was not compared: it would have to come a second time.", {
        name,
      }),
    );
  for (let at = 0; at < size; at += CHUNK) {
    sum.add(await file.read(at, Math.min(at + CHUNK, size)));
    tell(`Comparing the SHA-256 of ${name}`, Math.min(at + CHUNK, size), size);
  }
  const got = sum.finish();
  if (got === expected)
    return stored.describe({ .../** @type {{ size: number, validator: string }} */ (stored.about), published: expected }).catch(() => {});
  await stored.begin({ absent: true }).catch(() => {});
  throw {
    code: "model",
    ...worded(
      "{name} is not the file that was published: its SHA-256 is {got}, and {expected} was expected. What was kept of it is deleted; open it again, or take it from another place.",
      { name, got, expected },
    ),
  };
}
