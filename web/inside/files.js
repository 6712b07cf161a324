// A run taken home: its steps' numbers as a table (CSV), all of it as safetensors; and one brought from there.

import { button, fileButton, h } from "../ui/dom.js";
import { Decant } from "../api/decant.js";
import { fileName } from "../trace/file-name.js";
import { save } from "../ui/stage/saving.js";
import { measure } from "../figures/measure.js";
import { sentenceOf } from "../studio/sentences.js";
import { say } from "../words/say.js";
import { distancesOf } from "./distance.js";

/** @import { Trace } from "../api/decant.d.ts" */

/** @type {import("./inside.js").Part<"messages" | "runs">} */
export function filesPart(section, studio, state) {
  /** @param {(trace: Trace) => Promise<Blob>} make @param {string} end of the file's name */
  const saves = (make, end) => async () => {
    const { trace, model } = state();
    if (!trace) return;
    try {
      save(await make(trace), fileName(model, trace.settings.seed, end));
    } catch (error) {
      studio.messages.tell(sentenceOf(error, "run"));
    }
  };
  const csv = button(say("inside.files.csv"), saves(stepsAsCsv, "-steps.csv"));
  csv.id = "inside-csv";
  const whole = button(say("inside.files.whole"), saves(Decant.writeTrace, ".safetensors"));
  whole.id = "inside-save";
  section.append(
    h("p", { className: "hint" }, say("inside.files.hint")),
    h(
      "p",
      { className: "sources" },
      csv,
      whole,
      fileButton(say("inside.open"), ".safetensors", (file) => studio.runs.openRun(file)),
    ),
  );
  return ({ trace }) => {
    for (const one of [csv, whole]) one.disabled = !trace.image;
  };
}

/** One line a model call; what a run does not tell is left empty. @param {Trace} trace */
async function stepsAsCsv(trace) {
  const distances = await distancesOf(trace);
  const rows = await Promise.all(
    trace.steps.map(async (step, i) => {
      const { index, timestep, sigma, guidance, milliseconds, epsCond, epsUncond, epsGuided, channels } = step;
      const apart = epsUncond && epsCond?.length ? await measure(epsUncond, epsCond) : null;
      const taken = epsGuided?.length ? (await measure(epsGuided, epsGuided)).lengths[0] : null;
      const numbers = /** @type {const} */ (["next", "denoised"]).flatMap((kind) =>
        (channels?.[kind] ?? []).flatMap(({ mean, deviation, least, largest }, c) => [
          [`${kind}_${c + 1}_mean`, mean],
          [`${kind}_${c + 1}_deviation`, deviation],
          [`${kind}_${c + 1}_least`, least],
          [`${kind}_${c + 1}_largest`, largest],
        ]),
      );
      return Object.fromEntries([
        ["step", index + 1],
        ["timestep", timestep],
        ["sigma", sigma],
        ["guidance", guidance],
        ["milliseconds", milliseconds],
        ["moved_rms", distances[i]?.moved],
        ["left_rms", distances[i]?.left],
        ["noise_without_rms", apart?.lengths[0]],
        ["noise_with_rms", apart?.lengths[1]],
        ["noise_apart_rms", apart?.rms],
        ["noise_cosine", apart?.cosine],
        ["noise_taken_rms", taken],
        ...numbers,
      ]);
    }),
  );
  const names = Object.keys(rows[0] ?? {});
  const lines = rows.map((row) => names.map((name) => (Number.isFinite(row[name]) ? row[name] : "")).join(","));
  return new Blob([`${[names.join(","), ...lines].join("\r\n")}\r\n`], { type: "text/csv" });
}
