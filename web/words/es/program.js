// What the program says while it works, by its English.

/** @type {Record<string, string>} */
export const PROGRAM = {
  Starting: "Empezando",
  "Looking for a GPU": "Buscando una GPU",
  "Trying kernels": "Probando los núcleos de cálculo",
  "Reading the headers": "Leyendo las cabeceras",
  "Reading the weights": "Leyendo los pesos",
  "Reading the text encoder": "Leyendo el codificador de texto",
  "Reading the second text encoder": "Leyendo el segundo codificador de texto",
  "Reading the denoiser": "Leyendo el eliminador de ruido",
  "Reading the picture decoder": "Leyendo el decodificador de imágenes",
  "Reading again what did not stay in memory": "Leyendo otra vez lo que no quedó en memoria",
};
