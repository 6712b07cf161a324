"""The prompt sheet: fixed prompts and seeds through `decant`, one contact sheet, and beside some pictures the drawings nearest to them.

usage: python3 training/sheet.py MODEL OUT.png [--decant target/release/decant] [--nearest OUT.png --pack training/pack] [--first N] [-- OPTION...]
       OPTION  what `decant generate` is to be given besides, such as --device cpu --steps 4

Prompts, seeds and kinds are in tests/prompts/emoji.json; a sheet has a row for each kind's prompts, with their seeds side by side.
The nearest drawings are by mean squared difference at 32x32 pixels, drawn as in training on the picture's own corner colour.
"""
import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

ROOT = Path(__file__).resolve().parent.parent
SIDE, TEXT, COLUMNS, NEAR = 128, 26, 8, 3


def main():
    split = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("model", type=Path)
    asked.add_argument("out", type=Path)
    asked.add_argument("--decant", type=Path, default=ROOT / "target/release/decant")
    asked.add_argument("--nearest", type=Path)
    asked.add_argument("--pack", type=Path, default=ROOT / "training/pack")
    asked.add_argument("--first", type=int, help="only so many prompts")
    asked = asked.parse_args(sys.argv[1:split])
    sheet = json.loads((ROOT / "tests/prompts/emoji.json").read_text())
    rows = [(prompt, seed) for prompt in sheet["prompts"][: asked.first] for seed in sheet["seeds"]]
    with tempfile.TemporaryDirectory() as folder:
        pictures = [generate(asked, prompt["text"], seed, Path(folder) / f"{number}.png", sys.argv[split + 1 :]) for number, (prompt, seed) in enumerate(rows)]
    contact([(picture, f"{prompt['text']} ({prompt['kind']})") for picture, (prompt, _) in zip(pictures, rows)], COLUMNS).save(asked.out, optimize=True)
    if asked.nearest:
        chosen = [(picture, prompt["text"]) for picture, (prompt, seed) in zip(pictures, rows) if prompt.get("nearest") and seed == sheet["seeds"][0]]
        nearest(chosen, asked.pack).save(asked.nearest, optimize=True)


def generate(asked, prompt, seed, out, options):
    command = [asked.decant, "generate", "--model", asked.model, "--prompt", prompt, "--seed", str(seed), "--out", out, "--quiet", *options]
    subprocess.run(command, check=True)
    return Image.open(out).convert("RGB")


def contact(shown, columns):
    """Pictures with their words below."""
    down = -(-len(shown) // columns)
    sheet = Image.new("RGB", (columns * (SIDE + 6), down * (SIDE + TEXT)), "white")
    draw = ImageDraw.Draw(sheet)
    for number, (picture, words) in enumerate(shown):
        across, row = number % columns * (SIDE + 6), number // columns * (SIDE + TEXT)
        sheet.paste(picture.resize((SIDE, SIDE), Image.LANCZOS), (across, row))
        draw.text((across + 1, row + SIDE), "\n".join(wrapped(words)), fill="black", font_size=9)
    return sheet


def wrapped(words, length=26):
    lines = [""]
    for word in words.split():
        if len(lines[-1]) + len(word) > length:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines[:2]


def nearest(chosen, folder):
    """Each picture, then the NEAR drawings that are most like it, with their names and differences (RMS of 255)."""
    drawings, names = read_drawings(folder)
    shown = []
    for picture, words in chosen:
        small = np.asarray(picture.resize((32, 32), Image.BOX), np.float32)
        corner = np.median(np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]]), 0)
        over = drawings[..., :3] + corner * (1 - drawings[..., 3:] / 255)
        difference = np.sqrt(((over - small) ** 2).mean((1, 2, 3)))
        shown.append((picture, words))
        for index in np.argsort(difference)[:NEAR]:
            like = np.clip(over[index], 0, 255).astype(np.uint8)
            shown.append((Image.fromarray(like), f"{names[index]} {difference[index]:.0f}"))
    return contact(shown, 2 * (NEAR + 1))


def read_drawings(folder):
    """Every drawing of the pack at 32x32, premultiplied RGBA, as large as training draws them; and their names."""
    from types import SimpleNamespace

    import torch

    from compose import placed
    from pack import Pack

    scenes = SimpleNamespace(groups=[], styles=[], concepts=0, names=[], called={})
    pack = Pack(folder, SimpleNamespace(scenes=scenes, data=SimpleNamespace(size=32), run=SimpleNamespace(threads=1)), torch.device("cpu"))
    place = torch.tensor([[0.9, 0.0, 0.0]]).expand(len(pack), -1)
    names = [f"{pack.concepts[concept]['name']}, {style}" for concept, style in zip(pack.concept, pack.style)]
    return placed(pack.pixels.float(), place).permute(0, 2, 3, 1).numpy(), names


if __name__ == "__main__":
    main()
