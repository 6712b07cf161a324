// What a person can do on the page: controllers, each of which asks the model or changes the state, and is handed the others that it needs. It
// touches no element. They are made from below to above, so that none waits for another to be there.

import { createAdapters } from "./adapters.js";
import { createBus } from "./bus.js";
import { createEnlarging } from "./enlarging.js";
import { createExport } from "./export.js";
import { createForm } from "./form.js";
import { createGallery } from "./gallery.js";
import { createGrid } from "./grid.js";
import { createImport } from "./import.js";
import { createInitImage } from "./init-image.js";
import { createLibrary } from "./library.js";
import { createMaker } from "./maker.js";
import { createMessages } from "./messages.js";
import { createModel } from "./model.js";
import { createPresets } from "./presets.js";
import { createQueue } from "./queue.js";
import { createRun } from "./run.js";
import { createRuns } from "./runs.js";
import { createSizing } from "./sizing.js";
import { createStage } from "./stage.js";
import { createTyping } from "./typing.js";
import { createUndo } from "./undo.js";
import { createVariations } from "./variations.js";

/** @import { Store } from "./state.js" */
/** @typedef {ReturnType<typeof createStudio>} Studio */

/** @param {Store} store */
export function createStudio(store) {
  const bus = createBus(store);
  const stage = createStage(store);
  const initImage = createInitImage(store);
  const library = createLibrary(store);
  const adapters = createAdapters(store, bus);
  const form = createForm(store, bus, initImage);
  const gallery = createGallery(store, bus, { form, stage });
  const maker = createMaker(store, bus, gallery);
  const queue = createQueue(store, maker);
  const typing = createTyping(store, queue, maker);
  const model = createModel(store, bus, { adapters, form, library, maker });
  const exports = createExport(store, bus, { gallery, model });
  const enlarging = createEnlarging(store, bus, { exports, gallery, stage });
  const runs = createRuns(store, bus, stage);

  return {
    messages: createMessages(store, bus),
    stage,
    model,
    library,
    form,
    initImage,
    adapters,
    run: createRun(store, { maker, model, queue, stage, typing }),
    queue,
    typing,
    gallery,
    enlarging,
    runs,
    exports,
    imports: createImport(store, bus, { adapters, enlarging, form, initImage, library, model, runs }),
    presets: createPresets(store, bus),
    variations: createVariations(store, queue),
    grid: createGrid(store, queue, maker),
    sizing: createSizing(store, bus),
    undo: createUndo(store, { adapters, form }),
  };
}
