"""The autoencoder: 256x256 pictures to 32x32x4 latents and back. Crops for most of the time, whole pictures at the end."""
import torch
import torch.nn.functional as F

from compose import compose
from models import autocast, new_vae, save
from pool import Ahead

FIRST = 1 << 40  # the scenes of this stage have numbers of their own


class VaeStage:
    name = "vae"

    def __init__(self, settings, pack, scenes, device):
        self.settings, self.run, self.pack, self.scenes, self.device = settings.vae, settings.run, pack, scenes, device
        torch.manual_seed(self.settings.seed)
        self.vae = new_vae(settings).to(device, memory_format=torch.channels_last).train()
        self.weights, self.progress, self.ahead = list(self.vae.parameters()), 0.0, None

    def state(self):
        return {"vae": self.vae}

    def pictures(self, number):
        """Crops at random places for most of the time."""
        settings = self.settings
        whole = self.progress >= settings.whole_from
        self.ahead = self.ahead or Ahead(self.scenes, settings.batch, FIRST + number * settings.batch)
        batch = {name: values[: settings.whole_batch if whole else None] for name, values in self.ahead.batch().items()}
        pictures = compose(self.pack, batch)
        size = pictures.shape[-1] if whole else min(settings.crop, pictures.shape[-1])
        down, across = (int(place) for place in torch.randint(0, pictures.shape[-1] - size + 1, (2,)))
        return pictures[:, :, down : down + size, across : across + size]

    def step(self, number):
        settings, pictures = self.settings, self.pictures(number)
        with autocast(self.device, self.run):
            posterior = self.vae.encode(pictures).latent_dist
            again = self.vae.decode(posterior.sample()).sample
        loss, values = likeness(again.float() - pictures, settings)
        kl = posterior.kl().float().mean() / posterior.mean[0].numel()
        return loss + settings.kl * kl, values | {"kl": kl.detach()}

    def export(self, folder):
        """With latents of mean 0 and deviation 1 in each channel."""
        self.vae.eval()
        standardise(self.vae, encoded(self.vae, self.pack, self.scenes, self.settings.latents_for_scale))
        found = measured(self.vae, self.pack, self.scenes, self.settings.latents_for_scale)
        self.vae.train()
        save(self.vae, folder, "vae")
        return found


@torch.no_grad()
def encoded(vae, pack, scenes, count):
    """Latents of the first `count` scenes, the posterior's mode."""
    return torch.cat([vae.encode(compose(pack, scenes.batch(range(first, first + 16)))).latent_dist.mode() for first in range(0, count, 16)])


@torch.no_grad()
def standardise(vae, latents):
    """The same autoencoder with latents of mean 0 and deviation 1 in each channel: the 1x1 convolutions beside them take it up.

    Else a channel with small values drowns in the schedule's noise long before the others.
    """
    mean, deviation = latents.mean((0, 2, 3)), latents.std((0, 2, 3))
    into, out, channels = vae.quant_conv, vae.post_quant_conv, len(mean)
    out.bias += out.weight[..., 0, 0] @ mean
    out.weight *= deviation[:, None, None]
    into.weight[:channels] /= deviation[:, None, None, None]
    into.bias[:channels] = (into.bias[:channels] - mean) / deviation
    into.bias[channels:] -= 2 * deviation.log()


@torch.no_grad()
def measured(vae, pack, scenes, count):
    """{psnr: mean over the first `count` scenes, dB}"""
    errors = []
    for first in range(0, count, 16):
        pictures = compose(pack, scenes.batch(range(first, first + 16)))
        again = vae.decode(vae.encode(pictures).latent_dist.mode()).sample.clamp(-1, 1)
        errors.append((again - pictures).square().mean((1, 2, 3)))
    return {"psnr": (-10 * torch.log10(torch.cat(errors) / 4)).mean().item()}


def likeness(error, settings):
    """(loss, {psnr}) of what a copy is off by: L1, squares, and edges."""
    square = error.square().mean()
    return settings.l1 * error.abs().mean() + settings.l2 * square + settings.gradient * edges(error), {"psnr": -10 * torch.log10(square.detach() / 4)}


def edges(error):
    """Mean absolute difference between neighbours of the error, at full, half and quarter size: L1 of the gradients."""
    total = 0.0
    for _ in range(3):
        total = total + (error[..., 1:] - error[..., :-1]).abs().mean() + (error[..., 1:, :] - error[..., :-1, :]).abs().mean()
        error = F.avg_pool2d(error, 2)
    return total / 3
