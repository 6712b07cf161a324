"""Weight files of each format, one tensor at a time: `entries` are (name, shape), `read(name)` gives the numbers.

The bytes depend on the content alone. A .ckpt is made from a safetensors file on disk, whose tensors torch maps into memory.
"""
import json
import struct
from pathlib import Path

import gguf
import torch
from safetensors import safe_open

SAFE = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64"}


def safetensors(path, entries, read, dtype, metadata=None):
    """`position_ids` are I64, all else is `dtype`."""
    header, offset = {"__metadata__": metadata or {"format": "pt"}}, 0
    for name, shape in entries:
        kind = torch.int64 if name.endswith("position_ids") else dtype
        size = torch.Size(shape).numel() * kind.itemsize
        header[name] = {"dtype": SAFE[kind], "shape": list(shape), "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for name, shape in entries:
            tensor = read(name)
            tensor = tensor if tensor.dtype == torch.int64 else tensor.to(dtype)
            assert tuple(tensor.shape) == tuple(shape), name
            file.write(tensor.contiguous().flatten().view(torch.uint8).numpy().tobytes())


def pickled(path, tensors, wrapped=True, **more):
    """torch.save, with the state dict below `state_dict` as in a .ckpt, or bare as in a .bin."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    torch.save({"state_dict": tensors} | more if wrapped else tensors, path)


def ckpt_from(safetensors_path, path, **more):
    with safe_open(safetensors_path, "pt") as file:
        pickled(path, {name: file.get_tensor(name) for name in file.keys()}, **more)


def ggufs(path, entries, read, kind=gguf.GGMLQuantizationType.F16):
    """stable-diffusion.cpp's: vectors in f32, matrices and convolutions in `kind` where their rows divide into its blocks."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    writer = gguf.GGUFWriter(str(path), "stable-diffusion")
    block = gguf.GGML_QUANT_SIZES[kind][0]
    kinds = {}
    for name, shape in entries:
        plain = len(shape) < 2
        kinds[name] = gguf.GGMLQuantizationType.F32 if plain else kind if shape[-1] % block == 0 else gguf.GGMLQuantizationType.F16
        size, per = gguf.GGML_QUANT_SIZES[kinds[name]]
        count = torch.Size(shape).numel()
        raw = {gguf.GGMLQuantizationType.F32: "float32", gguf.GGMLQuantizationType.F16: "float16"}.get(kinds[name], "uint8")
        dimensions = list(shape) if raw != "uint8" else [*shape[:-1], shape[-1] // size * per]
        writer.add_tensor_info(name, dimensions, gguf.np.dtype(raw), count // size * per, raw_dtype=kinds[name])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for name, _ in entries:
        writer.write_tensor_data(gguf.quants.quantize(read(name).float().contiguous().numpy(), kinds[name]))
    writer.close()
