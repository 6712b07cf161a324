// Texts of what this browser and machine can do, of the self-test, and of the page's own versions.

/** @type {import("../languages.js").Like<typeof import("../en/reach.js").REACH>} */
export const REACH = {
  "reach.title": "Este navegador y este equipo",
  "reach.show": "Qué pueden hacer este navegador y este equipo",
  "reach.lead": "Comprobado aquí, ahora mismo.",
  "reach.looking": "Comprobando…",
  "reach.yes": "Sí",
  "reach.partly": "En parte",
  "reach.no": "No",

  "reach.gpu": "Usa la GPU",
  "reach.gpu.unnamed": "una GPU sin nombre",
  "reach.gpu.yes": "WebGPU ofrece {adapter}.",
  "reach.gpu.partly":
    "El único adaptador, {adapter}, es una GPU emulada por la CPU. La propia CPU suele ser más rápida, así que se usa esta.",
  "reach.gpu.no": "Este navegador no tiene WebGPU, así que calcula la CPU: la misma imagen, pero más despacio.",
  "reach.gpu.no-adapter":
    "Este navegador tiene WebGPU, pero no ofrece ningún adaptador: el controlador gráfico falta, es antiguo o está desactivado. Por eso calcula la CPU: la misma imagen, pero más despacio.",
  "reach.gpu.insecure":
    "Esta página se cargó por http sin cifrar desde otro equipo, y así los navegadores desactivan WebGPU. Por https, o con el archivo único decant.html, se puede usar la GPU.",
  "reach.limits": "Espacio para imágenes grandes",
  "reach.limits.yes":
    "Un búfer admite {buffer} y un enlace {binding}. Las imágenes de hasta 1024 × 1024 no necesitan más que los 268 MB y 134 MB que WebGPU garantiza.",
  "reach.limits.no": "No hay adaptador, así que no hay límites que leer.",
  "reach.half": "Extras de la GPU",
  "reach.half.yes":
    "Admite aritmética de 16 bits (shader-f16). Donde resulta más rápida aquí, el eliminador de ruido calcula productos en ella y los suma en 32 bits.",
  "reach.half.partly": "No admite aritmética de 16 bits (shader-f16). Los pesos se guardan igual de pequeños y se calcula en 32 bits.",
  "reach.cpu": "Usa la CPU",
  "reach.cpu.yes": {
    one: "WebAssembly tiene instrucciones vectoriales ({kernels}); el equipo tiene {n} núcleo.",
    other: "WebAssembly tiene instrucciones vectoriales ({kernels}); el equipo tiene {n} núcleos.",
  },
  "reach.cpu.no":
    "El WebAssembly de este navegador no tiene instrucciones vectoriales, que el programa necesita. Un navegador más nuevo las tiene.",
  "reach.kernels": "Núcleos de cálculo en la GPU",
  "reach.kernels.yes": "Se probaron en esta GPU al abrir un modelo, y se usan los más rápidos.",
  "reach.kernels.partly":
    "Se probaron en esta GPU al abrir un modelo. Con este controlador algunos calculan mal y no se usan: {names}. Un controlador o navegador más nuevo puede arreglarlo.",
  "reach.kernels.again": "Probar otra vez los núcleos de la GPU con el próximo modelo",
  "reach.threads": "Varios núcleos a la vez",
  "reach.threads.yes": {
    one: "En la CPU, cada generación usa {n} hilo.",
    other: "En la CPU, cada generación usa {n} hilos. No cambian ni un píxel.",
  },
  "reach.threads.partly": {
    one: "En la CPU, cada generación usa {n} hilo. Para usar más hace falta memoria compartida: por https, casi todos los navegadores la permiten desde la segunda vez que se abre la página.",
    other:
      "En la CPU, cada generación usa {n} hilos. Para usar más hace falta memoria compartida: por https, casi todos los navegadores la permiten desde la segunda vez que se abre la página.",
  },
  "reach.threads.choose": "Hilos en la CPU, desde el próximo modelo",
  "reach.threads.usual": "{n} (todos los núcleos menos uno)",
  "reach.memory": "Memoria",
  "reach.memory.yes": "Unos {memory} o más. Antes de cargar un modelo, la página dice cuánta necesita.",
  "reach.memory.partly":
    "Este navegador no dice cuánta hay. Antes de cargar un modelo, la página dice cuánta necesita: compárala con la que tiene tu equipo.",
  "reach.storage": "Guarda modelos e imágenes",
  "reach.storage.yes": "{used} de {quota} usados. El navegador solo lo borra si tú lo dices.",
  "reach.storage.partly": "{used} de {quota} usados. Si el disco se llena, el navegador puede borrarlo.",
  "reach.storage.file":
    "Una página abierta desde un archivo no puede guardar modelos, así que las descargas no se conservan. Los modelos de este equipo se abren como siempre.",
  "reach.storage.no":
    "Este navegador no guarda archivos de esta página (ventana privada o dirección sin https), así que las descargas no se conservan.",
  "reach.files": "Reabre modelos de este equipo",
  "reach.files.yes": "Un archivo o carpeta que abriste una vez se reabre con un clic.",
  "reach.files.partly": "Puedes elegir o soltar archivos y carpetas, pero la próxima vez hay que elegirlos de nuevo.",
  "reach.offline": "Funciona sin conexión",
  "reach.offline.yes": "La página y su modelo están guardados aquí y se abren sin conexión.",
  "reach.offline.file": "Este es el archivo único: todo está dentro y no necesita la red.",
  "reach.offline.partly": "Todavía no: la página se guarda cuando se abre aquí su modelo.",
  "reach.offline.saving": "Este navegador tiene activado el ahorro de datos, así que la página no se guarda aquí.",
  "reach.offline.no":
    "Este navegador no puede instalar la página desde esta dirección (http sin cifrar, ventana privada o una página sin compilar).",
  "reach.notify": "Te avisa cuando una imagen está lista",
  "reach.notify.yes": "Las notificaciones están permitidas.",
  "reach.notify.partly": "Aún no se han pedido.",
  "reach.notify.no": "Las notificaciones están bloqueadas, o este navegador no las ofrece a esta página.",

  "test.title": "¿Calcula correctamente?",
  "test.lead": "Hace dos imágenes pequeñas con el modelo que viene con la página y compara cada paso con diffusers.",
  "test.start": "Hacer la prueba",
  "test.stop": "Detener",
  "test.copy": "Copiar para informar de un error",
  "test.copied": "Copiado.",
  "test.not-copied": "El navegador no permite copiar. El texto está abajo: cópialo a mano.",
  "test.report": "Informe de error",
  "test.going": "{device}: imagen {picture} de {pictures}, paso {step} de {steps}",
  "test.opening": "{device}: abriendo el modelo",
  "test.exact":
    "{device}: igual que diffusers, con una diferencia máxima de {worst} (se permite 0,001), e idéntico al bit en todos los navegadores con estos núcleos de cálculo. Un paso tardó {time}.",
  "test.within": "{device}: igual que diffusers, con una diferencia máxima de {worst} (se permite 0,001). Un paso tardó {time}.",
  "test.off":
    "{device}: no es igual que diffusers: la diferencia es {worst} y se permite 0,001. Por favor, avísanos y usa el otro dispositivo.",
  "test.failed": "{device}: no se pudo probar. {reason}",
  "test.none": "{device}: no hay nada que probar.",
  "test.stopped": "{device}: detenido.",

  "reach.version": "Hay una nueva versión de esta página. Recarga para usarla ya, o empezará la próxima vez que abras la página.",
  "reach.version-use": "Recargar",
  "reach.version-elsewhere": "Decant está abierto en otra pestaña o ventana, aún con la versión anterior. Ciérrala y recarga esta.",
};
