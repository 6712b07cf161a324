"""Full-size checkpoints with random weights, one tensor at a time.

The numbers are those of PyTorch's default initialization (uniform within 1/sqrt(inputs); norms 1 and 0; tables normal), so that
activations stay finite; each tensor has its own generator, so that all layouts of a family hold the same numbers.
"""
import zlib

import gguf
import torch
from make.files import write_json

from . import build, original, write
from .families import FAMILIES

LAYOUTS = ("diffusers", "bin", "safetensors", "ckpt", "gguf")
DTYPES = {"f16": torch.float16, "f32": torch.float32, "bf16": torch.bfloat16, "q8_0": None, "q4_0": None}


def make(name, layout, dtype, out):
    family = FAMILIES[name]
    if "tiny" in family:
        return tiny(family, layout, DTYPES[dtype], out)
    shapes = {part: component_shapes(part, family[part]) for part in build.COMPONENTS if family[part]}
    if layout in ("diffusers", "bin"):
        return folder(family, shapes, layout, DTYPES[dtype], out)
    cpp = layout == "gguf"
    plan = {extra: (shape, None, None, None) for extra, shape in ({} if cpp else original.extras(family)).items()}
    for part, named in shapes.items():
        plan |= {key: (shape, part, sources, how) for key, shape, sources, how in original.entries(family, part, named, cpp)}
    entries = [(key, row[0]) for key, row in sorted(plan.items())]

    def read(key):
        shape, part, sources, how = plan[key]
        if part is None:
            return torch.arange(77)[None] if key.endswith("position_ids") else values(key, shape)
        return original.joined(sources, how, lambda source: values(f"{part}/{source}", shapes[part][source]))

    if layout == "gguf":
        return write.ggufs(out, entries, read, gguf.GGMLQuantizationType[dtype.upper()])
    if layout == "safetensors":
        return write.safetensors(out, entries, read, DTYPES[dtype])
    beside = out.with_suffix(".part")
    write.safetensors(beside, entries, read, DTYPES[dtype])
    write.ckpt_from(beside, out, global_step=1)
    beside.unlink()


def component_shapes(part, config):
    with torch.device("meta"):
        return {name: tuple(tensor.shape) for name, tensor in build.state(part, build.component(part, config)).items()}


def values(name, shape):
    generator = torch.Generator("cpu").manual_seed(zlib.crc32(name.encode()))
    if len(shape) < 2:
        return torch.ones(shape) if name.endswith("weight") else torch.zeros(shape)
    if "embedding.weight" in name:
        return 0.02 * torch.randn(shape, generator=generator)
    bound = torch.Size(shape[1:]).numel() ** -0.5
    return (2 * torch.rand(shape, generator=generator) - 1) * bound


def folder(family, shapes, layout, dtype, out):
    write_json(out / "model_index.json", build.model_index(family))
    write_json(out / "scheduler/scheduler_config.json", family["scheduler"])
    for part, named in shapes.items():
        write_json(out / part / "config.json", family[part])
        text = part.startswith("text")
        read = lambda name, part=part, named=named: values(f"{part}/{name}", named[name])
        if layout == "bin":
            tensors = {name: read(name).to(dtype) for name in sorted(named)}
            write.pickled(out / part / f"{'pytorch_model' if text else 'diffusion_pytorch_model'}.bin", tensors, wrapped=False)
        else:
            write.safetensors(out / part / f"{'model' if text else 'diffusion_pytorch_model'}.safetensors", sorted(named.items()), read, dtype)


def tiny(family, layout, dtype, out):
    named = component_shapes("vae", family["tiny"])
    read = lambda name: values(f"vae/{name}", named[name])
    if layout == "diffusers":
        write_json(out / "config.json", family["tiny"])
        return write.safetensors(out / "diffusion_pytorch_model.safetensors", sorted(named.items()), read, dtype)
    old = {original.taesd(name): name for name in named}
    entries = [(name, named[old[name]]) for name in sorted(old)]
    if layout == "safetensors":
        write.safetensors(out, entries, lambda name: read(old[name]), dtype)
    else:
        write.pickled(out, {name: read(old[name]).to(dtype) for name, _ in entries}, wrapped=False)
