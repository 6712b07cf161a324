// What the page knows, in one object. It changes only through `change`, and every change is drawn once per frame.

import { enlargesEach } from "./enlarging.js";
import { EMPTY_GALLERY } from "./kept.js";
import { keptPresets } from "./presets.js";

/** @import { Choice, DeviceChoice, Info, Progress, Settings, TokenCount, Trace } from "../api/decant.d.ts" */
/** @import { CatalogEntry } from "./library.js" */
/** @import { Gallery } from "./kept.js" */
/** @import { Job } from "./queue.js" */
/** @import { Preset } from "./presets.js" */
/** @import { RecentModel } from "../store/recent.js" */
/** @import { Loaded } from "./adapters.js" */
/** @import { Sheet } from "./grid.js" */
/** @import { Starting } from "./init-image.js" */
/** @import { Room, StoredModel } from "../store/opfs.js" */
/** @import { Spoken } from "../words/program.js" */

/** What the page shows. @typedef {"studio" | "inside" | "lessons"} Place */

/**
 * @typedef {object} State
 * @property {"opening" | "ready" | "running" | "failed"} phase "failed": no model is open
 * @property {Place} place which of the three is shown, and the rest of the address for it
 * @property {string} path
 * @property {Progress | null} opening
 * @property {Spoken | null} interrupted why nothing comes any more while a model is opened, in a sentence
 * @property {boolean} opener whether the sheet for opening a model is shown
 * @property {Asking | Looking | Found | null} look the model that is looked at before it is loaded
 * @property {LookProblem | null} lookProblem why the last one could not be looked at
 * @property {Shelf} shelf what there is to open
 * @property {string} model what the open model is called
 * @property {DeviceChoice} device what was asked for; what it became is in `info`
 * @property {Info | null} info
 * @property {Settings} settings
 * @property {string} example the prompt that the page proposed
 * @property {Loaded[]} loaded beside the model
 * @property {Starting} start what a picture starts from besides noise
 * @property {"seen" | "painting" | null} easel whether what a picture starts from is on the stage, and painted on
 * @property {Partial<Record<keyof Settings | "image" | "mask" | "resemble", string>>} problems per field, a sentence about what was typed last
 * @property {{ prompt: TokenCount | null, negative: TokenCount | null }} tokens
 * @property {Trace | null} trace the run that is shown, finished or not
 * @property {Trace | null} other a second run, to compare it with
 * @property {boolean} asTyped whether every change of the settings makes a picture, which passes
 * @property {boolean} attention whether the next runs tell where the denoiser looks
 * @property {Job | null} running what is being made
 * @property {Trace | null} live and as far as it is
 * @property {boolean} watching whether the run that goes on is the one that is shown
 * @property {Trace[]} series the pictures of one run that was asked for several, as far as it is
 * @property {Gallery} gallery
 * @property {import("../store/upscalers.js").KeptUpscaler[]} upscalers
 * @property {boolean} enlarges whether each picture is made larger by the model's own upscaler, where it has one
 * @property {import("./enlarging.js").Enlarging | null} enlarging the picture that is made larger
 * @property {Job[]} queue what is made next
 * @property {Preset[]} presets a person's own
 * @property {Sheet | null} sheet the grid that was asked for last
 * @property {boolean} sheetShown
 * @property {string} sheetProblem why no grid was made, in a sentence; else ""
 * @property {{ undo: number, redo: number }} steps how often settings can be taken back, and brought back
 * @property {number} cursor which of its steps is shown; one past the last is the finished picture
 * @property {boolean} following the cursor moves along with the run
 * @property {boolean} paused the run, or the opening
 * @property {Progress | null} reading of what did not stay in memory, during a run
 * @property {Message[]} messages
 * @property {import("./sizing.js").Weighed | null} weighed what a picture of the size that is asked for takes; null until that is known
 * @property {Taken | null} taken what was dropped or chosen last, while it is shown
 */

/**
 * @typedef {object} Taken
 * @property {"picture" | "mask" | "latents" | "lora" | "inversion" | "vae" | "preview" | "upscaler" | "settings" | "model" | "run" | "refused"} what
 * @property {string} text a sentence
 * @property {ImageData | null} [image] what it looks like
 * @property {string} [word] by which a prompt uses it
 */

/**
 * A link names a model of another site, which hears of nothing until a person agrees.
 * @typedef {{ phase: "ask", host: string, address: string }} Asking
 */

