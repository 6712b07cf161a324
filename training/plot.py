"""The log of a training as an SVG: each stage's loss (a running mean) over its time, and the autoencoder's PSNR.

usage: python3 training/plot.py [training/run] > losses.svg
"""
import json
import math
import sys
from pathlib import Path

WIDTH, HEIGHT, LEFT, TOP = 300, 150, 46, 28
CURVES = (("vae", "psnr", "autoencoder, PSNR in dB"), ("decoder", "psnr", "decoder alone, PSNR in dB"), ("unet", "error", "UNet, squared error of the noise"), ("distil", "loss", "twin, consistency loss"))


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent / "run"
    panels = [panel(folder / f"{stage}.jsonl", value, title) for stage, value, title in CURVES if (folder / f"{stage}.jsonl").exists()]
    wide = WIDTH + LEFT + 24
    print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide * len(panels)}" height="{HEIGHT + TOP + 34}" font-family="sans-serif" font-size="11">')
    print('<rect width="100%" height="100%" fill="#fff"/>')
    print(*(f'<g transform="translate({number * wide + LEFT} {TOP})">{one}</g>' for number, one in enumerate(panels)), sep="\n")
    print("</svg>")


def panel(file, value, title):
    rows = list({row["step"]: row for row in map(json.loads, file.read_text().splitlines())}.values())  # a step done again counts once
    minutes = [row["seconds"] / 60 for row in rows]
    values = smooth([row[value] for row in rows])
    shown = sorted(values[len(values) // 50 :])
    low, high = shown[0], shown[-max(1, len(shown) // 50)]
    room = (high - low) * 0.05 or abs(high) * 0.05 or 1e-6
    low, high = low - room, high + room
    across = lambda minute: WIDTH * minute / max(minutes[-1], 1e-6)
    down = lambda one: HEIGHT * (1 - (min(max(one, low), high) - low) / (high - low))
    line = " ".join(f"{across(minute):.1f},{down(one):.1f}" for minute, one in zip(minutes, values))
    marks = "".join(
        f'<text x="-6" y="{down(mark) + 4:.0f}" text-anchor="end">{mark:.3g}</text><path d="M0 {down(mark):.1f}H{WIDTH}" stroke="#ddd"/>' for mark in ticks(low, high))
    return (
        f'<text y="-10" font-weight="bold">{title}</text>{marks}<path d="M0 0V{HEIGHT}H{WIDTH}" fill="none" stroke="#888"/>'
        f'<polyline points="{line}" fill="none" stroke="#2457c5" stroke-width="1.5"/>'
        f'<text x="{WIDTH}" y="{HEIGHT + 16}" text-anchor="end">{minutes[-1]:.1f} minutes, {rows[-1]["step"]} steps</text>'
    )


def smooth(values, keep=0.9):
    mean, out = values[0], []
    for value in values:
        mean = keep * mean + (1 - keep) * value
        out.append(mean)
    return out


def ticks(low, high):
    step = 10 ** math.floor(math.log10((high - low) / 2))
    step *= next(factor for factor in (1, 2, 5, 10) if (high - low) / (step * factor) <= 5)
    return [step * number for number in range(math.ceil(low / step), math.floor(high / step) + 1)]


if __name__ == "__main__":
    main()
