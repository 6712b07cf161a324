// What this browser and machine can do, found by trying each thing: never by the browser's name.

import { VERSION, whyNotKept } from "../ui/offline.js";
import { INSIDE } from "../api/parts.js";
import { SHARES, bestKernels, usualThreads } from "../worker/cores.js";
import { wantedThreads } from "../store/threads.js";
import { keptKernels } from "../store/gpu-kernels.js";
import { inBytes, inList, say } from "../words/say.js";

/** @typedef {"yes" | "partly" | "no"} Verdict */
/**
 * @typedef {{ title: string, verdict: Verdict, text: string, facts: Record<string, string | number | boolean> }} Row a thing, whether it can be done, what that means, and the numbers for a bug report
 */

/** A module of one function that turns a vector’s bits around: `(v128) -> v128`. */
const VECTORS = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 96, 1, 123, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 32, 0, 253, 77, 11);

/** @returns {Promise<Row[]>} */
export async function lookAround() {
  const { gpu } = /** @type {any} */ (navigator);
  const adapter = await (gpu?.requestAdapter().catch(() => null) ?? null);
  return [
    onGpu(gpu, adapter),
    ...(adapter ? [limits(adapter), extras(adapter), ...kernels(adapter)] : []),
    onCpu(),
    threads(),
    memory(),
    await storage(),
    files(),
    await offline(),
    notifications(),
  ];
}

/** Which version this is, for a bug report. */
export function aboutPage() {
  return {
    version: VERSION || "not built",
    "single file": INSIDE,
    "secure context": isSecureContext,
    language: document.documentElement.lang,
    "browser says": navigator.userAgent,
  };
}

/** @param {any} gpu @param {any} adapter @returns {Row} */
function onGpu(gpu, adapter) {
  const title = say("reach.gpu");
  const none = (/** @type {string} */ text) => ({
    title,
    verdict: /** @type {const} */ ("no"),
    text,
    facts: { WebGPU: Boolean(gpu), adapter: "none" },
  });
  if (!gpu) return none(say(isSecureContext ? "reach.gpu.no" : "reach.gpu.insecure"));
  if (!adapter) return none(say("reach.gpu.no-adapter"));
  const { vendor = "", architecture = "", isFallbackAdapter = adapter.isFallbackAdapter ?? false } = adapter.info ?? {};
  const name = nameOf(adapter);
  const software = isFallbackAdapter || /swiftshader|llvmpipe|lavapipe/i.test(`${name} ${architecture}`);
  const facts = { WebGPU: true, adapter: name || "unnamed", vendor, architecture, software };
  const values = { adapter: name || say("reach.gpu.unnamed") };
  return software
    ? { title, verdict: "partly", text: say("reach.gpu.partly", values), facts }
    : { title, verdict: "yes", text: say("reach.gpu.yes", values), facts };
}

/** What the adapter says of itself; empty where it says nothing. @param {any} adapter @returns {string} */
function nameOf(adapter) {
  const { vendor = "", architecture = "", device = "", description = "" } = adapter.info ?? {};
  return description || [vendor, architecture, device].filter(Boolean).join(" ");
}

/** What was found by trying kernels on this adapter, where they were tried; the newest is the last. @param {any} adapter @returns {Row[]} */
function kernels(adapter) {
  const name = nameOf(adapter);
  const [, choice = ""] = (name && Object.entries(keptKernels()).findLast(([key]) => key.startsWith(`${name} `))) || [];
  if (!choice) return [];
  const wrong = choice.split(";").filter((part) => part.trim().startsWith("wrong "));
  const names = inList(wrong.map((part) => part.trim().slice("wrong ".length)));
  const text = wrong.length > 0 ? say("reach.kernels.partly", { names }) : say("reach.kernels.yes");
  return [{ title: say("reach.kernels"), verdict: wrong.length > 0 ? "partly" : "yes", text, facts: { kernels: choice } }];
}

/** @param {any} adapter @returns {Row} */
function limits(adapter) {
  const names = [
    "maxBufferSize",
    "maxStorageBufferBindingSize",
    "maxStorageBuffersPerShaderStage",
    "maxComputeWorkgroupStorageSize",
    "maxComputeInvocationsPerWorkgroup",
    "maxComputeWorkgroupsPerDimension",
  ];
  const facts = Object.fromEntries(names.map((name) => [name, adapter.limits[name]]));
  const values = { buffer: inBytes(adapter.limits.maxBufferSize), binding: inBytes(adapter.limits.maxStorageBufferBindingSize) };
  return { title: say("reach.limits"), verdict: "yes", text: say("reach.limits.yes", values), facts };
}

