// Every view of the page. A view finds its elements once, and gives back the function that draws the state into them.

import { formView } from "./form.js";
import { stackingView } from "./stacking.js";
import { startView } from "./start.js";
import { compareView } from "./compare.js";
import { galleryView } from "./gallery.js";
import { queueView } from "./queue.js";
import { seriesView } from "./series.js";
import { knownView } from "./known.js";
import { tokensView } from "./tokens.js";
import { takenView } from "./taken.js";
import { typingView } from "./typing.js";
import { gearsView } from "./gears.js";
import { licencesView } from "./licences.js";
import { loadedView } from "./loaded.js";
import { savingView } from "./saving.js";
import { moreView } from "./more.js";
import { easelView } from "./easel.js";
import { pictureView } from "./picture.js";
import { openingView } from "./opening.js";
import { progressView } from "./progress.js";
import { filmstripView } from "./filmstrip.js";
import { machineView } from "./machine.js";
import { messagesView } from "./messages.js";
import { openerView } from "./opener.js";
import { shelfView } from "./shelf.js";
import { foundView } from "./found.js";
import { coloursView } from "./colours.js";
import { notifyView } from "./notify.js";
import { presetsView } from "./presets.js";
import { variationsView } from "./variations.js";
import { largerView } from "./larger.js";
import { latentsView } from "./latents.js";
import { sheetView } from "./sheet.js";
import { keysView } from "./keys.js";
import { placesView } from "./places.js";

/** @import { State } from "../state.js" */
/** @import { Studio } from "../studio.js" */
/** @typedef {(studio: Studio, state: () => State) => (state: State) => void} View */

/** @type {View[]} */
export const VIEWS = [stackingView, machineView, messagesView, moreView, formView, tokensView, knownView, typingView, gearsView, startView, loadedView, takenView, seriesView, galleryView, compareView, queueView, variationsView, presetsView, notifyView, savingView, largerView, latentsView, sheetView, pictureView, easelView, openingView, progressView, filmstripView, openerView, shelfView, foundView, coloursView, keysView, licencesView, placesView];
