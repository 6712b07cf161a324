"""Runs that are pulled by a loss, after the notebook of fast.ai's lesson 9A (its section on guidance), by torch's autograd on diffusers' own modules
and schedulers: through the autoencoder with the noise held fixed, and exactly, through the denoiser as well.

Tensors are named `SAMPLER.LOSS.HOW` (final latents `[1, 4, h, w]`), and `.gradient.I`, `.loss.I` of step I: the gradient by the latents in
k-diffusion's scale, before it is multiplied by sigma squared, and the loss times its scale.
"""
import torch
from diffusers import DDIMScheduler, DPMSolverMultistepScheduler, EulerDiscreteScheduler, LMSDiscreteScheduler

from . import record
from .sampling import NEGATIVE, SETTINGS, SIZE, Model

STEPS, EVERY, SCALE = 6, 2, 3.0
SCHEDULERS = {"lms": LMSDiscreteScheduler, "euler": EulerDiscreteScheduler, "ddim": DDIMScheduler, "dpmpp_2m": DPMSolverMultistepScheduler}


def blue(picture):
    """mean(abs(blue - 0.9))"""
    return (picture[:, 2] - 0.9).abs().mean()


def mixed(picture):
    """mean((red - x)^2) + 0.1 * max(green) - mean(min(red, blue)) ^ 2"""
    red, green, blue = picture[0]
    width = red.shape[1]
    x = ((torch.arange(width) + 0.5) / width).expand_as(red)
    return ((red - x) ** 2).mean() + 0.1 * green.max() - torch.minimum(red, blue).mean() ** 2


def palette(picture):
    """The nearest of three colours."""
    colours = torch.tensor([[32, 64, 128], [224, 192, 128], [16, 16, 16]]) / 255
    distances = ((picture[0].permute(1, 2, 0)[:, :, None] - colours) ** 2).sum(-1)
    return distances.min(-1).values.mean()


LOSSES = {"blue": (blue, 30.0), "mixed": (mixed, 20.0), "palette": (palette, 20.0)}


def losses(path, folder):
    """Four samplers, three losses, both ways."""
    judge, tensors = record.opened(folder, "ddim"), {}
    config = judge.scheduler.config
    with torch.enable_grad():
        for sampler, kind in SCHEDULERS.items():
            for name, (loss, scale) in LOSSES.items():
                for how in ["decoder", "exact"]:
                    judge.scheduler = kind.from_config(config)
                    run(Model(judge, STEPS, NEGATIVE), loss, scale, how == "exact", f"{sampler}.{name}.{how}", tensors)
    about = {f"loss_{name}": f"{scale:g} * {loss.__doc__}" for name, (loss, scale) in LOSSES.items()}
    record.write(path, tensors, model=folder.name, **SETTINGS, negative=NEGATIVE, steps=STEPS, every=EVERY, guidance=SCALE,
                 size=SIZE * judge.vae_scale_factor, **about)


def run(model, loss, scale, exact, name, tensors):
    judge, scheduler = model.judge, model.judge.scheduler
    for module in (judge.unet, judge.vae):
        module.requires_grad_(False)
    kind = scheduler.config.prediction_type
    prompt, negative = model.prompt.detach(), model.negative.detach()
    x = model.noise() * scheduler.init_noise_sigma

    def predicted(shown, t):
        uncond, cond = model(shown, t, negative), model(shown, t, prompt)
        return uncond + SCALE * (cond - uncond)

    def x0_of(own, output, sigma):
        """By latents in k-diffusion's scale."""
        if kind == "epsilon":
            return own - sigma * output
        return output * (-sigma / (sigma ** 2 + 1) ** 0.5) + own / (sigma ** 2 + 1)

    for i, t in enumerate(scheduler.timesteps):
        with torch.no_grad():
            output = predicted(scheduler.scale_model_input(x, t), t)
        if i % EVERY == 0:
            sigma = scheduler.sigmas[i] if hasattr(scheduler, "sigmas") else (1 / scheduler.alphas_cumprod[t] - 1) ** 0.5
            exploding = scheduler.init_noise_sigma > 1.5
            root = (sigma ** 2 + 1) ** 0.5
            own = (x if exploding else x * root).detach().requires_grad_()
            eps = (own - x0_of(own, output, sigma)).detach() / sigma
            x0 = x0_of(own, predicted(own / root, t), sigma) if exact else own - sigma * eps
            value = loss(judge.vae.decode(x0 / judge.vae.config.scaling_factor).sample / 2 + 0.5) * scale
            gradient = torch.autograd.grad(value, own)[0]
            tensors[f"{name}.gradient.{i}"], tensors[f"{name}.loss.{i}"] = gradient, value.detach().reshape(1)
            pulled = own.detach() - sigma ** 2 * gradient
            if kind != "epsilon":
                # The same noise, as the model would say it of what was pulled.
                output = (eps - sigma * (pulled - sigma * eps)) / root
            x = pulled if exploding else pulled / root
        x = scheduler.step(output, t, x).prev_sample
    assert torch.isfinite(x).all(), name
    tensors[name] = x
