"""Pictures that start from pictures: diffusers' own image-to-image and inpainting pipelines, and lesson 9's loop, overheard.

One file holds many cases: `picture` and `mask` are what all of them start from, `CASE.start` is what the first step takes, `CASE.latents`
what the last one leaves, `CASE.image` the picture where it is kept. The cases' settings are JSON in the metadata.
"""
import io
import json
import struct
import zlib
from pathlib import Path

import diffusers
import numpy
import torch
from PIL import Image, ImageOps

from .files import write_safetensors
from .record import normal, opened, write

SCHEDULERS = {
    "ddim": "DDIMScheduler", "euler": "EulerDiscreteScheduler", "euler_a": "EulerAncestralDiscreteScheduler", "heun": "HeunDiscreteScheduler",
    "dpmpp_2m": "DPMSolverMultistepScheduler", "lcm": "LCMScheduler", "lms": "LMSDiscreteScheduler", "pndm": "PNDMScheduler",
    "dpm2": "KDPM2DiscreteScheduler", "unipc": "UniPCMultistepScheduler",
}
WIDTH, HEIGHT = 32, 24
TEXT = dict(prompt="a photograph of an astronaut riding a horse", negative_prompt="blurry, low quality")
USUAL = dict(steps=5, guidance=2.0, seed=42)


def picture():
    """Colours that a PNG could hold: smooth, with an edge."""
    y, x = torch.meshgrid(torch.arange(HEIGHT), torch.arange(WIDTH), indexing="ij")
    planes = torch.stack([x * 8 % 256, (y * 10 + x * 3) % 256, torch.where(x + y < 24, 40, 200)])
    return planes[None].to(torch.float32) / 255


def mask():
    """White where it is painted: a block off the latents' grid, and its corners a little below and above one half."""
    grey = torch.zeros(1, 1, HEIGHT, WIDTH)
    grey[:, :, 5:20, 9:27] = 1.0
    grey[:, :, 8, 8], grey[:, :, 16, 16] = 128 / 255, 127 / 255
    return grey


def judge(folder, kind, sampler):
    """The folder's parts in another of diffusers' pipelines, with another scheduler."""
    parts = {name: part for name, part in opened(folder, "ddim").components.items() if name != "image_encoder"}
    pipe = getattr(diffusers, kind)(**parts, **({} if "XL" in kind else {"requires_safety_checker": False}))
    pipe.set_progress_bar_config(disable=True)
    pipe.scheduler = getattr(diffusers, SCHEDULERS[sampler]).from_config(pipe.scheduler.config)
    return pipe


def overhear(scheduler, heard):
    """What the first step takes."""
    scale = scheduler.scale_model_input

    def scale_and_tell(sample, *arguments, **options):
        heard.setdefault("start", sample[:1].clone())
        return scale(sample, *arguments, **options)

    scheduler.scale_model_input = scale_and_tell


def run(folder, kind, sampler, steps, guidance, seed, **more):
    pipe, heard = judge(folder, kind, sampler), {}
    overhear(pipe.scheduler, heard)

    def after_step(_pipe, _index, _timestep, values):
        heard["latents"] = values["latents"].clone()
        return values

    heard["image"] = pipe(**TEXT, image=picture(), num_inference_steps=steps, guidance_scale=guidance, **more, callback_on_step_end=after_step,
                          generator=torch.Generator("cpu").manual_seed(seed), output_type="pt").images
    return heard


def img2img(folder, sampler, strength, steps, guidance, seed):
    kind = "StableDiffusionXLImg2ImgPipeline" if "xl" in folder.name else "StableDiffusionImg2ImgPipeline"
    return run(folder, kind, sampler, steps, guidance, seed, strength=strength)


