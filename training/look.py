"""What a model can do so far, as one picture: rows of drawn scenes, the autoencoder's copies of them, and pictures from words.

usage: python3 training/look.py [--pack training/pack] [--out training/run] [--smoke] [--config FILE...]     writes OUT/look.png
The words are the names of the first concepts of the pack: without guidance, with guidance 3, and on a blue background; 20 steps of DDIM.
"""
import argparse
from pathlib import Path

import torch
import torch.nn.functional as F
from diffusers import DDIMScheduler
from PIL import Image

from compose import compose
from models import load, tokenizer
from pack import Pack
from score import sample
from scenes import Scenes
from settings import read_settings

HERE = Path(__file__).resolve().parent
COUNT, SIDE = 12, 128


@torch.no_grad()
def main():
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--pack", type=Path, default=HERE / "pack")
    asked.add_argument("--out", type=Path, default=HERE / "run")
    asked.add_argument("--smoke", action="store_true")
    asked.add_argument("--config", type=Path, nargs="*", default=[])
    asked = asked.parse_args()
    settings = read_settings([HERE / "smoke.toml"] * asked.smoke + asked.config)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    pack = Pack(asked.pack, settings, device)
    scenes, parts = Scenes(pack, tokenizer(HERE.parent), settings), load(asked.out / "model", device)
    drawn = compose(pack, scenes.batch(range(COUNT)))
    rows = [drawn, parts["vae"].decode(parts["vae"].encode(drawn).latent_dist.mode()).sample.clamp(-1, 1)]
    if "unet" in parts:
        names = [concept["name"] for concept in pack.concepts[:COUNT]]
        print(", ".join(names))
        for guidance, after in ((1.0, ""), (3.0, ""), (3.0, " on a blue background")):
            tokens = torch.tensor([scenes.tokens(f"a {name}{after}") for name in names], device=device)
            rows.append(sample(parts, DDIMScheduler(**vars(settings.schedule)), tokens, guidance, 20))
    rows = [F.interpolate(row, size=(min(SIDE, row.shape[-1]),) * 2, mode="area") for row in rows]
    picture = torch.cat([torch.cat(list(row), 2) for row in rows], 1).permute(1, 2, 0)
    Image.fromarray(((picture.cpu() + 1) * 127.5).round().byte().numpy()).save(asked.out / "look.png")


if __name__ == "__main__":
    main()
