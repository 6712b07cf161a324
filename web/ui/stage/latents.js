// The latents that a finished picture was decoded from: their channels as maps, to be saved and to be started from.

import { button, byId, h } from "../dom.js";
import { channelsFigure } from "../../figures/channels.js";
import { fileName } from "../../trace/file-name.js";
import { lastLatents, latentsFile } from "../../trace/latents.js";
import { save } from "./saving.js";
import { say } from "../../words/say.js";

/** @import { View } from "../views.js" */

/** @type {View<"initImage">} */
export function latentsView(studio, state) {
  const dialog = byId("latents", HTMLDialogElement);
  const host = h("div");
  const fileOf = () => {
    const { trace, model } = state();
    const latents = trace && lastLatents(trace);
    return latents && trace ? new File([latentsFile(latents)], fileName(model, trace.settings.seed, "-latents.safetensors")) : null;
  };
  const keep = Object.assign(
    button(say("latents.save"), () => {
      const file = fileOf();
      if (file) save(file, file.name);
    }),
    { id: "save-latents" },
  );
  const start = Object.assign(
    button(say("latents.start"), () => {
      const file = fileOf();
      if (file) studio.initImage.startFromLatents(file);
      dialog.close();
    }),
    { id: "start-latents" },
  );
  const close = Object.assign(
    button(say("do.close"), () => dialog.close()),
    { className: "quiet-button close" },
  );
  dialog.append(
    h("h2", { id: "latents-title", textContent: say("latents.title") }),
    h("p", { textContent: say("latents.about") }),
    host,
    h("p", { className: "sources last-line" }, keep, start, close),
  );
  const draw = channelsFigure(host);
  const open = byId("show-latents", HTMLButtonElement);
  open.addEventListener("click", () => {
    const { trace } = state();
    const latents = trace && lastLatents(trace);
    if (!latents) return;
    dialog.showModal();
    draw(latents);
  });
  return ({ trace }) => {
    open.hidden = Boolean(trace?.image) && !(trace && lastLatents(trace));
  };
}
