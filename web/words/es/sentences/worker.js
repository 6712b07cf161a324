// Of downloads, of what the browser keeps, and of the worker's end: what the module says in the program's place.

export const WORKER = {
  "This browser keeps no files for this page (private window, or an address without https), so the model will be downloaded again next time.":
    "Este navegador no guarda archivos de esta página (ventana privada, o una dirección sin https), así que la próxima vez habrá que descargar el modelo de nuevo.",
  "This browser’s storage is full: the rest of this model is not kept, and will be downloaded again next time. Deleting a stored model makes room.":
    "El almacenamiento de este navegador está lleno: el resto de este modelo no se guarda y habrá que descargarlo la próxima vez. Borrar un modelo guardado deja sitio.",
  "{name} is not kept in this browser, so its published SHA-256 was not compared: it would have to come a second time.":
    "{name} no se guarda en este navegador, así que no se ha comparado su SHA-256 publicado: habría que descargarlo dos veces.",
  "{name} is not the file that was published: its SHA-256 is {got}, and {expected} was expected. What was kept of it is deleted; open it again, or take it from another place.":
    "{name} no es el archivo que se publicó: su SHA-256 es {got}, y se esperaba {expected}. Se ha borrado lo que se guardaba de él; ábrelo otra vez, o tómalo de otro lugar.",
  "A stored part of {name} was damaged; that part is downloaded again.":
    "Una parte guardada de {name} estaba dañada; esa parte se descarga otra vez.",
  "{name} has changed on the server since it was stored; it is downloaded anew.":
    "{name} ha cambiado en el servidor desde que se guardó; se descarga de nuevo.",
  "The server sends {name} only as a whole, so the download begins anew instead of going on where it broke off.":
    "El servidor solo envía {name} entero, así que la descarga empieza de nuevo en vez de seguir donde se cortó.",
  "The server sends {name} only as a whole: the download can be paused, but not resumed once it is broken off.":
    "El servidor solo envía {name} entero: la descarga se puede pausar, pero no reanudar si se corta.",
  "The connection broke: {reason}. What has come is kept.": "Se cortó la conexión: {reason}. Se conserva lo que ha llegado.",
  "{reason}": "{reason}",
  "{reason}; this server cannot resume, so {name} begins anew":
    "{reason}; este servidor no puede reanudar, así que {name} empieza de nuevo",
  "{reason}; the server is not there, or does not let this page read from it":
    "{reason}; el servidor no está, o no deja que esta página lea de él",
  "the server answers with status {status}": "el servidor responde con el estado {status}",
  "the server sent {got} bytes of {of}": "el servidor envió {got} bytes de {of}",
  "nothing came for half a minute": "no llegó nada en medio minuto",
  "asked for the bytes {first} to {last}, the server sent {begin} to {end}":
    "se le pidieron los bytes de {first} a {last}, y el servidor envió de {begin} a {end}",
  "the server sends more than it was asked for": "el servidor envía más de lo que se le pidió",
  "asked for one part of the file, the server answers with several in one (multipart/byteranges)":
    "se le pidió una parte del archivo, y el servidor responde con varias en una (multipart/byteranges)",

  "WebAssembly ran out of memory (it has {size}), and the program ended. Open the model again to go on; a smaller picture, or the weights in a smaller encoding, take less.":
    "WebAssembly se quedó sin memoria (tiene {size}), y el programa acabó. Abre el modelo otra vez para seguir; una imagen más pequeña, o pesos más pequeños, ocupan menos.",
  "The part of the page that computes has ended: it crashed, or the browser had no memory left for it. Open the model again to go on; a smaller picture, or the weights in a smaller encoding, take less.":
    "La parte de la página que calcula ha acabado: falló, o al navegador no le quedaba memoria para ella. Abre el modelo otra vez para seguir; una imagen más pequeña, o pesos más pequeños, ocupan menos.",
  "There is not enough memory: {reason}.": "No hay memoria suficiente: {reason}.",
  "Something that should not happen did: {reason}.": "Ha pasado algo que no debería: {reason}.",
  "The program itself could not be loaded from {address}: {reason}": "No se pudo cargar el propio programa desde {address}: {reason}",
  "The worker stopped: {reason}.": "La parte que calcula se detuvo: {reason}.",
  "The worker stopped: its program could not be loaded.": "La parte que calcula se detuvo: no se pudo cargar su programa.",
  "The model was closed.": "Se cerró el modelo.",
  "No model is open.": "No hay ningún modelo abierto.",
  "No upscaler is open.": "No hay ningún ampliador abierto.",

  "the picture": "la imagen",
  "the starting picture": "la imagen inicial",
  "the mask": "la máscara",
  "{name} has {width} × {height} pixels, which is more than a browser can hold; make it smaller first.":
    "{name} tiene {width} × {height} píxeles, más de lo que cabe en un navegador; hazla antes más pequeña.",
  "{name} is damaged or breaks off; save or download it again.":
    "{name}: la imagen está dañada o incompleta; guárdala o descárgala otra vez.",
  "{name} could not be read as a picture ({reason}); PNG, JPEG and WebP are read everywhere.":
    "no se pudo leer {name} como imagen ({reason}); PNG, JPEG y WebP se leen en todas partes.",
  "There is no memory for a picture of {width} × {height} pixels; take a smaller one.":
    "No hay memoria para una imagen de {width} × {height} píxeles; elige una más pequeña.",
  "{count} pictures cannot be made; ask for 1 or more.": "No se pueden hacer {count} imágenes; pide 1 o más.",
  "“{address}” is not an address that a model could be loaded from.":
    "«{address}» no es una dirección de la que se pueda cargar un modelo.",
  "“{hash}” is no SHA-256: that is 64 digits from 0 to f.": "«{hash}» no es un SHA-256: son 64 cifras, de 0 a f.",
  "“{name}” cannot be read: a page opened from a file may not read other files by their address. Choose it as a file or a folder, or drop it on the page.":
    "No se puede leer «{name}»: una página abierta desde un archivo no puede leer otros archivos por su dirección. Elígelo como archivo o carpeta, o suéltalo en la página.",
};
