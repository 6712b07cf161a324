// Keeps the page for later: installs the service worker (sw.js) once the model is open, and says when a new version of the page is ready.

import { INSIDE } from "../api/parts.js";
import { say } from "../words/say.js";

/** @import { Message } from "../studio/state.js" */
/** @typedef {(message: Message) => void} Tell */

/** Which version of the page this is; "" where nothing was built. */
export const VERSION = document.querySelector('meta[name="version"]')?.getAttribute("content") ?? "";

/**
 * Why the page is not kept for offline use here; null where it can be.
 * @returns {"file" | "unbuilt" | "insecure" | "refused" | "saving" | null}
 */
export function whyNotKept() {
  if (INSIDE) return "file";
  if (!VERSION) return "unbuilt";
  if (!isSecureContext) return "insecure";
  if (!navigator.serviceWorker) return "refused";
  return /** @type {any} */ (navigator).connection?.saveData ? "saving" : null;
}

/** @param {Tell} tell */
export async function keepForLater(tell) {
  if (whyNotKept()) return;
  const kept = await navigator.serviceWorker.register("./sw.js", { updateViaCache: "none" }).catch(() => null);
  if (kept?.waiting) offer(tell);
  if (!navigator.serviceWorker.controller) navigator.serviceWorker.ready.then(({ active }) => active?.postMessage(VERSION));
  kept?.addEventListener("updatefound", () => {
    const coming = kept.installing;
    coming?.addEventListener("statechange", () => coming.state === "installed" && navigator.serviceWorker.controller && offer(tell));
  });
}

/** @param {Tell} tell */
function offer(tell) {
  tell({ tone: "note", text: say("reach.version"), offers: [{ label: say("reach.version-use"), does: "use-version" }], about: "version" });
}

/** Opens the page anew with the version that is ready; where another tab has the old one, says so. @param {Tell} tell */
export async function useVersion(tell) {
  const kept = await navigator.serviceWorker.getRegistration();
  if (!kept?.waiting) return location.reload();
  const { waiting } = kept;
  // A tab that was opened before any worker is controlled by none, and hears of no change of it.
  waiting.addEventListener("statechange", () => waiting.state === "activated" && location.reload());
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  navigator.serviceWorker.addEventListener(
    "message",
    () => tell({ tone: "note", text: say("reach.version-elsewhere"), about: "version" }),
    { once: true },
  );
  waiting.postMessage("use");
}
