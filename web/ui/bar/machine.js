// The bar on top: which model is open, which machine computes, and the switch between GPU and CPU.

import { byId, write } from "../dom.js";
import { say } from "../../words/say.js";

/** @import { View } from "../views.js" */

/** Reasons for which asking for the GPU again cannot help. */
const HOPELESS = ["insecure", "no-webgpu"];

/** The sheet on this browser is fetched when it is wanted. */
async function showPanel() {
  await (await import("../../reach/panel.js")).showPanel();
}

/** @type {View<"model">} */
export function machineView(studio) {
  const name = byId("model-name", HTMLSpanElement);
  const adapter = byId("adapter", HTMLSpanElement);
  const device = byId("device", HTMLFieldSetElement);
  const radios = /** @type {HTMLInputElement[]} */ (Array.from(device.elements));
  device.addEventListener("change", ({ target }) =>
    studio.model.reopen(/** @type {"gpu" | "cpu"} */ (/** @type {HTMLInputElement} */ (target).value)),
  );

  // On a phone the bar's rest is a sheet of its own, which makes room for what is opened from it.
  const rest = byId("bar-rest", HTMLDivElement);
  rest.addEventListener(
    "click",
    ({ target }) => target instanceof Element && target.closest("button") && rest.matches(":popover-open") && rest.hidePopover(),
    true,
  );
  byId("show-machine", HTMLButtonElement).addEventListener("click", showPanel);
  byId("show-machine-too", HTMLButtonElement).addEventListener("click", () => {
    byId("keys", HTMLDialogElement).close();
    showPanel();
  });

  return ({ info, model, phase, opening }) => {
    write(name, model);
    write(byId("bar-model", HTMLSpanElement), model || "…");
    name.title = info?.family ?? "";
    write(adapter, info ? info.adapter : phase === "failed" ? say("bar.nothing") : "…");
    device.disabled = phase === "opening" && opening === null;
    for (const radio of radios) {
      if (info) radio.checked = radio.value === info.device;
      radio.disabled = radio.value === "gpu" && HOPELESS.includes(info?.fallbackReason ?? "");
    }
  };
}
