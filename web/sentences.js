// The sentences that the page says on its own account: about the machine, and about what went wrong.

import { say } from "./words.js";

/** @import { DecantError, ErrorCode, FallbackReason, Info } from "./decant.d.ts" */
/** @import { Message, Offer } from "./state.js" */

/** Why the CPU computes. @type {Record<FallbackReason, Message>} */
const ON_CPU = {
  insecure: { tone: "note", text: say("machine.insecure") },
  "no-webgpu": { tone: "note", text: say("machine.no-webgpu") },
  "no-adapter": { tone: "note", text: say("machine.no-adapter") },
  software: { tone: "note", text: say("machine.software"), offers: [{ label: say("machine.use-emulated"), does: "use-gpu" }] },
  failed: { tone: "note", text: say("machine.failed"), offers: [{ label: say("machine.try-gpu"), does: "use-gpu" }] },
};

/** @type {Message} */
const ON_SOFTWARE_GPU = { tone: "note", text: say("machine.emulated"), offers: [{ label: say("machine.use-cpu"), does: "use-cpu" }] };

/** What a person should know about the machine that computes. @param {Info} info @returns {Message[]} */
export function noticeOf({ device, software, fallbackReason }) {
  if (device === "cpu") return fallbackReason ? [ON_CPU[fallbackReason]] : [];
  return software ? [ON_SOFTWARE_GPU] : [];
}

/** @type {Record<"other" | "again" | "resume" | "smaller", Offer>} */
const OFFERS = {
  other: { label: say("offer.other"), does: "open-other" },
  again: { label: say("offer.again"), does: "reopen" },
  resume: { label: say("do.resume"), does: "reopen" },
  smaller: { label: say("offer.smaller"), does: "look-again" },
};

/** What can be done about what went wrong while a model was opened. @type {Partial<Record<ErrorCode, Offer[]>>} */
const AFTER_OPENING = { network: [OFFERS.resume, OFFERS.other], memory: [OFFERS.smaller, OFFERS.other], device: [OFFERS.again, OFFERS.other], cancelled: [OFFERS.resume, OFFERS.other] };
/** And during a run. What was asked for can be asked differently, in the form. @type {Partial<Record<ErrorCode, Offer[]>>} */
const AFTER_RUN = { request: [], memory: [OFFERS.smaller] };

/** What the page could not do, as an error in the language that is spoken. @param {import("./words.js").Key} key */
export function spokenError(key) {
  return Object.assign(new Error(say(key)), { spoken: true });
}

/** What the program says is English; what the page says is not. @param {unknown} error @param {"open" | "run"} during @returns {Message} */
export function sentenceOf(error, during) {
  const { code = "internal", message, spoken = false } = /** @type {Partial<DecantError> & { spoken?: boolean }} */ (error instanceof Error ? error : { message: String(error) });
  const offers = during === "open" ? (AFTER_OPENING[code] ?? [OFFERS.other]) : (AFTER_RUN[code] ?? [OFFERS.again]);
  return { tone: code === "cancelled" ? "note" : "error", text: message || say("error.unknown"), ...(message && !spoken && { lang: "en" }), offers };
}

/** @param {string} model what it is called @returns {Message} */
export function stoppedOpening(model) {
  return { tone: "note", text: say("opening.stopped", { model }), offers: AFTER_OPENING.cancelled };
}
