"""Latents and what the full decoder makes of them, in numbered parts on disk: what the tiny decoder learns from.

Half of the work of such a lesson is the full decoder's; so each part is made once, kept as a file, and used many times. A part depends on its
number alone: a resumed run finds the parts that there are, and goes on making the others.
"""
import numpy as np
import torch
from diffusers import DDIMScheduler, DPMSolverMultistepScheduler

from compose import compose
from models import embedded
from scenes import END, LENGTH, START

FIRST = 1 << 45


class Bank:
    """latents f32 [n, 4, h, w] as the sampler has them, pictures u8 [n, S, S, 3]."""

    def __init__(self, folder, pack, scenes, parts, settings, schedule, device):
        self.folder, self.pack, self.scenes, self.parts, self.settings, self.schedule, self.device = folder, pack, scenes, parts, settings, schedule, device
        self.latents, self.pictures, self.made = [], [], 0
        folder.mkdir(parents=True, exist_ok=True)

    def reach(self, count):
        """Reads or makes parts until there are `count` of them."""
        while self.made < count:
            file = self.folder / f"{self.made:04}.npz"
            if not file.exists():
                latents = torch.cat([self.predicted(self.made), self.encoded(self.made)])
                np.savez(file.with_suffix(".new.npz"), latents=latents.numpy(), pictures=self.decoded(latents))
                file.with_suffix(".new.npz").rename(file)
                print(f"bank: part {self.made}, {len(latents)} latents", flush=True)
            arrays = np.load(file)
            self.latents.append(torch.from_numpy(arrays["latents"]))
            self.pictures.append(torch.from_numpy(arrays["pictures"]))
            self.made += 1

    def batch(self, count):
        """(latents, pictures f32 [n, 3, S, S] in -1...1), every part alike."""
        drawn = [(part, torch.randint(len(self.latents[part]), (1,)).item()) for part in torch.randint(self.made, (count,)).tolist()]
        pictures = torch.stack([self.pictures[part][row] for part, row in drawn]).to(self.device)
        return torch.stack([self.latents[part][row] for part, row in drawn]).to(self.device), pictures.permute(0, 3, 1, 2).float() / 127.5 - 1

    @torch.no_grad()
    def encoded(self, number):
        """Drawn scenes, by the encoder."""
        count = self.settings.scenes
        pictures = compose(self.pack, self.scenes.batch(range(FIRST + number * count, FIRST + (number + 1) * count)))
        vae = self.parts["vae"]
        return vae.encode(pictures).latent_dist.mode().cpu() * vae.config.scaling_factor

    def predicted(self, number):
        """What the UNet predicts at each step of a sampler on the way from noise to captions, the first steps' blurs among them."""
        settings = self.settings
        steps = settings.sampling_steps[number % len(settings.sampling_steps)]
        first = 2 * FIRST + number * settings.prompts
        tokens = torch.from_numpy(self.scenes.batch(range(first, first + settings.prompts))["tokens"]).to(self.device)
        scheduler = (DPMSolverMultistepScheduler if number % 4 else DDIMScheduler)(**solver(self.schedule, number % 4 != 0))
        found = predictions(self.parts, scheduler, tokens, settings.guidance, steps, range(first, first + len(tokens)))
        return torch.cat(found).cpu()

    @torch.no_grad()
    def decoded(self, latents):
        vae, pictures = self.parts["vae"], []
        for some in latents.split(8):
            decoded = vae.decode(some.to(self.device) / vae.config.scaling_factor).sample.clamp(-1, 1)
            pictures.append(((decoded + 1) * 127.5).round().byte().permute(0, 2, 3, 1).cpu())
        return torch.cat(pictures).numpy()


def solver(schedule, multistep):
    """DDIM's settings, or what DPM++ 2M takes of them."""
    values = dict(vars(schedule))
    if multistep:
        values = {name: value for name, value in values.items() if name not in ("clip_sample", "set_alpha_to_one")}
    return values


@torch.no_grad()
def predictions(parts, scheduler, tokens, guidance, steps, seeds):
    """The predicted x0 of every step: a list of `steps` tensors [n, 4, h, w]. `scheduler` keeps the noise schedule's own scale of latents."""
    device, size = tokens.device, parts["unet"].config.sample_size
    empty = torch.tensor([[START, *[END] * (LENGTH - 1)]], device=device)
    latents = torch.stack([torch.randn(4, size, size, generator=torch.Generator().manual_seed(seed)) for seed in seeds]).to(device)
    context = embedded(parts["text_encoder"], tokens)
    both = torch.cat([embedded(parts["text_encoder"], empty).expand_as(context), context])
    scheduler.set_timesteps(steps, device=device)
    found = []
    for time_step in scheduler.timesteps:
        without, with_words = parts["unet"](torch.cat([latents] * 2), time_step, both).sample.chunk(2)
        eps = without + guidance * (with_words - without)
        alpha = scheduler.alphas_cumprod[int(time_step)]
        found.append((latents - (1 - alpha).sqrt() * eps) / alpha.sqrt())
        latents = scheduler.step(eps, time_step, latents).prev_sample
    return found
