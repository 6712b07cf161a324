"""Makes checkpoints to load: full-size ones with random weights, on demand, and the small twins under tests/models.

usage: python3 tests/make_checkpoints.py --twins                the committed twins, in every layout
needs: torch, numpy, diffusers, transformers; no GPU, no network
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

from checkpoints import build, families  # noqa: E402
from make import tiny  # noqa: E402
from make.files import write_json, write_safetensors  # noqa: E402

MODELS, VOCABULARY = ROOT / "tests/models", ROOT / "models/digits/tokenizer"


def twin_weights(name, component, config):
    """Weights of a twin, f16: the same numbers in whichever layout."""
    module = build.component(component, config)
    tiny.awake(module, f"{name}/{component}")
    return {key: tensor.to(torch.float16) for key, tensor in build.state(component, module).items()}


def twin_folder(name, family):
    """A diffusers folder."""
    folder = MODELS / name
    if "tiny" in family:
        return write_component(folder, family["tiny"], twin_weights(name, "vae", family["tiny"]), "diffusion_pytorch_model")
    write_json(folder / "model_index.json", build.model_index(family))
    write_json(folder / "scheduler/scheduler_config.json", family["scheduler"])
    wide = family["unet"]["use_linear_projection"] and not family["text_encoder_2"]
    tiny.tokenizer(folder / "tokenizer", VOCABULARY, pad="!" if wide else "<|endoftext|>", merge_count=300)
    if family["text_encoder_2"]:
        tiny.tokenizer(folder / "tokenizer_2", VOCABULARY, pad="!", merge_count=300)
    for component in build.COMPONENTS:
        if family[component]:
            stem = "model" if component.startswith("text") else "diffusion_pytorch_model"
            write_component(folder / component, family[component], twin_weights(name, component, family[component]), stem)


def write_component(folder, config, weights, stem):
    write_json(folder / "config.json", config)
    write_safetensors(folder / f"{stem}.safetensors", weights, {"format": "pt"})


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--twins", action="store_true")
    asked = arguments.parse_args()
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    if asked.twins:
        for name, family in families.TWINS.items():
            twin_folder(name, family)
            print(name, flush=True)


if __name__ == "__main__":
    main()
