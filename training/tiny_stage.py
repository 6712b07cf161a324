"""The tiny decoder: diffusers' `AutoencoderTiny`, taught to decode as the autoencoder's own decoder does, but in a small part of its time.

It learns from the sampler's predictions of every step as well as from drawn scenes, since what it is for is to show each step.
"""
import json

import torch
from diffusers import AutoencoderTiny
from safetensors.torch import save_file

from bank import Bank
from models import autocast
from vae_stage import likeness


class TinyStage:
    name = "tiny"

    def __init__(self, settings, pack, scenes, device, parts, out):
        self.settings, self.all, self.run, self.device, self.progress = settings.tiny, settings, settings.run, device, 0.0
        torch.manual_seed(self.settings.seed)
        latent_channels = settings.vae.model["latent_channels"]
        self.tiny = AutoencoderTiny(**self.settings.model, latent_channels=latent_channels)
        self.decoder = self.tiny.decoder.to(device, memory_format=torch.channels_last).train()
        self.weights = list(self.decoder.parameters())
        self.bank = Bank(out / "bank", pack, scenes, parts, self.settings, settings.schedule, device)

    def state(self):
        return {"tiny": self.decoder}

    def step(self, number):
        settings = self.settings
        self.bank.reach(min(settings.parts, settings.first + number // settings.every))
        latents, pictures = self.bank.batch(settings.batch)
        with autocast(self.device, self.run):
            said = self.decoder(latents)
        error = said.float() - pictures
        loss, values = likeness(error, self.all.vae)
        return loss, values | {"rms": error.detach().square().mean().sqrt() * 127.5}

    def export(self, folder):
        """The decoder alone, in f16, under diffusers' names; `config.json` is diffusers' own."""
        folder = folder / "tiny"
        folder.mkdir(parents=True, exist_ok=True)
        self.tiny.save_config(folder)
        config = json.loads((folder / "config.json").read_text())
        config.pop("_name_or_path", None)
        (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
        weights = {f"decoder.{name}": values.detach().half().cpu().contiguous() for name, values in self.decoder.state_dict().items()}
        save_file(weights, folder / "diffusion_pytorch_model.safetensors", {"format": "pt"})
        return {}
