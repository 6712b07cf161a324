// Of files: missing, unreadable, damaged, and of what is in them.

export const FILES = {
  "{place}: there is no {name}; {hint}": "{place}: no hay {name}; {hint}",
  "{place}: {name} could not be read: {reason}": "{place}: no se pudo leer {name}: {reason}",
  "{file}: {problem}; {hint}": "{file}: {problem}; {hint}",
  "{file}: tensor {name} {problem}": "{file}: el tensor {name} {problem}",
  "{file}: {key} {problem}": "{file}: {key} {problem}",
  "{component}: {problem}": "{component}: {problem}",
  "writing failed: {reason}; is there room on the disk?": "no se pudo escribir: {reason}; ¿queda sitio en el disco?",
  "download the file again": "descarga el archivo otra vez",
  "what was kept of it is deleted, and opening the model again downloads it again":
    "se ha borrado lo que se guardaba de él, y al abrir el modelo otra vez se descarga de nuevo",
  "there is no such file": "no existe ese archivo",
  "the name leads out of the model's folder": "el nombre lleva fuera de la carpeta del modelo",
  "expected {expected} bytes from byte {at} on, got {got}": "se esperaban {expected} bytes desde el byte {at}, y hay {got}",
  "it changed on the server while it was being read; open the model again":
    "cambió en el servidor mientras se leía; abre el modelo otra vez",
  "the server hides how long the file is (its answer shows no Content-Range)":
    "el servidor oculta cuánto mide el archivo (su respuesta no muestra Content-Range)",
  "a model is a folder in diffusers' layout, with its tokenizer, text_encoder, unet, vae and scheduler":
    "un modelo es una carpeta como las de diffusers, con tokenizer, text_encoder, unet, vae y scheduler",
  "there is nothing at this path; give a weight file, or the folder that holds model_index.json":
    "en esta ruta no hay nada; da un archivo de pesos, o la carpeta que contiene model_index.json",
  "it should hold weights": "debería contener pesos",
  "the model needs them": "el modelo los necesita",
  "the weights are another model's": "los pesos son de otro modelo",
  "looked for {first}, {last}, {pickle}, fp16 and sharded names, and the same for {other}":
    "se buscó {first}, {last}, {pickle}, nombres de fp16 y por partes, y lo mismo para {other}",
  "{index} lists it; {hint}": "{index} lo nombra; {hint}",

  "is {size} bytes long, expected {limit} at most": "mide {size} bytes, y se admiten {limit} como máximo",
  "this cannot be the file that its name promises": "no puede ser el archivo que promete su nombre",
  "is not a JSON object ({error})": "no es un objeto JSON ({error})",
  "is empty": "está vacío",
  "is an empty zip archive": "es un archivo zip vacío",
  "is a zip archive that is cut short": "es un archivo zip incompleto",
  "is a Python pickle, but not one of PyTorch's": "es un pickle de Python, pero no de PyTorch",
  "use the model's .safetensors files": "usa los archivos .safetensors del modelo",
  "use a file from a source that you trust, best a .safetensors file":
    "usa un archivo de una fuente en la que confíes, mejor un .safetensors",
  "is a Git LFS pointer, not the file itself": "es un puntero de Git LFS, no el propio archivo",
  "run `git lfs pull`, or download the file itself": "ejecuta `git lfs pull`, o descarga el propio archivo",
  "is a web page, not weights": "es una página web, no pesos",
  "the address is probably wrong, or needs a login": "la dirección será errónea, o pide iniciar sesión",
  "starts with {start}, expected one of the formats {formats}": "empieza por {start}, y se esperaba uno de los formatos {formats}",
  "is cut short: expected 8 bytes of header length, got {size}":
    "está incompleto: se esperaban 8 bytes con el tamaño de la cabecera, y hay {size}",
  "is cut short: its header is not complete after {size} bytes": "está incompleto: su cabecera no acaba en sus {size} bytes",
  "is cut short: expected {end} bytes from what its header says, got {size}":
    "está incompleto: según su cabecera debería medir {end} bytes, y mide {size}",
  "has a header of more than {longest} bytes": "tiene una cabecera de más de {longest} bytes",
  "says that its header has {length} bytes, but only {left} follow": "dice que su cabecera tiene {length} bytes, pero solo hay {left}",
  "says that its header has {length} bytes, expected {most} at most":
    "dice que su cabecera tiene {length} bytes, y se admiten {most} como máximo",
  "has a header that is not a JSON object ({error})": "tiene una cabecera que no es un objeto JSON ({error})",
  "has bytes that belong to no tensor, at {range}": "tiene bytes que no son de ningún tensor, en {range}",
  "is not an index of shards ({error})": "no es un índice de partes ({error})",
  "names the shard {shard}, expected the name of a file beside it":
    "nombra la parte {shard}, y se esperaba el nombre de un archivo que esté a su lado",
  "correct or remove it": "corrígelo o quítalo",
  "{key} is {got}, expected the name of a folder inside of the model's":
    "{key} es {got}, y se esperaba el nombre de una carpeta dentro de la del modelo",
  "the gear {name} has 0 steps, expected 1 or more": "la marcha {name} tiene 0 pasos, y se esperaba 1 o más",

  "is there twice": "está dos veces",
  "is also in {other}": "también está en {other}",
  "is not there, although {index} says so": "no está, aunque {index} lo dice",
  "is not there, but {name} is made of it": "no está, y de él se hace {name}",
  "belongs to none of {parts}; the file says that it holds these": "no pertenece a ninguno de {parts}; el archivo dice que contiene estos",
  "shares bytes with {other}: they lie at {first} and {second}": "comparte bytes con {other}: están en {first} y en {second}",
  "is stored as {dtype}; Decant reads only {known}": "está guardado como {dtype}; Decant solo lee {known}",
  "is stored as {dtype}, expected a number": "está guardado como {dtype}, y se esperaba un número",
  "is stored with gaps or repetitions between its numbers, which Decant does not read":
    "está guardado con huecos o repeticiones entre sus números, y eso Decant no lo lee",
  "is {number}, expected a finite number": "es {number}, y se esperaba un número finito",
  "has {value} at index {at}, expected finite numbers only; {hint}":
    "tiene {value} en el lugar {at}, y se esperaban solo números finitos; {hint}",
  "has {number}, too large for {encoding}, which ends at {largest}; keep it as f32":
    "tiene {number}, demasiado grande para {encoding}, que acaba en {largest}; guárdalo como f32",
  "has the shape {shape}, expected one number": "tiene la forma {shape}, y se esperaba un solo número",
  "has the shape {shape} of {dtype}, expected one number, or one for each of the {rows} rows of {weight}":
    "tiene la forma {shape} de {dtype}, y se esperaba un número, o uno por cada una de las {rows} filas de {weight}",

  "is {got}; {hint}": "es {got}; {hint}",
  "is {got}, but the {with} is {expected}; are these files of one model?":
    "es {got}, pero {with} es {expected}; ¿son archivos de un mismo modelo?",
  "is not a key that Decant knows for {class}; remove it if it does not change the model's numbers":
    "no es una clave que Decant conozca de {class}; quítala si no cambia los números del modelo",
  "{component}: {count} tensors of the file belong to no layer of the configuration; is config.json another model's? They are: {names}":
    "{component}: {count} tensores del archivo no son de ninguna capa de la configuración; ¿es config.json de otro modelo? Son: {names}",
  "the tokenizer's model_max_length is {tokenizer}, the text encoder's max_position_embeddings is {text_encoder}; are these files of one model?":
    "model_max_length del tokenizador es {tokenizer} y max_position_embeddings del codificador de texto es {text_encoder}; ¿son archivos de un mismo modelo?",
  "the tokenizer has {tokenizer} pieces, the text encoder's vocab_size is {text_encoder}; are these files of one model?":
    "el tokenizador tiene {tokenizer} piezas y vocab_size del codificador de texto es {text_encoder}; ¿son archivos de un mismo modelo?",

  "it holds {value}, which is no finite number": "contiene {value}, que no es un número finito",
  "latents are a .safetensors or .npy file of [channels, h, w] numbers":
    "unos latentes son un archivo .safetensors o .npy de [canales, alto, ancho] números",
};
