"""Whole runs of diffusers' pipeline for every sampler, and of guidance's variants: final latents, and a few pictures.

Tensors are named `SAMPLER.SIGMAS.STEPS` (guidance: by the case); latents `[1, 4, h, w]`, pictures `picture.NAME` `[1, 3, H, W]` in [0, 1].
"""
import importlib
import sys
import types
from pathlib import Path

import diffusers
import numpy as np
import torch
from diffusers import (DDIMScheduler, DDPMScheduler, DEISMultistepScheduler, DPMSolverMultistepScheduler, DPMSolverSinglestepScheduler,
                       EulerAncestralDiscreteScheduler, EulerDiscreteScheduler, HeunDiscreteScheduler, KDPM2AncestralDiscreteScheduler,
                       KDPM2DiscreteScheduler, LCMScheduler, LMSDiscreteScheduler, PNDMScheduler, TCDScheduler, UniPCMultistepScheduler)
from diffusers.guiders import ClassifierFreeGuidance

from . import record
from .descent import descent

STEPS = [1, 4, 9, 20]
SIZE = 8  # latents along a side
SETTINGS = dict(prompt="a photograph of an astronaut riding a horse", seed=42)
SDE = {"algorithm_type": "sde-dpmsolver++"}

# The class, what it is told besides the model's configuration, and whether it knows Karras' sigmas.
JUDGES = {
    "ddim": (DDIMScheduler, {}, False), "ddpm": (DDPMScheduler, {}, False), "pndm": (PNDMScheduler, {}, False),
    "lms": (LMSDiscreteScheduler, {}, True), "euler": (EulerDiscreteScheduler, {}, True),
    "euler_a": (EulerAncestralDiscreteScheduler, {}, False), "heun": (HeunDiscreteScheduler, {}, True),
    "dpm2": (KDPM2DiscreteScheduler, {}, True), "dpm2_a": (KDPM2AncestralDiscreteScheduler, {}, True),
    "dpmpp_2m": (DPMSolverMultistepScheduler, {}, True), "dpmpp_2m_sde": (DPMSolverMultistepScheduler, SDE, True),
    "dpmpp_2s": (DPMSolverSinglestepScheduler, {}, True), "unipc": (UniPCMultistepScheduler, {}, True),
    "deis": (DEISMultistepScheduler, {}, True), "lcm": (LCMScheduler, {}, False), "tcd": (TCDScheduler, {}, False),
}
# diffusers draws the noise of these from a generator of its own, or does not have them: k-diffusion judges them without new noise.
FUNCTIONS = ["dpmpp_sde", "dpmpp_3m_sde"]
CURVES = {"config": {}, "karras": {"use_karras_sigmas": True}}


def recipes(models):
    """What can be asked for by name."""
    both = {}
    for folder in (models / "sd1-tiny", models / "sd2-tiny"):
        both[f"samplers-{folder.name}"] = lambda path, folder=folder: samplers(path, folder)
        both[f"guidance-{folder.name}"] = lambda path, folder=folder: guidance(path, folder)
    return both


def samplers(path, folder):
    """Every sampler along the model's own sigmas and Karras', in every number of steps."""
    judge, tensors = record.opened(folder, "ddim"), {}
    config = judge.scheduler.config
    for sampler, (kind, told, curves) in JUDGES.items():
        for curve in CURVES if curves else ["config"]:
            for steps in STEPS:
                if sampler == "pndm" and steps < 4 and not config.get("skip_prk_steps", False):
                    continue  # its first three steps are Runge–Kutta's
                judge.scheduler = kind.from_config(config, **told, **CURVES[curve])
                # The pipeline would say 0 where TCD's class says 0.3.
                more = {"eta": 0.3} if sampler == "tcd" else {}
                tensors[f"{sampler}.{curve}.{steps}"] = latents(judge, steps, **more)
    for sampler in FUNCTIONS:
        for curve in CURVES:
            for steps in STEPS:
                if sampler == "dpmpp_3m_sde" and steps == 1:
                    continue  # k-diffusion's function fails after a single step
                judge.scheduler = EulerDiscreteScheduler.from_config(config, **CURVES[curve])
                tensors[f"{sampler}.{curve}.{steps}"] = by_function(judge, sampler, steps)
    for sampler in ["sgd", "momentum", "adam"]:
        for curve in CURVES:
            for steps in STEPS:
                judge.scheduler = EulerDiscreteScheduler.from_config(config, **CURVES[curve] or {"use_exponential_sigmas": True})
                model = Model(judge, steps)
                told = lambda x, t, model=model: model(x, t, model.prompt)
                tensors[f"{sampler}.{curve}.{steps}"] = descent(sampler, judge.scheduler, told, model.noise())[-1]
    # A large factor makes large pictures: one is enough.
    for name in ["euler_a.config.4", "ddim.config.9", "dpmpp_2m.karras.20"][: 1 if judge.vae_scale_factor > 4 else 3]:
        tensors[f"picture.{name}"] = decoded(judge, tensors[name])
    record.write(path, tensors, model=folder.name, **SETTINGS, size=SIZE * judge.vae_scale_factor)


