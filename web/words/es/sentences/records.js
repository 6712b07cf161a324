// Of the settings that a picture brings along, and of what could not be taken over.

export const RECORDS = {
  "not followed: {names}": "no se sigue: {names}",
  "not known here, and so not followed: {names}": "aquí no se conoce, y por eso no se sigue: {names}",
  "{names} and {n} more": "{names} y {n} más",
  "{field} {got}": "{field} {got}",
  "{field} {got}, which is no number": "{field} {got}, que no es un número",
  "{field} (from {class})": "{field} (de {class})",
  "{field} {got} is read from {class}, a node that is not known here": "{field} {got} se lee de {class}, un nodo que aquí no se conoce",
  "not found in the graph, and so as usual: {missing}": "no está en el grafo, y queda como siempre: {missing}",
  "no text leads to the positive prompt": "ningún texto lleva al prompt positivo",
  "no text leads to the negative prompt": "ningún texto lleva al prompt negativo",
  "the positive prompt is read from {class}, a node that is not known here":
    "el prompt positivo se lee de {class}, un nodo que aquí no se conoce",
  "the negative prompt is read from {class}, a node that is not known here":
    "el prompt negativo se lee de {class}, un nodo que aquí no se conoce",
  "“{text}” is read from {class}, a node that is not known here": "«{text}» se lee de {class}, un nodo que aquí no se conoce",
  "the second positive prompt “{text}”": "el segundo prompt positivo, «{text}»",
  "the second negative prompt “{text}”": "el segundo prompt negativo, «{text}»",
  "{tag} in a text": "{tag} en un texto",
  "ConditioningAverage of the negative prompt": "ConditioningAverage del prompt negativo",
  "denoise {denoise} of nothing": "denoise {denoise} de nada",
  "the picture that it began with is not in the file": "la imagen de la que partió no está en el archivo",
  "the weight of the LoRA {name} is not found in the graph: {usual} is taken":
    "el peso del LoRA {name} no está en el grafo: se usa {usual}",
  "the graph has {count} samplers; the first that begins from nothing is taken":
    "el grafo tiene {count} muestreadores; se usa el primero que parte de cero",
  "expected a KSampler among its {count} nodes, found none": "se esperaba un KSampler entre sus {count} nodos, y no hay ninguno",
  "the nodes that its sampler is made of are not in the file": "los nodos de los que se hace su muestreador no están en el archivo",
  "the other prompts of its list": "los demás prompts de su lista",
  "InvokeAI's stressed and mixed words (word++, .blend()), which are read as text":
    "las palabras acentuadas y mezcladas de InvokeAI (word++, .blend()), que se leen como texto",
  "{name} (Lanczos is taken)": "{name} (se usa Lanczos)",
  "{part} of <lora:{name}>": "{part} de <lora:{name}>",
  "several of its LoRAs are called {name} here, and count together: leave one out where they are different files":
    "varios de sus LoRA se llaman aquí {name}, y cuentan juntos: quita uno si son archivos distintos",
  "there is no sampler that takes the steps of {sampler}: the model's own is taken":
    "ningún muestreador da los pasos de {sampler}: se usa el del modelo",
  "there is no sampler that takes the steps of {sampler} along {schedule}: the model's own is taken":
    "ningún muestreador da los pasos de {sampler} con {schedule}: se usa el del modelo",
  "there is no schedule like {schedule}: the model's own is taken": "no hay niveles de ruido como {schedule}: se usan los del modelo",
  "{id} follows no schedule but its own, {schedule} neither": "{id} no sigue más niveles de ruido que los suyos, tampoco {schedule}",
  "not followed: the model's noise rescaled to zero terminal SNR, which this sampler does not read":
    "no se sigue: el ruido del modelo, llevado a una SNR final de cero, que este muestreador no usa",
  "the picture is of a model that was opened with {prediction}: open it so, unless its files say it":
    "la imagen es de un modelo que se abrió con {prediction}: ábrelo así, si no lo dicen sus archivos",
  "the picture also came of {what}, which no record holds; give it too for the same picture":
    "la imagen también viene de {what}, que no se guarda con los ajustes; dalo también para obtener la misma",
  "the picture was made larger afterwards, {times} times by {by}; the settings are those before that":
    "la imagen se amplió después, {times} veces con {by}; los ajustes son los de antes",
  "{problem}; what is beside it is taken: the text {keyword}": "{problem}; se usa lo que hay al lado: el texto {keyword}",

  "this is no picture with settings (PNG, JPEG, WebP) and no file of settings (JSON, or a web UI's text): it starts with {start}":
    "esto no es una imagen con ajustes (PNG, JPEG, WebP) ni un archivo de ajustes (JSON, o el texto de una interfaz web): empieza por {start}",
  "the {kind} is damaged: {problem}; save or download the picture again":
    "el {kind} está dañado: {problem}; guarda o descarga la imagen otra vez",
  "the picture holds no settings; messengers and web sites often take them out: ask for the original file":
    "la imagen no contiene ajustes; las aplicaciones de mensajería y los sitios web suelen quitarlos: pide el archivo original",
  "the picture holds no settings that are known here, only the texts {keywords}; messengers and web sites often take them out: ask for the original file":
    "la imagen no contiene ajustes que aquí se conozcan, solo los textos {keywords}; las aplicaciones de mensajería y los sitios web suelen quitarlos: pide el archivo original",
  "the settings ({place}) cannot be read: {problem}": "no se pueden leer los ajustes ({place}): {problem}",
  "expected an object called settings, found none": "se esperaba un objeto llamado settings, y no lo hay",
  "expected a prompt and a line of settings such as Steps: 20, Sampler: Euler, Seed: 1":
    "se esperaba un prompt y una línea de ajustes como Steps: 20, Sampler: Euler, Seed: 1",
  "{problem}": "{problem}",
  "a picture of {width}×{height} cannot be written: {problem}": "no se puede guardar una imagen de {width}×{height}: {problem}",
  "a PNG's sides are at most {most}": "los lados de un PNG miden {most} como máximo",
  "the run had no steps to show": "la generación no tuvo pasos que mostrar",
};
