"""Makes tests/golden/solver_*.txt: what torch and diffusers answer, for the tests of crates/solver.

    python3 tests/make_goldens_solver.py [NAME]...        all files, or those named: randn schedules loops pulled curves samplers begins descents

Needs torch, diffusers, scipy and torchsde (CPU), and for one sampler the file sampling.py of k-diffusion on the path;
the files name the versions that made them.

Format, one record a line:
    # comment
    case key=value key=value ...      what was asked; scheduler keys are diffusers' own
    name LENGTH SUM: hex hex ...      float32 bits of an answer, SUM = float64 bits of the sum of all its values.
                                      Up to 64 values: all. More: the first 32, the last 32, and every (LENGTH/16)-th.
    name: hex hex ...                 the same in short: all values, without length and sum
A case's answers follow it.

It is long because all files are made of the same few helpers, and each is a function beside the others.
"""

import importlib.util
import itertools
import struct
import sys
import types
from pathlib import Path as Path_

import diffusers
import numpy as np
import torch
from diffusers import (DDIMScheduler, DDPMScheduler, DEISMultistepScheduler, DPMSolverMultistepScheduler, DPMSolverSDEScheduler,
                       DPMSolverSinglestepScheduler, EulerAncestralDiscreteScheduler, EulerDiscreteScheduler, HeunDiscreteScheduler,
                       KDPM2AncestralDiscreteScheduler, KDPM2DiscreteScheduler, LCMScheduler, LMSDiscreteScheduler, PNDMScheduler,
                       TCDScheduler, UniPCMultistepScheduler)

HERE = Path_(__file__).resolve().parent
sys.path.insert(0, str(HERE / "golden"))

from make.descent import descent  # noqa: E402  (after the path is set)

JUDGES = {"ddim": DDIMScheduler, "euler": EulerDiscreteScheduler}
SAMPLERS = {
    "ddim": DDIMScheduler, "ddpm": DDPMScheduler, "pndm": PNDMScheduler, "lms": LMSDiscreteScheduler,
    "euler": EulerDiscreteScheduler, "euler_a": EulerAncestralDiscreteScheduler, "heun": HeunDiscreteScheduler,
    "dpm2": KDPM2DiscreteScheduler, "dpm2_a": KDPM2AncestralDiscreteScheduler, "dpmpp_2m": DPMSolverMultistepScheduler,
    "dpmpp_2m_sde": DPMSolverMultistepScheduler, "dpmpp_2s": DPMSolverSinglestepScheduler, "dpmpp_sde": DPMSolverSDEScheduler,
    "unipc": UniPCMultistepScheduler, "deis": DEISMultistepScheduler, "lcm": LCMScheduler, "tcd": TCDScheduler,
}
CURVES = ["lms", "euler", "heun", "dpm2", "dpm2_a", "dpmpp_2m", "dpmpp_2m_sde", "dpmpp_2s", "dpmpp_sde", "unipc", "deis"]

# Stable Diffusion 1 and 2; what is not named is left to each class's defaults, as from_config does.
SD = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear",
      "set_alpha_to_one": False, "clip_sample": False}


