"""Puts a target's first inputs into fuzz/corpus/TARGET, made of the repository's own small files.

    python3 seeds.py TARGET
"""

import json
import pathlib
import struct
import sys
import zipfile
import zlib

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


def headers(path):
    """Lines `NAME AXIS …` of a safetensors file."""
    file = path.read_bytes()
    header = json.loads(file[8 : 8 + struct.unpack("<Q", file[:8])[0]])
    return "\n".join(" ".join([name, *map(str, info["shape"])]) for name, info in header.items() if name != "__metadata__").encode()


def lora():
    for path in sorted((ROOT / "tests/models/lora").glob("*.safetensors")):
        yield headers(path)


def upscaler():
    for path in sorted((ROOT / "tests/models/upscale").glob("*.safetensors")):
        yield headers(path)


def inversion():
    for widths in ((24,), (24, 32)):
        names = ["emb_params"] if len(widths) == 1 else ["clip_l", "clip_g"]
        ends = [8 * sum(widths[: i + 1]) for i in range(len(widths))]
        entries = {name: {"dtype": "F32", "shape": [2, width], "data_offsets": [end - 8 * width, end]} for name, width, end in zip(names, widths, ends)}
        header = json.dumps(entries).encode()
        yield b"\0" + struct.pack("<Q", len(header)) + header + bytes(ends[-1])
    header = json.dumps({"<word>": {"dtype": "F32", "shape": [24], "data_offsets": [0, 96]}}).encode()
    yield b"\1" + struct.pack("<Q", len(header)) + header + bytes(96)
    for name in ["state.bin", "state-older.bin", "nested.pt"]:
        yield b"\2" + (WEIGHTS / name).read_bytes()


def latents():
    for path in sorted((ROOT / "tests/golden").glob("latents-*")):
        yield path.read_bytes()
    yield b"\x93NUMPY\1\0\x44\0{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 1, 2), }       \n" + bytes(8)


def record():
    yield b"\0" + json.dumps({"prompt": "a cat", "steps": 3, "sampler": "euler", "guidanceCurve": [1, 2], "loras": [{"name": "a", "weight": 0.5}]}).encode()
    yield b"\1" + json.dumps({"settings": {"prompt": "a cat", "seed": 5}, "model": {"name": "m", "hash": "ab", "weights": "f16"}, "device": "CPU", "decant": "1"}).encode()
    yield b"\2a cat, (red:1.2) <lora:a:0.5>\nNegative prompt: a dog\nSteps: 20, Sampler: DPM++ 2M Karras, CFG scale: 7, Seed: 5, Size: 512x768, Model hash: 6ce0161689, Model: m, Clip skip: 2"
    nodes = {
        "1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "m.safetensors"}},
        "2": {"class_type": "CLIPTextEncode", "inputs": {"text": "a cat", "clip": ["1", 1]}},
        "3": {"class_type": "EmptyLatentImage", "inputs": {"width": 512, "height": 768, "batch_size": 1}},
        "4": {"class_type": "KSampler", "inputs": {"seed": 5, "steps": 20, "cfg": 7.0, "sampler_name": "dpmpp_2m", "scheduler": "karras", "denoise": 1.0, "model": ["1", 0], "positive": ["2", 0], "negative": ["2", 0], "latent_image": ["3", 0]}},
    }
    yield b"\3" + json.dumps(nodes).encode()
    yield b"\4" + json.dumps({"positive_prompt": "a cat", "negative_prompt": "", "seed": 5, "steps": 20, "cfg_scale": 7.5, "scheduler": "euler", "width": 512, "height": 512, "model": {"name": "m"}, "loras": []}).encode()
    yield b"\5" + json.dumps({"image": {"prompt": [{"prompt": "a cat [a dog]", "weight": 1}], "steps": 20, "cfg_scale": 7.5, "seed": 5, "sampler": "k_euler", "width": 512, "height": 512}}).encode()
    comment = b"UNICODE\0" + "a cat\nSteps: 20, Sampler: Euler, Seed: 5".encode("utf-16-be")
    block = struct.pack(">2sHIHHHIII", b"MM", 42, 8, 1, 0x8769, 4, 1, 26, 0) + struct.pack(">HHHIII", 1, 0x9286, 7, len(comment), 44, 0) + comment
    yield b"\6" + block
    yield bytes([132]) + block  # 6 modulo 7, packed: as a JPEG's
    yield bytes([128 + 2]) + zlib.compress(b"a cat\nSteps: 20, Sampler: Euler a")


def prompt():
    for how in range(4):
        yield bytes([how]) + "a (red:1.3) [blue] ((cat)), BREAK déjà vu 🐈 <lora:a:0.5:0.2> \\( ".encode() * 9


target = sys.argv[1]
folder = pathlib.Path(__file__).parent / "corpus" / target
folder.mkdir(parents=True, exist_ok=True)
for i, seed in enumerate(globals()[{"zip": "zip_"}.get(target, target)]()):
    (folder / f"seed-{i}").write_bytes(seed)
