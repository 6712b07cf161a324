"""Running diffusers and writing down what it computed, each stage alone and the whole pipeline.

Everything runs in float32 on the CPU, in eval mode, on one thread, from the very files under tests/models and models/.
"""
import functools
import json
from pathlib import Path

import diffusers
import tokenizers
import torch
import transformers
from diffusers import AutoencoderKL, AutoencoderTiny, StableDiffusionPipeline, UNet2DConditionModel
from diffusers import DDIMScheduler, EulerAncestralDiscreteScheduler, EulerDiscreteScheduler, LCMScheduler
from transformers import CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from .files import write_safetensors
from .gguf import load

SAMPLERS = {"ddim": DDIMScheduler, "euler": EulerDiscreteScheduler}
DISTILLED_SAMPLERS = {"lcm": LCMScheduler, "euler_a": EulerAncestralDiscreteScheduler}
diffusers.utils.logging.disable_progress_bar()
transformers.utils.logging.disable_progress_bar()
TIMESTEPS = [0.0, 1.0, 123.4, 500.0, 999.0]


def write(path, tensors, **about):
    """A golden: float32 tensors, and in `__metadata__` the command that made them, the judge's versions and the settings."""
    metadata = {
        "command": f"python3 tests/make_goldens.py --only {Path(path).stem}", "torch": torch.__version__.split("+")[0],
        "diffusers": diffusers.__version__, "transformers": transformers.__version__, "tokenizers": tokenizers.__version__,
    }
    metadata |= {key: str(value) for key, value in about.items()}
    write_safetensors(path, {name: tensor.to(torch.float32) for name, tensor in tensors.items()}, metadata)


def normal(shape, seed):
    return torch.randn(shape, generator=torch.Generator("cpu").manual_seed(seed))


def tokens(prompts, folders):
    """Ids as a pipeline asks for them, and how many there would be without the limit of 77 (start and end included)."""
    judges = {name: CLIPTokenizer.from_pretrained(folder / "tokenizer") for name, folder in folders.items()}
    rows = []
    for purpose, prompt in prompts:
        row = {"purpose": purpose, "prompt": prompt, "ids": {}, "untruncated": {}}
        for name, judge in judges.items():
            row["ids"][name] = judge(prompt, padding="max_length", max_length=judge.model_max_length, truncation=True).input_ids
            row["untruncated"][name] = len(judge(prompt).input_ids)
        rows.append(row)
    return rows


def text(path, folder, prompts):
    """The text encoder on each prompt: last layer, and the one before it under the same final norm (clip_skip=1)."""
    judge, encoder = CLIPTokenizer.from_pretrained(folder / "tokenizer"), load(CLIPTextModel, folder / "text_encoder")
    ids = judge(prompts, padding="max_length", max_length=77, truncation=True, return_tensors="pt").input_ids
    out = encoder(ids, output_hidden_states=True)
    norm = getattr(encoder, "text_model", encoder).final_layer_norm
    tensors = {"ids": ids, "last": out.last_hidden_state, "penultimate": norm(out.hidden_states[-2])}
    write(path, tensors, model=folder.name, **{f"prompt_{i}": prompt for i, prompt in enumerate(prompts)})


def text_pair(path, folder, prompts):
    """Stable Diffusion XL's two text encoders on each prompt: the last layer but one of both, and the second one's projected, pooled text."""
    tensors = {}
    for number, kind in (("1", CLIPTextModel), ("2", CLIPTextModelWithProjection)):
        end = "" if number == "1" else "_2"
        judge, encoder = CLIPTokenizer.from_pretrained(folder / f"tokenizer{end}"), load(kind, folder / f"text_encoder{end}")
        ids = judge(prompts, padding="max_length", max_length=77, truncation=True, return_tensors="pt").input_ids
        out = encoder(ids, output_hidden_states=True)
        tensors |= {f"{number}.ids": ids, f"{number}.penultimate": out.hidden_states[-2]}
    write(path, tensors | {"2.pooled": out.text_embeds}, model=folder.name, **{f"prompt_{i}": prompt for i, prompt in enumerate(prompts)})


