// The benchmark page: asks its worker for rows and writes them into a table. Its address does the same: ?device=gpu&only=linear&run=1

/** @import { BenchRow } from "../worker/bench.js" */

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

function start() {
  /** @type {BenchRow[]} */
  const rows = [];
  body.replaceChildren();
  results.value = "";
  button.textContent = "Stop";
  state.textContent = "Measuring; an emulated GPU takes minutes for a row.";
  worker = new Worker(new URL("../worker/bench.js", import.meta.url), { type: "module" });
  worker.onerror = (event) => finish(`The benchmark's worker stopped: ${event.message}`);
  worker.onmessage = ({ data }) => {
    if (data.row) {
      rows.push(data.row);
      body.append(line(data.row));
    } else if (data.machine) {
      results.value = JSON.stringify({ machine: data.machine, agent: navigator.userAgent, operations: rows }, null, 1);
      finish(`Done, on ${data.machine}: ${rows.length} rows.`);
    } else {
      finish(data.failure);
    }
  };
  worker.postMessage({ device: device.value, only: only.value });
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
