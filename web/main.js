// The wires of the page: state to views, events to actions. Nothing is decided here.

import { createStore } from "./state.js";
import { createStudio, takeDefaults } from "./studio.js";
import { readAddress, readAddressSettings } from "./address.js";
import { keepForLater } from "./offline.js";
import { sentenceOf } from "./sentences.js";
import { VIEWS } from "./views/index.js";
import { language, say, translate } from "./words.js";

document.documentElement.lang = language;
translate(document);

const store = createStore((state) => {
  for (const draw of draws) draw(state);
});
const studio = createStudio(store);
const draws = VIEWS.map((view) => view(studio, store.get));

addEventListener("error", ({ message }) => studio.tell({ tone: "error", text: say("error.unexpected", { message }) }));
addEventListener("unhandledrejection", ({ reason }) => studio.tell(sentenceOf(reason, "run")));

const params = new URLSearchParams(location.search);
const asked = readAddress(params);
addEventListener("online", studio.reconnect);
studio.recall();
await studio.open({ model: asked.model, weights: asked.weights, preview: null, family: asked.family }, asked.device, (info, before) => {
  const read = readAddressSettings(params, takeDefaults(info, before).settings, info);
  return { ...read, problems: [...asked.problems, ...read.problems] };
});
keepForLater(studio.tell);
if (asked.run) await studio.generate();
