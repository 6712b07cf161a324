// An upscaler in a worker of its own, which is closed with it, or in an open model's: what `Decant.upscaler` gives.

import { pixelsOf, readPicture } from "./inputs.js";

/** @import * as api from "./decant.d.ts" */
/** @import { UpscalerInfo } from "./decant.d.ts" */
/** @import { WorkerCalls } from "./client.js" */
/** @typedef {Pick<WorkerCalls, "ask" | "close">} Calls */

/** @implements {api.Upscaler} */
export class Upscaler {
  #calls;

  /** @param {Calls} calls @param {UpscalerInfo} info */
  constructor(calls, info) {
    this.#calls = calls;
    this.info = info;
  }

  /** @type {api.Upscaler["enlarge"]} */
  async enlarge(picture, { onTile, signal, budget = null } = /** @type {{ budget?: number }} */ ({})) {
    // As large as it is: the program says where that is too much.
    const image = pixelsOf(await readPicture(picture, "the picture", Infinity));
    const record = picture instanceof Blob ? new Uint8Array(await picture.arrayBuffer()) : null;
    signal?.throwIfAborted();
    const made = await this.#calls.ask(
      "enlarge",
      { image, record, budget },
      (event) => {
        if ("tiles" in event) return onTile?.(...event.tiles);
      },
      signal,
    );
    const { rgba, width, height } = made.image;
    return { image: new ImageData(rgba, width, height), png: new Blob([made.png], { type: "image/png" }) };
  }

  close() {
    this.#calls.close();
  }
}
