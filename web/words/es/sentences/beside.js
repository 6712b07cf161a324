// Of what stands beside a model: LoRAs, textual inversions, upscalers, another autoencoder.

export const BESIDE = {
  "LoRA {name}: {problem}; {hint}": "LoRA {name}: {problem}; {hint}",
  "it is not loaded": "no está cargado",
  "none is; load its file first": "no hay ninguno cargado; carga antes su archivo",
  "there are {loaded}; load its file first": "hay {loaded}; carga antes su archivo",
  "one is loaded under this name": "ya hay uno cargado con este nombre",
  "remove it first, or give another name": "quítalo antes, o da otro nombre",
  "{most} are loaded already": "ya hay {most} cargados",
  "remove one first": "quita uno antes",
  "its weight is {got}, expected {least} to {most}": "su peso es {got}, y se esperaba de {least} a {most}",
  "1 is as it was trained, 0 is without it": "1 es como se entrenó, 0 es sin él",
  "it changes {part}, which the model does not have": "cambia {part}, que el modelo no tiene",
  "this gear is another model's": "esta marcha es de otro modelo",
  "it has {layer} twice, under two names": "tiene {layer} dos veces, con dos nombres",
  "use another file of it": "usa otro archivo suyo",
  "give a LoRA that was trained for this family": "da un LoRA que se entrenara para esta familia",
  "{place} has {count} weight files, none of them {usual}": "{place} tiene {count} archivos de pesos, y ninguno es {usual}",
  "give the LoRA's own file": "da el archivo del propio LoRA",
  "it is a DoRA ({tensor}), which scales whole layers, too": "es un DoRA ({tensor}), que además escala capas enteras",
  "Decant applies LoRA, LoCon and LoHa": "Decant aplica LoRA, LoCon y LoHa",
  "Decant applies LoRA, LoCon and LoHa to Stable Diffusion 1.x, 2.x and XL":
    "Decant aplica LoRA, LoCon y LoHa a Stable Diffusion 1.x, 2.x y XL",
  "{other} and {tensor} are the same part": "{other} y {tensor} son la misma parte",
  "it is {what}": "es {what}",
  "a LoKr": "un LoKr",
  "an OFT": "un OFT",
  "a BOFT": "un BOFT",
  "an (IA)³": "un (IA)³",
  "a GLoRA": "un GLoRA",
  "a difference of whole weights": "una diferencia de pesos enteros",
  "a LoRA for Flux": "un LoRA para Flux",
  "a LoRA for Stable Diffusion 3": "un LoRA para Stable Diffusion 3",
  "a textual inversion": "una inversión textual",
  "there is nothing in it": "no contiene nada",
  "none of its {count} parts is of a layer of this model: {shown}, …":
    "ninguna de sus {count} partes es de una capa de este modelo: {shown}, …",
  "it is for {got}; this is {expected}": "es para {got}; este es {expected}",
  "{family}, whose text is {width} wide": "{family}, cuyo texto tiene {width} números por token",
  "a model whose text is {width} wide": "un modelo cuyo texto tiene {width} números por token",
  "of {layer} there is only {there}: a pair (lora_down and lora_up, or LoHa's four) is needed":
    "de {layer} solo está {there}: hace falta un par (lora_down y lora_up, o los cuatro de LoHa)",
  "{tensor} has the shape {shape}, expected one number": "{tensor} tiene la forma {shape}, y se esperaba un solo número",
  "the layer of {tensor} is no matrix": "la capa de {tensor} no es una matriz",
  "{tensor} has the shape {shape}, expected 1 to {most} rows (its rank)":
    "{tensor} tiene la forma {shape}, y se esperaban de 1 a {most} filas (su rango)",
  "{tensor} has the shape {got}, the model's layer takes {shape}": "{tensor} tiene la forma {got}, y la capa del modelo admite {shape}",
  "is it for another model?": "¿es para otro modelo?",

  "the textual inversion {name} {problem}; {hint}": "la inversión textual {name} {problem}; {hint}",
  "is called {token} in a prompt, as {other} is": "se llama {token} en un prompt, igual que {other}",
  "give one of the files another name": "da otro nombre a uno de los archivos",
  "holds no embeddings": "no contiene vectores",
  "is a LoRA": "es un LoRA",
  "add it as one": "añádelo como tal",
  "holds {got} words, expected {most} at most": "contiene {got} palabras, y se admiten {most} como máximo",
  "give a textual inversion's .bin, .pt or .safetensors file": "da el archivo .bin, .pt o .safetensors de una inversión textual",
  "has vectors of {got}, this model's are of {own}": "tiene vectores de {got}, y los de este modelo son de {own}",
  "{all} numbers": "{all} números",
  "{all} numbers ({family})": "{all} números ({family})",
  "{title}": "{title}",
  "a part of {title}": "una parte de {title}",
  "use one that was made for this family": "usa una hecha para esta familia",
  "has {got} vectors, expected 1 to {most}": "tiene {got} vectores, y se esperaban de 1 a {most}",
  "{before} and {last}": "{before} y {last}",

  "upscaler {name}: {problem}; {advice}": "ampliador {name}: {problem}; {advice}",
  "{width}×{height} would become {wide}×{high} pixels, {most} along each side are the most":
    "{width}×{height} pasarían a {wide}×{high} píxeles, y el máximo son {most} por lado",
  "give a smaller picture": "da una imagen más pequeña",
  "on {device} even one tile of {width}×{height} {problem}": "en {device}, ya una sola parte de {width}×{height} {problem}",
  "free memory, or take a smaller upscaler": "libera memoria, o usa un ampliador más pequeño",
  "{bad} of {of} values that it made are NaN or infinite": "{bad} de los {of} valores que hizo son NaN o infinitos",
  "keep its weights as f32": "guarda sus pesos como f32",
  "give an upscaler's one file": "da el único archivo de un ampliador",
  "give an ESRGAN, Real-ESRGAN or SRVGGNetCompact file": "da un archivo ESRGAN, Real-ESRGAN o SRVGGNetCompact",
  "give an ESRGAN, Real-ESRGAN or SRVGGNetCompact file whose pictures have three colours":
    "da un archivo ESRGAN, Real-ESRGAN o SRVGGNetCompact cuyas imágenes tengan tres colores",
  "this upscaler has {count} tensors that belong to no layer of it, for instance {first}":
    "este ampliador tiene {count} tensores que no son de ninguna de sus capas, por ejemplo {first}",
  "this upscaler has no convolution {name}": "este ampliador no tiene la convolución {name}",
  "this upscaler takes {colours} channels and its last layer {last} makes {out}, which is no picture":
    "este ampliador admite {colours} canales y su última capa, {last}, hace {out}, que no es una imagen",
  "this upscaler takes {channels} channels, makes {colours}, and doubles {doublings} times, which is no picture made larger":
    "este ampliador admite {channels} canales, hace {colours} y duplica {doublings} veces, y eso no amplía una imagen",

  "the tiny autoencoder has {channels} latent channels of {factor}×{factor} pixels, the model {own} of {places}×{places}; TAESD belongs to Stable Diffusion 1 and 2, TAESDXL to XL":
    "el autocodificador diminuto tiene {channels} canales latentes de {factor}×{factor} píxeles, y el modelo {own} de {places}×{places}; TAESD es de Stable Diffusion 1 y 2, TAESDXL de XL",
  "a tiny autoencoder was asked for, but the model was opened without one; give the folder or file of a TAESD as its preview decoder":
    "se pidió un autocodificador diminuto, pero el modelo se abrió sin él; da la carpeta o el archivo de un TAESD como decodificador de vistas previas",
  "this autoencoder has {channels} latent channels of {factor}×{factor} pixels, the model {own} of {places}×{places}":
    "este autocodificador tiene {channels} canales latentes de {factor}×{factor} píxeles, y el modelo {own} de {places}×{places}",
  "this autoencoder is for {family} (its latents are scaled by {factor}), the model is {own} ({expected})":
    "este autocodificador es para {family} (sus latentes se escalan por {factor}), y el modelo es {own} ({expected})",
  "give one of the model's own family": "da uno de la familia del modelo",
};
