// The benchmark page: asks its worker for rows and writes them into a table; unless only some are wanted, a picture by the model that comes along
// follows. What was found is a text to copy and a file to save, and goes nowhere by itself. Its address does the same: ?device=gpu&only=linear&run=1

import { Decant } from "../api/decant.js";

/** @import { BenchRow } from "../worker/bench.js" */

const MODEL = "models/emoji";
/** Of an adapter's limits, those that decide what it can hold and which kernels it can run. */
const LIMITS = ["maxBufferSize", "maxStorageBufferBindingSize", "maxComputeWorkgroupStorageSize", "maxComputeInvocationsPerWorkgroup"];

/** @template {Element} T @param {string} selector @param {new () => T} type @returns {T} */
function find(selector, type) {
  const found = document.querySelector(selector);
  if (!(found instanceof type)) throw new Error(`bench.html has no ${selector}`);
  return found;
}

const form = find("form", HTMLFormElement);
const device = find("#device", HTMLSelectElement);
const only = find("#only", HTMLInputElement);
const button = find("button", HTMLButtonElement);
const save = find("#save", HTMLButtonElement);
const body = find("tbody", HTMLTableSectionElement);
const state = find("#state", HTMLParagraphElement);
const results = find("#results", HTMLTextAreaElement);

/** @type {Worker | null} */
let worker = null;

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (worker) finish("Stopped.");
  else start();
});

save.addEventListener("click", () => {
  const address = URL.createObjectURL(new Blob([results.value], { type: "application/json" }));
  Object.assign(document.createElement("a"), { href: address, download: `decant-bench-${today()}.json` }).click();
  URL.revokeObjectURL(address);
});

function start() {
  /** @type {BenchRow[]} */
  const rows = [];
  body.replaceChildren();
  results.value = "";
  save.disabled = true;
  button.textContent = "Stop";
  state.textContent = "Measuring; an emulated GPU takes minutes for a row.";
  const mine = new Worker(new URL("../worker/bench.js", import.meta.url), { type: "module" });
  worker = mine;
  mine.onerror = (event) => finish(`The benchmark's worker stopped: ${event.message}`);
  mine.onmessage = async ({ data }) => {
    if (data.row) {
      rows.push(data.row);
      body.append(line(data.row));
    } else if (data.machine) {
      const found = { date: today(), machine: data.machine, agent: navigator.userAgent, gpu: await aboutGpu(), operations: rows };
      const drawn = only.value ? null : await draw().catch((error) => ({ problem: String(error?.message ?? error) }));
      if (worker !== mine) return; // stopped meanwhile
      results.value = JSON.stringify({ ...found, picture: drawn }, null, 1);
      save.disabled = false;
      finish(`Done, on ${data.machine}: ${rows.length} rows${drawn ? `, ${summary(drawn)}` : ""}.`);
    } else {
      finish(data.failure);
    }
  };
  mine.postMessage({ device: device.value, only: only.value });
}

/** @typedef {{ model: string, adapter: string, size: string, steps: number, milliseconds: Record<"open" | "first" | "picture" | "text" | "step" | "decoding", number> } | { problem: string }} Drawn */

/** The embedded model opened, and its second picture: the first one waits for compilers. @returns {Promise<Drawn>} */
async function draw() {
  state.textContent = "Drawing two pictures with the model that comes along.";
  const started = performance.now();
  const decant = await Decant.load({ model: MODEL, device: /** @type {"auto" | "cpu" | "gpu"} */ (device.value) });
  try {
    const open = performance.now() - started;
    const { prompt, steps, width, height } = decant.info.defaults;
    const first = (await decant.generate({ prompt, seed: 1 })).trace.timings;
    const { trace } = await decant.generate({ prompt, seed: 1, negative: "again" }); // so that its text is read anew
    const { timings } = trace;
    if (!first || !timings) throw new Error("The picture was not finished.");
    const times = {
      open,
      first: first.total,
      picture: timings.total,
      text: timings.text,
      step: timings.steps / steps,
      decoding: timings.picture,
    };
    return { model: MODEL, adapter: decant.info.adapter, size: `${width}×${height}`, steps, milliseconds: times };
  } finally {
    decant.close();
  }
}

/** @param {Drawn} drawn */
function summary(drawn) {
  if ("problem" in drawn) return `no picture: ${drawn.problem}`;
  const { size, steps, milliseconds } = drawn;
  return `a picture of ${size} in ${steps} steps takes ${(milliseconds.picture / 1000).toFixed(2)} s, a step ${milliseconds.step.toFixed(1)} ms`;
}

/** What the browser says of its GPU; null where it has none. */
async function aboutGpu() {
  const adapter = await /** @type {any} */ (navigator).gpu?.requestAdapter().catch(() => null);
  if (!adapter) return null;
  const { vendor = "", architecture = "", device = "", description = "" } = adapter.info ?? {};
  const limits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]]));
  return { vendor, architecture, device, description, features: [...adapter.features].sort(), limits };
}

function today() {
  return new Date().toISOString().slice(0, 10);
}

/** @param {string} sentence */
function finish(sentence) {
  worker?.terminate();
  worker = null;
  button.textContent = "Measure";
  state.textContent = sentence;
}

/** @param {BenchRow} row */
function line({ operation, seconds, flops, bytes }) {
  const cells = [operation, (seconds * 1e3).toFixed(2), (flops / seconds / 1e9).toFixed(2), (bytes / seconds / 1e9).toFixed(2)];
  const element = document.createElement("tr");
  element.append(...cells.map((text, i) => Object.assign(document.createElement(i ? "td" : "th"), { textContent: text })));
  return element;
}

const params = new URLSearchParams(location.search);
const wanted = params.get("device");
if (wanted && [...device.options].some((option) => option.value === wanted)) device.value = wanted;
only.value = params.get("only") ?? "";
if (params.get("run") === "1") start();
