"""PyTorch on a GPU: Stable Diffusion 1.5's UNet (two pictures, as guidance asks it), decoder and text encoder, eager and compiled, random weights.

usage: python3 bench/gpu.py --out FILE.json [--seconds 230] [--device cuda] [--size 512] [--quick]
       python3 bench/gpu.py --compare A.safetensors B.safetensors [--out FILE.json]     two traces of `decant generate`
needs: torch, diffusers, transformers (for --compare: numpy alone)
Each variant is a process of its own with a limit, and FILE.json is written anew after each: what is stopped leaves what it had. Times are the
middle of the runs that fit into a few seconds, on the device's own clock; what compiling took stands beside them. --quick takes a tiny
network, to rehearse.
"""
import argparse
import datetime
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

# In this order: what takes seconds before what compiles for minutes, since time may run out.
VARIANTS = [("f16", "eager"), ("f32", "eager"), ("f16 channels last", "eager"), ("f16", "compiled"), ("f16 channels last", "compiled")]
SECONDS_EACH = 2.0
LEAST_RUNS, MOST_RUNS = 3, 50


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--out", type=Path)
    arguments.add_argument("--seconds", type=float, default=230)
    arguments.add_argument("--device", default="cuda")
    arguments.add_argument("--size", type=int, default=512)
    arguments.add_argument("--quick", action="store_true")
    arguments.add_argument("--variant", nargs=2, help=argparse.SUPPRESS)
    arguments.add_argument("--compare", nargs=2, type=Path)
    asked = arguments.parse_args()
    if asked.compare:
        return compare(*asked.compare, asked.out)
    if asked.variant:
        return one_variant(asked)
    if not asked.out:
        arguments.error("give --out")
    every_variant(asked)


def every_variant(asked):
    end = time.monotonic() + asked.seconds
    result = {"kind": "torch", "date": datetime.date.today().isoformat(), "size": asked.size, "quick": asked.quick, "variants": []}
    for variant in VARIANTS:
        row = {"precision": variant[0], "how": variant[1]}
        command = [sys.executable, __file__, "--variant", *variant, "--device", asked.device, "--size", str(asked.size)]
        left = end - time.monotonic()
        try:
            if left < 10:
                raise TimeoutError("no time was left")
            ran = subprocess.run(command + ["--quick"] * asked.quick, capture_output=True, text=True, timeout=left)
            lines = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
            if ran.returncode:
                row["problem"] = (ran.stderr.strip().splitlines() or ["it ended without a word"])[-1]
        except subprocess.TimeoutExpired as stopped:
            lines = [json.loads(line) for line in (stopped.stdout or b"").decode().splitlines() if line.startswith("{")]
            row["problem"] = f"stopped after {left:.0f} s"
        except TimeoutError as none:
            lines, row["problem"] = [], str(none)
        for line in lines:
            row |= line
        result["variants"].append(row)
        asked.out.parent.mkdir(parents=True, exist_ok=True)
        asked.out.write_text(json.dumps(result, indent=1) + "\n")
        print(json.dumps(row), flush=True)


