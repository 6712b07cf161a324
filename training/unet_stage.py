"""Text encoder and UNet together, predicting the noise in the autoencoder's latents."""
import time

import torch
from diffusers import DDIMScheduler

from models import autocast, embedded, new_text, new_unet, save
from pool import Pool
from scenes import END, LENGTH, START

FIRST = 1 << 41


class UnetStage:
    name = "unet"

    def __init__(self, settings, pack, scenes, device, parts):
        self.settings, self.run, self.device, self.progress = settings.unet, settings.run, device, 0.0
        torch.manual_seed(self.settings.seed)
        self.text, self.unet = new_text(settings).to(device), new_unet(settings).to(device)
        self.unet.to(memory_format=torch.channels_last)
        self.weights = [*self.text.parameters(), *self.unet.parameters()]
        self.predict = compiled(self.unet, self.settings.batch, device, self.run) if self.run.compile else self.unet
        self.make_pool = lambda number: Pool(pack, scenes, parts["vae"], self.settings, self.run, FIRST + number * self.settings.refresh)
        self.pool = None
        self.alphas = DDIMScheduler(**vars(settings.schedule)).alphas_cumprod.to(device)
        self.empty = torch.tensor([START, *[END] * (LENGTH - 1)], device=device)

    def state(self):
        return {"text": self.text, "unet": self.unet}

    def step(self, number):
        settings = self.settings
        self.pool = self.pool or self.make_pool(number)
        latents, tokens = self.pool.batch(settings.batch)
        unsaid = torch.rand(len(tokens), device=self.device) < settings.empty
        tokens = torch.where(unsaid[:, None], self.empty, tokens)
        noise = torch.randn_like(latents) + settings.offset_noise * torch.randn(*latents.shape[:2], 1, 1, device=self.device)
        timesteps = torch.randint(0, len(self.alphas), (len(latents),), device=self.device)
        alpha = self.alphas[timesteps][:, None, None, None]
        noisy = alpha.sqrt() * latents + (1 - alpha).sqrt() * noise
        with autocast(self.device, self.run):
            predicted = self.predict(noisy, timesteps, embedded(self.text, tokens)).sample
        errors = (predicted.float() - noise).square().mean((1, 2, 3))
        signal = (alpha / (1 - alpha)).flatten()
        return (errors * (settings.min_snr / signal).clamp_max(1)).mean(), {"error": errors.detach().mean()}

    def export(self, folder):
        save(self.text, folder, "text_encoder")
        save(self.unet, folder, "unet")
        return {}


def compiled(unet, batch, device, run):
    """torch.compile after a trial; where it fails, the UNet as it is, and a sentence that says so."""
    faster, size, began = torch.compile(unet, dynamic=False), unet.config.sample_size, time.time()
    try:
        noisy, timesteps = torch.zeros(batch, 4, size, size, device=device), torch.zeros(batch, dtype=torch.int64, device=device)
        context = torch.zeros(batch, LENGTH, unet.config.cross_attention_dim, device=device, requires_grad=True)
        with autocast(device, run):
            predicted = faster(noisy, timesteps, context).sample
        predicted.float().mean().backward()
        unet.zero_grad()
        print(f"torch.compile took {time.time() - began:.0f} s", flush=True)
        return faster
    except Exception as error:  # whatever the compiler's back end says: training goes on without it
        print(f"torch.compile failed, going on without: {type(error).__name__}: {str(error)[:200]}", flush=True)
        return unet