def latents(judge, steps, **more):
    side = SIZE * judge.vae_scale_factor
    more = dict(guidance_scale=1.0) | more
    return judge(SETTINGS["prompt"], height=side, width=side, num_inference_steps=steps, output_type="latent",
                 generator=torch.Generator("cpu").manual_seed(SETTINGS["seed"]), **more).images


def decoded(judge, x):
    return (judge.vae.decode(x / judge.vae.config.scaling_factor).sample / 2 + 0.5).clamp(0, 1)


def by_function(judge, sampler, steps):
    """k-diffusion's sampling function on the same model and noise, told to add no noise of its own."""
    model = Model(judge, steps)
    x = model.noise() * judge.scheduler.init_noise_sigma
    return getattr(k_diffusion(), f"sample_{sampler}")(
        lambda x, sigma, **_: model.denoised(x, sigma, model.prompt), x, judge.scheduler.sigmas, eta=0.0, disable=True,
        noise_sampler=lambda *_: torch.zeros_like(x))


class Model:
    """A pipeline's denoiser as papers write it, for samplers and guidance that diffusers does not have."""

    def __init__(self, judge, steps, negative=""):
        self.judge, self.random = judge, torch.Generator("cpu").manual_seed(SETTINGS["seed"])
        self.prompt, self.negative = judge.encode_prompt(SETTINGS["prompt"], "cpu", 1, True, negative)
        judge.scheduler.set_timesteps(steps)
        alphas = judge.scheduler.alphas_cumprod
        self.logs = np.log(np.array(((1 - alphas) / alphas) ** 0.5))

    def noise(self):
        return torch.randn((1, 4, SIZE, SIZE), generator=self.random)

    def __call__(self, x, t, text):
        return self.judge.unet(x, t, text).sample

    def denoised(self, x, sigma, text, output=None):
        """x0 for `x = x0 + sigma eps`; `output` is what the model said, where it was asked already."""
        scheduler = self.judge.scheduler
        if output is None:
            index = (scheduler.sigmas[:-1] == sigma).nonzero()
            t = scheduler.timesteps[index[0, 0]] if len(index) else torch.as_tensor(
                scheduler._sigma_to_t(sigma.double().numpy(), self.logs).astype(np.float32))[0]
            output = self(x / (sigma ** 2 + 1) ** 0.5, t, text)
        if scheduler.config.prediction_type == "epsilon":
            return x - sigma * output
        return output * (-sigma / (sigma ** 2 + 1) ** 0.5) + x / (sigma ** 2 + 1)


def k_diffusion():
    """k_diffusion.sampling without the rest of its package, which needs much that is never called."""
    spec = next(Path(folder) / "k_diffusion" for folder in sys.path if (Path(folder) / "k_diffusion/sampling.py").exists())
    package, utils, ode = (types.ModuleType(name) for name in ("k_diffusion", "k_diffusion.utils", "torchdiffeq"))
    package.__path__ = [str(spec)]
    utils.append_dims = lambda x, dims: x[(...,) + (None,) * (dims - x.ndim)]
    ode.odeint = None
    sys.modules |= {"k_diffusion": package, "k_diffusion.utils": utils, "torchdiffeq": ode}
    return importlib.import_module("k_diffusion.sampling")


# --- guidance ---------------------------------------------------------------------------------------------------------------------------

NEGATIVE, GUIDED = "blurry, low quality", 6


