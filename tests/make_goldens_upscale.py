"""Makes tests/models/upscale (tiny random upscalers, as they are published), tests/golden/upscale.safetensors (what spandrel makes with them),
and tests/golden/hires.safetensors (diffusers' text to image and its image to image in a row, with what is enlarged between them).

usage: python3 tests/make_goldens_upscale.py     from the repository's root
needs: torch, numpy, diffusers, transformers, spandrel (the versions are in the goldens' metadata); no GPU, no network
"""
import json
import os
import sys
from pathlib import Path

os.environ |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error", "DIFFUSERS_VERBOSITY": "error", "CUDA_VISIBLE_DEVICES": ""}
sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/golden"))

import diffusers  # noqa: E402  (after the environment is set)
import spandrel  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from PIL import Image  # noqa: E402
from spandrel.architectures.Compact import Compact  # noqa: E402
from spandrel.architectures.ESRGAN import ESRGAN  # noqa: E402

from make.files import write_safetensors  # noqa: E402
from make.images import TEXT, judge  # noqa: E402

MODELS, GOLDEN = ROOT / "tests/models/upscale", ROOT / "tests/golden/upscale.safetensors"
COMMAND = "python3 tests/make_goldens_upscale.py"
# name, network, height and width of the picture: sides that are no multiple of what becomes channels, and one of a few pixels
CASES = [
    ("rrdb-x4", lambda: ESRGAN(num_filters=4, num_blocks=1, scale=4), (5, 7)),
    ("rrdb-x2", lambda: ESRGAN(in_nc=12, num_filters=4, num_blocks=1, scale=4, shuffle_factor=2), (7, 9)),
    ("compact-x4", lambda: Compact(num_feat=8, num_conv=3, upscale=4), (9, 6)),
    ("compact-x2", lambda: Compact(num_feat=6, num_conv=2, upscale=2), (1, 3)),
]


def awake(model, generator):
    """Weights that keep a signal's size from layer to layer, slopes of both signs, and pictures about 0.5."""
    with torch.no_grad():
        for name, values in model.named_parameters():
            numbers = torch.randn(values.shape, generator=generator)
            if values.dim() == 4:
                values.copy_(numbers * 1.3 / values[0].numel() ** 0.5)
            else:
                values.copy_(numbers * (0.3 if "body" in name and values.dim() == 1 else 0.1))
        *_, (_, last), (_, bias) = model.named_parameters()
        last.mul_(0.2)
        bias.copy_(bias * 0.1 + (0.5 if isinstance(model, ESRGAN) else 0.0))
    return model.eval()


def published(name, state):
    """The weights under the names, and in the files, that such upscalers are published with."""
    half = {key: values.half() for key, values in state.items()}
    if name == "rrdb-x4":  # ESRGAN's first: layers numbered through, a plain dict
        torch.save(half, MODELS / "rrdb-x4.pth")
    elif name == "rrdb-x2":  # Real-ESRGAN's
        write_safetensors(MODELS / "rrdb-x2.safetensors", {body(key): values for key, values in half.items()}, {"format": "pt"})
    elif name == "compact-x4":  # Real-ESRGAN's: averaged weights beside the others
        torch.save({"params": {key: values * 2 for key, values in state.items()}, "params_ema": dict(state)}, MODELS / "compact-x4.pth")
    else:
        bfloat = {key: values.bfloat16() for key, values in state.items()}
        write_safetensors(MODELS / "compact-x2.safetensors", bfloat, {"format": "pt"})


def body(key):
    """Real-ESRGAN's name of a tensor that ESRGAN's first names number."""
    layer, end = key.rsplit(".", 1)
    plain = {"model.0": "conv_first", "model.1.sub.1": "conv_body", "model.3": "conv_up1", "model.6": "conv_up2", "model.8": "conv_hr", "model.10": "conv_last"}
    inner = layer.removeprefix("model.1.sub.").removesuffix(".0").replace("RDB", "rdb")
    return f"{plain.get(layer) or 'body.' + inner}.{end}"


