// The sentences that the page says on its own account: about the machine, and about what went wrong.

import { spoken } from "./named.js";
import { say } from "../words/say.js";

/** @import { DecantError, ErrorCode, FallbackReason, Info } from "../api/decant.d.ts" */
/** @import { LookProblem, Message, Offer } from "./state.js" */

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

/** @satisfies {Record<string, Offer>} */
const OFFERS = {
  other: { label: say("offer.other"), does: /** @type {const} */ ("open-other") },
  usual: { label: say("offer.usual"), does: /** @type {const} */ ("open-usual") },
  again: { label: say("offer.again"), does: /** @type {const} */ ("reopen") },
  cpu: { label: say("machine.use-cpu"), does: /** @type {const} */ ("use-cpu") },
  smaller: { label: say("offer.smaller"), does: /** @type {const} */ ("look-again") },
  // Of the model that could not be opened, while the one before is open again.
  tryAgain: { label: say("offer.try-again"), does: /** @type {const} */ ("try-again") },
  resume: { label: say("do.resume"), does: /** @type {const} */ ("try-again") },
  smallerThen: { label: say("offer.smaller"), does: /** @type {const} */ ("look-refused") },
};

/** What can be done about what went wrong while a model was opened. @type {Partial<Record<ErrorCode, Offer[]>>} */
const AFTER_OPENING = {
  network: [OFFERS.resume, OFFERS.other],
  memory: [OFFERS.smallerThen, OFFERS.other],
  device: [OFFERS.tryAgain, OFFERS.other],
  gone: [OFFERS.tryAgain, OFFERS.other],
  cancelled: [OFFERS.resume, OFFERS.other],
};
/** And during a run. What was asked for can be asked differently, in the form. @type {Partial<Record<ErrorCode, Offer[]>>} */
const AFTER_RUN = { request: [], memory: [OFFERS.smaller], device: [OFFERS.again, OFFERS.cpu], gone: [OFFERS.again, OFFERS.smaller] };

/** What the page says is in its language; what the program says, where that has the words. @param {unknown} error @param {"open" | "run"} during @returns {Message} */
export function sentenceOf(error, during) {
  const { code = "internal", message, sentence, spoken: own = false } = read(error);
  const offers = during === "open" ? (AFTER_OPENING[code] ?? [OFFERS.other]) : (AFTER_RUN[code] ?? [OFFERS.again]);
  return {
    tone: code === "cancelled" ? "note" : "error",
    ...(own || !message ? { text: message ?? say("error.unknown") } : spoken({ message, sentence })),
    offers,
  };
}

/** @param {unknown} error @returns {Partial<DecantError> & { spoken?: boolean }} `spoken` where the page said it itself */
function read(error) {
  return /** @type {Partial<DecantError>} */ (error instanceof Error ? error : { message: String(error) });
}

/** Where no model is open at all, the page's own is a way on. @param {Message} message @returns {Message} */
export function orTheUsual(message) {
  return { ...message, offers: [...(message.offers ?? []), OFFERS.usual] };
}

/**
 * Why a model could not be looked at, for whoever chose it: nothing of what it would have held.
 * @param {unknown} error
 * @param {{ name: string, address: string | null }} model `address` is null for one from this machine
 * @returns {LookProblem}
 */
export function lookProblemOf(error, { name, address }) {
  const { text, lang } = sentenceOf(error, "open");
  const sentence = { text, ...(lang && { lang }) };
  const { code, why, message = "", spoken: own } = read(error);
  if (own || why === "address") return { ...sentence, details: null };
  const host = address === null ? "" : hostOf(address);
  if (/\bstatus 40[13]\b/.test(message)) return { text: say("look.denied", { host, name }), details: sentence };
  if (code === "network") return { text: say("look.network", { host }), details: sentence };
  if (code !== "model") return { ...sentence, details: null };
  if (why === "absent")
    return { text: address === null ? say("look.absent", { name }) : say("look.absent-there", { address }), details: sentence };
  if (address !== null && why === "unread") return { text: say("look.server", { host, name }), details: sentence };
  return { text: say("look.unknown", { name }), details: sentence };
}

/** @param {string} address */
function hostOf(address) {
  return URL.parse(address, document.baseURI)?.host ?? address;
}

/** @param {string} model what it is called @returns {Message} */
export function stoppedOpening(model) {
  return { tone: "note", text: say("opening.stopped", { model }), offers: AFTER_OPENING.cancelled };
}
