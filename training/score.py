"""How well pictures show what was asked: a small contrastive scorer picks, among 100 captions, the one a generated picture was made from.

usage: python3 training/score.py [--pack training/pack] [--out training/run] [--smoke] [--config FILE...]

The scorer (a convolutional network for pictures, one for captions) never sees the generator. It learns from one half of the drawings, or, with
styles in [score], from drawings of the same things in styles that the generator does not know; what it makes of the real drawings that the
generator learnt from, or could have, is the ceiling that generated ones are compared with.
Prints a table of right answers by guidance and steps and writes it to OUT/score.json; pictures of the first prompts go to OUT/score.png.
"""
import argparse
import json
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from diffusers import DDIMScheduler
from PIL import Image

from compose import compose
from models import embedded, latent_consistency, load, tokenizer
from pack import Pack
from scenes import END, START, LENGTH, Scenes, held_out
from settings import read_settings

HERE = Path(__file__).resolve().parent
FIRST = 1 << 44


class Scorer(nn.Module):
    """pictures [n, 3, S, S] and tokens [n, 77] to unit vectors [n, 4 width]."""

    def __init__(self, width):
        super().__init__()
        channels = [3, width // 2, width, width * 2, width * 2]
        self.blocks = nn.ModuleList(nn.Conv2d(before, after, 3, 1, 1) for before, after in zip(channels, channels[1:]))
        self.norms = nn.ModuleList(nn.GroupNorm(8, after) for after in channels[1:])
        self.picture = nn.Linear(width * 8, width * 4)
        self.words = nn.Embedding(END + 1, width * 2)
        self.neighbours = nn.Conv1d(width * 2, width * 2, 3, 1, 1)
        self.text = nn.Sequential(nn.Linear(width * 2, width * 4), nn.GELU(), nn.Linear(width * 4, width * 4))
        self.heat = nn.Parameter(torch.tensor(2.5))

    def pictures(self, pictures):
        for block, norm in zip(self.blocks, self.norms):
            pictures = F.avg_pool2d(F.silu(norm(block(pictures))), 2)
        return F.normalize(self.picture(F.adaptive_avg_pool2d(pictures, 2).flatten(1)), dim=1)

    def captions(self, tokens):
        said = ((tokens != START) & (tokens != END)).float()[..., None]
        words = self.words(tokens) * said
        words = words + F.gelu(self.neighbours(words.transpose(1, 2)).transpose(1, 2)) * said
        return F.normalize(self.text(words.sum(1) / said.sum(1).clamp_min(1) ** 0.5), dim=1)


def main():
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--pack", type=Path, default=HERE / "pack")
    asked.add_argument("--out", type=Path, default=HERE / "run")
    asked.add_argument("--smoke", action="store_true")
    asked.add_argument("--config", type=Path, nargs="*", default=[])
    asked = asked.parse_args()
    settings = read_settings([HERE / "smoke.toml"] * asked.smoke + asked.config)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    pack = Pack(asked.pack, settings, device)
    words = tokenizer(HERE.parent)
    scenes, others = Scenes(pack, words, settings), settings.score.styles
    learnt = Pack(asked.pack, in_styles(settings, others), device) if others else pack
    scorer = trained(settings.score, learnt, Scenes(learnt, words, settings, half=None if others else 1), device)
    asking = named(pack, scenes, settings.score.prompts) if others else prompts(pack, scenes, settings.score.prompts)
    tokens = torch.tensor([tokens for _, tokens in asking], device=device)
    result = {"real drawings": right(scorer, real(pack, asking), tokens, settings.score.size)}
    result |= generated(asked.out, settings, scorer, tokens, device)
    print(*(f"{share:6.1%}  {name}" for name, share in result.items()), sep="\n")
    (asked.out / "score.json").write_text(json.dumps(result, indent=2) + "\n")


def trained(settings, pack, scenes, device):
    """Pictures and captions of one batch belong together, others do not: a symmetric softmax over the batch (CLIP's loss)."""
    torch.manual_seed(settings.seed)
    scorer, began, number = Scorer(settings.width).to(device), time.time(), 0
    optimiser = torch.optim.AdamW(scorer.parameters(), settings.rate, weight_decay=0.01)
    while number < settings.steps and (spent := (time.time() - began) / 60 / settings.minutes) < 1:
        for group in optimiser.param_groups:
            group["lr"] = settings.rate * (1 - max(spent, number / settings.steps))
        batch = scenes.batch(range(FIRST + number * settings.batch, FIRST + (number + 1) * settings.batch))
        pictures = F.interpolate(compose(pack, batch), size=(settings.size,) * 2, mode="area")
        tokens = torch.from_numpy(batch["tokens"]).to(device)
        likeness = scorer.pictures(pictures) @ scorer.captions(tokens).T * scorer.heat.exp()
        same = (tokens[:, None] == tokens[None]).all(2).float()
        wanted = same / same.sum(1, keepdim=True)
        loss = (F.cross_entropy(likeness, wanted) + F.cross_entropy(likeness.T, wanted)) / 2
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if number % 50 == 0:
            print(f"scorer: step {number}, loss {loss.item():.3f}", flush=True)
        number += 1
    return scorer.eval()


def in_styles(settings, styles):
    """The same for drawings of these styles, one a picture, since names are asked for one at a time."""
    return SimpleNamespace(**vars(settings) | {"scenes": SimpleNamespace(**vars(settings.scenes) | {"styles": styles, "pairs": 0.0})})


def named(pack, scenes, count):
    """Things by their names alone, none twice: (picture, tokens)."""
    one_each = {scenes.names[index]: index for index in np.random.default_rng(0).permutation(len(pack))}
    return [(index, scenes.tokens(f"a {name}")) for name, index in list(one_each.items())[:count]]


def prompts(pack, scenes, count):
    """Concepts that the scorer knows from another style, each in a style that it has not seen: (picture, tokens)."""
    chosen, used = [], set()
    for index in np.random.default_rng(0).permutation(len(pack)):
        name, style = scenes.names[index], pack.style[index]
        if name not in used and not held_out(50, "half", name, style) and not held_out(scenes.settings.held_out_styles, name, style):
            used.add(name)
            chosen.append((index, scenes.tokens(f"{name} , {style}")))
    return chosen[:count]


def real(pack, asking):
    index = np.array([[picture, -1] for picture, _ in asking])
    place = np.tile(np.float32([[0.9, 0, 0], [1, 0, 0]]), (len(index), 1, 1))
    return compose(pack, {"picture": index, "place": place, "turn": np.zeros((len(index), 2), np.float32), "background": np.ones((len(index), 3), np.float32)})


@torch.no_grad()
def right(scorer, pictures, tokens, size):
    """The share of pictures whose own caption is the likeliest of all."""
    likeness = scorer.pictures(F.interpolate(pictures, size=(size,) * 2, mode="area")) @ scorer.captions(tokens).T
    return (likeness.argmax(1).cpu() == torch.arange(len(tokens))).float().mean().item()


def generated(out, settings, scorer, tokens, device):
    result, shown = {}, []
    ways = [("model", DDIMScheduler(**vars(settings.schedule)), guidance, steps)
            for guidance in settings.score.guidance for steps in settings.score.sampling_steps]
    ways += [("twin", latent_consistency(settings), 1.0, steps) for steps in settings.score.twin_steps]
    for name, scheduler, guidance, steps in ways:
        if (out / name / "unet").exists():
            pictures = sample(load(out / name, device), scheduler, tokens, guidance, steps)
            result[f"{name}, guidance {guidance:g}, {steps} steps"] = right(scorer, pictures, tokens, settings.score.size)
            shown.append(pictures[:16].cpu())
    if shown:
        rows = torch.cat([torch.cat(list(row), 2) for row in shown], 1)
        Image.fromarray(((rows.permute(1, 2, 0) + 1) * 127.5).round().byte().numpy()).save(out / "score.png")
    return result


@torch.no_grad()
def sample(parts, scheduler, tokens, guidance, steps, batch=25):
    """Pictures for tokens, seeded by their place in the list; in f32, clamped."""
    torch.manual_seed(0)  # latent consistency adds noise between its steps
    device, pictures = tokens.device, []
    empty = torch.tensor([[START, *[END] * (LENGTH - 1)]], device=device)
    size = parts["unet"].config.sample_size
    for first in range(0, len(tokens), batch):
        some = tokens[first : first + batch]
        seeds = [torch.Generator().manual_seed(seed) for seed in range(first, first + len(some))]
        latents = torch.stack([torch.randn(4, size, size, generator=seed) for seed in seeds]).to(device)
        context = embedded(parts["text_encoder"], some)
        nothing = embedded(parts["text_encoder"], empty).expand_as(context)
        scheduler.set_timesteps(steps, device=device)
        for time_step in scheduler.timesteps:
            if guidance == 1:
                eps = parts["unet"](latents, time_step, context).sample
            else:
                without, with_words = parts["unet"](torch.cat([latents] * 2), time_step, torch.cat([nothing, context])).sample.chunk(2)
                eps = without + guidance * (with_words - without)
            latents = scheduler.step(eps, time_step, latents).prev_sample
        pictures.append(parts["vae"].decode(latents / parts["vae"].config.scaling_factor).sample.clamp(-1, 1))
    return torch.cat(pictures)


if __name__ == "__main__":
    main()
