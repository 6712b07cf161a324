// What is said to a person: errors and notices, and what was taken last. It touches no element.

/** @import { Bus } from "./bus.js" */
/** @import { Message, Store } from "./state.js" */

/** @param {Store} store @param {Bus} bus */
export function createMessages({ get, change }, { tell }) {
  return {
    tell,
    /** @param {Message} message */
    dismiss: (message) => change({ messages: get().messages.filter((other) => other !== message) }),
    /** What was taken last is known by now. */
    forgetTaken: () => change({ taken: null }),
  };
}
