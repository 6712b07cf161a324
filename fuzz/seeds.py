"""Puts a target's first inputs into fuzz/corpus/TARGET, made of the repository's own small files.

    python3 seeds.py TARGET
"""

import json
import pathlib
import struct
import sys
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
WEIGHTS = ROOT / "tests/golden/weights"
OLDER = 15  # bytes of the older format's magic number


def safetensors():
    yield json.dumps({"a": {"dtype": "F16", "shape": [2, 3], "data_offsets": [0, 12]}}).encode() + bytes(12)
    yield json.dumps({"__metadata__": {"a": "b"}, "a": {"dtype": "F32", "shape": [], "data_offsets": [0, 4]}}).encode() + bytes(4)


def gguf():
    blocks = (WEIGHTS / "blocks.gguf").read_bytes()
    yield blocks[8:]
    tensor = struct.pack("<Q1sI4QIQ", 1, b"a", 4, 2, 1, 1, 3, 0, 0)
    key = b"decant.conv_layout"
    note = struct.pack("<Q", len(key)) + key + struct.pack("<IQ4s", 8, 4, b"ohwi")
    yield struct.pack("<QQ", 1, 1) + note + tensor + bytes(40)


def blocks():
    for kind in range(11):
        yield bytes([kind, 2]) + bytes(range(256)) * 3


def zip_():
    for name in ["state.bin", "lightning.ckpt", "nested.pt"]:
        yield (WEIGHTS / name).read_bytes()[4:]


def pickle():
    for name in ["state.bin", "lightning.ckpt", "nested.pt"]:
        with zipfile.ZipFile(WEIGHTS / name) as archive:
            yield archive.read(next(entry for entry in archive.namelist() if entry.endswith("data.pkl")))


def older_pickle():
    yield (WEIGHTS / "state-older.bin").read_bytes()[OLDER:]


def rows():
    yield bytes([2, 6, 4, 1, 2, 4, 4, 0, 3])
    yield bytes([4, 2, 3, 1, 1, 2, 2, 2, 3, 7, 1, 0, 1])


def config():
    names = ["text_encoder/config.json", "unet/config.json", "vae/config.json", "vae/config.json", "scheduler/scheduler_config.json", "model_index.json"]
    for which, name in enumerate(names):
        for path in sorted((ROOT / "tests/models").glob(f"*/{name}")):
            yield bytes([which]) + path.read_bytes()


def tokenizer():
    for folder in sorted(ROOT.glob("tests/models/*/tokenizer")) + [ROOT / "models/digits/tokenizer"]:
        read = lambda name: (folder / name).read_bytes() if (folder / name).exists() else b""
        second = read("merges.txt")
        first = read("vocab.json") if second else read("tokenizer.json")
        yield b"\0".join([read("tokenizer_config.json"), first, second, "a cat, déjà vu".encode()])


def layout():
    names = {"text_encoder": "cond_stage_model.transformer.text_model.", "unet": "model.diffusion_model.", "vae": "first_stage_model."}
    for path in sorted((ROOT / "tests/golden").glob("shapes-*.txt")):
        lines = [line.split(" ", 1) for line in path.read_text().splitlines() if not line.startswith("#")]
        yield "\n".join(names.get(component, "") + rest for component, rest in lines).encode()[:20000]
    yield b"decoder.layers.0.weight 64 4 3 3\nencoder.layers.0.weight 64 3 3 3"
    yield b"model.diffusion_model.input_blocks.0.0.weight 320 4 3 3\nmodel.diffusion_model.out.2.weight 4 320 3 3"


target = sys.argv[1]
folder = pathlib.Path(__file__).parent / "corpus" / target
folder.mkdir(parents=True, exist_ok=True)
for i, seed in enumerate(globals()[{"zip": "zip_"}.get(target, target)]()):
    (folder / f"seed-{i}").write_bytes(seed)
