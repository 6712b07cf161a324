// Of memory and devices, and of calls that no form makes.

export const MACHINE = {
  "the model's weights would take {need} of memory on {device}, which has {most} for them; a smaller or quantized model may fit":
    "los pesos del modelo ocuparían {need} de memoria en {device}, que tiene {most} para ellos; quizá quepa un modelo más pequeño o cuantizado",
  "{width}×{height} would take {need} of memory on {device}: {reason}; {advice}":
    "una imagen de {width}×{height} ocuparía {need} de memoria en {device}: {reason}; {advice}",
  "{width}×{height} would take {need} of memory on {device}, which has {most} for it; {advice}":
    "una imagen de {width}×{height} ocuparía {need} de memoria en {device}, que tiene {most} para ella; {advice}",
  "ask for a smaller picture": "pide una imagen más pequeña",
  "ask for a smaller picture, or a TAESD as the decoder": "pide una imagen más pequeña, o un TAESD como decodificador",
  "ask for a smaller picture, or weights kept as {encoding}": "pide una imagen más pequeña, o guarda los pesos como {encoding}",
  "ask for a smaller picture, weights kept as {encoding}, or a TAESD as the decoder":
    "pide una imagen más pequeña, pesos guardados como {encoding} o un TAESD como decodificador",
  "{need} are needed, {more} more than there are": "hacen falta {need}, {more} más de lo que hay",
  "the GPU is out of memory; a smaller picture or smaller weights may fit":
    "la GPU se quedó sin memoria; quizá quepa una imagen más pequeña, o pesos más pequeños",
  "the GPU device was lost ({reason}); open the model again to go on, or compute on the CPU":
    "se perdió la GPU ({reason}); abre el modelo otra vez para seguir, o calcula en la CPU",
  "{what}: {problem}": "{what}: {problem}",
  "would take {need} of memory, and there are {most} for it": "ocuparía {need} de memoria, y hay {most}",
  "does not fit: {limit}": "no cabe: {limit}",
  "the run was cancelled": "se canceló la generación",
  "a network was asked to run before it was made ready; this is a bug in Decant":
    "se pidió usar una red antes de prepararla; es un error de Decant",
  "{bad} of {of} values that the autoencoder's {what} are NaN or infinite, so there is no picture; keep the weights as f32, or give the model another autoencoder":
    "{bad} de los {of} valores que {what} son NaN o infinitos, así que no hay imagen; guarda los pesos como f32, o da otro autocodificador al modelo",
  "decoder made of sound latents": "el decodificador hizo de unos latentes correctos",
  "encoder made of the picture": "el codificador hizo de la imagen",
  "A picture is being made; one at a time": "se está haciendo una imagen; de una en una",
  "There is no encoding “{got}”; there are {known}": "no existe el formato de pesos «{got}»; hay {known}",
  "There is no device “{word}”; there are auto, gpu and cpu": "no existe el dispositivo «{word}»; hay auto, gpu y cpu",
  "This browser has WebGPU but no GPU that it may use": "este navegador tiene WebGPU, pero ninguna GPU que pueda usar",
  "This browser has no WebGPU": "este navegador no tiene WebGPU",
  "Browsers hide WebGPU from a page that came over plain http from another machine":
    "los navegadores ocultan WebGPU a una página que llega por http, sin cifrar, desde otra máquina",
  "This model's folder brings no upscaler along; open one from a file":
    "la carpeta de este modelo no trae ningún ampliador; abre uno desde un archivo",
  "Latents of the shape {shape} do not have {count} numbers; give [channels, height, width]":
    "unos latentes de forma {shape} no tienen {count} números; da [canales, alto, ancho]",
  'Latents cannot be decoded by {got}; by "model", "tiny" or "projection" they can':
    'los latentes no se pueden decodificar con {got}; con "model", "tiny" o "projection", sí',
  "Neighbours are those of a word or of a Float32Array": "los vecinos son los de una palabra o los de un Float32Array",
  "Runs are arrays of Float32Arrays, all of one length": "las generaciones son listas de Float32Array, todos de la misma longitud",
  "Lists of {first} and of {second} numbers cannot be compared; give two of one length":
    "no se pueden comparar listas de {first} y de {second} números; da dos de la misma longitud",
  "The settings must be an object": "los ajustes deben ser un objeto",
  "The run cannot be written: {why}": "no se puede guardar la generación: {why}",
  "seed {seed} has more digits than a page can hold: another one is taken, which makes another picture":
    "la semilla {seed} tiene más cifras de las que caben en una página: se usa otra, que hace otra imagen",
};