def guidance(path, folder):
    """diffusers' guidance and guider, and CFG++ by its paper's formulas, which diffusers does not have."""
    judge, tensors = record.opened(folder, "ddim"), {}
    config = judge.scheduler.config
    for sampler, kind in (("ddim", DDIMScheduler), ("euler", EulerDiscreteScheduler), ("euler_a", EulerAncestralDiscreteScheduler)):
        def fresh():
            judge.scheduler = kind.from_config(config)
            return Model(judge, GUIDED, NEGATIVE)

        fresh()
        tensors[f"{sampler}.rescale"] = latents(judge, GUIDED, negative_prompt=NEGATIVE, guidance_scale=7.5, guidance_rescale=0.7)
        tensors[f"{sampler}.part"] = guided(fresh(), lambda i, cond, uncond: part(i, cond, uncond))
        tensors[f"{sampler}.curve"] = guided(fresh(), lambda i, cond, uncond: curve(i, cond, uncond))
        tensors[f"{sampler}.cfgpp"] = {"ddim": cfgpp_ddim, "euler": cfgpp_euler, "euler_a": cfgpp_euler}[sampler](fresh())
    about = {"rescale": "7.5 rescaled by 0.7", "part": "7.5 from 0.25 until 0.75", "curve": "1, 7.5, 3", "cfgpp": "0.6"}
    record.write(path, tensors, model=folder.name, **SETTINGS, negative=NEGATIVE, steps=GUIDED, size=SIZE * judge.vae_scale_factor, **about)


def part(i, cond, uncond):
    """7.5 in the middle half of the run, as diffusers' guider counts it."""
    guider = ClassifierFreeGuidance(guidance_scale=7.5, start=0.25, stop=0.75)
    guider.set_state(i, GUIDED, None)
    return guider.forward(cond, uncond).pred


def curve(i, cond, uncond):
    """From 1 over 7.5 to 3."""
    scale = float(np.interp(i / (GUIDED - 1), [0, 0.5, 1], [1, 7.5, 3]))
    return ClassifierFreeGuidance(guidance_scale=scale).forward(cond, uncond).pred


def guided(model, combine):
    """A run whose predictions `combine` makes one of."""
    scheduler = model.judge.scheduler
    x = model.noise() * scheduler.init_noise_sigma
    for i, t in enumerate(scheduler.timesteps):
        shown = scheduler.scale_model_input(x, t)
        output = combine(i, model(shown, t, model.prompt), model(shown, t, model.negative))
        more = {} if isinstance(scheduler, DDIMScheduler) else {"generator": model.random}
        x = scheduler.step(output, t, x, **more).prev_sample
    return x


CFGPP = 0.6


def cfgpp_ddim(model):
    """Chung et al. 2024, arXiv:2406.08070, algorithm 2."""
    scheduler = model.judge.scheduler
    x, stride = model.noise(), scheduler.config.num_train_timesteps // GUIDED
    for t in scheduler.timesteps:
        alpha = scheduler.alphas_cumprod[t]
        end = scheduler.alphas_cumprod[t - stride] if t >= stride else scheduler.final_alpha_cumprod

        def parts(output):
            if scheduler.config.prediction_type == "epsilon":
                return (x - (1 - alpha) ** 0.5 * output) / alpha ** 0.5, output
            return alpha ** 0.5 * x - (1 - alpha) ** 0.5 * output, alpha ** 0.5 * output + (1 - alpha) ** 0.5 * x

        cond, uncond = model(x, t, model.prompt), model(x, t, model.negative)
        x = end ** 0.5 * parts(uncond + CFGPP * (cond - uncond))[0] + (1 - end) ** 0.5 * parts(uncond)[1]
    return x


def cfgpp_euler(model):
    """The same in the scale of k-diffusion, ancestral where the scheduler is."""
    scheduler = model.judge.scheduler
    ancestral = isinstance(scheduler, EulerAncestralDiscreteScheduler)
    x = model.noise() * scheduler.init_noise_sigma
    for t, sigma, end in zip(scheduler.timesteps, scheduler.sigmas, scheduler.sigmas[1:]):
        shown = x / (sigma ** 2 + 1) ** 0.5
        cond, uncond = model(shown, t, model.prompt), model(shown, t, model.negative)
        x0 = model.denoised(x, sigma, None, uncond + CFGPP * (cond - uncond))
        noise = (x - model.denoised(x, sigma, None, uncond)) / sigma
        up = (end ** 2 * (sigma ** 2 - end ** 2) / sigma ** 2) ** 0.5 if ancestral else torch.tensor(0.0)
        x = x0 + noise * (end ** 2 - up ** 2) ** 0.5
        if ancestral:
            x = x + model.noise() * up
    return x
