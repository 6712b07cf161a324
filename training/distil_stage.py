"""The step-distilled twin: latent consistency distillation (Luo et al. 2023) with the teacher's guidance built in.

The student says from any noisy latent where the teacher's guided path ends; it is asked to say the same from two neighbouring points of that path.
"""
import torch
from diffusers import DDIMScheduler

from models import autocast, embedded, new_unet, save
from pool import Pool
from scenes import END, LENGTH, START

FIRST = 1 << 42


class DistilStage:
    name = "distil"

    def __init__(self, settings, pack, scenes, device, parts):
        self.settings, self.run, self.device, self.progress = settings.distil, settings.run, device, 0.0
        torch.manual_seed(self.settings.seed)
        self.text, self.teacher = parts["text_encoder"], parts["unet"]
        self.student, self.target = new_unet(settings).to(device), new_unet(settings).to(device).requires_grad_(False)
        for unet in (self.student, self.target):
            unet.load_state_dict(self.teacher.state_dict())
            unet.to(memory_format=torch.channels_last)
        self.weights = list(self.student.parameters())
        self.make_pool = lambda number: Pool(pack, scenes, parts["vae"], self.settings, self.run, FIRST + number * self.settings.refresh)
        self.pool = None
        self.alphas = DDIMScheduler(**vars(settings.schedule)).alphas_cumprod.to(device)
        self.empty = torch.tensor([[START, *[END] * (LENGTH - 1)]], device=device)

    def state(self):
        return {"student": self.student, "target": self.target}

    def after(self, mean):
        torch._foreach_copy_(list(self.target.parameters()), mean)

    def step(self, number):
        settings = self.settings
        self.pool = self.pool or self.make_pool(number)
        latents, tokens = self.pool.batch(settings.batch)
        skip = len(self.alphas) // settings.solver_steps
        later = torch.randint(1, settings.solver_steps + 1, (len(latents),), device=self.device) * skip - 1
        earlier = (later - skip).clamp_min(0)
        alpha = wide(self.alphas[later])
        noisy = alpha.sqrt() * latents + (1 - alpha).sqrt() * torch.randn_like(latents)
        with autocast(self.device, self.run):
            with torch.no_grad():
                context = embedded(self.text, tokens)
                before = self.teacher_step(noisy, later, earlier, context)
                goal = self.end(self.target, before, earlier, context)
            said = self.end(self.student, noisy, later, context)
        loss = ((said - goal).square() + settings.huber**2).sqrt().mean() - settings.huber
        return loss, {"error": (said - goal).detach().square().mean()}

    def teacher_step(self, noisy, later, earlier, context):
        """One guided DDIM step down the teacher's path."""
        nothing = embedded(self.text, self.empty).expand_as(context)
        both = self.teacher(torch.cat([noisy] * 2), torch.cat([later] * 2), torch.cat([nothing, context])).sample.float()
        without, with_words = both.chunk(2)
        eps = without + self.settings.guidance * (with_words - without)
        alpha, next_alpha = wide(self.alphas[later]), wide(self.alphas[earlier])
        x0 = (noisy - (1 - alpha).sqrt() * eps) / alpha.sqrt()
        return next_alpha.sqrt() * x0 + (1 - next_alpha).sqrt() * eps

    def end(self, unet, noisy, timesteps, context):
        """The consistency function: the identity at time 0, by c_skip and c_out, as LCMScheduler has them."""
        alpha = wide(self.alphas[timesteps])
        eps = unet(noisy, timesteps, context).sample.float()
        x0 = (noisy - (1 - alpha).sqrt() * eps) / alpha.sqrt()
        time = wide(timesteps * self.settings.timestep_scaling)
        sigma = self.settings.sigma_data
        return sigma**2 / (time**2 + sigma**2) * noisy + time / (time**2 + sigma**2).sqrt() * x0

    def export(self, folder):
        for name, module in {"unet": self.student, "text_encoder": self.text}.items():
            save(module, folder, name)
        return {}


def wide(values):
    return values[:, None, None, None]
