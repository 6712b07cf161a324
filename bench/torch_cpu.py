"""The CPU's kernels beside PyTorch's, in turn: a quarter-width Stable Diffusion 1.5 with random weights, f32, at 256×256.

    python3 bench/torch_cpu.py target/release/decant [--threads 1 2] [--kernels auto] [--rounds 5] [--out FILE.json]

Needs torch, diffusers and transformers. One UNet call is of two pictures (guidance), one decoder call of one. Prints the middle of all rounds
and the ratio of the same round, its middle, least and most; other programs on the machine are noise, so rounds are interleaved.
"""
import argparse
import datetime
import json
import pathlib
import statistics
import subprocess
import tempfile
import time
import warnings

warnings.filterwarnings("ignore")
import torch  # noqa: E402
from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel  # noqa: E402
from transformers import CLIPTextConfig, CLIPTextModel  # noqa: E402


def make(folder):
    """The model, and its two networks."""
    torch.manual_seed(0)
    unet = UNet2DConditionModel(
        sample_size=32, block_out_channels=(80, 160, 320, 320), cross_attention_dim=192, attention_head_dim=8, norm_num_groups=16
    )
    blocks = {"down_block_types": ("DownEncoderBlock2D",) * 4, "up_block_types": ("UpDecoderBlock2D",) * 4}
    vae = AutoencoderKL(block_out_channels=(32, 64, 128, 128), layers_per_block=2, latent_channels=4, norm_num_groups=16, sample_size=256, **blocks)
    text = CLIPTextModel(CLIPTextConfig(hidden_size=192, intermediate_size=768, num_attention_heads=4, num_hidden_layers=12, hidden_act="quick_gelu"))
    scheduler = DDIMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False, set_alpha_to_one=False, steps_offset=1
    )
    for name, part in [("unet", unet), ("vae", vae), ("text_encoder", text), ("scheduler", scheduler)]:
        part.save_pretrained(folder / name)
    parts = {"unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"], "text_encoder": ["transformers", "CLIPTextModel"]}
    index = {"_class_name": "StableDiffusionPipeline", "scheduler": ["diffusers", "DDIMScheduler"], "tokenizer": ["transformers", "CLIPTokenizer"], **parts}
    (folder / "model_index.json").write_text(json.dumps(index))
    return unet.eval(), vae.eval()


def seconds(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def of_torch(unet, vae, threads):
    torch.set_num_threads(threads)
    x, t, c, z = torch.randn(2, 4, 32, 32), torch.tensor([500]), torch.randn(2, 77, 192), torch.randn(1, 4, 32, 32)
    with torch.inference_mode():
        calls = {"unet": lambda: unet(x, t, c, return_dict=False), "decoder": lambda: vae.decode(z, return_dict=False)}
        return {name: min(seconds(call) for _ in range(3)) for name, call in calls.items()}


def of_decant(program, model, threads, kernels):
    file = pathlib.Path(model) / "told.json"
    command = [program, "bench", "--no-ops", "--json", file, "--device", "cpu", "--model", model, "--threads", str(threads), "--kernels", kernels]
    subprocess.run(command, check=True, capture_output=True)
    told = json.loads(file.read_text())
    seconds = told["pictures"][0]["seconds"]
    return {"unet": seconds["step"], "decoder": seconds["decoding"]}, told["path"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("decant")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--kernels", default="auto")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=pathlib.Path)
    options = parser.parse_args()
    result = {"kind": "torch-cpu", "date": datetime.date.today().isoformat(), "torch": torch.__version__, "rounds": options.rounds, "rows": []}
    with tempfile.TemporaryDirectory() as folder:
        unet, vae = make(pathlib.Path(folder))
        for threads in options.threads:
            rounds = []
            for _ in range(options.rounds):
                ours, path = of_decant(options.decant, folder, threads, options.kernels)
                rounds.append((ours, of_torch(unet, vae, threads)))
            for network in ["unet", "decoder"]:
                pairs = [(ours[network] * 1e3, theirs[network] * 1e3) for ours, theirs in rounds]
                ratios = sorted(a / b for a, b in pairs)
                ours, theirs = (statistics.median(side) for side in zip(*pairs))
                middle = statistics.median(ratios)
                row = {"network": network, "threads": threads, "decant": ours, "torch": theirs, "ratios": ratios}
                result |= {"decant": path, "rows": [*result["rows"], row]}
                if options.out:
                    options.out.write_text(json.dumps(result, indent=1) + "\n")
                print(f"{network:8} {path}: {ours:.0f} ms, PyTorch {theirs:.0f} ms; ratio {middle:.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})", flush=True)


main()
