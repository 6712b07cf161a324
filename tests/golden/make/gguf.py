"""Reading Decant's GGUF files into diffusers' and transformers' classes, as float32.

Not a reader for any GGUF file: F32, F16 and Q8_0 tensors, which is what `decant quantize` writes. The format is ggml's docs/gguf.md;
with `decant.conv_layout` = `ohwi`, tensors of four axes are convolutions stored as [out, kh, kw, in].
Written from that page, not from Decant's code, so that the goldens judge Decant's reader, too.
"""
import struct

import numpy
import torch

F32, F16, Q8_0 = 0, 1, 8
BYTES = dict(enumerate((1, 1, 2, 2, 4, 4, 4, 1))) | {10: 8, 11: 8, 12: 8}  # of the metadata values that are numbers


def load(kind, folder):
    """A component in eval mode: from safetensors where the folder has them, else from its one .gguf."""
    if any(folder.glob("*.safetensors")):
        return kind.from_pretrained(folder, dtype=torch.float32).eval()
    is_diffusers = hasattr(kind, "load_config")
    component = kind.from_config(kind.load_config(folder)) if is_diffusers else kind(kind.config_class.from_pretrained(folder))
    (path,) = folder.glob("*.gguf")
    component.load_state_dict({name: torch.from_numpy(numbers) for name, numbers in read(path).items()})
    return component.eval()


def read(path):
    """{name: float32 numbers in PyTorch's shape}"""
    file, at = path.read_bytes(), 4

    def take(form):
        nonlocal at
        values = struct.unpack_from("<" + form, file, at)
        at += struct.calcsize("<" + form)
        return values[0] if len(values) == 1 else values

    def text():
        nonlocal at
        length = take("Q")
        at += length
        return file[at - length : at].decode()

    def value(kind):
        if kind == 9:
            kind, count = take("IQ")
            return [value(kind) for _ in range(count)]
        return text() if kind == 8 else int.from_bytes(take(f"{BYTES[kind]}s"), "little")

    version, tensors, entries = take("IQQ")
    assert file[:4] == b"GGUF" and version in (2, 3), f"{path} is not GGUF version 2 or 3"
    metadata = {text(): value(take("I")) for _ in range(entries)}
    headers = [(text(), [take("Q") for _ in range(take("I"))][::-1], *take("IQ")) for _ in range(tensors)]  # axes lie fastest first
    alignment = metadata.get("general.alignment", 32)
    start, ohwi = -(-at // alignment) * alignment, metadata.get("decant.conv_layout") == "ohwi"
    found = {}
    for name, shape, kind, offset in headers:
        numbers = dequantised(file, start + offset, int(numpy.prod(shape)), kind).reshape(shape)
        found[name] = numpy.ascontiguousarray(numbers.transpose(0, 3, 1, 2)) if ohwi and len(shape) == 4 else numbers
    return found


def dequantised(file, offset, count, kind):
    if kind == Q8_0:  # blocks of an f16 scale and 32 signed bytes
        blocks = numpy.frombuffer(file, [("scale", "<f2"), ("steps", "i1", 32)], count // 32, offset)
        return (blocks["scale"].astype(numpy.float32)[:, None] * blocks["steps"]).reshape(-1)
    return numpy.frombuffer(file, {F32: "<f4", F16: "<f2"}[kind], count, offset).astype(numpy.float32)
