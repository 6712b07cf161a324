"""Makes tests/golden/scheduler_files.txt: what diffusers makes of scheduler files, for every class, key and switch of class.

    python3 tests/make_goldens_schedulers.py

Needs torch, diffusers, scipy and torchsde (CPU); the file names the versions that made it.

A case is a file `scheduler_config.json` in a folder of some pipeline, as the pipeline loads it (which corrects early files), and where the
sampler's class is not the file's, as `Sampler.from_config(pipe.scheduler.config)` then takes it. One case a line, separated by tabs:

    PIPELINE  SAMPLER  STEPS  FILE (JSON)  ANSWER  [DRAWN]

ANSWER is the float32 bits of four latents after a loop on the model of make_goldens_solver.py, or `refused: WHY` where diffusers raises an
exception or ends in NaN. DRAWN is what a Brownian tree gave as new noise instead of the generator. What every file has is in the first line
of comments that begins with `# all:`.
"""

import inspect
import itertools
import json
import logging
import warnings

import diffusers
import numpy as np
import torch

from make_goldens_solver import HERE, SAMPLERS, run

# The file's classes, and what every file says beside its own keys.
CLASSES = sorted({judge.__name__ for judge in SAMPLERS.values()})
ALL = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}

# One key, or keys that only mean something together, at every value that some class follows.
KEYS = [
    {}, {"steps_offset": 0}, {"steps_offset": 1}, {"steps_offset": 3}, {"clip_sample": True}, {"clip_sample": False},
    {"clip_sample": True, "clip_sample_range": 0.5}, {"clip_sample_range": 0.5},
    {"thresholding": True}, {"thresholding": True, "sample_max_value": 1.5, "dynamic_thresholding_ratio": 0.8}, {"sample_max_value": 1.5},
    {"set_alpha_to_one": True}, {"set_alpha_to_one": False}, {"skip_prk_steps": True}, {"skip_prk_steps": False},
    {"use_karras_sigmas": True}, {"use_exponential_sigmas": True}, {"use_beta_sigmas": True}, {"use_lu_lambdas": True},
    {"use_karras_sigmas": True, "sigma_min": 0.1, "sigma_max": 9.0}, {"sigma_min": 0.1, "sigma_max": 9.0},
    {"use_exponential_sigmas": True, "use_karras_sigmas": True},
    {"final_sigmas_type": "zero"}, {"final_sigmas_type": "sigma_min"},
    {"final_sigmas_type": "sigma_min", "use_karras_sigmas": True},
    {"solver_type": "midpoint"}, {"solver_type": "heun"}, {"solver_type": "bh1"}, {"solver_type": "bh2"}, {"solver_type": "logrho"},
    {"solver_order": 1}, {"solver_order": 3}, {"solver_order": 3, "final_sigmas_type": "sigma_min", "lower_order_final": False},
    {"lower_order_final": True}, {"lower_order_final": False, "final_sigmas_type": "sigma_min"},
    {"euler_at_final": True, "final_sigmas_type": "sigma_min"},
    {"algorithm_type": "dpmsolver++"}, {"algorithm_type": "sde-dpmsolver++"}, {"algorithm_type": "dpmsolver"},
    {"algorithm_type": "sde-dpmsolver"}, {"algorithm_type": "deis"},
    {"algorithm_type": "sde-dpmsolver++", "solver_order": 3}, {"algorithm_type": "sde-dpmsolver++", "solver_type": "heun"},
    {"algorithm_type": "dpmsolver", "final_sigmas_type": "sigma_min"},
    {"algorithm_type": "dpmsolver", "final_sigmas_type": "sigma_min", "solver_type": "heun"},
    {"algorithm_type": "dpmsolver", "final_sigmas_type": "sigma_min", "solver_order": 3},
    {"algorithm_type": "dpmsolver", "final_sigmas_type": "sigma_min", "solver_order": 3, "solver_type": "heun"},
    {"algorithm_type": "dpmsolver", "final_sigmas_type": "sigma_min", "thresholding": True},
    {"algorithm_type": "sde-dpmsolver", "final_sigmas_type": "sigma_min"},
    {"algorithm_type": "sde-dpmsolver", "final_sigmas_type": "sigma_min", "solver_type": "heun"},
    {"algorithm_type": "sde-dpmsolver", "final_sigmas_type": "sigma_min", "solver_order": 3},
    {"predict_x0": False, "final_sigmas_type": "sigma_min"}, {"disable_corrector": [0, 2]},
    {"lambda_min_clipped": -2.0}, {"variance_type": "fixed_large"}, {"variance_type": "fixed_small_log"}, {"variance_type": "learned"},
    {"timestep_spacing": "leading"}, {"timestep_spacing": "linspace"}, {"timestep_spacing": "trailing"},
    {"timestep_spacing": "leading", "steps_offset": 1},
    {"prediction_type": "v_prediction"}, {"prediction_type": "sample"},
    {"prediction_type": "v_prediction", "rescale_betas_zero_snr": True},
    {"prediction_type": "v_prediction", "rescale_betas_zero_snr": True, "timestep_spacing": "trailing"},
    {"interpolation_type": "log_linear"}, {"timestep_type": "continuous", "prediction_type": "v_prediction"},
    {"beta_schedule": "linear"}, {"beta_schedule": "squaredcos_cap_v2"}, {"num_train_timesteps": 500},
    {"trained_betas": [round(0.001 + 0.0004 * i, 6) for i in range(40)], "num_train_timesteps": 40},
    {"original_inference_steps": 100, "timestep_scaling": 3.0},
]

