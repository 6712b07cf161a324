"""Scenes in time: numbered batches made ahead by a thread, and a pool of encoded ones kept on the device.

The pool exists so that the autoencoder does not cost more than the UNet: only some of its scenes are made anew at each step.
"""
from concurrent.futures import ThreadPoolExecutor

import torch

from compose import compose
from models import autocast


class Ahead:
    """Batches of `count` scenes, numbered from `start` on; while one is used, the next is written."""

    def __init__(self, scenes, count, start):
        self.scenes, self.count, self.next = scenes, count, start
        self.worker = ThreadPoolExecutor(1)
        self.coming = self._order()

    def _order(self):
        numbers = range(self.next, self.next + self.count)
        self.next += self.count
        return self.worker.submit(self.scenes.batch, numbers)

    def batch(self):
        batch, self.coming = self.coming.result(), self._order()
        return batch


class Pool:
    """latents f32 [n, 4, h, w], already times scaling_factor, and tokens i64 [n, 77]. `start` is where the scenes' numbers begin."""

    def __init__(self, pack, scenes, vae, settings, run, start):
        self.pack, self.vae, self.run, self.device, self.place = pack, vae, run, pack.pixels.device, 0
        self.ahead = Ahead(scenes, settings.refresh, start)
        latents, tokens = zip(*(self._made() for _ in range(-(-settings.pool // settings.refresh))))
        self.latents, self.tokens = torch.cat(latents), torch.cat(tokens)

    @torch.no_grad()
    def _made(self):
        batch = self.ahead.batch()
        pictures = compose(self.pack, batch)
        with autocast(self.device, self.run):
            latents = self.vae.encode(pictures).latent_dist.mode()
        return latents.float() * self.vae.config.scaling_factor, torch.from_numpy(batch["tokens"]).to(self.device)

    def batch(self, count):
        """Some scenes are replaced, then `count` are drawn."""
        latents, tokens = self._made()
        rows = torch.arange(self.place, self.place + len(latents), device=self.device) % len(self.latents)
        self.latents[rows], self.tokens[rows] = latents, tokens
        self.place = (self.place + len(latents)) % len(self.latents)
        drawn = torch.randint(0, len(self.latents), (count,), device=self.device)
        return self.latents[drawn], self.tokens[drawn]
