"""A compact upscaler for the model's own pictures: SRVGGNetCompact (Real-ESRGAN's small one), twice the width and height.

It learns from drawings composed at twice the model's size: half of what it is shown is the drawing made smaller, half is that after the autoencoder,
so that it also takes back the blur which every picture of the model has. Drawings of HELD_OUT in 100 it never sees; its gain is measured on those.
"""
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from safetensors.torch import save_file

from compose import compose
from scenes import Scenes, held_out

FIRST, HELD_OUT = 1 << 46, 10


class Compact(nn.Module):
    """Pictures [n, 3, h, w] in 0...1 to [n, 3, 2h, 2w]; the weights' names are those of the public files (`body.0.weight`, ...)."""

    def __init__(self, num_feat, num_conv, upscale=2):
        super().__init__()
        self.upscale = upscale
        middle = [layer for _ in range(num_conv) for layer in (nn.Conv2d(num_feat, num_feat, 3, 1, 1), nn.PReLU(num_feat))]
        self.body = nn.ModuleList([nn.Conv2d(3, num_feat, 3, 1, 1), nn.PReLU(num_feat), *middle, nn.Conv2d(num_feat, 3 * upscale**2, 3, 1, 1)])
        for layer in self.body[::2]:  # as large behind ten layers as before them: PyTorch's usual numbers let nothing through
            nn.init.kaiming_normal_(layer.weight, a=0.25)
            nn.init.zeros_(layer.bias)
        with torch.no_grad():
            self.body[-1].weight *= 0.1  # to begin with, nearly the picture's own pixels, larger

    def forward(self, picture):
        x = picture
        for layer in self.body:
            x = layer(x)
        return F.pixel_shuffle(x, self.upscale) + F.interpolate(picture, scale_factor=self.upscale, mode="nearest")


class UpscaleStage:
    """`pack` has its pictures at twice the model's size."""

    name = "upscale"

    def __init__(self, settings, pack, scenes, device, parts, out):
        self.settings, self.run, self.device, self.pack, self.progress = settings.upscale, settings.run, device, pack, 0.0
        self.scenes = Scenes(pack, scenes.tokenizer, settings, without=lambda name, style: held_out(HELD_OUT, "upscale", name, style))
        self.unseen = Scenes(pack, scenes.tokenizer, settings, without=lambda name, style: not held_out(HELD_OUT, "upscale", name, style))
        torch.manual_seed(self.settings.seed)
        self.vae, self.folder = parts["vae"], out / "pairs"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.upscaler = Compact(**self.settings.model).to(device, memory_format=torch.channels_last).train()
        self.weights, self.small, self.copies, self.large = list(self.upscaler.parameters()), [], [], []

    def state(self):
        return {"upscaler": self.upscaler}

    def reach(self, count):
        """Reads or makes parts until there are `count`: drawings, smaller ones, and the autoencoder's copies of these; u8."""
        while len(self.large) < count:
            number, each = len(self.large), self.settings.scenes
            file = self.folder / f"{number:04}.npz"
            if not file.exists():
                large = compose(self.pack, self.scenes.batch(range(FIRST + number * each, FIRST + (number + 1) * each))) / 2 + 0.5
                small = F.avg_pool2d(large, 2)
                arrays = {"small": small, "copies": copied(self.vae, small), "large": large}
                np.savez(file.with_suffix(".new.npz"), **{name: (values.clamp(0, 1) * 255).round().byte().cpu().numpy() for name, values in arrays.items()})
                file.with_suffix(".new.npz").rename(file)
            arrays = np.load(file)
            for name, kept in (("small", self.small), ("copies", self.copies), ("large", self.large)):
                kept.append(torch.from_numpy(arrays[name]))

    def batch(self):
        """Crops: (what is shown, what is wanted), f32 in 0...1."""
        settings = self.settings
        inputs, wanted = [], []
        for part in torch.randint(len(self.large), (settings.batch,)).tolist():
            row, side = torch.randint(settings.scenes, (1,)).item(), self.large[part].shape[-1] // 2
            down, across = torch.randint(0, side - settings.crop + 1, (2,)).tolist()
            shown = (self.copies if torch.rand(()) < settings.copies else self.small)[part][row]
            inputs.append(shown[:, down : down + settings.crop, across : across + settings.crop])
            wanted.append(self.large[part][row][:, 2 * down : 2 * (down + settings.crop), 2 * across : 2 * (across + settings.crop)])
        return tuple(torch.stack(pictures).to(self.device).float() / 255 for pictures in (inputs, wanted))

    def step(self, number):
        settings = self.settings
        self.reach(min(settings.parts, settings.first + number // settings.every))
        shown, wanted = self.batch()
        said = self.upscaler(shown)
        # Squares alone: most of a drawing is flat, and where errors count by their size the best that is found at once is to change nothing.
        square = (said - wanted).square().mean()
        return square, {"psnr": -10 * torch.log10(square.detach())}

    def export(self, folder):
        folder = folder / "upscaler"
        folder.mkdir(parents=True, exist_ok=True)
        weights = {name: values.detach().half().cpu().contiguous() for name, values in self.upscaler.state_dict().items()}
        save_file(weights, folder / "emoji-x2.safetensors", {"format": "pt"})
        return gains(self.upscaler, self.vae, self.pack, self.unseen, self.settings.measured)


def copied(vae, small):
    """The autoencoder's copies, 0...1."""
    with torch.no_grad():
        return torch.cat([vae.decode(vae.encode(some * 2 - 1).latent_dist.mode()).sample for some in small.split(8)]) / 2 + 0.5


@torch.no_grad()
def gains(upscaler, vae, pack, unseen, count):
    """dB on drawings that the upscaler has not seen, on the drawing made smaller and on the autoencoder's copy of it; bicubic beside it."""
    found = {}
    for first in range(0, count, 8):
        large = compose(pack, unseen.batch(range(first, first + 8))) / 2 + 0.5
        small = F.avg_pool2d(large, 2)
        for name, shown in (("drawing", small), ("copy", copied(vae, small).clamp(0, 1))):
            ways = {"upscaler": upscaler(shown), "bicubic": F.interpolate(shown, scale_factor=2, mode="bicubic", align_corners=False)}
            for way, said in ways.items():
                decibels = -10 * torch.log10((said.clamp(0, 1) - large).square().mean((1, 2, 3)))
                found.setdefault(f"{name}, {way}", []).append(decibels)
    return {name: torch.cat(values).mean().item() for name, values in found.items()}
