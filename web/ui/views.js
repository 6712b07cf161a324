// Every view of the page. A view finds its elements once, and gives back the function that draws the state into them.

import { formView } from "./form/form.js";
import { stackingView } from "./stacking.js";
import { resembleView } from "./form/resemble.js";
import { startView } from "./form/start.js";
import { compareView } from "./gallery/compare.js";
import { galleryView } from "./gallery/gallery.js";
import { queueView } from "./gallery/queue.js";
import { seriesView } from "./stage/series.js";
import { knownView } from "./form/known.js";
import { tokensView } from "./form/tokens.js";
import { takenView } from "./bar/taken.js";
import { typingView } from "./form/typing.js";
import { gearsView } from "./form/gears.js";
import { licencesView } from "./bar/licences.js";
import { loadedView } from "./form/loaded.js";
import { savingView } from "./stage/saving.js";
import { moreView } from "./form/more.js";
import { easelView } from "./stage/easel.js";
import { pictureView } from "./stage/picture.js";
import { openingView } from "./stage/opening.js";
import { progressView } from "./stage/progress.js";
import { filmstripView } from "./stage/filmstrip.js";
import { machineView } from "./bar/machine.js";
import { messagesView } from "./bar/messages.js";
import { openerView } from "./opener/opener.js";
import { shelfView } from "./opener/shelf.js";
import { foundView } from "./opener/found.js";
import { coloursView } from "./bar/colours.js";
import { notifyView } from "./bar/notify.js";
import { presetsView } from "./form/presets.js";
import { variationsView } from "./stage/variations.js";
import { largerView } from "./stage/larger.js";
import { latentsView } from "./stage/latents.js";
import { sheetView } from "./form/grid.js";
import { keysView } from "./keys.js";
import { placesView } from "./places.js";

/** @import { State } from "../studio/state.js" */
/** @import { Studio } from "../studio/studio.js" */
/**
 * It is handed the controllers of the studio that it names.
 * @template {keyof Studio} [Used=keyof Studio]
 * @typedef {(studio: Pick<Studio, Used>, state: () => State) => (state: State) => void} View
 */

/** @type {View[]} */
export const VIEWS = [
  stackingView,
  machineView,
  messagesView,
  moreView,
  formView,
  tokensView,
  knownView,
  typingView,
  gearsView,
  startView,
  resembleView,
  loadedView,
  takenView,
  seriesView,
  galleryView,
  compareView,
  queueView,
  variationsView,
  presetsView,
  notifyView,
  savingView,
  largerView,
  latentsView,
  sheetView,
  pictureView,
  easelView,
  openingView,
  progressView,
  filmstripView,
  openerView,
  shelfView,
  foundView,
  coloursView,
  keysView,
  licencesView,
  placesView,
];