class Golden:
    """A golden file being written."""

    def __init__(self, name, about):
        self.path = HERE / "golden" / f"solver_{name}.txt"
        self.lines = [f"# decant solver goldens 1: {about}",
                      "# made by: python3 tests/make_goldens_solver.py",
                      f"# torch {torch.__version__}, diffusers {diffusers.__version__}, numpy {np.__version__}, "
                      f"{torch.backends.cpu.get_cpu_capability()}"]

    def case(self, **keys):
        """Starts a case."""
        self.lines.append("case " + " ".join(f"{k}={text(v)}" for k, v in keys.items()))

    def answer(self, name, values):
        """One answer to the case."""
        values = np.asarray(values, dtype=np.float32).reshape(-1)
        n = len(values)
        kept = values if n <= 64 else np.concatenate([values[:32], values[-32:], values[:: n // 16]])
        total = struct.unpack("<Q", struct.pack("<d", running_sum(values)))[0]
        self.lines.append(f"{name} {n} {total:016x}: " + " ".join(f"{b:08x}" for b in kept.view(np.uint32)))

    def short(self, name, values):
        """One answer, in short."""
        bits = np.asarray(values, dtype=np.float32).reshape(-1).view(np.uint32)
        self.lines.append(f"{name}: " + " ".join(f"{b:08x}" for b in bits))

    def write(self):
        """Done."""
        self.path.write_text("\n".join(self.lines) + "\n")
        print(self.path.name, self.path.stat().st_size, "bytes")


def running_sum(values):
    """The sum from first to last in double; numpy.sum would add in pairs, which no test should have to."""
    total = 0.0
    for value in values.tolist():
        total += value
    return total


def text(value):
    """A value in a case line."""
    if isinstance(value, (list, tuple)):
        return ",".join(repr(v) for v in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def randn():
    """torch.randn on the CPU: every size alone from a fresh seed, and sequences through one generator."""
    golden = Golden("randn", "torch.randn(n, generator=torch.Generator('cpu').manual_seed(seed)) for each n in turn")
    alone = [1, 2, 3, 15, 16, 17, 31, 32, 100, 3 * 5 * 7, 1000, 4 * 64 * 64]
    turns = [[3, 1000, 3], [1, 17, 2, 1], [15, 15, 16, 1], [5, 0, 5], [1000, 7, 33, 7], [2, 100, 1, 1]]
    for seed in [0, 1, 42, 1024, 2**32 - 1, 2**32 + 5, 2**63 - 1]:
        for sizes in [[n] for n in alone] + turns:
            generator = torch.Generator("cpu").manual_seed(seed)
            golden.case(seed=seed, sizes=sizes)
            for n in sizes:
                golden.answer("randn", torch.randn(n, generator=generator))
    golden.write()


def schedules():
    """set_timesteps for everything that changes timesteps, sigmas or alphas."""
    golden = Golden("schedule", "timesteps, sigmas and alphas_cumprod after from_config and set_timesteps")
    spacings = ["leading", "linspace", "trailing"]

    def case(sampler, steps, **keys):
        scheduler = JUDGES[sampler].from_config(keys)
        scheduler.set_timesteps(steps)
        golden.case(sampler=sampler, steps=steps, **keys)
        golden.answer("timesteps", scheduler.timesteps)
        golden.answer("init_noise_sigma", [float(scheduler.init_noise_sigma)])
        if sampler == "euler":
            golden.answer("sigmas", scheduler.sigmas[: len(scheduler.timesteps) + 1])
        else:
            golden.answer("final_alpha_cumprod", [float(scheduler.final_alpha_cumprod)])
        return scheduler

    for sampler in JUDGES:
        case(sampler, 10)  # every default, above all timestep_spacing's
        case(sampler, 10, **SD)
        for spacing, steps in itertools.product(spacings, [1, 2, 3, 4, 7, 10, 20, 50, 60, 999, 1000]):
            case(sampler, steps, timestep_spacing=spacing, **SD)
        for steps in [1, 2, 4, 10, 20, 50, 999]:
            case(sampler, steps, timestep_spacing="leading", steps_offset=1, **SD)
        for betas in [{"beta_schedule": "linear"}, {"beta_schedule": "scaled_linear"}, SD,
                      {"beta_schedule": "squaredcos_cap_v2"},
                      {"beta_schedule": "squaredcos_cap_v2", "num_train_timesteps": 77},
                      {"beta_schedule": "linear", "num_train_timesteps": 4000},
                      {"trained_betas": [0.1, 0.25, 0.3, 0.05, 0.5], "num_train_timesteps": 5}]:
            for zero in [False, True]:
                scheduler = case(sampler, 5, prediction_type="v_prediction", timestep_spacing="trailing",
                                 rescale_betas_zero_snr=zero, **betas)
                golden.answer("alphas_cumprod", scheduler.alphas_cumprod)
    for spacing, steps in itertools.product(spacings, [1, 2, 10]):
        for extra in [{"use_karras_sigmas": True}, {"use_exponential_sigmas": True},
                      {"interpolation_type": "log_linear"}, {"final_sigmas_type": "sigma_min"},
                      {"use_karras_sigmas": True, "sigma_min": 0.1, "sigma_max": 10.0},
                      {"use_exponential_sigmas": True, "sigma_min": 0.1, "sigma_max": 10.0},
                      {"use_karras_sigmas": True, "interpolation_type": "log_linear"},
                      {"timestep_type": "continuous", "prediction_type": "v_prediction"},
                      {"timestep_type": "continuous", "prediction_type": "epsilon"},
                      {"timestep_type": "continuous", "prediction_type": "v_prediction", "use_karras_sigmas": True},
                      {"timestep_type": "continuous", "prediction_type": "v_prediction",
                       "interpolation_type": "log_linear"},
                      {"rescale_betas_zero_snr": True, "prediction_type": "v_prediction"}]:
            case("euler", steps, timestep_spacing=spacing, **extra, **SD)
    golden.write()


def loops():
    """Whole sampling loops as a pipeline runs them, on the model tanh(a x + b t / 1000)."""
    a, b, n = 0.9, -0.7, 12
    golden = Golden("loop", "latents of a sampling loop on the model tanh(a x + b t / 1000)")
    golden.answer("noise", torch.randn(1, 4, 1, 3, generator=torch.Generator("cpu").manual_seed(7)))

    def case(sampler, steps, **keys):
        scheduler = JUDGES[sampler].from_config(keys)
        scheduler.set_timesteps(steps)
        golden.case(sampler=sampler, steps=steps, a=a, b=b, **keys)
        x = torch.randn(1, 4, 1, 3, generator=torch.Generator("cpu").manual_seed(7)) * scheduler.init_noise_sigma
        for i, t in enumerate(scheduler.timesteps):
            # In double, so that the model rounds alike everywhere and only the solver is judged.
            output = torch.tanh(a * scheduler.scale_model_input(x, t).double() + b * t.double() / 1000).float()
            step = scheduler.step(output, t, x)
            x = step.prev_sample
            if i in (0, len(scheduler.timesteps) // 2, len(scheduler.timesteps) - 1):
                golden.answer(f"latents{i}", x)
                golden.answer(f"denoised{i}", step.pred_original_sample)
        assert torch.isfinite(x).all(), (sampler, steps, keys)
        assert x.numel() == n

    kinds = ["epsilon", "v_prediction", "sample"]
    for sampler in JUDGES:
        case(sampler, 10)
        for kind, spacing, steps in itertools.product(kinds, ["leading", "linspace", "trailing"], [4]):
            case(sampler, steps, prediction_type=kind, timestep_spacing=spacing, **SD)
        for kind in kinds:
            case(sampler, 50, prediction_type=kind, timestep_spacing="leading", steps_offset=1, **SD)
        for kind in kinds[1:]:
            case(sampler, 10, prediction_type=kind, timestep_spacing="trailing", rescale_betas_zero_snr=True, **SD)
        case(sampler, 1000, prediction_type="v_prediction", timestep_spacing="leading", **SD)
    case("euler", 10, timestep_spacing="trailing", rescale_betas_zero_snr=True, **SD)
    for extra in [{"use_karras_sigmas": True}, {"interpolation_type": "log_linear"},
                  {"final_sigmas_type": "sigma_min"},
                  {"timestep_type": "continuous", "prediction_type": "v_prediction", "use_karras_sigmas": True}]:
        case("euler", 10, timestep_spacing="leading", steps_offset=1, **extra, **SD)
    unclipped = {k: v for k, v in SD.items() if k not in ("clip_sample", "set_alpha_to_one")}
    for kind, one in itertools.product(kinds, [False, True]):
        for extra in [{"clip_sample": False}, {"clip_sample": True}, {"clip_sample": True, "clip_sample_range": 2.5},
                      {"thresholding": True, "sample_max_value": 1.0},
                      {"thresholding": True, "sample_max_value": 3.0, "dynamic_thresholding_ratio": 0.9}]:
            case("ddim", 10, prediction_type=kind, set_alpha_to_one=one, timestep_spacing="leading",
                 **extra, **unclipped)
    case("ddim", 10, timestep_spacing="trailing", rescale_betas_zero_snr=True, clip_sample=True, **unclipped)
    golden.write()


# The model of the sampler cases: tanh(A x + B t / 1000), four values that know nothing of each other.
A, B = 0.9, -0.7
SHAPE = (1, 4, 1, 1)


def model(x, t):
    """In double, so that the model rounds alike everywhere and only the solver is judged."""
    return torch.tanh(A * x.double() + B * torch.as_tensor(t).double() / 1000).float()


class Path:
    """The unit noise of a Brownian tree as the judge draws it; writes down what new noise it is made of."""

    def __init__(self, tree, drawn):
        self.tree, self.drawn, self.half = tree, drawn, None

    def __call__(self, start, end):
        start, end = torch.as_tensor(start), torch.as_tensor(end)
        noise = self.tree(start, end)
        if self.half is not None and self.half[0] == start:
            # The second call of a step covers the first one's interval again: only the rest is new.
            whole, first = (start - end).abs().double(), (start - self.half[1]).abs().double()
            new = (whole.sqrt() * noise.double() - first.sqrt() * self.half[2].double()) / (whole - first).sqrt()
            self.drawn.append(new.float())
            self.half = None
        else:
            self.drawn.append(noise)
            self.half = (start, end, noise)
        return noise


def build(sampler, keys, steps):
    """The judge as a pipeline would have it."""
    kind = {"dpmpp_2m_sde": {"algorithm_type": "sde-dpmsolver++"}, "dpmpp_sde": {"noise_sampler_seed": 11}}.get(sampler, {})
    scheduler = SAMPLERS[sampler].from_config(keys, **kind)
    scheduler.set_timesteps(steps)
    return scheduler


def run(scheduler, generator, begin=None, **extra):
    """All latents of a loop; `begin` is the first call of image-to-image."""
    from inspect import signature
    extra |= {"generator": generator} if "generator" in signature(scheduler.step).parameters else {}
    x = torch.randn(SHAPE, generator=generator)
    if begin is None:
        x = x * scheduler.init_noise_sigma
    else:
        scheduler.set_begin_index(begin) if hasattr(scheduler, "set_begin_index") else None
        x = scheduler.add_noise(torch.full(SHAPE, 0.5), x, scheduler.timesteps[begin:begin + 1])
    latents, drawn = [], []
    for t in scheduler.timesteps[begin or 0:]:
        output = model(scheduler.scale_model_input(x, t), t)
        if isinstance(scheduler, DPMSolverSDEScheduler) and scheduler.noise_sampler is None:
            from diffusers.schedulers.scheduling_dpmsolver_sde import BrownianTreeNoiseSampler
            sigmas = scheduler.sigmas
            tree = BrownianTreeNoiseSampler(x, sigmas[sigmas > 0].min().item(), sigmas.max().item(), 11)
            scheduler.noise_sampler = Path(tree, drawn)
        x = scheduler.step(output, t, x, **extra).prev_sample
        latents.append(x)
    return latents, drawn


def pulled():
    """The same loops, pulled by the gradient of a loss on the predicted picture as fast.ai's lesson 9A does it, in each class's own scale."""
    a, b, every = 0.9, -0.7, 2
    golden = Golden("pulled", "latents of a sampling loop on the model tanh(a x + b t / 1000), every second step pulled by the gradient"
                              " 0.05 (x0 - 0.5) / (sigma^2 + 1)")
    golden.answer("noise", torch.randn(1, 4, 1, 3, generator=torch.Generator("cpu").manual_seed(7)))
    for sampler, steps in itertools.product(["lms", "euler", "ddim", "dpmpp_2m", "deis", "unipc"], [5, 12]):
        scheduler = SAMPLERS[sampler].from_config(SD)
        scheduler.set_timesteps(steps)
        golden.case(sampler=sampler, steps=steps, a=a, b=b, every=every, **SD)
        x = torch.randn(1, 4, 1, 3, generator=torch.Generator("cpu").manual_seed(7)) * scheduler.init_noise_sigma
        for i, t in enumerate(scheduler.timesteps):
            output = torch.tanh(a * scheduler.scale_model_input(x, t).double() + b * t.double() / 1000).float()
            if i % every == 0:
                sigma = scheduler.sigmas[i] if hasattr(scheduler, "sigmas") else (1 / scheduler.alphas_cumprod[t] - 1) ** 0.5
                exploding = sampler in ("lms", "euler")
                root = 1.0 if exploding else 1 / (sigma**2 + 1) ** 0.5  # sqrt(alpha_bar)
                x0 = x / root - sigma * output
                gradient = 0.05 * (x0 - 0.5) / (sigma**2 + 1)
                # By their own latents the gradient is that over sqrt(alpha_bar), and sigma^2 is 1 - alpha_bar.
                x = x - (gradient * sigma**2 if exploding else gradient / root * (1 - root**2))
            x = scheduler.step(output, t, x).prev_sample
            golden.answer(f"latents{i}", x)
    golden.write()


def samplers():
    """Every sampler: all latents of loops as a pipeline runs them, with new noise from the generator of the first."""
    golden = Golden("samplers", "latents after each model call, on the model tanh(0.9 x - 0.7 t / 1000), generator seed 7; "
                    "drawn = what a Brownian tree gave as new noise instead of the generator")

    def case(sampler, steps, begin=None, bare=False, sigmas=None, eta=None, order=None, s_churn=None, **keys):
        scheduler = build(sampler, keys if bare else keys | SD, steps)
        if sigmas:
            scheduler.set_timesteps(sigmas=sigmas)
        extra = {k: v for k, v in {"eta": eta, "order": order, "s_churn": s_churn}.items() if v is not None}
        latents, drawn = run(scheduler, torch.Generator("cpu").manual_seed(7), begin, **extra)
        options = {k: v for k, v in {"begin": begin, "sigmas": sigmas, "bare": bare or None}.items() if v is not None} | extra
        golden.case(sampler=sampler, steps=steps, **options, **keys)
        assert all(torch.isfinite(x).all() for x in latents), (sampler, steps, keys)
        if drawn:
            golden.short("drawn", torch.cat(drawn))
        for x in latents:
            golden.short("x", x)

    for sampler in SAMPLERS:
        curves = [{}] + [{"use_karras_sigmas": True}] * (sampler in CURVES)
        for kind, curve, steps in itertools.product(["epsilon", "v_prediction"], curves, [1, 4, 9, 20]):
            if sampler == "pndm":
                case(sampler, steps, prediction_type=kind, skip_prk_steps=True, steps_offset=1)
                if steps >= 4:
                    case(sampler, steps, prediction_type=kind, skip_prk_steps=False, steps_offset=1)
                continue
            case(sampler, steps, prediction_type=kind, **curve)
        case(sampler, 5, bare=True)
        for spacing in ["leading", "trailing"]:
            case(sampler, 6, timestep_spacing=spacing, steps_offset=1, skip_prk_steps=True)
    for sampler in ["ddim", "ddpm", "heun", "dpmpp_2m", "dpmpp_2s", "unipc", "deis", "lcm"]:
        case(sampler, 5, prediction_type="sample", thresholding=True, sample_max_value=1.5)
    golden_options(case)
    beyond_diffusers(golden)
    golden.write()


def curves():
    """The curves of every class that has them, and what each rounds differently."""
    golden = Golden("curves", "timesteps and sigmas after set_timesteps along Karras, exponential and beta sigmas")
    for sampler, curve, steps in itertools.product(CURVES, ["karras", "exponential", "beta"], [1, 2, 12]):
        for extra in [{}, {"beta_schedule": "squaredcos_cap_v2"}, {"timestep_spacing": "leading", "steps_offset": 1}]:
            if steps != 12 and extra:
                continue
            keys = {f"use_{curve}_sigmas": True, "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"} | extra
            scheduler = build(sampler, keys, steps)
            if not torch.isfinite(scheduler.timesteps).all():
                continue  # DPM2 ancestral from a sigma of 20,000: the judge rounds down to 0 and takes its logarithm
            golden.case(sampler=sampler, steps=steps, **keys)
            golden.short("timesteps", scheduler.timesteps)
            golden.short("init_noise_sigma", [float(scheduler.init_noise_sigma)])
            if getattr(scheduler, "order", 1) == 1:
                golden.short("sigmas", scheduler.sigmas)
    golden.write()


def golden_options(case):
    """What a configuration or a run may choose beside the sampler."""
    for eta in [0.0, 0.4, 1.0]:
        case("ddim", 6, eta=eta)
        case("tcd", 6, eta=eta)
    for order in [1, 2, 3]:
        case("lms", 6, order=order)
    case("euler", 6, s_churn=2.0)
    case("euler", 6, s_churn=9.0, prediction_type="v_prediction")
    case("euler", 4, sigmas=[9.5, 4.0, 1.25, 0.3, 0.0])
    for variance in ["fixed_small_log", "fixed_large"]:
        case("ddpm", 6, variance_type=variance)
    for sampler in ["dpmpp_2m", "dpmpp_2m_sde", "dpmpp_2s", "unipc", "deis"]:
        for order in [1, 3]:
            for steps in [6, 7, 8, 16]:
                case(sampler, steps, solver_order=order)
    for sampler in ["dpmpp_2m", "dpmpp_2m_sde"]:
        case(sampler, 16, final_sigmas_type="sigma_min")
        case(sampler, 16, euler_at_final=True, final_sigmas_type="sigma_min")
        case(sampler, 8, lower_order_final=False, final_sigmas_type="sigma_min", solver_order=3)
        case(sampler, 7, solver_type="heun")
    case("dpmpp_2m", 7, use_lu_lambdas=True)
    case("dpmpp_2m", 7, lambda_min_clipped=-2.0)
    case("dpmpp_2s", 7, solver_type="heun", solver_order=3)
    case("dpmpp_2s", 8, final_sigmas_type="sigma_min")
    for order in [2, 3]:
        case("unipc", 7, solver_type="bh1", solver_order=order, final_sigmas_type="sigma_min")
        case("unipc", 7, predict_x0=False, solver_order=order, final_sigmas_type="sigma_min")
        case("unipc", 7, solver_order=order, disable_corrector=[0, 2])
    case("unipc", 6, final_sigmas_type="sigma_min", use_karras_sigmas=True)
    case("lcm", 4, original_inference_steps=100, timestep_scaling=3.0)
    case("heun", 5, prediction_type="sample")
    for sampler in ["ddpm", "ddim", "euler", "euler_a", "dpmpp_2m", "unipc", "lcm", "tcd"]:
        case(sampler, 5, prediction_type="v_prediction", timestep_spacing="trailing", rescale_betas_zero_snr=True)
    for sampler in CURVES:
        for curve in ["use_exponential_sigmas", "use_beta_sigmas"]:
            case(sampler, 7, **{curve: True})
        case(sampler, 7, use_karras_sigmas=True, sigma_min=0.1, sigma_max=10.0)
    for sampler, begin in [("ddim", 3), ("pndm", 3), ("lms", 3), ("euler", 3), ("euler_a", 3), ("heun", 4), ("dpm2", 4), ("dpm2_a", 4),
                           ("dpmpp_2m", 3), ("dpmpp_2m_sde", 3), ("dpmpp_sde", 4), ("unipc", 3), ("deis", 3)]:
        case(sampler, 7, begin=begin, skip_prk_steps=True)


def k_diffusion():
    """k_diffusion.sampling without the rest of its package, which needs much that is never called."""
    spec = next(Path_(folder) / "k_diffusion" for folder in sys.path if (Path_(folder) / "k_diffusion/sampling.py").exists())
    package = types.ModuleType("k_diffusion")
    package.__path__ = [str(spec)]
    utils = types.ModuleType("k_diffusion.utils")
    utils.append_dims = lambda x, dims: x[(...,) + (None,) * (dims - x.ndim)]
    ode = types.ModuleType("torchdiffeq")
    ode.odeint = None
    sys.modules |= {"k_diffusion": package, "k_diffusion.utils": utils, "torchdiffeq": ode}
    return importlib.import_module("k_diffusion.sampling")


def beyond_diffusers(golden):
    """What only k-diffusion can judge: DPM++ 3M SDE, and DPM++ SDE with another eta than 1."""
    judge = k_diffusion()
    for sampler, kind, curve, steps, eta in itertools.product(
            ["dpmpp_3m_sde", "dpmpp_sde"], ["epsilon", "v_prediction"], [{}, {"use_karras_sigmas": True}], [1, 4, 9, 20], [0.0, 1.0]):
        if sampler == "dpmpp_sde" and (eta == 1.0 or steps == 4) or sampler == "dpmpp_3m_sde" and steps == 1:
            continue  # the one has diffusers as its judge, the other raises an exception after a single step
        keys = {"prediction_type": kind} | curve
        betas = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
        scheduler = EulerDiscreteScheduler.from_config(keys | betas)
        scheduler.set_timesteps(steps)
        logs = np.log(np.array(((1 - scheduler.alphas_cumprod) / scheduler.alphas_cumprod) ** 0.5))

        def denoised(x, sigma, latents):
            latents.append(x)
            t = scheduler._sigma_to_t(sigma.double().numpy(), logs)
            index = (scheduler.sigmas[:-1] == sigma).nonzero()
            t = scheduler.timesteps[index[0, 0]] if len(index) else torch.as_tensor(t.astype(np.float32))[0]
            output = model(x / (sigma ** 2 + 1) ** 0.5, t)
            if kind == "epsilon":
                return x - sigma * output
            return output * (-sigma / (sigma ** 2 + 1) ** 0.5) + x / (sigma ** 2 + 1)

        generator = torch.Generator("cpu").manual_seed(7)
        x = torch.randn(SHAPE, generator=generator) * scheduler.init_noise_sigma
        latents = []
        noise = lambda *_: torch.randn(SHAPE, generator=generator)
        last = getattr(judge, f"sample_{sampler}")(lambda x, sigma, **_: denoised(x, sigma, latents), x, scheduler.sigmas,
                                                   eta=eta, noise_sampler=noise, disable=True)
        golden.case(sampler=sampler, steps=steps, eta=eta, **keys)
        for x in latents[1:] + [last]:
            golden.short("x", x)


def begins():
    """Image-to-image for the samplers that `samplers` leaves out: at which timesteps, and the loop from there."""
    golden = Golden("begin", "latents after each model call of loops that begin with a noised picture, on the model of solver_samplers.txt")
    for sampler, kind, begin in itertools.product(["ddpm", "dpmpp_2s", "lcm", "tcd"], ["epsilon", "v_prediction"], [0, 2, 3]):
        keys = {"prediction_type": kind}
        golden.case(sampler=sampler, steps=7, begin=begin, **keys)
        scheduler = build(sampler, keys | SD, 7)
        for x in run(scheduler, torch.Generator("cpu").manual_seed(7), begin)[0]:
            golden.short("x", x)
    # As LatentConsistencyModelImg2ImgPipeline does: the timesteps are spread over what strength leaves, and all of them are visited.
    for sampler, strength in itertools.product(["lcm", "tcd"], [0.3, 0.5, 0.77]):
        golden.case(sampler=sampler, steps=4, begin=0, strength=strength)
        scheduler = build(sampler, SD, 4)
        scheduler.set_timesteps(4, strength=strength)
        for x in run(scheduler, torch.Generator("cpu").manual_seed(7), 0)[0]:
            golden.short("x", x)
    golden.write()


def descents():
    """Sampling as optimisation, by torch's own optimisers, and Adam by its paper's formulas with one second moment for all latents."""
    golden = Golden("descent", "latents after each model call of optimisers on the predicted noise, on the model of solver_samplers.txt")
    for sampler, kind, sigmas, steps in itertools.product(
            ["sgd", "momentum", "adam"], ["epsilon", "v_prediction"], ["exponential", "karras"], [1, 4, 9, 20]):
        betas = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
        scheduler = EulerDiscreteScheduler.from_config({"prediction_type": kind, f"use_{sigmas}_sigmas": True} | betas)
        scheduler.set_timesteps(steps)
        golden.case(sampler=sampler, steps=steps, prediction_type=kind, **({} if sigmas == "exponential" else {"sigmas": sigmas}))
        for x in descent(sampler, scheduler, model, torch.randn(SHAPE, generator=torch.Generator("cpu").manual_seed(7))):
            golden.short("x", x)
    golden.write()


if __name__ == "__main__":
    torch.set_num_threads(1)
    diffusers.logging.set_verbosity_error()
    recipes = [randn, schedules, loops, pulled, curves, samplers, begins, descents]
    for recipe in recipes:
        if len(sys.argv) == 1 or recipe.__name__ in sys.argv[1:]:
            recipe()
