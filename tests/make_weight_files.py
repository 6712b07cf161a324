"""Makes the small weight files in tests/golden/weights: what torch and the Python package gguf write, for crates/sd/tests/weights.

    python3 tests/make_weight_files.py

torch.save in both of its formats, with every way in which a checkpoint holds its tensors; numbers count up from a start that the test knows.
gguf.GGUFWriter with random bytes of every quantized type, beside them what gguf.quants.dequantize makes of these.
"""

import collections
import json
import pathlib
import sys
import types

import gguf
import numpy
import torch
from safetensors.numpy import save_file

OUT = pathlib.Path(__file__).parent / "golden" / "weights"


def count(start, *shape, dtype=torch.float32):
    return (torch.arange(numpy.prod(shape, dtype=int)) + start).reshape(shape).to(dtype)


def state():
    """Every kind of tensor that checkpoints have; the first number is in the name."""
    storage = count(100, 60)
    return collections.OrderedDict(
        [
            ("float.0", count(0, 2, 3, 2, 2)),
            ("half.10", count(10, 5, dtype=torch.float16)),
            ("brain.20", count(20, 3, 2, dtype=torch.bfloat16)),
            ("double.30", count(30, 4, dtype=torch.float64)),
            ("scalar.7", torch.tensor(7.0)),
            ("empty", torch.zeros(0, 3)),
            ("parameter.40", torch.nn.Parameter(count(40, 2, 2))),
            ("view.112", storage[12:24].reshape(3, 4)),
            ("turned.50", count(50, 3, 5).T.contiguous().T),
            ("channels_last.60", count(60, 2, 3, 2, 2).to(memory_format=torch.channels_last)),
            ("position_ids", torch.arange(6)),
            ("gaps", storage[::2]),
            ("repeated", torch.ones(1).expand(4)),
        ]
    )


def lightning():
    """A training checkpoint as Stable Diffusion 1.x's: the class of its callbacks need not be there to be read."""
    module = types.ModuleType("pytorch_lightning.callbacks.model_checkpoint")
    callback = type("ModelCheckpoint", (), {"__module__": module.__name__})
    module.ModelCheckpoint = callback
    for name in ["pytorch_lightning", "pytorch_lightning.callbacks"]:
        sys.modules[name] = types.ModuleType(name)
    sys.modules[module.__name__] = module
    weights = {"model.diffusion_model.a": count(1, 2, 2), "betas": count(5, 3)}
    optimizer = {"state": {0: {"step": 3, "exp_avg": count(9, 2, 2)}}, "param_groups": [{"lr": 1e-4, "betas": (0.9, 0.999), "params": [0]}]}
    return {
        "epoch": 6,
        "global_step": 470000,
        "pytorch-lightning_version": "1.4.2",
        "state_dict": weights,
        "callbacks": {callback: {"monitor": "val/loss", "best_model_score": torch.tensor(0.5), "current": numpy.float64(0.25)}},
        "optimizer_states": [optimizer],
        "lr_schedulers": [{"base_lrs": [1e-4], "last_epoch": 470000, "_get_lr_called_within_step": False}],
        "loops": None,
        "hyper_parameters": {"ema": True, "big": 2**80},
    }


QUANTIZED = ["Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q4_K", "Q6_K"]
# Bytes of a block at which f16 numbers start: random, but finite ones.
HALVES = {"Q4_1": [0, 2], "Q5_1": [0, 2], "Q4_K": [0, 2], "Q6_K": [208]}


def eight_bits():
    """Every byte as 8-bit floats, as float32."""
    every = torch.arange(256, dtype=torch.uint8)
    for name in ["float8_e4m3fn", "float8_e5m2"]:
        every.view(getattr(torch, name)).float().numpy().astype("<f4").tofile(OUT / f"{name}.f32")


def eight_bits():
    """Every byte as 8-bit floats, as float32."""
    every = torch.arange(256, dtype=torch.uint8)
    for name in ["float8_e4m3fn", "float8_e5m2"]:
        every.view(getattr(torch, name)).float().numpy().astype("<f4").tofile(OUT / f"{name}.f32")


def blocks():
    random = numpy.random.default_rng(1)
    writer = gguf.GGUFWriter(OUT / "blocks.gguf", "stable-diffusion")
    writer.add_string("some.note", "a text")
    expected = {}
    for name in QUANTIZED:
        kind = gguf.GGMLQuantizationType[name]
        numbers, size = gguf.GGML_QUANT_SIZES[kind]
        raw = random.integers(0, 256, (3, 2, size), dtype=numpy.uint8)
        for at in HALVES.get(name, [0]):
            raw[..., at : at + 2] = random.normal(size=(3, 2, 1)).astype(numpy.float16).view(numpy.uint8)
        raw = raw.reshape(3, 2 * size)
        writer.add_tensor(name, raw, raw_dtype=kind)
        expected[name] = gguf.quants.dequantize(raw, kind)
        assert expected[name].shape == (3, 2 * numbers)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    save_file(expected, OUT / "blocks.safetensors", {"made by": "python3 tests/make_weight_files.py"})


OUT.mkdir(parents=True, exist_ok=True)
torch.save(state(), OUT / "state.bin")
torch.save(state(), OUT / "state-older.bin", _use_new_zipfile_serialization=False)
torch.save(lightning(), OUT / "lightning.ckpt")
torch.save({"string_to_param": {"*": count(3, 2, 4)}, "name": "cat", "step": 12}, OUT / "nested.pt")
eight_bits()
blocks()
print(json.dumps({path.name: path.stat().st_size for path in sorted(OUT.iterdir())}))
