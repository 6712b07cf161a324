"""Makes checkpoints to load: full-size ones with random weights, on demand, and the small twins under tests/models.

usage: python3 tests/make_checkpoints.py --twins                                  the committed twins, in every layout
       python3 tests/make_checkpoints.py --family FAMILY --layout LAYOUT [--dtype DTYPE] --out PATH
       python3 tests/make_checkpoints.py --list                                   families and layouts
needs: torch, numpy, diffusers, transformers, safetensors, gguf; no GPU, no network
Full-size weights are PyTorch's own initial ones, made one tensor at a time; of each layout the memory stays below 8 GB.
"""
import argparse
import os
import sys
from pathlib import Path

os.environ |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error", "DIFFUSERS_VERBOSITY": "error", "CUDA_VISIBLE_DEVICES": ""}
sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests/golden")]

import torch  # noqa: E402  (after the environment is set)

from checkpoints import families, full, twins  # noqa: E402


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--twins", action="store_true")
    arguments.add_argument("--list", action="store_true")
    arguments.add_argument("--family", choices=families.FAMILIES)
    arguments.add_argument("--layout", choices=full.LAYOUTS)
    arguments.add_argument("--dtype", choices=full.DTYPES, default="f16")
    arguments.add_argument("--out", type=Path)
    asked = arguments.parse_args()
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    if asked.list:
        print("families:", ", ".join(families.FAMILIES), "\nlayouts:", ", ".join(full.LAYOUTS), "\ndtypes:", ", ".join(full.DTYPES))
    elif asked.twins:
        twins.make(ROOT / "tests/models", ROOT / "models/digits/tokenizer")
    elif asked.family and asked.layout and asked.out:
        full.make(asked.family, asked.layout, asked.dtype, asked.out)
    else:
        arguments.error("give --twins, --list, or --family, --layout and --out")


if __name__ == "__main__":
    main()
