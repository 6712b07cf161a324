"""What is to be seen inside a run: where the denoiser looks for each token, and what the forward process does to latents.

diffusers' fused attention keeps no weights, so its own unfused arithmetic (`get_attention_scores`) stands in for it, and is overheard.
"""
import json

import torch
from diffusers import UNet2DConditionModel

from .record import conditions, load, normal, opened, write

TIMESTEPS = [0, 1, 250, 999]


class Overheard:
    """An attention processor that keeps, of attention to the text, the last of the batch's weights: the mean over heads `[queries, keys]`."""

    def __init__(self, heard):
        self.heard = heard

    def __call__(self, attn, hidden_states, encoder_hidden_states=None, **_):
        seen = hidden_states if encoder_hidden_states is None else encoder_hidden_states
        q, k, v = (attn.head_to_batch_dim(x) for x in (attn.to_q(hidden_states), attn.to_k(seen), attn.to_v(seen)))
        weights = attn.get_attention_scores(q, k)
        if encoder_hidden_states is not None:
            self.heard.append(weights[-attn.heads:].mean(0))
        return attn.to_out[0](attn.batch_to_head_dim(weights @ v))


def overhear(unet):
    """The list that each call of the UNet adds its layers' weights to."""
    heard = []
    unet.set_attn_processor({name: Overheard(heard) if name.endswith("attn2.processor") else unet.attn_processors[name] for name in unet.attn_processors})
    return heard


def joined(heard, height, width):
    """The mean over layers `[keys, height, width]`, each brought to that size by nearest neighbours; forgets them."""
    maps = []
    for weights in heard:
        # Each level is half of the one above, rounded up.
        small = next([-(-height // 2**level), -(-width // 2**level)] for level in range(8) if -(-height // 2**level) * -(-width // 2**level) == len(weights))
        maps.append(torch.nn.functional.interpolate(weights.T.reshape(1, -1, *small), size=(height, width), mode="nearest")[0])
    heard.clear()
    return torch.stack(maps).mean(0)


def run(path, folder, prompt, steps, guidance, seed, width, height):
    """A guided run: where the denoiser looks with the prompt, at each step."""
    pipe = opened(folder, "ddim")
    heard, tensors = overhear(pipe.unet), {}

    def after_step(_pipe, index, _timestep, values):
        tensors[f"attention_{index:03}"] = joined(heard, *values["latents"].shape[2:])
        return values

    pipe.set_progress_bar_config(disable=True)
    pipe(prompt, num_inference_steps=steps, guidance_scale=guidance, width=width, height=height, callback_on_step_end=after_step,
         generator=torch.Generator("cpu").manual_seed(seed), output_type="latent")
    asked = dict(prompt=prompt, sampler="ddim", steps=steps, guidance=guidance, seed=seed, width=width, height=height)
    write(path, tensors, model=folder.name, request=json.dumps(asked))


def unet(path, folder, cases):
    """The UNet alone on the inputs of `unet-…`, whose cases these are."""
    judge, tensors = load(UNet2DConditionModel, folder / "unet"), {}
    heard = overhear(judge)
    for index, (name, batch, height, width, timestep) in enumerate(cases):
        told = conditions(judge.config, batch, index)
        sample = normal((batch, judge.config.in_channels, height, width), 1000 + index)
        context = normal((batch, 77, judge.config.cross_attention_dim), 2000 + index)
        judge(sample, torch.tensor(timestep), context, timestep_cond=told.pop("timestep_cond", None), added_cond_kwargs=told)
        tensors[f"{name}.attention"] = joined(heard, height, width)
    write(path, tensors, model=folder.name)


def forward(path, folder, seed):
    """diffusers' `add_noise` at some of training's timesteps, and the schedule that it reads."""
    scheduler = opened(folder, "ddim").scheduler
    x0 = normal((1, 4, 8, 6), 5000)
    noise = torch.randn(x0.shape, generator=torch.Generator("cpu").manual_seed(seed))
    tensors = {f"noisy_{t}": scheduler.add_noise(x0, noise, torch.tensor([t])) for t in TIMESTEPS}
    write(path, tensors | {"x0": x0, "alphas_cumprod": scheduler.alphas_cumprod}, model=folder.name, seed=seed)


def recipes(models, digits, cases):
    """Names for make_goldens.py."""
    digit = dict(prompt="a blue seven on a yellow background", steps=2, guidance=3.0, seed=0, width=32, height=32)
    return {
        "attention-digits": lambda path: run(path, digits, **digit),
        "attention-sdxl-tiny": lambda path: unet(path, models / "sdxl-tiny", cases),
        "forward-digits": lambda path: forward(path, digits, 7),
    }