def consistent(folder, sampler, strength, steps, guidance, seed):
    """A latent consistency model's own pipeline: all steps are taken, over the part of the distilled timesteps that the strength leaves."""
    pipe, heard = judge(folder, "LatentConsistencyModelImg2ImgPipeline", sampler), {}
    step = pipe.scheduler.step

    # The pipeline looks at the names to know whether the generator is taken.
    def step_and_tell(prediction, timestep, sample, generator=None, return_dict=True):
        heard.setdefault("start", sample.clone())
        heard["latents"], denoised = step(prediction, timestep, sample, generator=generator, return_dict=return_dict)
        return heard["latents"], denoised

    pipe.scheduler.step = step_and_tell
    heard["image"] = pipe(prompt=TEXT["prompt"], image=picture(), num_inference_steps=steps, guidance_scale=guidance, strength=strength,
                          generator=torch.Generator("cpu").manual_seed(seed), output_type="pt").images
    return heard


def inpaint(folder, sampler, strength, steps, guidance, seed):
    kind = "StableDiffusionXLInpaintPipeline" if "xl" in folder.name else "StableDiffusionInpaintPipeline"
    return run(folder, kind, sampler, steps, guidance, seed, strength=strength, mask_image=mask(),
               height=HEIGHT, width=WIDTH)


def start_step(folder, sampler, start_step, steps, guidance, seed):
    """fast.ai's lesson 9: the whole schedule, of which the loop takes no step before `start_step`."""
    pipe, generator = judge(folder, "StableDiffusionPipeline", sampler), torch.Generator("cpu").manual_seed(seed)
    scheduler, scaling = pipe.scheduler, pipe.vae.config.scaling_factor
    with_text, without = pipe.encode_prompt(TEXT["prompt"], "cpu", 1, True, TEXT["negative_prompt"])
    encoded = scaling * pipe.vae.encode(picture() * 2 - 1).latent_dist.sample(generator)
    noise = torch.randn(encoded.shape, generator=generator)
    scheduler.set_timesteps(steps)
    latents = scheduler.add_noise(encoded, noise, timesteps=scheduler.timesteps[start_step:start_step + 1])
    heard = {"start": latents}
    for i, t in enumerate(scheduler.timesteps):
        if i >= start_step:
            shown = scheduler.scale_model_input(torch.cat([latents] * 2), t)
            blind, told = pipe.unet(shown, t, encoder_hidden_states=torch.cat([without, with_text])).sample.chunk(2)
            latents = scheduler.step(blind + guidance * (told - blind), t, latents).prev_sample
    image = pipe.vae.decode(latents / scaling).sample
    return heard | {"latents": latents, "image": (image / 2 + 0.5).clamp(0, 1)}


def cases(path, make, rows, **shared):
    """Each row: a model's folder, the settings that differ, and whether the picture is kept beside its latents."""
    tensors, about = dict(shared), {}
    for folder, settings, keeps in rows:
        settings = USUAL | settings
        name = "-".join([folder.name] + [f"{value:g}" if isinstance(value, float) else str(value) for value in settings.values()])
        heard = make(folder, **settings)
        tensors |= {f"{name}.{key}": value for key, value in heard.items() if keeps or key != "image"}
        about[name] = settings | {"model": folder.name}
    write(path, tensors, **TEXT, cases=json.dumps(about))


def latents_files(folder):
    """The same latents as Python's writers keep them: numpy.save of three types, safetensors of three."""
    values = normal((1, 4, 3, 5), 7)
    for name in ("float16", "float32", "float64"):
        stream = io.BytesIO()
        numpy.save(stream, values.numpy().astype(name))
        (Path(folder) / f"latents-{name}.npy").write_bytes(stream.getvalue())
    for name in ("float16", "bfloat16", "float32"):
        write_safetensors(Path(folder) / f"latents-{name}.safetensors", {"latents": values.to(getattr(torch, name))}, {})


