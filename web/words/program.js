// What the program says while it works, in the other languages: rows by its English. What has no row stays English.

import { language } from "./say.js";

/** @type {Record<string, Partial<Record<import("./say.js").Language, string>>>} */
export const PROGRAM = {
  Starting: { es: "Empezando" },
  "Looking for a GPU": { es: "Buscando una GPU" },
  "Reading the headers": { es: "Leyendo las cabeceras" },
  "Reading the weights": { es: "Leyendo los pesos" },
  "Reading the text encoder": { es: "Leyendo el codificador de texto" },
  "Reading the second text encoder": { es: "Leyendo el segundo codificador de texto" },
  "Reading the denoiser": { es: "Leyendo el eliminador de ruido" },
  "Reading the picture decoder": { es: "Leyendo el decodificador de imágenes" },
  "Reading again what did not stay in memory": { es: "Leyendo otra vez lo que no quedó en memoria" },
};

/** @param {string} label such as a `Progress` has */
export function ofProgram(label) {
  return PROGRAM[label]?.[language] ?? label;
}