def one_variant(asked):
    """Prints a line of JSON for each network as soon as it is measured."""
    os.environ |= {"HF_HUB_OFFLINE": "1", "DIFFUSERS_VERBOSITY": "error", "TRANSFORMERS_VERBOSITY": "error"}
    import torch

    precision, how = asked.variant
    torch.manual_seed(0)
    torch.set_grad_enabled(False)
    dtype = torch.float16 if precision.startswith("f16") else torch.float32
    device = torch.device(asked.device)
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU"
    print(json.dumps({"torch": torch.__version__, "device": name, "tf32": torch.backends.cuda.matmul.allow_tf32}), flush=True)
    with torch.device(device):  # weights are drawn there, too
        made = networks(torch, asked.size // 8, asked.quick)
    for network, (module, method, inputs) in made.items():
        module = module.eval().to(device, dtype)
        if "channels last" in precision and network != "text":
            module = module.to(memory_format=torch.channels_last)
        inputs = [x.to(device, dtype if x.is_floating_point() else None) for x in inputs]
        call = getattr(module, method)
        if how == "compiled":
            call = torch.compile(call)
        try:
            began = time.monotonic()
            seconds(torch, device, lambda: call(*inputs, return_dict=False))
            first = time.monotonic() - began
            times = measured(torch, device, lambda: call(*inputs, return_dict=False))
            print(json.dumps({network: {"seconds": statistics.median(times), "least": min(times), "runs": len(times), "first": first}}), flush=True)
        except Exception as problem:  # whatever a driver says: the other networks are still asked
            print(json.dumps({network: {"problem": str(problem).splitlines()[0][:300]}}), flush=True)
        del module, call, inputs


def networks(torch, side, quick):
    """Each network, the method that is timed, and its inputs."""
    from diffusers import AutoencoderKL, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel

    levels, width, part = ((32, 32), 32, 16) if quick else ((320, 640, 1280, 1280), 768, 1)
    few = {"down_block_types": ("CrossAttnDownBlock2D", "DownBlock2D"), "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D")} if quick else {}
    unet = UNet2DConditionModel(sample_size=side, block_out_channels=levels, cross_attention_dim=width, attention_head_dim=8, **few)
    blocks = {"down_block_types": ("DownEncoderBlock2D",) * 4, "up_block_types": ("UpDecoderBlock2D",) * 4}
    channels = (32, 32, 32, 32) if quick else (128, 256, 512, 512)
    vae = AutoencoderKL(block_out_channels=channels, layers_per_block=2, latent_channels=4, sample_size=8 * side, **blocks)
    heads = 2 if quick else 12
    text = CLIPTextConfig(
        hidden_size=width, intermediate_size=4 * width, num_attention_heads=heads, num_hidden_layers=12 // part or 1, hidden_act="quick_gelu"
    )
    return {
        "unet": (unet, "forward", [torch.randn(2, 4, side, side), torch.tensor(500), torch.randn(2, 77, width)]),
        "decoder": (vae, "decode", [torch.randn(1, 4, side, side)]),
        "text": (CLIPTextModel(text), "forward", [torch.randint(0, 49408, (1, 77))]),
    }


def measured(torch, device, call):
    times = []
    while len(times) < LEAST_RUNS or (sum(times) < SECONDS_EACH and len(times) < MOST_RUNS):
        times.append(seconds(torch, device, call))
    return times


def seconds(torch, device, call):
    if device.type != "cuda":
        start = time.perf_counter()
        call()
        return time.perf_counter() - start
    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    start.record()
    call()
    end.record()
    torch.cuda.synchronize(device)
    return start.elapsed_time(end) / 1e3


def compare(a, b, out):
    """Every tensor of floats that both files have, relative RMS of the difference."""
    import numpy as np

    first, second = tensors(a, np), tensors(b, np)
    relative = lambda x, y: float(np.sqrt(np.mean((x - y) ** 2)) / max(np.sqrt(np.mean(y**2)), 1e-30))
    both = [name for name in first if name in second and first[name].shape == second[name].shape]
    errors = {name: relative(first[name], second[name]) for name in both}
    finite = all(np.isfinite(first[name]).all() and np.isfinite(second[name]).all() for name in both)
    result = {"kind": "agreement", "date": datetime.date.today().isoformat(), "finite": finite, "errors": errors}
    if out:
        out.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result))


def tensors(path, np):
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    floats = {name: row for name, row in header.items() if row["dtype"] == "F32"}
    at = lambda row: data[8 + length + row["data_offsets"][0] : 8 + length + row["data_offsets"][1]]
    return {name: np.frombuffer(at(row), np.float32).reshape(row["shape"]).astype(np.float64) for name, row in floats.items()}


if __name__ == "__main__":
    main()
