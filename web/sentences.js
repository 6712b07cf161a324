// The sentences that the page says on its own account: about the machine, and about what went wrong.

/** @import { DecantError, FallbackReason, Info } from "./decant.d.ts" */
/** @import { Message } from "./state.js" */

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
    offer: { label: "Use the emulated GPU", does: "use-gpu" },
  },
  failed: { tone: "note", text: "The GPU could not be started, so the CPU computes: the same picture, later.", offer: { label: "Try the GPU again", does: "use-gpu" } },
};

/** @type {Message} */
const ON_SOFTWARE_GPU = {
  tone: "note",
  text: "This GPU is emulated in software; the CPU is usually faster.",
  offer: { label: "Use the CPU", does: "use-cpu" },
};

/** What a person should know about the machine that computes. @param {Info} info @returns {Message[]} */
export function noticeOf({ device, software, fallbackReason }) {
  if (device === "cpu") return fallbackReason ? [ON_CPU[fallbackReason]] : [];
  return software ? [ON_SOFTWARE_GPU] : [];
}

/** @param {unknown} error @param {"open" | "run"} during @returns {Message} */
export function sentenceOf(error, during) {
  const { code, message } = /** @type {Partial<DecantError>} */ (error instanceof Error ? error : { message: String(error) });
  const text = message || "Something went wrong that gave no reason.";
  if (during === "open") return { tone: "error", text, offer: { label: "Open another model", does: "open-other" } };
  if (code === "request") return { tone: "error", text };
  return { tone: "error", text, offer: { label: "Open the model again", does: "reopen" } };
}