/** @param {any} adapter @returns {Row} */
function extras(adapter) {
  const facts = Object.fromEntries(["shader-f16", "subgroups", "timestamp-query"].map((name) => [name, adapter.features.has(name)]));
  const verdict = facts["shader-f16"] ? "yes" : "partly";
  return { title: say("reach.half"), verdict, text: say(`reach.half.${verdict}`), facts };
}

/** @returns {Row} */
function onCpu() {
  const vectors = WebAssembly.validate(VECTORS);
  const cores = navigator.hardwareConcurrency ?? 1;
  return {
    title: say("reach.cpu"),
    verdict: vectors ? "yes" : "no",
    text: vectors ? say("reach.cpu.yes", { n: cores, kernels: INSIDE ? "simd128" : bestKernels() }) : say("reach.cpu.no"),
    facts: { "wasm simd128": vectors, kernels: INSIDE ? "simd128" : bestKernels(), cores },
  };
}

/** @returns {Row} */
function threads() {
  const used = SHARES ? (wantedThreads() ?? usualThreads()) : 1;
  const facts = { "shares memory": SHARES, threads: used };
  return {
    title: say("reach.threads"),
    verdict: SHARES ? "yes" : "partly",
    text: say(SHARES ? "reach.threads.yes" : "reach.threads.partly", { n: used }),
    facts,
  };
}

/** @returns {Row} */
function memory() {
  const gigabytes = /** @type {any} */ (navigator).deviceMemory;
  const title = say("reach.memory");
  if (!gigabytes) return { title, verdict: "partly", text: say("reach.memory.partly"), facts: { "memory in GB": "not told" } };
  return {
    title,
    verdict: "yes",
    text: say("reach.memory.yes", { memory: inBytes(gigabytes * 1e9) }),
    facts: { "memory in GB": gigabytes },
  };
}

/** @returns {Promise<Row>} */
async function storage() {
  const title = say("reach.storage");
  const folder = await navigator.storage?.getDirectory?.().catch(() => null);
  if (!folder)
    return { title, verdict: "no", text: say(INSIDE ? "reach.storage.file" : "reach.storage.no"), facts: { "private files": false } };
  const { usage = 0, quota = 0 } = await navigator.storage.estimate();
  const verdict = (await navigator.storage.persisted?.()) ? "yes" : "partly";
  return {
    title,
    verdict,
    text: say(`reach.storage.${verdict}`, { used: inBytes(usage), quota: inBytes(quota) }),
    facts: { "private files": true, "bytes used": usage, "bytes allowed": quota, persisted: verdict === "yes" },
  };
}

/** @returns {Row} */
function files() {
  const handles = "getAsFileSystemHandle" in DataTransferItem.prototype && "showOpenFilePicker" in window;
  const verdict = handles && !INSIDE ? "yes" : "partly";
  return { title: say("reach.files"), verdict, text: say(`reach.files.${verdict}`), facts: { "file handles": handles } };
}

/** @returns {Promise<Row>} */
async function offline() {
  const title = say("reach.offline");
  const why = whyNotKept();
  const facts = { "kept for offline use": why ?? "yes" };
  if (why === "file") return { title, verdict: "yes", text: say("reach.offline.file"), facts };
  if (why) return { title, verdict: "no", text: say(why === "saving" ? "reach.offline.saving" : "reach.offline.no"), facts };
  const kept = Boolean((await navigator.serviceWorker.getRegistration())?.active);
  return {
    title,
    verdict: kept ? "yes" : "partly",
    text: say(kept ? "reach.offline.yes" : "reach.offline.partly"),
    facts: { "kept for offline use": kept },
  };
}

/** @returns {Row} */
function notifications() {
  const allowed = "Notification" in window && isSecureContext ? Notification.permission : "none";
  const verdict = allowed === "granted" ? "yes" : allowed === "default" ? "partly" : "no";
  return { title: say("reach.notify"), verdict, text: say(`reach.notify.${verdict}`), facts: { notifications: allowed } };
}
