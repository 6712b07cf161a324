"""A Stable Diffusion 1.5 of its own shapes with random weights in f16, as one safetensors file of 2.1 GB: for speed, since no picture comes of it.

usage: python3 bench/model.py OUT.safetensors
needs: numpy; 20 s
The numbers are uniform within 1/sqrt(inputs), as PyTorch's own first ones, so that activations stay finite; norms are 1 and 0. They repeat
after a prime number of them, which no layer's size divides. Shapes are those that tests/make_shapes.py wrote down.
"""
import json
import sys
from math import prod
from pathlib import Path

import numpy as np

SHAPES = Path(__file__).resolve().parent.parent / "tests/golden/shapes-sd15.txt"
PERIOD = 1_299_709


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    shapes = dict(read())
    numbers = np.random.default_rng(1).uniform(-1, 1, PERIOD).astype(np.float32)
    header, end = {}, 0
    for name, shape in shapes.items():
        header[name] = {"dtype": "F16", "shape": shape, "data_offsets": [end, end := end + 2 * prod(shape)]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(sys.argv[1], "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for name, shape in shapes.items():
            file.write(values(name, shape, numbers).tobytes())
    print(f"{sys.argv[1]}: {len(shapes)} tensors, {end / 1e9:.2f} GB")


def read():
    for line in SHAPES.read_text().splitlines():
        if not line.startswith("#") and not line.endswith("position_ids"):
            component, name, *shape = line.split(" ")
            yield f"{component}.{name}", [int(side) for side in shape]


def values(name, shape, numbers):
    if len(shape) < 2:
        return np.full(shape, 1 if name.endswith("weight") else 0, np.float16)
    bound = 0.02 if "embedding.weight" in name else prod(shape[1:]) ** -0.5
    return np.resize((numbers * bound).astype(np.float16), prod(shape))


if __name__ == "__main__":
    main()
