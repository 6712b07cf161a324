// What the studio's controllers share, made before any of them: the model that is open, which model made a picture, and what is said to a person.

/** @import { Decant } from "../api/decant.d.ts" */
/** @import { Message, Store } from "./state.js" */
/** @typedef {ReturnType<typeof createBus>} Bus */

/** @param {Store} store */
export function createBus({ get, change }) {
  /** @type {Decant | null} */
  let open = null;
  /** @type {WeakMap<ImageData, Decant>} */
  const makers = new WeakMap();

  return {
    /** The model that is open; null while there is none. */
    model: () => open,
    /** Another one is open from now on, or none; model.js says it and nobody else. @param {Decant | null} model */
    setModel: (model) => void (open = model),
    /** Which model made a picture; undefined for one from elsewhere. @param {ImageData} image */
    makerOf: (image) => makers.get(image),
    /** @param {ImageData} image @param {Decant} model */
    setMaker: (image, model) => void makers.set(image, model),
    /** @param {...Message} more */
    tell(...more) {
      const about = more.map((message) => message.about).filter(Boolean);
      const { messages, place } = get();
      change({
        messages: [
          ...messages.filter((before) => !before.about || !about.includes(before.about)),
          ...more.map((message) => ({ place, ...message })),
        ],
      });
    },
  };
}