def png16(path, values):
    """A PNG of 16 bits, which Pillow does not write in colours."""
    height, width, _ = values.shape
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    header = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def picture_files(folder):
    """Pictures as cameras and tools write them, and beside each the pixels that it shows: upright, on white, 8 bits (Pillow's)."""
    folder.mkdir(parents=True, exist_ok=True)
    y, x = numpy.mgrid[0:9, 0:14]
    rgb = numpy.stack([x * 18, y * 28, 255 - x * 9 - y * 12], axis=-1).clip(0, 255).astype(numpy.uint8)
    colours, alpha = Image.fromarray(rgb), Image.fromarray((x * 19).clip(0, 255).astype(numpy.uint8))
    see_through = colours.copy()
    see_through.putalpha(alpha)
    grey_alpha = Image.merge("LA", [colours.convert("L"), alpha])
    palette = colours.quantize(16)
    few = Image.fromarray((x // 3 % 4).astype(numpy.uint8), "P")
    few.putpalette([250, 10, 10, 10, 250, 10, 10, 10, 250, 0, 0, 0])
    turned = lambda number: {"exif": (lambda exif: (exif.__setitem__(0x0112, number), exif)[1])(Image.Exif())}
    files = {
        "plain.png": (colours, {}), "grey.png": (colours.convert("L"), {}), "bits.png": (colours.convert("1"), {}), "alpha.png": (see_through, {}),
        "grey-alpha.png": (grey_alpha, {}), "palette.png": (palette, {}), "palette-alpha.png": (few, {"transparency": 3}),
        "turned-3.png": (colours, turned(3)), "turned-5.webp": (colours, turned(5) | {"lossless": True}),
        "alpha.webp": (see_through, {"lossless": True, "exact": True}), "grey.jpg": (colours.convert("L"), {"quality": 95}),
        "cmyk.jpg": (colours.convert("CMYK"), {"quality": 95}),
    }
    files |= {f"turned-{number}.jpg": (colours, turned(number) | {"quality": 95, "subsampling": 0}) for number in (1, 2, 4, 6, 7, 8)}
    for name, (image, options) in files.items():
        image.save(folder / name, **options)
        shown = ImageOps.exif_transpose(Image.open(folder / name)).convert("RGBA")
        Image.alpha_composite(Image.new("RGBA", shown.size, "white"), shown).convert("RGB").save(folder / f"{name}.expected.png")
    deep = (rgb.astype(numpy.uint16) * 257 + 100).clip(0, 65535)
    png16(folder / "deep.png", deep)
    Image.fromarray((deep / 257).round().astype(numpy.uint8)).save(folder / "deep.png.expected.png")


def recipes(models, golden):
    """Names for make_goldens.py."""
    sd1, sd2, xl, nine, lcm = (models / f"{name}-tiny" for name in ("sd1", "sd2", "sdxl", "inpaint", "lcm"))
    three = [(sd1, dict(sampler=sampler, strength=strength), strength == 0.5) for sampler in ("ddim", "euler", "dpmpp_2m") for strength in (0.2, 0.5, 1.0)]
    others = [(sd1, dict(sampler=sampler, strength=0.6), False) for sampler in ("lcm", "heun", "dpm2", "pndm", "lms", "euler_a", "unipc")]
    more = [(sd2, dict(sampler="ddim", strength=0.6), False), (xl, dict(sampler="euler", strength=0.6), False)]
    begun = [(sd1, dict(sampler=sampler, start_step=step), step == 3) for sampler, step in (("lms", 3), ("ddim", 1), ("euler", 4))]
    four = [(sd1, dict(sampler=sampler, strength=strength), strength == 1.0) for sampler, strength in (("ddim", 1.0), ("euler", 0.6), ("heun", 0.6), ("euler_a", 0.9), ("dpmpp_2m", 0.8))]
    four += [(xl, dict(sampler=sampler, strength=strength), strength == 1.0) for sampler, strength in (("euler", 1.0), ("ddim", 0.6))]
    own = [(lcm, dict(sampler="lcm", strength=strength, steps=4), strength == 0.5) for strength in (0.1, 0.5, 1.0)]
    seen = [(nine, dict(sampler=sampler, strength=strength), strength == 1.0) for sampler, strength in (("ddim", 1.0), ("euler", 0.6), ("euler_a", 1.0))]
    return {
        "images-img2img": lambda path: cases(path, img2img, three + others + more, picture=picture()),
        "images-lcm": lambda path: cases(path, consistent, own, picture=picture()),
        "images-start-step": lambda path: cases(path, start_step, begun, picture=picture()),
        "images-inpaint": lambda path: cases(path, inpaint, four + seen, picture=picture(), mask=mask()),
        "latents-files": lambda _: latents_files(golden),
        "picture-files": lambda _: picture_files(golden / "pictures"),
    }
