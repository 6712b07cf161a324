// A finished picture taken away: as a file with its record, as an animation of its steps, as an address that makes it again.

import { Decant } from "../api/decant.js";
import { say } from "../words/say.js";
import { enlargedFile } from "./enlarging.js";
import { writeAddress } from "./link.js";

/** @import { Trace } from "../api/decant.d.ts" */
/** @import { Bus } from "./bus.js" */
/** @import { createGallery } from "./gallery.js" */
/** @import { createModel } from "./model.js" */
/** @import { Store } from "./state.js" */

/**
 * @param {Store} store
 * @param {Bus} bus
 * @param {{ gallery: Pick<ReturnType<typeof createGallery>, "pngOfKept">, model: Pick<ReturnType<typeof createModel>, "openedModel"> }} others
 */
export function createExport({ get }, { model: open, makerOf, tell }, { gallery: { pngOfKept }, model: { openedModel } }) {
  /**
   * A finished picture as a PNG with its record: as it was kept, or by the model that made it; null when that is not open any more.
   * @param {Trace} trace
   */
  async function savePicture(trace) {
    const { image } = trace;
    const model = image && makerOf(image);
    return (
      enlargedFile(image) ?? (await pngOfKept(trace)) ?? (image && model && model === open() ? model.writePicture({ image, trace }) : null)
    );
  }

  /** A finished run as an animation; null when the model that made it is not open any more. @param {Trace} trace */
  async function animate(trace) {
    const { image } = trace;
    const model = open();
    if (!image || !model) return null;
    return makerOf(image) === model || (await isRecorded(trace, await model.fingerprint())) ? model.animate({ image, trace }) : null;
  }

  /** Whether a kept picture's record names these weights. @param {Trace} trace @param {string} hash "" where nobody knows them */
  async function isRecorded(trace, hash) {
    const png = hash === "" ? undefined : await pngOfKept(trace);
    return png !== undefined && (await Decant.readRecord(png))?.hash === hash;
  }

  /** Puts an address that makes this picture on the clipboard; where that is refused, into the page's own address. */
  async function copyLink() {
    const { settings } = get();
    const { address } = openedModel();
    const model = typeof address === "string" ? address : (address?.address ?? null);
    const link = writeAddress(location.href, model, settings);
    const copied = await navigator.clipboard?.writeText(link).then(
      () => true,
      () => false,
    );
    if (!copied) history.replaceState(history.state, "", link);
    const [there, here] =
      model === null ? /** @type {const} */ (["link.copied-own", "link.shown-own"]) : /** @type {const} */ (["link.copied", "link.shown"]);
    tell({ tone: "note", text: say(copied ? there : here), about: "link" });
  }

  return { savePicture, animate, copyLink };
}
