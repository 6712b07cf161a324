"""The fast gear as a LoRA: what the twin's UNet has learnt, as a small change of the model's own (LCM-LoRA's way, Luo, Tan, Patil and others 2023).

Where a twin of the same shapes is there (`twin` in [lora]), each layer begins with the best change between the two, by singular values, of which
the largest for their room are taken until there are `numbers`; then it learns to answer as the twin does, half of the time where a picture begins.
Without a twin every layer has the same rank and learns from nothing, by latent consistency with guidance built in (`distil_stage.py`).
The file has kohya's names (`lora_unet_....lora_down.weight`), convolutions included, in f16.
"""
import math
from pathlib import Path

import torch
import torch.nn as nn
import torch.nn.functional as F
from safetensors.torch import save_file

from distil_stage import DistilStage, wide
from models import embedded, load


class Adapted(nn.Module):
    """A linear layer or a convolution, and a change of few rows beside it."""

    def __init__(self, layer, rank):
        super().__init__()
        self.layer, (out, into) = layer, (layer.weight.shape[0], layer.weight[0].numel())
        rank = min(rank, out, into)
        self.down = nn.Parameter(torch.randn(rank, *layer.weight.shape[1:]) / math.sqrt(into))
        self.up = nn.Parameter(torch.zeros(out, rank))

    def forward(self, x):
        if isinstance(self.layer, nn.Linear):
            return self.layer(x) + F.linear(F.linear(x, self.down), self.up)
        down = F.conv2d(x, self.down, None, self.layer.stride, self.layer.padding)
        return self.layer(x) + F.conv2d(down, self.up[:, :, None, None])

    @torch.no_grad()
    def towards(self, weight):
        """Begins with the best change of this rank towards another layer's weight."""
        left, values, right = torch.linalg.svd((weight - self.layer.weight).flatten(1), full_matrices=False)
        root = values[: len(self.down)].sqrt()
        self.up.copy_(left[:, : len(root)] * root)
        self.down.copy_((right[: len(root)] * root[:, None]).view_as(self.down))


def changeable(unet, kernels):
    """Every linear layer, and every convolution of at most `kernels` places a side: {name: layer}."""
    fits = lambda layer: isinstance(layer, nn.Linear) or (isinstance(layer, nn.Conv2d) and layer.kernel_size[0] <= kernels)
    return {name: layer for name, layer in unet.named_modules() if fits(layer)}


@torch.no_grad()
def ranks_for(unet, twin, kernels, numbers):
    """How many of each layer's singular values are worth their room, the largest square for its numbers first: {name: rank}."""
    rows = []
    for name, layer in changeable(unet, kernels).items():
        room = layer.weight.shape[0] + layer.weight[0].numel()
        values = torch.linalg.svdvals((twin.get_parameter(f"{name}.weight") - layer.weight).flatten(1)).tolist()
        rows += [(value**2 / room, name, room) for value in values]
    ranks = {}
    for _, name, room in sorted(rows, reverse=True):
        if numbers < room:
            break
        numbers -= room
        ranks[name] = ranks.get(name, 0) + 1
    return ranks


def adapt(unet, ranks):
    """Each of those layers gets a change of its rank: {name: Adapted}."""
    found = {}
    for name, layer in list(unet.named_modules()):
        if name in ranks:
            parent, _, last = name.rpartition(".")
            found[name] = Adapted(layer, ranks[name])
            setattr(unet.get_submodule(parent), last, found[name])
    return found


def begin_at(adapted, twin):
    for name, layer in adapted.items():
        layer.towards(twin.get_parameter(f"{name}.weight"))


def tensors(adapted):
    """{kohya's name: f16}; alpha is the rank, so that the change counts as it is."""
    found = {}
    for name, layer in adapted.items():
        start = f"lora_unet_{name.replace('.', '_')}"
        ends = (1,) * (layer.down.ndim - 2)
        found[f"{start}.lora_down.weight"] = layer.down
        found[f"{start}.lora_up.weight"] = layer.up.reshape(*layer.up.shape, *ends)
        found[f"{start}.alpha"] = torch.tensor(float(len(layer.down)))
    return {name: values.detach().half().cpu().contiguous() for name, values in found.items()}


class LoraStage(DistilStage):
    name = "lora"

    def __init__(self, settings, pack, scenes, device, parts):
        super().__init__(settings, pack, scenes, device, parts)
        self.settings = settings.lora
        settings = self.settings
        self.twin = load(Path(__file__).resolve().parent.parent / settings.twin, device)["unet"] if settings.twin else None
        same = {name: settings.rank for name in changeable(self.teacher, settings.kernels)}
        ranks = ranks_for(self.teacher, self.twin, settings.kernels, settings.numbers) if self.twin else same
        self.adapted, aims = (adapt(unet.requires_grad_(False), ranks) for unet in (self.student, self.target))
        if self.twin:
            begin_at(self.adapted, self.twin)
        self.weights, self.aims = parameters(self.adapted), parameters(aims)
        for aim, weight in zip(self.aims, self.weights):
            aim.data.copy_(weight.data)
            aim.requires_grad_(False)

    def step(self, number):
        if self.twin is None:
            return super().step(number)
        self.pool = self.pool or self.make_pool(number)
        latents, tokens = self.pool.batch(self.settings.batch)
        skip = len(self.alphas) // self.settings.solver_steps
        times = torch.randint(1, self.settings.solver_steps + 1, (len(latents),), device=self.device) * skip - 1
        times[::2] = len(self.alphas) - 1
        alpha = wide(self.alphas[times])
        noisy = alpha.sqrt() * latents + (1 - alpha).sqrt() * torch.randn_like(latents)
        with torch.no_grad():
            context = embedded(self.text, tokens)
            goal = self.twin(noisy, times, context).sample.float()
        # In x0, which is what is seen: there the same difference counts more where there is more noise.
        said = self.student(noisy, times, context).sample.float()
        error = ((said - goal) * ((1 - alpha) / alpha).sqrt()).square().mean((1, 2, 3))
        return (error + 1e-6).sqrt().mean(), {"first": error[::2].mean().sqrt().detach(), "rest": error[1::2].mean().sqrt().detach()}

    def state(self):
        return {"lora": nn.ParameterList(self.weights), "aim": nn.ParameterList(self.aims)}

    def after(self, mean):
        torch._foreach_copy_(self.aims, mean)

    def export(self, folder):
        folder = folder / "lora"
        folder.mkdir(parents=True, exist_ok=True)
        save_file(tensors(self.adapted), folder / "fast.safetensors", {"format": "pt"})
        return {}


def parameters(adapted):
    return [weight for layer in adapted.values() for weight in (layer.down, layer.up)]
