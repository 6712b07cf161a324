"""Writes config_keys.json: every key that the judges' classes know, with its default.

Run `python3 crates/sd/tests/make_config_keys.py` from the repository's root; tests/config.rs compares Decant's tables with it.
"""
import inspect
import json
import math
from pathlib import Path

import diffusers
import transformers

SCHEDULERS = [
    "DDIM", "DDPM", "PNDM", "LMSDiscrete", "EulerDiscrete", "HeunDiscrete", "EulerAncestralDiscrete", "DPMSolverMultistep", "DPMSolverSinglestep",
    "KDPM2Discrete", "KDPM2AncestralDiscrete", "DEISMultistep", "UniPCMultistep", "LCM",
]


def plain(value):
    """As a configuration file would have it; infinities as Decant reads them."""
    if isinstance(value, float) and math.isinf(value):
        return None
    return list(value) if isinstance(value, tuple) else value


def keys(name):
    parameters = inspect.signature(getattr(diffusers, name).__init__).parameters.items()
    return {key: plain(parameter.default) for key, parameter in parameters if key != "self"}


text = json.loads(json.dumps(transformers.CLIPTextConfig().to_dict()))
del text["transformers_version"]
classes = {"CLIPTextConfig": text}
classes |= {name: keys(name) for name in ["UNet2DConditionModel", "AutoencoderKL", "AutoencoderTiny", *(f"{name}Scheduler" for name in SCHEDULERS)]}
about = {"command": "python3 crates/sd/tests/make_config_keys.py", "diffusers": diffusers.__version__, "transformers": transformers.__version__}
lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(known)}" for name, known in classes.items())
Path(__file__).with_name("config_keys.json").write_text(f'{{"about": {json.dumps(about)},\n"classes": {{\n{lines}\n}}}}\n')
