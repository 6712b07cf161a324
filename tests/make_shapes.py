"""Names and shapes of every weight of Stable Diffusion 1.5 and 2.1, from diffusers' and transformers' own classes (no weights are made).

usage: python3 tests/make_shapes.py        writes tests/golden/shapes-{sd15,sd21}.txt, one weight to a line: component, name, shape
Configurations are the published ones (runwayml/stable-diffusion-v1-5, stabilityai/stable-diffusion-2-1).
"""
from pathlib import Path

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel

DOWN = ("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",)
UP = ("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 3
UNET = dict(block_out_channels=(320, 640, 1280, 1280), down_block_types=DOWN, up_block_types=UP, sample_size=64)
VAE = dict(
    block_out_channels=(128, 256, 512, 512), layers_per_block=2, sample_size=512,
    down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4,
)
TEXT = dict(vocab_size=49408, max_position_embeddings=77)
MODELS = {
    "sd15": (
        dict(UNET, cross_attention_dim=768, attention_head_dim=8),
        dict(TEXT, hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12, hidden_act="quick_gelu"),
    ),
    "sd21": (
        dict(UNET, cross_attention_dim=1024, attention_head_dim=(5, 10, 20, 20), use_linear_projection=True, sample_size=96),
        dict(TEXT, hidden_size=1024, intermediate_size=4096, num_hidden_layers=23, num_attention_heads=16, hidden_act="gelu"),
    ),
}

for name, (unet, text) in MODELS.items():
    with torch.device("meta"):
        parts = {
            "text_encoder": CLIPTextModel(CLIPTextConfig(**text)),
            "unet": UNet2DConditionModel(**unet),
            "vae": AutoencoderKL(**VAE),
        }
    lines = [f"# python3 tests/make_shapes.py (torch {torch.__version__.split('+')[0]})"]
    for part, module in parts.items():
        for weight, tensor in module.state_dict().items():
            lines.append(" ".join([part, weight, *map(str, tensor.shape)]))
    Path(__file__).with_name("golden").joinpath(f"shapes-{name}.txt").write_text("\n".join(lines) + "\n")