# What pipelines correct, or leave as it is.
CORRECTED = [{}, {"steps_offset": 0}, {"clip_sample": True}, {"steps_offset": 0, "clip_sample": True}, {"skip_prk_steps": False},
             {"timestep_spacing": "leading", "clip_sample": True}]
PIPELINES = ["StableDiffusionPipeline", "StableDiffusionImg2ImgPipeline", "StableDiffusionInpaintPipeline", "StableDiffusionXLPipeline",
             "LatentConsistencyModelPipeline"]


def pipeline(name, scheduler):
    """A pipeline of that class with nothing in it but a scheduler."""
    parts = {"vae": None, "text_encoder": None, "tokenizer": None, "unet": None, "scheduler": scheduler}
    if name == "StableDiffusionXLPipeline":
        parts |= {"text_encoder_2": None, "tokenizer_2": None, "add_watermarker": False}
    else:
        parts |= {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}
    return getattr(diffusers, name)(**parts)


def built(name, file, sampler):
    """The scheduler as somebody has it who opens the folder and, where it is another one, asks for this sampler."""
    own = getattr(diffusers, file["_class_name"]).from_config(file)
    loaded = pipeline(name, own).scheduler
    judge = SAMPLERS[sampler]
    extra = {}
    if sampler == "dpmpp_2m_sde":
        extra = {"algorithm_type": "sde-dpmsolver++"}
        if judge is type(loaded) and loaded.config.algorithm_type == "sde-dpmsolver++":
            return loaded
    elif judge is type(loaded) and not extra:
        return loaded
    return judge.from_config(loaded.config, **extra)


def asked(name, file, sampler, steps):
    """The last latents of a loop and the noise drawn from a tree, or why there are none."""
    try:
        scheduler = built(name, file, sampler)
        scheduler.set_timesteps(steps)
        latents, drawn = run(scheduler, torch.Generator("cpu").manual_seed(7))
    except Exception as error:  # whatever diffusers raises: the case is that it does
        return "refused: " + (str(error).split("\n")[0][:80] or type(error).__name__), []
    if not torch.isfinite(latents[-1]).all():
        return "refused: NaN", []
    return bits(latents[-1]), drawn


def bits(values):
    """float32 values as hexadecimal digits."""
    return " ".join(f"{b:08x}" for b in np.asarray(values, dtype=np.float32).reshape(-1).view(np.uint32))


def reads(sampler, keys):
    """Whether the sampler's class knows one of the keys."""
    return not keys or any(key in inspect.signature(SAMPLERS[sampler].__init__).parameters for key in keys)


def cases():
    """Every case once: pipeline, sampler, steps, file."""
    plain = PIPELINES[0]
    own = {name: [sampler for sampler, judge in SAMPLERS.items() if judge.__name__ == name] for name in CLASSES}
    for name, sampler in itertools.product(CLASSES, SAMPLERS):
        for keys in KEYS:
            if not keys or sampler in own[name] and reads(sampler, keys):
                yield plain, sampler, 7, {"_class_name": name} | keys
    for keys in KEYS:
        for sampler in SAMPLERS:
            # A class that reads none of the keys: one sampler of each kind shows that they change nothing.
            if reads(sampler, keys) or sampler in ("pndm", "euler_a"):
                yield plain, sampler, 7, {"_class_name": "PNDMScheduler"} | keys
            if "algorithm_type" in keys and reads(sampler, keys):
                yield plain, sampler, 7, {"_class_name": "DPMSolverMultistepScheduler"} | keys
    for keys in KEYS:
        if any("order" in key or "final" in key for key in keys):
            for name in ["DPMSolverMultistepScheduler", "DPMSolverSinglestepScheduler", "UniPCMultistepScheduler", "DEISMultistepScheduler"]:
                for sampler in own[name]:
                    yield plain, sampler, 18, {"_class_name": name} | keys
    for name in PIPELINES:
        for file in ["PNDMScheduler", "DDIMScheduler", "EulerDiscreteScheduler"]:
            for keys in CORRECTED:
                for sampler in ["ddim", "ddpm", "pndm", "euler"]:
                    yield name, sampler, 7, {"_class_name": file} | keys


def main():
    """Writes the file."""
    lines = ["# decant scheduler files 1: see tests/make_goldens_schedulers.py, which made it", f"# all: {json.dumps(ALL)}",
             f"# torch {torch.__version__}, diffusers {diffusers.__version__}, numpy {np.__version__}, "
             f"{torch.backends.cpu.get_cpu_capability()}"]
    seen, refused = set(), 0
    for name, sampler, steps, keys in cases():
        head = "\t".join([name.removesuffix("Pipeline"), sampler, str(steps), json.dumps(keys)])
        if head in seen:
            continue
        seen.add(head)
        answer, drawn = asked(name, ALL | keys, sampler, steps)
        refused += answer.startswith("refused")
        lines.append("\t".join([head, answer] + ([bits(torch.cat(drawn))] if drawn else [])))
    path = HERE / "golden" / "scheduler_files.txt"
    path.write_text("\n".join(lines) + "\n")
    print(path.name, path.stat().st_size, "bytes,", len(seen), "cases,", refused, "of them refused")


if __name__ == "__main__":
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    diffusers.logging.set_verbosity(logging.CRITICAL)
    main()
