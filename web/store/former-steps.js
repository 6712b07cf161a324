// Runs that were kept when a step's fields had other names, under those of now: `input` were the latents before it, `latents` those after it.

/** @import { Step, Trace } from "../api/decant.d.ts" */

/** @param {Trace} trace as it was kept @returns {Trace} */
export function renamed(trace) {
  return { ...trace, textEmbeddings: trace.textEmbeddings ?? null, schedule: trace.schedule ?? null, steps: trace.steps.map(renamedStep) };
}

/** What was not kept then is empty. @param {any} step @returns {Step} */
function renamedStep(step) {
  if (!("noiseText" in step)) return step;
  const { input, latents, noiseText, noiseUncond, noise, channels, ...rest } = step;
  return {
    ...rest,
    scale: null,
    latents: input,
    modelInput: new Float32Array(0),
    prediction: new Float32Array(0),
    next: latents,
    epsCond: noiseText,
    epsUncond: noiseUncond,
    epsGuided: noise,
    channels: { next: channels.latents, denoised: channels.denoised },
  };
}
