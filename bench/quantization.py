"""What each way to keep weights costs in exactness: one prompt, one seed, each encoding, against f32.

usage: python3 bench/quantization.py DECANT MODEL [--size PIXELS] [--steps N] [--device cpu|gpu] [--prompt TEXT]
       DECANT  the command, e.g. target/release/decant
needs: numpy, safetensors
Prints a table: bytes of all weights on a GPU as `decant inspect` says them; relative RMS of the guided noise prediction of the first
step (the same latents go in, so nothing has added up yet) and of the last latents; RMS and largest difference of the picture, of 255.
"""
import argparse
import re
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

ENCODINGS = ("f32", "f16", "q8_0", "q4_0")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("decant")
    arguments.add_argument("model")
    arguments.add_argument("--size", type=int)
    arguments.add_argument("--steps", type=int, default=16)
    arguments.add_argument("--device", default="cpu")
    arguments.add_argument("--prompt", default="a blue seven on a yellow background")
    asked = arguments.parse_args()
    said = subprocess.run([asked.decant, "inspect", asked.model], check=True, capture_output=True, text=True).stdout
    sizes = {encoding: re.search(rf"^ *{encoding} +[\d.]+ .B +([\d.]+ .B)", said, re.M)[1] for encoding in ENCODINGS}
    judge = None
    print("| weights | on the device | noise prediction | last latents | picture | largest |\n|---|---|---|---|---|---|")
    for encoding in ENCODINGS:
        trace = run(asked, encoding)
        judge = judge or trace
        first = noise(trace), noise(judge)
        last = max(name for name in trace if name.startswith("latents_"))
        picture = 255 * (trace["image"] - judge["image"])
        cells = [encoding, sizes[encoding], f"{relative(*first):.1e}", f"{relative(trace[last], judge[last]):.1e}", f"{rms(picture):.2f}", f"{np.abs(picture).max():.0f}"]
        print("| " + " | ".join(cells) + " |", flush=True)


def run(asked, encoding):
    with tempfile.TemporaryDirectory() as folder:
        trace, picture = Path(folder) / "trace.safetensors", Path(folder) / "picture.png"
        size = ["--width", str(asked.size), "--height", str(asked.size)] if asked.size else []
        words = ["generate", "--model", asked.model, "--weights", encoding, "--device", asked.device, "--sampler", "ddim", "--steps", str(asked.steps), "--seed", "7"]
        words += ["--prompt", asked.prompt, "--trace", trace, "--out", picture, *size]
        subprocess.run([asked.decant, *words], check=True, capture_output=True)
        return load_file(trace)


def noise(trace):
    """The noise prediction that DDIM's first step was made of: x0 = (x - sqrt(1 - a) eps) / sqrt(a), for eps-prediction models' usual betas."""
    betas = np.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2
    alpha = np.cumprod(1 - betas)[int(trace["timesteps"][0])]
    return (trace["noise"] - alpha**0.5 * trace["denoised_000"]) / (1 - alpha) ** 0.5


def rms(x):
    return float(np.sqrt(np.mean(np.square(x, dtype=np.float64))))


def relative(x, judge):
    return rms(x - judge) / rms(judge)


if __name__ == "__main__":
    main()
