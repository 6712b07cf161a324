"""Trains the emoji model: autoencoder, then text encoder and UNet, then the twin that needs few steps. One command for each, or for all.

usage: python3 training/train.py vae|unet|distil|all|decoder|lora|tiny|upscale [--pack training/pack] [--out training/run] [--minutes N] [--smoke] [--config FILE...] [--from FOLDER]

Runs on CUDA in bf16 if there is a GPU, else on the CPU in f32. After --minutes it saves and ends; the same command goes on from there.
--from begins with the weights of a model that there is, where a stage has no checkpoint yet: a diffusers folder of the same shapes.
OUT gets model/ and twin/, diffusers folders in f16 (also when interrupted: then with the weights so far), checkpoints and logs.
"""
import argparse
import json
import os
import time
from pathlib import Path

import torch

from decoder_stage import DecoderStage
from distil_stage import DistilStage
from loop import train
from lora_stage import LoraStage
from models import load, save, save_frame, tokenizer
from pack import Pack
from scenes import Scenes
from settings import read_settings
from tiny_stage import TinyStage
from unet_stage import UnetStage
from upscale_stage import UpscaleStage
from vae_stage import VaeStage

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
STAGES = {"vae": VaeStage, "unet": UnetStage, "distil": DistilStage}
KEEP = ("tiny", "upscale")  # what these learn from is made once and kept in OUT
BESIDE = {"decoder": DecoderStage, "lora": LoraStage, "tiny": TinyStage, "upscale": UpscaleStage}  # not part of all


def main():
    asked = arguments()
    settings = read_settings([HERE / "smoke.toml"] * asked.smoke + asked.config)
    deadline = time.time() + 60 * asked.minutes
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if device.type == "cpu":
        torch.set_num_threads(settings.run.threads)
        torch.set_flush_denormal(True)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    asked.out.mkdir(parents=True, exist_ok=True)
    if asked.stage == "upscale":
        settings.data.size *= 2
    pack = Pack(asked.pack, settings, device)
    scenes = Scenes(pack, tokenizer(ROOT), settings)
    print(f"{len(pack)} pictures of {len(pack.concepts)} concepts, {settings.data.size} pixels, on {device}", flush=True)
    for name in STAGES if asked.stage == "all" else [asked.stage]:
        if (asked.out / f"{name}.done").exists():
            continue
        if not run(name, settings, pack, scenes, device, asked, deadline):
            print(f"interrupted in {name} after {asked.minutes} minutes: the same command goes on from here")
            return
    print("done")


def arguments():
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("stage", choices=[*STAGES, *BESIDE, "all"])
    asked.add_argument("--pack", type=Path, default=HERE / "pack")
    asked.add_argument("--out", type=Path, default=HERE / "run")
    asked.add_argument("--minutes", type=float, default=1e6, help="save and end after so many")
    asked.add_argument("--smoke", action="store_true", help="tiny, two minutes on a CPU")
    asked.add_argument("--from", type=Path, dest="origin", help="a diffusers folder whose weights are gone on with")
    asked.add_argument("--config", type=Path, nargs="*", default=[], help="files that override parts of config.toml")
    return asked.parse_args()


def run(name, settings, pack, scenes, device, asked, deadline):
    """One stage; true if it ended, false if the deadline came first."""
    out, model, twin = asked.out, asked.out / "model", asked.out / "twin"
    if name == "vae":
        stage = VaeStage(settings, pack, scenes, device)
    else:
        parts = (load(asked.origin, device) if asked.origin else {}) | load(model, device)
        missing = {"vae"} | ({"unet", "text_encoder"} if name in ("distil", "lora", "tiny") else set())
        if missing - set(parts):
            raise SystemExit(f"{name}: {model} has no {' and no '.join(sorted(missing - set(parts)))}; run the stage before it first, or give --from")
        stage = (STAGES | BESIDE)[name](settings, pack, scenes, device, parts, *[out] * (name in KEEP))
    if asked.origin:
        begin_with(stage, load(asked.origin, device))
    ended = train(stage, out, settings.run, deadline)
    target = twin if name == "distil" else model
    found = stage.export(target)
    if name == "distil":
        save(parts["vae"], twin, "vae")
    if name in ("unet", "distil"):
        save_frame(target, ROOT, settings, [concept["name"] for concept in pack.concepts], twin=name == "distil")
    if found:
        print(name, found, flush=True)
        (out / f"{name}.json").write_text(json.dumps(found) + "\n")
    if ended:
        (out / f"{name}.done").touch()
    return ended


def begin_with(stage, parts):
    """The stage's modules get the weights of the parts that are called so; a checkpoint, read later, has the last word."""
    for name, module in stage.state().items():
        part = parts.get({"text": "text_encoder"}.get(name, name))
        if part is not None:
            module.load_state_dict(part.state_dict())


if __name__ == "__main__":
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    main()
