"""Makes the quarter-width Stable Diffusion 1.5 that `bench/rival/run.mjs` times: random weights in a diffusers folder, and the same as ONNX.

usage: python3 bench/rival/make.py --out FOLDER
needs: torch, numpy, diffusers, transformers, safetensors, gguf, onnx, onnxscript; no GPU, no network
"""
import argparse
import os
import sys
from pathlib import Path

os.environ |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error", "DIFFUSERS_VERBOSITY": "error", "CUDA_VISIBLE_DEVICES": ""}
sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests/golden")]

import torch  # noqa: E402  (after the environment is set)

from checkpoints import build, families, full  # noqa: E402

GROUPS = 16  # of 5 channels at the least
QUARTER = families.model(
    families.PLAIN,
    families.clip(192, 4, "quick_gelu"),
    families.unet([80, 160, 320, 320], [1, 1, 1, 0], 192, 8, groups=GROUPS, size=32),
    families.vae([32, 64, 128, 128], size=256, groups=GROUPS),
    families.scheduler("DDIMScheduler"),
)
SCALING = 0.18215  # AutoencoderKL's own


class Denoiser(torch.nn.Module):
    def __init__(self, unet):
        super().__init__()
        self.unet = unet

    def forward(self, sample, timestep, context):
        return self.unet(sample, timestep, context, return_dict=False)[0]


class Decoder(torch.nn.Module):
    def __init__(self, vae):
        super().__init__()
        self.vae = vae

    def forward(self, latents):
        return self.vae.decode(latents / SCALING, return_dict=False)[0]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--out", type=Path, required=True)
    out = arguments.parse_args().out
    torch.set_grad_enabled(False)
    shapes = {part: full.component_shapes(part, QUARTER[part]) for part in build.COMPONENTS if QUARTER[part]}
    full.folder(QUARTER, shapes, "diffusers", torch.float32, out / "quarter")
    unet, vae = loaded("unet"), loaded("vae")
    export(Denoiser(unet), {"sample": torch.randn(2, 4, 32, 32), "timestep": torch.tensor([500.0]), "context": torch.randn(2, 77, 192)}, out / "unet.onnx")
    export(Decoder(vae), {"latents": torch.randn(1, 4, 32, 32)}, out / "vae.onnx")


def loaded(part):
    """diffusers' own class with the numbers of the folder."""
    module = build.component(part, QUARTER[part]).eval()
    module.load_state_dict({name: full.values(f"{part}/{name}", tensor.shape) for name, tensor in module.state_dict().items()})
    return module


def export(module, inputs, path):
    names = list(inputs)
    torch.onnx.export(module, tuple(inputs.values()), str(path), input_names=names, output_names=["out"], dynamo=True, external_data=False)
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