/** In words for people, and what the program or the server said. @typedef {Spoken & { details: Spoken | null }} LookProblem */

/** @typedef {{ phase: "looking", name: string, progress: Progress | null, interrupted: Spoken | null }} Looking */

/**
 * @typedef {object} Found
 * @property {"found"} phase
 * @property {string} name
 * @property {string | undefined} family what it was asked to be taken for
 * @property {Info} info
 * @property {{ width: number, height: number }} size of the pictures that the choices are weighed for
 * @property {string} problem about the size that was typed last, in a sentence; else ""
 * @property {Choice[]} choices
 * @property {Choice["weights"]} weights which of them
 */

/**
 * @typedef {object} Shelf
 * @property {CatalogEntry[]} catalog
 * @property {StoredModel[]} stored
 * @property {RecentModel[]} recent
 * @property {Room | null} room
 */

/**
 * @typedef {object} Message
 * @property {"error" | "note"} tone
 * @property {string} text
 * @property {"en"} [lang] where it is the program that says it
 * @property {Offer[]} [offers]
 * @property {Place} [place] where it was said; undefined: everywhere
 * @property {boolean} [stays] a note that does not go by itself
 * @property {"link" | "record" | "version" | "notify" | "visit" | "back" | "larger"} [about] of several about one thing, only the last is shown
 */

/**
 * @typedef {{ label: string, does: "use-gpu" | "use-cpu" | "reopen" | "try-again" | "open-other" | "open-usual" | "look-again" | "look-refused" | "use-version" }} Offer
 */

/** Until a model says its own. No words: those of one model are not another's. @type {Settings} */
const FIRST_SETTINGS = { prompt: "", negative: "", steps: 20, guidance: 4, seed: 7, sampler: "ddim", width: 32, height: 32 };

/** @type {State} */
const FIRST = {
  phase: "opening",
  place: "studio",
  path: "",
  opening: null,
  interrupted: null,
  opener: false,
  look: null,
  lookProblem: null,
  shelf: { catalog: [], stored: [], recent: [], room: null },
  model: "",
  device: "auto",
  info: null,
  settings: FIRST_SETTINGS,
  example: FIRST_SETTINGS.prompt,
  loaded: [],
  start: { image: null, mask: null },
  easel: null,
  problems: {},
  tokens: { prompt: null, negative: null },
  trace: null,
  other: null,
  asTyped: false,
  attention: false,
  running: null,
  live: null,
  watching: true,
  series: [],
  gallery: EMPTY_GALLERY,
  enlarges: enlargesEach(),
  upscalers: [],
  enlarging: null,
  queue: [],
  presets: keptPresets(),
  steps: { undo: 0, redo: 0 },
  sheet: null,
  sheetShown: false,
  sheetProblem: "",
  cursor: 0,
  following: true,
  paused: false,
  reading: null,
  messages: [],
  weighed: null,
  taken: null,
};

/** Milliseconds between two drawings of a tab that is not seen. */
const HIDDEN = 250;

/** @param {(state: State) => void} draw called at most once a frame, after changes */
export function createStore(draw) {
  let state = FIRST;
  let drawing = false;
  const go = () => {
    if (!drawing) return;
    drawing = false;
    draw(state);
  };
  // A tab that nobody sees has no frames, and is drawn all the same: its title and its notification tell of the run.
  const soon = () => (document.hidden ? setTimeout(go, HIDDEN) : requestAnimationFrame(go));
  document.addEventListener("visibilitychange", () => drawing && soon());
  return {
    get: () => state,
    /** @param {Partial<State>} part */
    change(part) {
      state = { ...state, ...part };
      if (drawing) return;
      drawing = true;
      soon();
    },
  };
}

/** @typedef {ReturnType<typeof createStore>} Store */

/**
 * Whether a run can be asked for: a model is open, and every field holds something that it can have. A file that could not be taken leaves what was
 * there, and stops nothing.
 * @param {Pick<State, "phase" | "problems">} state
 */
export function canAsk({ phase, problems: { image, mask, resemble, ...typed } }) {
  return (phase === "ready" || phase === "running") && !Object.values(typed).some(Boolean);
}

/** How many places the cursor has: each step, and the picture when there is one. @param {Trace | null} trace */
export function places(trace) {
  return trace ? trace.steps.length + (trace.image ? 1 : 0) : 0;
}
