// Texts of the place where a run is looked into, and of the figures that it shares with the lessons.

/** @satisfies {import("../words.js").Table} */
export const INSIDE = {
  "inside.empty": { en: "Make a picture in the studio: every step of it can then be looked at here.", es: "Haz una imagen en el estudio: aquí se podrá mirar cada paso." },

  "figure.strip.label": { en: "Step shown", es: "Paso mostrado" },
  "figure.strip.none": { en: "No step yet", es: "Todavía ningún paso" },
  "figure.strip.finished": { en: "The finished picture", es: "La imagen terminada" },
  "figure.strip.at": { en: "Step {step} of {total}, sigma {sigma}, timestep {timestep}", es: "Paso {step} de {total}, sigma {sigma}, instante {timestep}" },

  "figure.channel": { en: "Channel {n}", es: "Canal {n}" },
  "figure.channel.mean": { en: "mean ± standard deviation", es: "media ± desviación típica" },
  "figure.channel.spread": { en: "least … largest", es: "mínimo … máximo" },
  "figure.channel.numbers": { en: "Mean {mean}, deviation {deviation}, from {least} to {largest}.", es: "Media {mean}, desviación {deviation}, de {least} a {largest}." },

  "figure.schedule.label": { en: "Step shown, on the noise schedule", es: "Paso mostrado, en el plan de ruido" },
  "figure.schedule.x": { en: "timestep t (as in training)", es: "instante t (como en el entrenamiento)" },
  "figure.schedule.y": { en: "noise σ (standard deviation)", es: "ruido σ (desviación típica)" },
  "figure.schedule.at": { en: "Step {step} of {total}: t = {timestep}, σ = {sigma}; {part} % of what the model sees is noise, by standard deviation.", es: "Paso {step} de {total}: t = {timestep}, σ = {sigma}; el {part} % de lo que ve el modelo es ruido, en desviación típica." },
  "figure.schedule.end": { en: "After {total} steps: no noise is left.", es: "Tras {total} pasos: ya no queda ruido." },
  "figure.schedule.said": { en: "The line is the model’s schedule; the {total} circles are the run’s steps, from σ = {first} down to {last}.", es: "La línea es el plan del modelo; los {total} círculos son los pasos, desde σ = {first} hasta {last}." },

  "figure.plane.x": { en: "first component ({part} of the variance)", es: "primer componente ({part} de la varianza)" },
  "figure.plane.y": { en: "second component ({part})", es: "segundo componente ({part})" },
  "figure.plane.said": { en: "Latents after each model call, in the plane that shows {part} of their variance: {runs}. The filled signs are the ends.", es: "Los latentes tras cada llamada al modelo, en el plano que muestra el {part} de su varianza: {runs}. Los signos llenos son los finales." },

  "figure.lines.table": { en: "The same as a table", es: "Lo mismo como tabla" },
  "figure.lines.said": { en: "{name}: from {first} to {last} over {count} points.", es: "{name}: de {first} a {last} en {count} puntos." },

  "figure.guidance.without": { en: "without the prompt", es: "sin el texto" },
  "figure.guidance.with": { en: "with the prompt", es: "con el texto" },
  "figure.guidance.difference": { en: "difference × {scale}", es: "diferencia × {scale}" },
  "figure.guidance.result": { en: "noise that is removed", es: "ruido que se quita" },
  "figure.guidance.without.short": { en: "without", es: "sin texto" },
  "figure.guidance.with.short": { en: "with the prompt", es: "con texto" },
  "figure.guidance.result.short": { en: "guided", es: "guiado" },
  "figure.guidance.x": { en: "along the prediction without the prompt (RMS)", es: "a lo largo de la predicción sin texto (RMS)" },
  "figure.guidance.y": { en: "across it (RMS)", es: "de través (RMS)" },
  "figure.guidance.said": { en: "Without the prompt the predicted noise has the length {without}, with it {with}; {angle}° and {apart} lie between. Going {scale} times as far gives {result}.", es: "Sin el texto, el ruido predicho mide {without}; con él, {with}; entre ambos hay {angle}° y {apart}. Ir {scale} veces más lejos da {result}." },
  "figure.guidance.unguided": { en: "Guidance is off in this step: the model is asked once, and the predicted noise has the length {length}.", es: "En este paso no hay guía: se pregunta al modelo una sola vez y el ruido predicho mide {length}." },

  "figure.token.start": { en: "start", es: "inicio" },
  "figure.token.rest": { en: "end and padding", es: "final y relleno" },
  "figure.heat.label": { en: "Places of the picture: arrow keys move over them", es: "Lugares de la imagen: las flechas se mueven por ellos" },
  "figure.heat.tokens": { en: "Tokens and their share of attention", es: "Tokens y su parte de la atención" },
  "figure.heat.hint": { en: "Point at a token: where does the model look? Point at the picture: which tokens matter there?", es: "Señala un token: ¿dónde mira el modelo? Señala la imagen: ¿qué tokens cuentan ahí?" },
  "figure.heat.token": { en: "“{token}” gets {mean} of all attention, most of it ({most}) at column {x}, row {y}.", es: "«{token}» recibe el {mean} de la atención, sobre todo ({most}) en la columna {x}, fila {y}." },
  "figure.heat.place": { en: "Column {x}, row {y} looks at: {tokens}.", es: "La columna {x}, fila {y} mira a: {tokens}." },

  "figure.table.position": { en: "Position", es: "Posición" },
  "figure.table.token": { en: "Token", es: "Token" },
  "figure.table.id": { en: "Number", es: "Número" },
  "figure.table.input": { en: "embedding", es: "vector de entrada" },
  "figure.table.inputLength": { en: "RMS", es: "RMS" },
  "figure.table.output": { en: "output of the encoder", es: "salida del codificador" },
  "figure.table.outputLength": { en: "RMS", es: "RMS" },
  "figure.table.edit": { en: "Change", es: "Cambiar" },
  "figure.table.change": { en: "Change", es: "Cambiar" },
  "figure.table.changeToken": { en: "Change “{token}”", es: "Cambiar «{token}»" },
  "figure.table.vector": { en: "{token}: {count} numbers, {first} …", es: "{token}: {count} números, {first} …" },
  "figure.table.said": { en: "{rows} rows, of which {tokens} are the prompt’s tokens; {width} numbers go in for each, {outputWidth} come out. {left} rows of padding are not shown.", es: "{rows} filas, de las que {tokens} son los tokens del texto; entran {width} números por cada una y salen {outputWidth}. No se muestran {left} filas de relleno." },
};