# Settings by Decant's names. The first pass is 32×24 pixels.
HIRES = {
    "latent": dict(sampler="ddim", steps=4, hires=2.0, hiresBy="latent", hiresStrength=0.6, hiresSteps=5),
    "nearest": dict(sampler="euler", steps=4, hires=1.5, hiresBy="latent_nearest"),
    "bicubic": dict(sampler="dpmpp_2m", steps=4, hires=2.0, hiresBy="latent_bicubic", hiresStrength=0.5),
    "lanczos": dict(sampler="ddim", steps=4, hires=2.0, hiresBy="lanczos", hiresStrength=0.5),
}
FIRST, SEED, GUIDANCE = (32, 24), 7, 2.0
MODES = {"latent": "bilinear", "latent_nearest": "nearest", "latent_bicubic": "bicubic"}


def two_passes(sampler, steps, hires, hiresBy, hiresStrength=0.7, hiresSteps=None):
    folder, latent = ROOT / "tests/models/sd1-tiny", hiresBy in MODES
    draw = dict(TEXT, guidance_scale=GUIDANCE)
    again = lambda: torch.Generator("cpu").manual_seed(SEED)
    first = judge(folder, "StableDiffusionPipeline", sampler)
    made = first(**draw, width=FIRST[0], height=FIRST[1], num_inference_steps=steps, generator=again(), output_type="latent" if latent else "pil").images
    if latent:
        aligned = {} if hiresBy == "latent_nearest" else {"align_corners": False}
        size = [int(side * hires) for side in made.shape[-2:]]
        enlarged = F.interpolate(made, size=size, mode=MODES[hiresBy], **aligned)
    else:
        enlarged = made[0].resize([int(side * hires) for side in FIRST], Image.Resampling.LANCZOS)
    second = judge(folder, "StableDiffusionImg2ImgPipeline", sampler)
    more = dict(num_inference_steps=hiresSteps or steps, strength=hiresStrength, generator=again())
    return {"image": second(**draw, image=enlarged, **more, output_type="pt").images}


def hires():
    tensors = {f"{name}.{what}": values for name, settings in HIRES.items() for what, values in two_passes(**settings).items()}
    about = dict(TEXT, command=COMMAND, cases=json.dumps(HIRES), seed=str(SEED), guidance=str(GUIDANCE), width=str(FIRST[0]), height=str(FIRST[1]))
    write_safetensors(ROOT / "tests/golden/hires.safetensors", tensors, about | {"torch": torch.__version__, "diffusers": diffusers.__version__})
    print({name: tuple(values.shape) for name, values in tensors.items()})


def main():
    MODELS.mkdir(parents=True, exist_ok=True)
    tensors, generator = {}, torch.Generator().manual_seed(16)
    for name, make, (height, width) in CASES:
        published(name, awake(make(), generator).state_dict())
        (file,) = MODELS.glob(f"{name}.*")
        judge = spandrel.ModelLoader(device="cpu").load_from_file(file)
        picture = torch.rand((1, 3, height, width), generator=generator)
        with torch.no_grad():
            larger = judge.model.float().eval()(picture)
        assert 0.05 < larger.std() and ((larger > 0) & (larger < 1)).float().mean() > 0.8, f"{name}: {larger.mean()} {larger.std()}"
        tensors |= {f"{name}.picture": picture, f"{name}.larger": larger.clamp(0, 1)}
        print(name, judge.architecture.name, judge.scale, tuple(larger.shape), larger.mean().item(), larger.std().item(), file.stat().st_size)
    versions = {"torch": torch.__version__, "spandrel": spandrel.__version__ if hasattr(spandrel, "__version__") else "0.4.2"}
    write_safetensors(GOLDEN, tensors, {"command": COMMAND, **versions})
    hires()


if __name__ == "__main__":
    main()
