"""Makes the quarter-width Stable Diffusion 1.5 that `bench/rival/run.mjs` times: random weights in a diffusers folder, and the same as ONNX,
in f32 and in f16.

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
    families.clip(192, 12, "quick_gelu"),
    families.unet([80, 160, 320, 320], [1, 1, 1, 0], 192, 8, groups=GROUPS, size=32),
    families.vae([32, 64, 128, 128], size=256, groups=GROUPS),
    families.scheduler("DDIMScheduler"),
)
SCALING = 0.18215  # AutoencoderKL's own


class Network(torch.nn.Module):
    """A network whose inputs and output are f32, whatever it computes in: so both precisions are asked and read alike."""

    def __init__(self, module, dtype):
        super().__init__()
        self.module, self.dtype = module.to(dtype), dtype


class Denoiser(Network):
    def forward(self, sample, timestep, context):
        return self.module(sample.to(self.dtype), timestep, context.to(self.dtype), return_dict=False)[0].float()


class Decoder(Network):
    def forward(self, latents):
        return self.module.decode((latents / SCALING).to(self.dtype), return_dict=False)[0].float()


class Encoder(Network):
    def forward(self, ids):
        return self.module(ids, return_dict=False)[0].float()


# Shapes are fixed, so that there is nothing for freeDimensionOverrides to say and everything can be captured.
NETWORKS = {
    "text": ("text_encoder", Encoder, {"ids": torch.zeros(1, 77, dtype=torch.int32)}),
    "unet": ("unet", Denoiser, {"sample": torch.randn(2, 4, 32, 32), "timestep": torch.tensor([500.0]), "context": torch.randn(2, 77, 192)}),
    "vae": ("vae", Decoder, {"latents": torch.randn(1, 4, 32, 32)}),
}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--out", type=Path, required=True)
    out = arguments.parse_args().out
    torch.set_grad_enabled(False)
    shapes = {part: full.component_shapes(part, QUARTER[part]) for part in build.COMPONENTS if QUARTER[part]}
    full.folder(QUARTER, shapes, "diffusers", torch.float32, out / "quarter")
    for precision, dtype in [("f32", torch.float32), ("f16", torch.float16)]:
        for name, (part, kind, inputs) in NETWORKS.items():
            export(kind(loaded(part), dtype), inputs, out / f"{name}-{precision}.onnx")


def loaded(part):
    """The reference's own class with the numbers of the folder."""
    module = build.component(part, QUARTER[part]).eval()
    named = module.state_dict().items()
    module.load_state_dict({name: full.values(f"{part}/{build.public_name(part, name)}", tensor.shape) for name, tensor in named})
    if part == "text_encoder":
        module.set_attn_implementation("eager")  # else IsNaN is asked for, which onnxruntime's WebGPU provider leaves to the CPU: nothing is captured then
    return module


def export(module, inputs, path):
    names = list(inputs)
    torch.onnx.export(module.eval(), tuple(inputs.values()), str(path), input_names=names, output_names=["out"], dynamo=True, external_data=False)
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB", flush=True)


if __name__ == "__main__":
    main()