def conditions(config, batch, index):
    """What a UNet is told besides timestep and text, by diffusers' names: sizes and pooled text (XL), embedded guidance (LCM)."""
    told = {}
    if config.addition_embed_type == "text_time":
        sizes = torch.tensor([[512.0, 768.0, 0.0, 16.0, 640.0, 1024.0], [96.0, 64.0, 8.0, 0.0, 1024.0, 1024.0]])[:batch]
        text = config.projection_class_embeddings_input_dim - 6 * config.addition_time_embed_dim
        told |= {"text_embeds": normal((batch, text), 5000 + index), "time_ids": sizes}
    if config.time_cond_proj_dim:
        scales = torch.tensor([7.5, 0.0])[:batch]
        told["timestep_cond"] = StableDiffusionPipeline.get_guidance_scale_embedding(None, scales, config.time_cond_proj_dim)
    return told


def unet(path, folder, cases, context_length=77):
    """The UNet alone. A case is (name, batch, height, width, timestep) of the latents."""
    judge, tensors = load(UNet2DConditionModel, folder), {}
    for index, (name, batch, height, width, timestep) in enumerate(cases):
        sample = normal((batch, judge.config.in_channels, height, width), 1000 + index)
        context = normal((batch, context_length, judge.config.cross_attention_dim), 2000 + index)
        told = conditions(judge.config, batch, index)
        tensors |= {f"{name}.{key}": value for key, value in told.items()}
        guidance = told.pop("timestep_cond", None)
        noise = judge(sample, torch.tensor(timestep), context, timestep_cond=guidance, added_cond_kwargs=told).sample
        tensors |= {f"{name}.sample": sample, f"{name}.timestep": torch.tensor([timestep]), f"{name}.context": context, f"{name}.out": noise}
    write(path, tensors, model=folder.name if folder.name != "unet" else folder.parent.name)


def vae(path, folder, sizes):
    """Encoder (mean and log variance, clamped to [-30, 20] as diffusers does) and decoder (latents as they are, unscaled; picture in [-1, 1] unclamped)."""
    judge, tensors = load(AutoencoderKL, folder / "vae"), {}
    factor = 2 ** (len(judge.config.block_out_channels) - 1)
    for index, (batch, height, width) in enumerate(sizes):
        name = f"{batch}x{height}x{width}"
        image = normal((batch, 3, height * factor, width * factor), 3000 + index).mul(0.5).clamp(-1, 1)
        latents = normal((batch, judge.config.latent_channels, height, width), 4000 + index)
        posterior = judge.encode(image).latent_dist
        tensors |= {f"{name}.image": image, f"{name}.mean": posterior.mean, f"{name}.logvar": posterior.logvar}
        tensors |= {f"{name}.latents": latents, f"{name}.decoded": judge.decode(latents).sample}
    write(path, tensors, model=folder.name, factor=factor)


def tiny(path, folder, sizes):
    """AutoencoderTiny: encoder's latents for a picture, decoder's picture (in [-1, 1], unclamped) for latents as they are."""
    judge, tensors = load(AutoencoderTiny, folder), {}
    for index, (height, width) in enumerate(sizes):
        name = f"{height}x{width}"
        image = normal((1, 3, height * 8, width * 8), 3000 + index).mul(0.5).clamp(-1, 1)
        latents = normal((1, judge.config.latent_channels, height, width), 4000 + index).mul(2)
        tensors |= {f"{name}.image": image, f"{name}.encoded": judge.encode(image).latents}
        tensors |= {f"{name}.latents": latents, f"{name}.decoded": judge.decode(latents).sample}
    write(path, tensors, model=folder.name)


