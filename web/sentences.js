// The sentences that the page says on its own account: about the machine, and about what went wrong.

import { failure } from "./calls.js";

/** @import { DecantError, ErrorCode, FallbackReason, Info } from "./decant.d.ts" */
/** @import { Message, Offer } from "./state.js" */

/** Why the CPU computes. @type {Record<FallbackReason, Message>} */
const ON_CPU = {
  insecure: {
    tone: "note",
    text: "This page came over plain http from another machine, where browsers hide WebGPU, so the CPU computes: the same picture, later. Over https, or opened on the machine that serves it, the GPU can.",
  },
  "no-webgpu": { tone: "note", text: "This browser has no WebGPU, so the CPU computes: the same picture, later." },
  "no-adapter": { tone: "note", text: "This browser has WebGPU but no GPU that it may use, so the CPU computes: the same picture, later." },
  software: {
    tone: "note",
    text: "The only GPU here is emulated in software, so the CPU computes directly: the same picture, usually sooner.",
    offers: [{ label: "Use the emulated GPU", does: "use-gpu" }],
  },
  failed: { tone: "note", text: "The GPU could not be started, so the CPU computes: the same picture, later.", offers: [{ label: "Try the GPU again", does: "use-gpu" }] },
};

/** @type {Message} */
const ON_SOFTWARE_GPU = {
  tone: "note",
  text: "This GPU is emulated in software; the CPU is usually faster.",
  offers: [{ label: "Use the CPU", does: "use-cpu" }],
};

/** What a person should know about the machine that computes. @param {Info} info @returns {Message[]} */
export function noticeOf({ device, software, fallbackReason }) {
  if (device === "cpu") return fallbackReason ? [ON_CPU[fallbackReason]] : [];
  return software ? [ON_SOFTWARE_GPU] : [];
}

/** @type {Record<"other" | "again" | "resume" | "smaller", Offer>} */
const OFFERS = {
  other: { label: "Open another model", does: "open-other" },
  again: { label: "Open the model again", does: "reopen" },
  resume: { label: "Resume", does: "reopen" },
  smaller: { label: "Choose a smaller encoding", does: "look-again" },
};

/** What can be done about what went wrong while a model was opened. @type {Partial<Record<ErrorCode, Offer[]>>} */
const AFTER_OPENING = { network: [OFFERS.resume, OFFERS.other], memory: [OFFERS.smaller, OFFERS.other], device: [OFFERS.again, OFFERS.other], cancelled: [OFFERS.resume, OFFERS.other] };
/** And during a run. What was asked for can be asked differently, in the form. @type {Partial<Record<ErrorCode, Offer[]>>} */
const AFTER_RUN = { request: [], memory: [OFFERS.smaller] };

/** @param {unknown} error @param {"open" | "run"} during @returns {Message} */
export function sentenceOf(error, during) {
  const { code = "internal", message } = /** @type {Partial<DecantError>} */ (error instanceof Error ? error : { message: String(error) });
  const text = message || "Something went wrong that gave no reason.";
  const offers = during === "open" ? (AFTER_OPENING[code] ?? [OFFERS.other]) : (AFTER_RUN[code] ?? [OFFERS.again]);
  return { tone: code === "cancelled" ? "note" : "error", text, offers };
}

/** @param {string} model what it is called */
export function stoppedOpening(model) {
  return failure("cancelled", `Opening ${model} was cancelled. What was downloaded is kept where this browser keeps files.`);
}
