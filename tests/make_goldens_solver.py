"""Makes tests/golden/solver_*.txt: what torch and diffusers answer, for the tests of crates/solver.

    python3 tests/make_goldens_solver.py

Needs torch and diffusers (CPU); the files name the versions that made them.

Format, one record a line:
    # comment
    case key=value key=value ...      what was asked; scheduler keys are diffusers' own
    name LENGTH SUM: hex hex ...      float32 bits of an answer, SUM = float64 bits of the sum of all its values.
                                      Up to 64 values: all. More: the first 32, the last 32, and every (LENGTH/16)-th.
A case's answers follow it.
"""

import itertools
import struct
from pathlib import Path

import diffusers
import numpy as np
import torch
from diffusers import DDIMScheduler, EulerDiscreteScheduler

HERE = Path(__file__).resolve().parent
JUDGES = {"ddim": DDIMScheduler, "euler": EulerDiscreteScheduler}

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
        for kind, spacing, steps in itertools.product(kinds, ["leading", "linspace", "trailing"], [1, 4, 20]):
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


if __name__ == "__main__":
    torch.set_num_threads(1)
    randn()
    schedules()
    loops()
