// The prompt as numbers, and how it can be changed underneath the words: another word's vector in a word's place, several mixed, another prompt
// mixed in, a vector from a file. An edit is a setting (`swaps`, `mixes`), so that the studio and the picture's record have it, too.

import { button, h, write, writeSpoken } from "../ui/dom.js";
import { NAMES, fieldText, namesOf, only, writeSetting } from "../studio/settings.js";
import { pictureFigure } from "../figures/picture.js";
import { whenSeen } from "../figures/seen.js";
import { tableFigure } from "../figures/table.js";
import { sentenceOf } from "../studio/sentences.js";
import { say } from "../words/say.js";
import { editsOf } from "./edits.js";
import { swapForm } from "./swap.js";

/** @import { Embeddings, Info, Mix, Settings, Swap } from "../api/decant.d.ts" */
/** @import { Moment } from "./inside.js" */
/** @import { Edits } from "./edits.js" */

/** @type {import("./inside.js").Part<"adapters" | "form" | "model" | "run">} */
export function wordsPart(section, studio, state) {
  const prompt = h("p", { className: "the-prompt" });
  const problem = h("p", { className: "problem", role: "status" });
  const hosts = { table: h("div"), before: h("div"), after: h("div") };
  const undo = button(say("inside.words.undo"), () => undoLast());
  undo.id = "inside-undo";
  const edits = h("p", { className: "hint", id: "inside-edits" });
  /** @type {Edits[]} */
  const past = [];
  /** @type {Embeddings | null} */
  let embeddings = null;

  const form = swapForm(
    studio,
    state,
    (swap) => apply({ swaps: [...without(state().settings.swaps, swap.token), swap] }),
    (token) => apply({ swaps: without(state().settings.swaps, token) }),
  );
  const mix = mixForm((one) => apply({ mixes: [...(state().settings.mixes ?? []), one] }));
  const drawTable = tableFigure(hosts.table, {
    onEdit: (piece) => embeddings && form.open((embeddings.tokens.pieces[piece]?.text ?? "").replace("</w>", "")),
  });
  const [drawBefore, drawAfter] = [pictureFigure(hosts.before), pictureFigure(hosts.after)];
  const pictures = h("div", { className: "before-after", hidden: true }, hosts.before, hosts.after);
  section.append(
    h("p", { className: "hint" }, say("inside.words.hint")),
    prompt,
    h(
      "div",
      { className: "words-body" },
      hosts.table,
      h("div", { className: "words-edit" }, form.element, mix, edits, h("p", { className: "sources" }, undo), pictures, problem),
    ),
  );

  /** Changes the settings and makes the picture anew, beside the one before. @param {Edits} change */
  async function apply(change) {
    const { swaps, mixes } = state().settings;
    past.push({ swaps, mixes });
    await makeBoth({ swaps, mixes, ...change });
  }

  async function undoLast() {
    const last = past.pop();
    if (last) await makeBoth(last);
  }

  /** @param {Edits} wanted */
  async function makeBoth(wanted) {
    const { trace } = state();
    // The picture before is one of the very same settings; else it is made first.
    if (!trace?.image || !alike(trace.settings, state().settings)) await studio.run.generate();
    const before = state().trace?.image ?? null;
    put(wanted);
    await studio.run.generate();
    const after = state().trace?.image ?? null;
    pictures.hidden = before === null || after === before;
    drawBefore({ image: before, caption: say("inside.words.before") });
    drawAfter({ image: after, caption: say("inside.words.after", { change: editsOf(wanted) || say("inside.words.asWritten") }) });
  }

  /** @param {Edits} edits */
  function put({ swaps, mixes }) {
    const { settings } = state();
    studio.form.edit("swaps", writeSetting("swaps", { ...settings, swaps }));
    studio.form.edit("mixes", writeSetting("mixes", { ...settings, mixes }));
  }

  let asked = "";
  const look = whenSeen(section, (/** @type {Moment} */ { state: { settings, phase, info } }) => {
    write(prompt, settings.prompt);
    undo.disabled = past.length === 0 || phase !== "ready";
    form.allow(phase === "ready");
    write(edits, editsOf(settings) ? say("inside.words.now", { change: editsOf(settings) }) : "");
    const model = studio.model.decant();
    const words = wordsOf(settings, info);
    const key = JSON.stringify(words);
    if (!model || phase !== "ready" || key === asked) return;
    asked = key;
    model.embed(words).then(
      (embedded) => {
        embeddings = embedded;
        writeSpoken(problem, { text: "" });
        drawTable({ embeddings: embedded });
      },
      (error) => writeSpoken(problem, sentenceOf(error, "run")),
    );
  });
  return look;
}

/** What the encoder reads. @param {Settings} settings @param {Info | null} info */
function wordsOf(settings, info) {
  return only(
    settings,
    namesOf(info, ({ readsText }) => readsText),
  );
}

/** @param {Swap[] | undefined} swaps @param {string} token */
function without(swaps, token) {
  return (swaps ?? []).filter((swap) => swap.token !== token);
}

/** Whether a run was made as the settings say. @param {Settings} made @param {Settings} asked */
function alike(made, asked) {
  return NAMES.every((name) => name === "count" || fieldText(name, made) === fieldText(name, asked));
}

/** Another prompt's meaning, by a factor. @param {(mix: Mix) => void} use */
function mixForm(use) {
  const text = h("input", { type: "text", id: "inside-mix", spellcheck: false });
  const factor = h("input", { type: "number", min: "0", max: "1", step: "any", value: "0.5", aria: { label: say("inside.words.factor") } });
  const form = h(
    "form",
    { className: "mix-form" },
    h("label", { className: "label", htmlFor: text.id }, say("inside.words.mix")),
    h(
      "div",
      { className: "with-button" },
      text,
      factor,
      h("button", { type: "submit", className: "quiet-button" }, say("inside.words.mixIn")),
    ),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (text.value.trim() && Number.isFinite(factor.valueAsNumber)) use({ prompt: text.value.trim(), factor: factor.valueAsNumber });
  });
  return form;
}
