// What a picture starts from besides noise: a picture and a mask over it, as a person chose or painted them; and the one that a loss wants it to
// resemble. It touches no element.

import { readPicture } from "../api/inputs.js";
import { say } from "../words/say.js";

/** @import { Info, Settings } from "../api/decant.d.ts" */
/** @import { Store } from "./state.js" */
/** @typedef {{ name: string, pixels: ImageData }} Start */
/**
 * Starting latents take the place of a picture; `resemble` is where a loss pulls to.
 * @typedef {{ image: Start | null, mask: Start | null, latents?: File | null, resemble?: Start | null }} Starting
 */

/** Pixels of a small picture, which a scale for larger ones would pull apart. */
const SMALL = 64 * 64;

/** @param {Store} store */
export function createInitImage({ get, change }) {
  /** @param {Partial<Starting>} part @param {{ image?: string, mask?: string, resemble?: string }} [problems] */
  function put(part, { image, mask, resemble } = {}) {
    change({ start: { ...get().start, ...part }, problems: { ...get().problems, image, mask, resemble } });
  }

  /** @param {File} file */
  async function startFrom(file) {
    try {
      const pixels = await readPicture(file);
      put({ image: { name: file.name, pixels }, mask: null, latents: null });
      const { settings, info } = get();
      if (info) change({ settings: { ...settings, ...shapedLike(pixels, settings, info) } });
      take(file.name, pixels);
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      put({}, { image: problem });
      change({ taken: { what: "refused", text: problem } });
    }
  }

  /** A finished picture, to go on from. @param {ImageData} pixels @param {string} name */
  function startFromPixels(pixels, name) {
    put({ image: { name, pixels }, mask: null, latents: null });
    take(name, pixels);
  }

  /** It is seen on the stage; from elsewhere, in a line. @param {string} name @param {ImageData} pixels */
  function take(name, pixels) {
    const elsewhere = get().place !== "studio";
    change({ easel: "seen", taken: elsewhere ? { what: "picture", text: say("taken.picture", { name }), image: pixels } : null });
  }

  /** Margins are in the picture's pixels: what is made grows by as much, in the scale that it has. @param {Settings["pad"]} pad */
  function padBy(pad) {
    const {
      settings,
      info,
      start: { image },
    } = get();
    if (!image || !info) return change({ settings: { ...settings, pad } });
    const [before, after] = [padded(image.pixels, settings.pad), padded(image.pixels, pad)];
    const width = toFactor((settings.width * after.width) / before.width, info);
    const height = toFactor((settings.height * after.height) / before.height, info);
    change({ settings: { ...settings, pad, width, height } });
  }

  /** @param {File} file */
  async function maskWith(file) {
    try {
      const pixels = await readPicture(file, "the mask");
      const { image } = get().start;
      if (image && (image.pixels.width !== pixels.width || image.pixels.height !== pixels.height)) {
        const { width, height } = pixels;
        return put(
          {},
          {
            mask: say("start.mask-size", {
              name: file.name,
              width,
              height,
              pictureWidth: image.pixels.width,
              pictureHeight: image.pixels.height,
            }),
          },
        );
      }
      put({ mask: { name: file.name, pixels } });
      change({ easel: image ? "painting" : null, taken: { what: "mask", text: say("taken.mask", { name: file.name }), image: pixels } });
    } catch (error) {
      put({}, { mask: error instanceof Error ? error.message : String(error) });
    }
  }

  /** Where no loss takes it yet, one does. @param {File} file */
  async function resemble(file) {
    try {
      const pixels = await readPicture(file, "the picture to resemble");
      put({ resemble: { name: file.name, pixels } });
      const { settings } = get();
      const { losses = [], width, height } = settings;
      if (!losses.some(({ picture }) => picture))
        change({ settings: { ...settings, losses: [...losses, { picture: true, scale: width * height > SMALL ? 200 : 5 }] } });
    } catch (error) {
      put({}, { resemble: error instanceof Error ? error.message : String(error) });
    }
  }

  /** Nor does a loss take it any more. */
  function resembleNothing() {
    const { settings } = get();
    const others = settings.losses?.filter(({ picture }) => !picture) ?? [];
    put({ resemble: null });
    change({ settings: { ...settings, losses: others.length > 0 ? others : undefined } });
  }

  return {
    resemble,
    resembleNothing,
    startFrom,
    startFromPixels,
    padBy,
    maskWith,
    /** @param {ImageData | null} pixels painted over the picture; null is no mask */
    paintMask: (pixels) => put({ mask: pixels && { name: say("start.painted"), pixels } }),
    /** @param {import("./state.js").State["easel"]} easel */
    showEasel: (easel) => change({ easel }),
    startFromNoise: () => put({ image: null, mask: null, latents: null }),
    /** @param {File} latents */
    startFromLatents(latents) {
      put({ image: null, mask: null, latents });
      change({ taken: { what: "latents", text: say("taken.latents", { name: latents.name }) } });
    },
  };
}

/** What a run takes of it. @param {Settings} asked @param {Starting} start */
export function startOf(asked, start) {
  const { settings, inputs } = beginningOf(asked, start);
  return { settings, inputs: { ...inputs, ...resembleOf(asked, start) } };
}

/** The picture to resemble, where a loss takes it. @param {Settings} asked @param {Starting} start */
export function resembleOf({ losses }, { resemble }) {
  return resemble && losses?.some(({ picture }) => picture) ? { resemble: resemble.pixels } : {};
}

/** Without a picture, nothing says how much of it stays. @param {Settings} asked @param {Starting} start */
function beginningOf(asked, { image, mask, latents }) {
  // Without a second pass, nothing says how it is made.
  const settings = asked.hires === undefined ? { ...asked, hiresBy: undefined, hiresStrength: undefined, hiresSteps: undefined } : asked;
  // Latents have a size of their own.
  const own = /** @type {Settings} */ (
    /** @type {unknown} */ ({ ...settings, width: undefined, height: undefined, pad: undefined, keepUnmasked: undefined })
  );
  if (latents) return { settings: own, inputs: { latents } };
  // Without a mask and margins there is no rest to keep, and its box is not shown.
  const kept = mask || settings.pad ? settings : { ...settings, keepUnmasked: undefined };
  if (image)
    return {
      settings: settings.startStep === undefined ? kept : { ...kept, strength: undefined },
      inputs: { image: image.pixels, mask: mask?.pixels },
    };
  return { settings: { ...settings, strength: undefined, startStep: undefined, pad: undefined, keepUnmasked: undefined }, inputs: {} };
}

/**
 * The size of as many pixels as are asked for, in the picture's proportions, where they differ.
 * @param {ImageData} picture
 * @param {Settings} asked
 * @param {Info} info
 */
function shapedLike(picture, asked, info) {
  const { width, height } = padded(picture, asked.pad);
  const scale = Math.sqrt((asked.width * asked.height) / (width * height));
  return { width: toFactor(width * scale, info), height: toFactor(height * scale, info) };
}

/** @param {ImageData} picture @param {Settings["pad"]} [pad] */
function padded({ width, height }, [above, right, below, left] = [0, 0, 0, 0]) {
  return { width: left + width + right, height: above + height + below };
}

/** @param {number} side @param {Info} info */
function toFactor(side, { factor }) {
  return Math.max(factor, Math.round(side / factor) * factor);
}
