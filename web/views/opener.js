// Opening a model of one's own: a picked folder, a folder dropped anywhere on the page, or an address.

import { byId } from "./elements.js";
import { droppedFiles } from "../source.js";
import { sentenceOf } from "../sentences.js";

/** @import { View } from "./index.js" */

/** @type {View} */
export function openerView(studio) {
  const dialog = byId("opener", HTMLDialogElement);
  const folder = byId("folder", HTMLInputElement);
  const address = byId("address", HTMLInputElement);
  const target = byId("drop", HTMLDivElement);

  byId("open-model", HTMLButtonElement).addEventListener("click", () => {
    dialog.returnValue = "close";
    dialog.showModal();
  });
  dialog.addEventListener("close", () => {
    if (dialog.returnValue === "address" && address.value.trim()) studio.open(address.value.trim());
  });
  folder.addEventListener("change", () => {
    const files = Array.from(folder.files ?? []);
    folder.value = "";
    dialog.close("close");
    if (files.length > 0) studio.open(files);
  });

  addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    target.hidden = false;
  });
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) target.hidden = true;
  });
  addEventListener("drop", async (event) => {
    target.hidden = true;
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    try {
      const files = await droppedFiles(event.dataTransfer);
      dialog.close("close");
      await studio.open(files);
    } catch (error) {
      studio.tell(sentenceOf(error, "open"));
    }
  });

  return () => {};
}
