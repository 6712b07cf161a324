// The sheet on this browser and machine: what it can do and what it cannot, the self-test, and all of it as a text for a bug report.

import { button, byId, crossButton, h, inTime, write } from "../ui/dom.js";
import { forgetKernels, keptKernels } from "../store/gpu-kernels.js";
import { chooseThreads, wantedThreads } from "../store/threads.js";
import { inNumber, say } from "../words/say.js";
import { SHARES, usualThreads } from "../worker/cores.js";
import { aboutPage, lookAround } from "./browser.js";
import { testDevice } from "./selftest.js";

/** @import { Row, Verdict } from "./browser.js" */
/** @import { Reached } from "./selftest.js" */

const MARKS = { yes: "M4.5 10.5l3.6 3.6 7.4-8", partly: "M5 10h10", no: "M5.5 5.5l9 9m0-9l-9 9" };
const DEVICES = /** @type {const} */ (["cpu", "gpu"]);

/** What was found, for the report. @type {Row[]} */
let rows = [];
/** What the self-test said, in English terms. @type {Record<string, string>} */
let tested = {};
let testing = new AbortController();

/** Shows the sheet; what it says is looked up anew each time. */
export async function showPanel() {
  const dialog = byId("machine", HTMLDialogElement);
  if (!dialog.firstChild) build(dialog);
  if (!dialog.open) dialog.showModal();
  rows = await lookAround();
  byId("machine-rows", HTMLUListElement).replaceChildren(...rows.map(item));
  byId("kernels-again", HTMLParagraphElement).hidden = Object.keys(keptKernels()).length === 0;
}

/** @param {HTMLDialogElement} dialog */
function build(dialog) {
  const test = button(say("test.start"), () => void (test.dataset["going"] ? testing.abort() : run(test)));
  test.id = "self-test";
  dialog.append(
    h(
      "header",
      {},
      h("h2", { id: "machine-title" }, say("reach.title")),
      crossButton(say("do.close"), () => dialog.close()),
    ),
    h("p", { className: "hint" }, say("reach.lead")),
    h("ul", { id: "machine-rows", className: "findings" }, h("li", {}, say("reach.looking"))),
    ...(SHARES ? [threadsField()] : []),
    h("p", { id: "kernels-again" }, button(say("reach.kernels.again"), tryAgain)),
    h("h3", {}, say("test.title")),
    h("p", { className: "hint" }, say("test.lead")),
    h("ul", { id: "test-results", className: "findings" }),
    h("p", { id: "test-progress", className: "hint numbers", role: "status" }),
    h(
      "p",
      { className: "sources" },
      test,
      button(say("test.copy"), copy),
      h("span", { id: "test-copied", className: "hint", role: "status" }),
    ),
    h("textarea", { id: "report", readOnly: true, hidden: true, rows: 8, aria: { label: say("test.report") } }),
  );
  dialog.addEventListener("close", () => testing.abort());
}

function threadsField() {
  const cores = navigator.hardwareConcurrency ?? 1;
  const usual = h("option", { value: "" }, say("reach.threads.usual", { n: usualThreads() }));
  const select = h(
    "select",
    { id: "threads" },
    usual,
    ...Array.from({ length: cores }, (_, at) => h("option", { value: String(at + 1) }, String(at + 1))),
  );
  select.value = String(wantedThreads() ?? "");
  select.addEventListener("change", () => {
    chooseThreads(select.value);
    showPanel();
  });
  return h("p", {}, h("label", {}, say("reach.threads.choose"), " ", select));
}

/** Forgets which kernels were found the best on the GPU. */
function tryAgain() {
  forgetKernels();
  showPanel();
}

/** @param {Row} row */
function item({ title, verdict, text }) {
  return h("li", { data: { verdict } }, mark(verdict), h("div", {}, h("strong", {}, title), " ", h("span", {}, text)));
}

/** Told by its shape and its name, too. @param {Verdict} verdict */
function mark(verdict) {
  const box = h("span", { className: "verdict" });
  box.innerHTML = `<svg viewBox="0 0 20 20" role="img" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"><path d="${MARKS[verdict]}"/></svg>`;
  box.firstElementChild?.setAttribute("aria-label", say(`reach.${verdict}`));
  return box;
}

/** @param {HTMLButtonElement} start */
async function run(start) {
  testing = new AbortController();
  tested = {};
  start.dataset["going"] = "yes";
  write(start, say("test.stop"));
  const results = byId("test-results", HTMLUListElement);
  results.replaceChildren();
  for (const device of DEVICES) {
    const { verdict, text } = await testOne(device, testing.signal);
    results.append(h("li", { data: { verdict } }, mark(verdict), h("div", {}, text)));
  }
  delete start.dataset["going"];
  write(start, say("test.start"));
  write(byId("test-progress", HTMLParagraphElement), "");
}

/** @param {"cpu" | "gpu"} device @param {AbortSignal} signal @returns {Promise<{ verdict: Verdict, text: string }>} */
async function testOne(device, signal) {
  const name = device.toUpperCase();
  const note = (/** @type {string} */ result) => (tested = { ...tested, [`self-test on the ${name}`]: result });
  if (device === "gpu" && rows.some(({ facts }) => facts["adapter"] === "none")) {
    note("no adapter");
    return { verdict: "no", text: say("test.none", { device: name }) };
  }
  try {
    const { outcome, adapter, path, worst, milliseconds } = await testDevice(device, (reached) => tell(name, reached), signal);
    note(`${outcome}, worst error ${worst.toExponential(1)}, ${milliseconds.toFixed(0)} ms a step, ${adapter}${path && `, ${path}`}`);
    const values = {
      device: `${name} (${device === "gpu" ? adapter : path})`,
      worst: inNumber(worst, { maximumSignificantDigits: 1 }),
      time: inTime(milliseconds),
    };
    return { verdict: outcome === "off" ? "no" : "yes", text: say(`test.${outcome}`, values) };
  } catch (error) {
    if (signal.aborted) {
      note("stopped");
      return { verdict: "partly", text: say("test.stopped", { device: name }) };
    }
    const reason = error instanceof Error ? error.message : String(error);
    note(`failed: ${reason}`);
    return { verdict: "no", text: say("test.failed", { device: name, reason }) };
  }
}

/** @param {string} device @param {Reached} reached */
function tell(device, reached) {
  write(byId("test-progress", HTMLParagraphElement), reached ? say("test.going", { device, ...reached }) : say("test.opening", { device }));
}

async function copy() {
  const facts = { ...aboutPage(), ...Object.assign({}, ...rows.map((row) => row.facts)), ...tested };
  const report = byId("report", HTMLTextAreaElement);
  report.value = `Decant\n${Object.entries(facts)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n")}\n`;
  const copied = await navigator.clipboard?.writeText(report.value).then(
    () => true,
    () => false,
  );
  report.hidden = Boolean(copied);
  write(byId("test-copied", HTMLSpanElement), say(copied ? "test.copied" : "test.not-copied"));
}
