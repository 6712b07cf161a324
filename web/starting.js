// What a picture starts from besides noise: a picture and a mask over it, as a person chose or painted them. It touches no element.

import { readPicture } from "./inputs.js";

/** @import { Info, Settings } from "./decant.d.ts" */
/** @import { Store } from "./state.js" */
/** @typedef {{ name: string, pixels: ImageData }} Start */
/** @typedef {{ image: Start | null, mask: Start | null }} Starting */

/** @param {Store} store */
export function createStarting({ get, change }) {
  /** @param {Partial<Starting>} part @param {{ image?: string, mask?: string }} [problems] */
  function put(part, problems = {}) {
    change({ start: { ...get().start, ...part }, problems: { ...get().problems, image: problems.image, mask: problems.mask } });
  }

  /** @param {File} file */
  async function startFrom(file) {
    try {
      const pixels = await readPicture(file);
      put({ image: { name: file.name, pixels }, mask: null });
      const { settings, info } = get();
      if (info) change({ settings: { ...settings, ...shapedLike(pixels, settings, info) } });
    } catch (error) {
      put({}, { image: error instanceof Error ? error.message : String(error) });
    }
  }

  /** @param {File} file */
  async function maskWith(file) {
    try {
      const pixels = await readPicture(file, "the mask");
      const { image } = get().start;
      if (image && (image.pixels.width !== pixels.width || image.pixels.height !== pixels.height)) {
        const sizes = `it has ${pixels.width} × ${pixels.height} pixels, the picture ${image.pixels.width} × ${image.pixels.height}`;
        return put({}, { mask: `“${file.name}” does not fit: ${sizes}. A mask has the picture’s size.` });
      }
      put({ mask: { name: file.name, pixels } });
    } catch (error) {
      put({}, { mask: error instanceof Error ? error.message : String(error) });
    }
  }

  return {
    startFrom,
    maskWith,
    /** @param {ImageData | null} pixels painted over the picture; null is no mask */
    paintMask: (pixels) => put({ mask: pixels && { name: "painted", pixels } }),
    startFromNoise: () => put({ image: null, mask: null }),
  };
}

/** What a run takes of it: without a picture, nothing says how much of it stays. @param {Settings} settings @param {Starting} start */
export function startOf(settings, { image, mask }) {
  if (image) return { settings: settings.startStep === undefined ? settings : { ...settings, strength: undefined }, inputs: { image: image.pixels, mask: mask?.pixels } };
  return { settings: { ...settings, strength: undefined, startStep: undefined, pad: undefined, keepUnmasked: undefined }, inputs: {} };
}

/** The size of as many pixels as are asked for, in the picture's proportions, where they differ. @param {ImageData} picture @param {Settings} asked @param {Info} info */
function shapedLike(picture, asked, { factor }) {
  const scale = Math.sqrt((asked.width * asked.height) / (picture.width * picture.height));
  const [width, height] = [picture.width, picture.height].map((side) => Math.max(factor, Math.round((side * scale) / factor) * factor));
  return { width: width ?? asked.width, height: height ?? asked.height };
}
