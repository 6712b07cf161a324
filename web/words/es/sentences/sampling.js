// Of samplers and noise levels: what the solver refuses.

export const SAMPLING = {
  "scheduler configuration: {key} is {got}, expected {expected}; {hint}":
    "configuración del muestreo: {key} es {got}, y se esperaba {expected}; {hint}",
  "scheduler configuration: {key} is {got}, which the sampler {sampler} cannot follow: {reason}; {hint}":
    "configuración del muestreo: {key} es {got}, y el muestreador {sampler} no puede seguirlo: {reason}; {hint}",
  "sampling with {got} steps: expected 1 to {most} ({key}); choose a number in that range":
    "{got} pasos: se esperaban de 1 a {most} ({key}); elige un número entre esos",
  "the sampler {sampler} cannot follow {choice} {got}, expected {expected}; {hint}":
    "el muestreador {sampler} no puede seguir {choice} {got}, y se esperaba {expected}; {hint}",
  "the sampler {sampler} cannot follow {choice} true, expected false: it is defined for {able}; choose one of these":
    "el muestreador {sampler} no puede seguir {choice}: está definido para {able}; elige uno de estos",
  "the sampler {sampler} cannot follow {name} {got}, expected none: {able} read it; leave it out, or choose one of these":
    "el muestreador {sampler} no puede seguir {name} {got}: lo usan {able}; quítalo, o elige uno de estos",
  "sigmas are {got}, expected a list of numbers or one of {known}; {hint}":
    "los niveles de ruido son {got}, y se esperaba una lista de números o una de {known}; {hint}",
  "sigmas are a list of {length} from {first} to {last}, expected {expected} falling numbers from {most} at most to 0 or more; give one more than steps: where the last step ends":
    "los niveles de ruido son una lista de {length}, de {first} a {last}, y se esperaban {expected} números de mayor a menor, desde {most} como máximo hasta 0 o más; da uno más que pasos: donde acaba el último paso",
  "step {call} of {total} (timestep {timestep}): {bad} of {of} values of {what} are NaN or infinite, so the run ends here; lower the guidance or choose another sampler, and if it stays so, keep the weights as f32 or download the model again":
    "paso {call} de {total} (instante {timestep}): {bad} de los {of} valores de {what} son NaN o infinitos, así que la generación acaba aquí; baja la guía o elige otro muestreador y, si sigue igual, guarda los pesos como f32 o descarga el modelo otra vez",
  "the model's prediction": "la predicción del modelo",
  "the latents": "los latentes",
  "no {what} is called {got}, expected one of {expected}; {hint}": "no existe {what} {got}, y se esperaba uno de {expected}; {hint}",
  sampler: "el muestreador",
  "timestep spacing": "la distribución de instantes",
  generator: "el generador",
  "did you mean {name}?": "¿querías decir {name}?",
  "choose one of these": "elige entre estos",
  "choose one": "elige uno",
  "{least} to {most}": "de {least} a {most}",
  "betas from 0 to 1": "betas de 0 a 1",
  "at least 1, usually 1000": "1 o más, normalmente 1000",
  "at most one of them to be true": "uno de ellos como máximo",
  "correct them in the model's scheduler configuration": "corrígelas en la configuración de muestreo del modelo",
  "correct it in the model's scheduler configuration": "corrígelo en la configuración de muestreo del modelo",
  "correct one of the two in the model's scheduler configuration": "corrige uno de los dos en la configuración de muestreo del modelo",
  "begin earlier, or take more steps": "empieza antes, o da más pasos",
  "choose a number in that range": "elige un número entre esos",
  "those of its timesteps, as in diffusers": "los de sus instantes, como en diffusers",
  "leave the sigmas alone, or choose euler or another sampler that steps through sigmas":
    "deja los niveles de ruido como están, o elige euler u otro muestreador que los recorra",
  "the model's scheduler needs code that is not written yet": "el muestreo del modelo necesita código que aún no está escrito",
};
