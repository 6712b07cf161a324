"""Each step's prediction by the tiny decoder beside the full one: a sheet, and how far they are apart.

usage: python3 training/steps.py MODEL OUT.webp [--steps 8] [--guidance 3]

Ten of the prompts of tests/prompts/emoji.json, one in five. Two rows for each: above the tiny decoder's picture of every step, below the full one's.
Prints the RMS between both for each step, of 255, over all ten.
"""
import argparse
import json
from pathlib import Path

import torch
from diffusers import AutoencoderTiny, DPMSolverMultistepScheduler
from PIL import Image
from safetensors.torch import load_file

from bank import predictions
from models import load, tokenizer

ROOT = Path(__file__).resolve().parent.parent
LENGTH, EVERY, SIDE = 77, 5, 96


@torch.no_grad()
def main():
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("model", type=Path)
    asked.add_argument("out", type=Path)
    asked.add_argument("--steps", type=int, default=8)
    asked.add_argument("--guidance", type=float, default=3.0)
    asked = asked.parse_args()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    parts = load(asked.model, device)
    tiny = decoder(asked.model / json.loads((asked.model / "decant.json").read_text())["preview_decoder"]).to(device)
    prompts = [prompt["text"] for prompt in json.loads((ROOT / "tests/prompts/emoji.json").read_text())["prompts"][::EVERY]][:10]
    tokens = tokenizer(ROOT)(prompts, padding="max_length", max_length=LENGTH, return_tensors="pt").input_ids.to(device)
    scheduler = DPMSolverMultistepScheduler.from_pretrained(asked.model / "scheduler")
    latents = predictions(parts, scheduler, tokens, asked.guidance, asked.steps, range(len(prompts)))
    scale = parts["vae"].config.scaling_factor
    full = [parts["vae"].decode(step / scale).sample.clamp(-1, 1) for step in latents]
    small = [tiny(step).clamp(-1, 1) for step in latents]
    for number, (a, b) in enumerate(zip(small, full), 1):
        print(f"step {number}: {(a - b).square().mean().sqrt().item() * 127.5:.1f}")
    rows = [torch.cat([step[place] for step in steps], 2) for place in range(len(prompts)) for steps in (small, full)]
    picture = torch.cat(rows, 1).permute(1, 2, 0).cpu()
    sheet = Image.fromarray(((picture + 1) * 127.5).round().byte().numpy())
    sheet.resize((asked.steps * SIDE, len(rows) * SIDE), Image.Resampling.BOX if sheet.width % SIDE == 0 else Image.Resampling.LANCZOS).save(asked.out, quality=80)


def decoder(folder):
    """A tiny autoencoder's decoder; its folder may have no other half."""
    tiny = AutoencoderTiny.from_config(AutoencoderTiny.load_config(folder)).eval()
    weights = load_file(folder / "diffusion_pytorch_model.safetensors")
    tiny.decoder.load_state_dict({name.removeprefix("decoder."): values.float() for name, values in weights.items() if name.startswith("decoder.")})
    return tiny.decoder


if __name__ == "__main__":
    main()
