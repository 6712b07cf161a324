// What can be done with a finished picture: saved with its record, saved as an animation of its steps, started from.

import { byId, paint, write } from "../dom.js";
import { fileName } from "../../trace/file-name.js";
import { film, filmKind } from "../../trace/film.js";
import { sentenceOf } from "../../studio/sentences.js";
import { say } from "../../words/say.js";

/** @import { Trace } from "../../api/decant.d.ts" */
/** @import { Studio } from "../../studio/studio.js" */
/** @import { View } from "../views.js" */
/** Of the studio. @typedef {"exports" | "initImage" | "messages"} Used */

/** @type {View<Used>} */
export function savingView(studio, state) {
  /** @param {string} end of the file's name @param {(trace: Trace, image: ImageData) => Promise<Blob | null>} make */
  const saves = (end, make) => async () => {
    const { trace, model } = state();
    if (!trace?.image) return;
    try {
      const blob = await make(trace, trace.image);
      if (blob) save(blob, fileName(model, trace.settings.seed, end));
    } catch (error) {
      studio.messages.tell(sentenceOf(error, "run"));
    }
  };
  const buttons = {
    download: saves(".png", (trace, image) => withRecord(studio, trace, image)),
    animate: saves("-steps.png", animated),
    film: () => record(),
    "go-on": () => goOn(studio, state().trace),
  };
  for (const [id, act] of Object.entries(buttons)) byId(id, HTMLButtonElement).addEventListener("click", act);
  /** @param {Trace} trace */
  async function animated(trace) {
    const blob = await studio.exports.animate(trace);
    if (!blob) studio.messages.tell({ tone: "note", text: say("animate.closed"), about: "record" });
    return blob;
  }
  const made = byId("made", HTMLDivElement);
  const kind = filmKind();
  const filming = byId("film", HTMLButtonElement);
  async function record() {
    if (!kind) return;
    filming.disabled = true;
    write(filming, say("film.recording"));
    await saves(`-steps${kind.end}`, (trace) => film(trace, kind))();
    filming.disabled = false;
    write(filming, say("film.make", { kind: kind.name }));
  }
  write(filming, say("film.make", { kind: kind?.name ?? "" }));
  return ({ trace }) => {
    made.hidden = !trace;
    made.classList.toggle("blank", !trace?.image); // its place is kept while the picture is made
    byId("animate", HTMLButtonElement).hidden = filming.hidden = Boolean(trace?.image) && trace?.steps.length === 0;
    filming.hidden ||= !kind;
  };
}

/**
 * Once its model is closed, and where it is not kept, nobody can say any more what made a picture.
 * @param {Pick<Studio, Used>} studio
 * @param {Trace} trace
 * @param {ImageData} image
 */
async function withRecord(studio, trace, image) {
  const png = await studio.exports.savePicture(trace);
  if (png) return png;
  const canvas = document.createElement("canvas");
  paint(canvas, image);
  return new Promise((/** @type {(blob: Blob | null) => void} */ resolve) => canvas.toBlob(resolve, "image/png"));
}

/** @param {Pick<Studio, Used>} studio @param {Trace | null} trace */
function goOn(studio, trace) {
  if (trace?.image) studio.initImage.startFromPixels(trace.image, say("picture.seed", { seed: trace.settings.seed }));
}

/** @param {Blob} blob @param {string} name */
export function save(blob, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
  link.click();
  // A browser that asks where to save reads it later.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
