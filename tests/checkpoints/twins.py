"""The small twins under tests/models: each as a diffusers folder, and in layouts/ as whatever else its family comes as.

All layouts of a twin hold the same f16 numbers.
"""
import torch

from make import tiny
from make.files import write_json, write_safetensors

from . import build, original, write
from .families import TWINS

# (twin, end of the file's name, kind): one at least of each format and of each family's naming
LAYOUTS = [
    ("inpaint-tiny", ".safetensors", "original"),
    ("turbo-tiny", ".safetensors", "original"),
    ("turbo-tiny", ".gguf", "cpp"),
    ("lcm-tiny", ".safetensors", "original"),
    ("lcm-tiny", ".ckpt", "original"),
    ("bk-sdm-tiny", ".safetensors", "original"),
    ("bk-sdm-tiny", "", "bin"),
    ("sdxl-tiny", ".safetensors", "original"),
    ("sdxl-tiny", ".gguf", "cpp"),
]


def make(models, vocabulary):
    weights = {}
    for name, family in TWINS.items():
        kinds = {"vae": family["tiny"]} if "tiny" in family else {part: family[part] for part in build.COMPONENTS if family[part]}
        weights[name] = {part: twin_weights(name, part, config) for part, config in kinds.items()}
        folder(models / name, family, weights[name], vocabulary)
        print(name, flush=True)
    for name, end, kind in LAYOUTS:
        layout(models / "layouts" / f"{name}{end}", TWINS[name], weights[name], kind)
        print(f"layouts/{name}{end}", flush=True)
    taesd(models / "layouts", weights["taesd-tiny"]["vae"])


def twin_weights(name, component, config):
    module = build.component(component, config)
    tiny.awake(module, f"{name}/{component}")
    if type(module).__name__ == "AutoencoderTiny":  # it writes 0…1 by itself, and what is cut off there compares as equal
        last = module.decoder.layers[-1]
        last.weight.mul_(0.2), last.bias.add_(0.5)
    return {key: tensor.to(torch.float16) for key, tensor in build.state(component, module).items()}


def folder(path, family, weights, vocabulary):
    """A diffusers folder; a tiny autoencoder's has its component alone."""
    if "tiny" in family:
        return component(path, family["tiny"], weights["vae"], "diffusion_pytorch_model")
    write_json(path / "model_index.json", build.model_index(family))
    write_json(path / "scheduler/scheduler_config.json", family["scheduler"])
    second = bool(family["text_encoder_2"])
    wide = family["unet"]["use_linear_projection"] and not second
    tiny.tokenizer(path / "tokenizer", vocabulary, pad="!" if wide else "<|endoftext|>", merge_count=300)
    if second:
        tiny.tokenizer(path / "tokenizer_2", vocabulary, pad="!", merge_count=300)
    for name, tensors in weights.items():
        component(path / name, family[name], tensors, "model" if name.startswith("text") else "diffusion_pytorch_model")


def component(path, config, weights, stem):
    write_json(path / "config.json", config)
    write_safetensors(path / f"{stem}.safetensors", weights, {"format": "pt"})


def layout(path, family, weights, kind):
    if kind == "bin":
        for name, tensors in weights.items():
            stem = "pytorch_model" if name.startswith("text") else "diffusion_pytorch_model"
            write.pickled(path / name / f"{stem}.bin", dict(sorted(tensors.items())), wrapped=False)
        return
    tensors = {} if kind == "cpp" else {name: extra(name, shape) for name, shape in original.extras(family).items()}
    for component, named in weights.items():
        shapes = {name: tuple(tensor.shape) for name, tensor in named.items()}
        prefix = original.parts(family, kind == "cpp")[component]
        made = {}
        for name, _, sources, how in original.entries(family, component, shapes, kind == "cpp"):
            made[name] = original.joined(sources, how, named.get)
        original.check(family, component, {n.removeprefix(prefix) if component == "vae" else n: t for n, t in made.items()}, shapes)
        tensors |= made
    entries = [(name, tuple(tensor.shape)) for name, tensor in sorted(tensors.items())]
    if path.suffix == ".gguf":
        write.ggufs(path, entries, tensors.get)
    elif path.suffix == ".ckpt":
        write.pickled(path, dict(sorted(tensors.items())), global_step=470000, epoch=3)
    else:
        write.safetensors(path, entries, tensors.get, torch.float16)


def extra(name, shape):
    if name.endswith("position_ids"):
        return torch.arange(77)[None]
    return torch.full(shape, 0.5, dtype=torch.float16)


def taesd(path, weights):
    """The original's two files."""
    for half in ("encoder", "decoder"):
        named = {original.taesd(name): tensor for name, tensor in weights.items()}
        named = {name.removeprefix(f"{half}."): tensor for name, tensor in named.items() if name.startswith(f"{half}.")}
        entries = [(name, tuple(tensor.shape)) for name, tensor in sorted(named.items())]
        write.safetensors(path / f"taesd-tiny/{half}.safetensors", entries, named.get, torch.float16)