KINDS = {"text_encoder": CLIPTextModel, "text_encoder_2": CLIPTextModelWithProjection, "unet": UNet2DConditionModel, "vae": AutoencoderKL}


def opened(folder, sampler, tiny=None):
    """The folder's own pipeline, its weights as float32, with another scheduler (and another autoencoder)."""
    index = json.loads((folder / "model_index.json").read_text())
    parts = {name: load(kind, folder / name) for name, kind in KINDS.items() if name in index}
    if tiny:
        parts["vae"] = load(AutoencoderTiny, tiny)
    if "safety_checker" in index:
        parts["safety_checker"] = None
    # Latent consistency models run in the plain pipeline, too, which tells them the guidance just so and takes any scheduler.
    name = "StableDiffusionPipeline" if index["_class_name"] == "LatentConsistencyModelPipeline" and sampler != "lcm" else index["_class_name"]
    judge = getattr(diffusers, name).from_pretrained(folder, **parts, dtype=torch.float32)
    judge.set_progress_bar_config(disable=True)
    judge.scheduler = (SAMPLERS | DISTILLED_SAMPLERS)[sampler].from_config(judge.scheduler.config)
    return judge


def pipeline(path, folder, sampler, prompt, negative, steps, guidance, seed, width, height, tiny=None):
    """diffusers' pipeline itself, overheard: its scheduler and its UNet write down what passes through them."""
    judge = opened(folder, sampler, tiny)
    heard = {}
    overhear(judge, heard)
    factor = judge.vae_scale_factor
    noise = normal((1, judge.unet.config.out_channels, height // factor, width // factor), seed)
    more = {} if type(judge).__name__.startswith("LatentConsistency") else {"negative_prompt": negative or None}
    if judge.unet.config.in_channels > judge.unet.config.out_channels:  # nothing of the picture is left under the mask
        more |= {"image": torch.zeros(1, 3, height, width), "mask_image": torch.ones(1, 1, height, width)}
    image = judge(prompt, height=height, width=width, num_inference_steps=steps, guidance_scale=guidance, **more,
                  generator=torch.Generator("cpu").manual_seed(seed), output_type="pt").images
    heard |= {"noise": noise, "timesteps": judge.scheduler.timesteps.to(torch.float32), "image": image}
    if tiny:  # what each step is shown with
        steps_denoised = [value for key, value in heard.items() if key.startswith("denoised_")]
        heard |= {f"preview_{i:03}": (judge.vae.decode(x / judge.vae.config.scaling_factor).sample / 2 + 0.5).clamp(0, 1) for i, x in enumerate(steps_denoised)}
    if sampler == "euler":
        heard["sigmas"] = judge.scheduler.sigmas
    assert torch.equal(heard.pop("first_sample"), noise * judge.scheduler.init_noise_sigma), "the pipeline drew other noise"
    write(path, heard, model=folder.name, sampler=sampler, prompt=prompt, negative=negative, steps=steps, guidance=guidance, seed=seed,
          width=width, height=height, **({"tiny": tiny.name} if tiny else {}))


def overhear(judge, heard):
    step, forward = judge.scheduler.step, judge.unet.forward

    @functools.wraps(step)
    def step_and_tell(noise_pred, timestep, sample, *, return_dict, **options):
        index = sum(name.startswith("latents_") for name in heard)
        heard.setdefault("first_sample", sample)
        out = step(noise_pred, timestep, sample, **options)
        denoised = out.denoised if hasattr(out, "denoised") else out.pred_original_sample
        heard[f"latents_{index:03}"], heard[f"denoised_{index:03}"] = out.prev_sample, denoised
        return (out.prev_sample, denoised)

    @functools.wraps(forward)
    def forward_and_tell(*inputs, encoder_hidden_states, **options):
        heard["text_embeddings"] = encoder_hidden_states
        return forward(*inputs, encoder_hidden_states=encoder_hidden_states, **options)

    judge.scheduler.step, judge.unet.forward = step_and_tell, forward_and_tell
