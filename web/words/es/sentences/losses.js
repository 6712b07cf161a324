// Of losses that pull a run: what cannot be read of them, and what does not go together.

export const LOSSES = {
  "{name}: each is one of expression, palette and picture, got {count} of them":
    "{name}: cada una es una sola de expression, palette y picture, y hay {count}",
  "{name}: its scale is {got}, expected a number up to {most}; 200 is usual":
    "{name}: su escala es {got}, y se esperaba un número de hasta {most}; lo normal es 200",
  "{name}: its blur is {got}, expected 0 to {most} pixels": "{name}: su desenfoque es {got}, y se esperaban de 0 a {most} píxeles",
  "{name}: blur belongs to a picture to resemble; leave it out": "{name}: el desenfoque es de una imagen a la que parecerse; quítalo",
  "{name}: the picture to resemble is missing; give one": "{name}: falta la imagen a la que parecerse; da una",
  "{name}: a picture to resemble is given, and no loss takes it; leave it out":
    "{name}: hay una imagen a la que parecerse, y ninguna pérdida la usa; quítala",
  "a loss has {count} characters, expected {most} at most": "una pérdida tiene {count} caracteres, y se esperaban {most} como mucho",
  "the loss {text}, character {place}: {problem}": "la pérdida {text}, carácter {place}: {problem}",
  "this parenthesis closes none": "este paréntesis no cierra ninguno",
  "this parenthesis is not closed": "este paréntesis no se cierra",
  "an operation (+ - * / ^) or the end is expected here": "aquí se espera una operación (+ - * / ^) o el final",
  "it is a number for each pixel, expected one number; put mean( ) around it":
    "da un número por píxel, y se esperaba uno solo; rodéala con mean( )",
  "it does not depend on the picture; it needs red, green or blue": "no depende de la imagen; necesita red, green o blue",
  "something is missing here: a number, a name or a parenthesis": "aquí falta algo: un número, un nombre o un paréntesis",
  "a number, a name or a parenthesis is expected here": "aquí se espera un número, un nombre o un paréntesis",
  "more than {most} parentheses or signs are within each other": "hay más de {most} paréntesis o signos uno dentro de otro",
  "{text} is no number": "{text} no es un número",
  "{name} is not known; there are red, green, blue, x, y, and mean, abs, sqrt, min, max of something":
    "no se conoce {name}; hay red, green, blue, x, y, y mean, abs, sqrt, min, max de algo",
  "{name} is of something in parentheses, as in mean(red)": "{name} es de algo entre paréntesis, como en mean(red)",
  "{name} is of one thing, not of two": "{name} es de una cosa, no de dos",
  "a number below zero has no square root": "un número negativo no tiene raíz cuadrada",
  "this divides by zero": "esto divide entre cero",
  "this is no number": "esto no es un número",
  "{name}: {got} is no colour, expected #rrggbb, such as #2060c0": "{name}: {got} no es un color; se esperaba #rrggbb, como #2060c0",
  "{name}: in step {step} the loss or its gradient is no finite number; the steps before are kept":
    "{name}: en el paso {step} la pérdida o su gradiente no es un número finito; los pasos anteriores se conservan",
  "an object of expression or palette, and scale": "un objeto con expression o palette, y scale",
  "{name} is {got}, expected {least} to {most} steps": "{name} es {got}, y se esperaban de {least} a {most} pasos",
  "{until} is not more than {from}, so no step is pulled; let it end after it begins":
    "{until} no es más que {from}, así que no se tira de ningún paso; que acabe después de empezar",
  "{exact} does not go with {other}; leave one out": "{exact} no va junto con {other}; quita uno de los dos",
  "the loss's gradient": "el gradiente de la pérdida",
  "the picture to resemble": "la imagen a la que parecerse",
};
