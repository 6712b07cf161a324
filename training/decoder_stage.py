"""The autoencoder's decoder alone: it learns on while the encoder, and with it every latent, stays as it is. So a UNet can learn beside it."""
import torch

from compose import compose
from models import autocast, save
from pool import Ahead
from vae_stage import likeness, measured

FIRST = 1 << 43


class DecoderStage:
    name = "decoder"

    def __init__(self, settings, pack, scenes, device, parts):
        self.settings, self.all, self.run, self.pack, self.scenes, self.device = settings.decoder, settings, settings.run, pack, scenes, device
        torch.manual_seed(self.settings.seed)
        self.vae, self.progress, self.ahead = parts["vae"].to(memory_format=torch.channels_last), 0.0, None
        self.decoder = torch.nn.ModuleList([self.vae.post_quant_conv, self.vae.decoder]).train().requires_grad_(True)
        self.weights = list(self.decoder.parameters())

    def state(self):
        return {"decoder": self.decoder}

    def step(self, number):
        settings = self.settings
        self.ahead = self.ahead or Ahead(self.scenes, settings.batch, FIRST + number * settings.batch)
        pictures = compose(self.pack, self.ahead.batch())
        with autocast(self.device, self.run):
            with torch.no_grad():
                latents = self.vae.encode(pictures).latent_dist.sample()
            again = self.vae.decode(latents).sample
        return likeness(again.float() - pictures, self.all.vae)

    def export(self, folder):
        self.vae.eval()
        found = measured(self.vae, self.pack, self.scenes, self.all.vae.latents_for_scale)
        save(self.vae, folder, "vae")
        self.decoder.train()
        return found
