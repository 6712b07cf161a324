"""Makes the files that Decant is judged by: tests/models (tiny random checkpoints) and tests/golden (what diffusers computes).

usage: python3 tests/make_goldens.py [--only NAME]...      from the repository's root; --list prints the names
needs: torch, numpy, diffusers, transformers, tokenizers (the versions are in each golden's metadata); no GPU, no network
The same machine writes the same bytes each time. Another processor may differ in the last digits, far below the tests' tolerances.
"""
import argparse
import json
import os
import sys
from pathlib import Path

os.environ |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error", "DIFFUSERS_VERBOSITY": "error", "CUDA_VISIBLE_DEVICES": ""}
sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/golden"))

import torch  # noqa: E402  (after the environment is set)

from make import images, inside, lora, losses, record, sampling, tiny, words  # noqa: E402
from make.prompts import LONG, PROMPTS  # noqa: E402

MODELS, GOLDEN = ROOT / "tests/models", ROOT / "tests/golden"
SD1, SD2, DIGITS = MODELS / "sd1-tiny", MODELS / "sd2-tiny", ROOT / "models/digits"
SHOWN = ["", "a photograph of an astronaut riding a horse", LONG, "Ein Café, déjà vu! 猫 🐈"]

# (name, batch, height, width, timestep): every timestep once, batches of 1 and 2, then sizes that do not halve evenly
UNET_CASES = [(f"t{t:g}", 1 + i % 2, *((8, 8), (4, 12), (12, 8))[i % 3], t) for i, t in enumerate(record.TIMESTEPS)]
UNET_CASES += [("odd_6x10", 2, 6, 10, 321.0), ("odd_5x7", 1, 5, 7, 77.0)]
FAMILY_CASES = [("t999", 2, 8, 8, 999.0), ("odd_5x7", 1, 5, 7, 123.4)]
VARIANT_CASES = [("even_4x6", 2, 4, 6, 500.0), ("odd_5x7", 1, 5, 7, 123.4)]

PHOTO, BLURRY = "a photograph of an astronaut riding a horse", "blurry, low quality"
GUIDED = dict(prompt=PHOTO, negative=BLURRY, steps=5, guidance=7.5, seed=42)
ALONE = dict(prompt="Ein Café, déjà vu! 猫 🐈", negative="", steps=4, guidance=1.0, seed=7)
DIGIT = dict(prompt="a blue seven on a yellow background", negative="", steps=8, guidance=3.0, width=32, height=32)


def tokens():
    folders = {"digits": DIGITS, "sd1-tiny": SD1, "sd2-tiny": SD2}
    rows = [json.dumps(row, ensure_ascii=True) for row in record.tokens(PROMPTS, folders)]
    # The judge, transformers' CLIPTokenizer, cleans text in three ways and no more: NFC, each run of \s to one space, lower case.
    # It does not undo HTML entities, repair encodings or strip accents, as OpenAI's first tokenizer did.
    about = {"command": "python3 tests/make_goldens.py --only tokens", "judge": f"transformers {record.transformers.__version__} CLIPTokenizer",
             "cleaning": "NFC, then each run of white space to one space, then lower case; nothing else"}
    (GOLDEN / "tokens.json").write_text('{"about": %s,\n"prompts": [\n%s\n]}\n' % (json.dumps(about), ",\n".join(rows)))


def pipeline(folder, sampler, **settings):
    return lambda path: record.pipeline(path, folder, sampler, **settings)


# What can be asked for by name, models first because the rest reads them.
RECIPES = {
    "sd1-tiny": lambda _: tiny.sd1(SD1, DIGITS / "tokenizer"),
    "sd2-tiny": lambda _: tiny.sd2(SD2, DIGITS / "tokenizer"),
    "unet-variants": lambda _: tiny.unet_variants(MODELS / "unet-variants"),
    "tokens": lambda _: tokens(),
}
for _model in (SD1, SD2):
    RECIPES |= {
        f"text-{_model.name}": lambda path, model=_model: record.text(path, model, SHOWN),
        f"unet-{_model.name}": lambda path, model=_model: record.unet(path, model / "unet", UNET_CASES),
        f"vae-{_model.name}": lambda path, model=_model: record.vae(path, model, [(1, 6, 10), (2, 5, 3)]),
    }
for _variant in tiny.VARIANTS:
    RECIPES[f"unet-{_variant}"] = lambda path, name=_variant: record.unet(path, MODELS / "unet-variants" / name, VARIANT_CASES)
for _sampler in record.SAMPLERS:
    RECIPES |= {
        f"pipeline-sd1-tiny-{_sampler}-guided": pipeline(SD1, _sampler, **GUIDED, width=80, height=48),
        f"pipeline-sd1-tiny-{_sampler}-alone": pipeline(SD1, _sampler, **ALONE, width=56, height=40),
        f"pipeline-sd2-tiny-{_sampler}-guided": pipeline(SD2, _sampler, **GUIDED, width=24, height=40),
        f"pipeline-sd2-tiny-{_sampler}-alone": pipeline(SD2, _sampler, **ALONE, width=32, height=24),
    }

# The other families: each network that differs, and a whole picture or two.
XL, TAESD, TAESDXL = MODELS / "sdxl-tiny", MODELS / "taesd-tiny", MODELS / "taesdxl-tiny"
RECIPES["text-sdxl-tiny"] = lambda path: record.text_pair(path, XL, SHOWN)
for _name in ("sdxl-tiny", "lcm-tiny", "bk-sdm-tiny", "inpaint-tiny", "turbo-tiny"):
    RECIPES[f"unet-{_name}"] = lambda path, name=_name: record.unet(path, MODELS / name / "unet", FAMILY_CASES)
RECIPES["vae-sdxl-tiny"] = lambda path: record.vae(path, XL, [(1, 5, 3)])
for _tiny in (TAESD, TAESDXL):
    RECIPES[f"tiny-{_tiny.name}"] = lambda path, folder=_tiny: record.tiny(path, folder, [(6, 10), (5, 3)])
SMALL = dict(steps=4, width=48, height=32)
RECIPES |= {
    "pipeline-sdxl-tiny-euler-guided": pipeline(XL, "euler", **GUIDED | SMALL),
    "pipeline-sdxl-tiny-euler-no-negative": pipeline(XL, "euler", **GUIDED | SMALL | dict(negative="")),
    "pipeline-sdxl-tiny-ddim-alone": pipeline(XL, "ddim", **ALONE | SMALL),
    "pipeline-lcm-tiny-ddim": pipeline(MODELS / "lcm-tiny", "ddim", **GUIDED | SMALL | dict(negative="", guidance=8.5)),
    "pipeline-lcm-tiny-lcm": pipeline(MODELS / "lcm-tiny", "lcm", **GUIDED | SMALL | dict(negative="", guidance=8.5)),
    "pipeline-turbo-tiny-euler_a": pipeline(MODELS / "turbo-tiny", "euler_a", **ALONE | SMALL),
    "pipeline-bk-sdm-tiny-ddim-guided": pipeline(MODELS / "bk-sdm-tiny", "ddim", **GUIDED | SMALL),
    "pipeline-inpaint-tiny-ddim-guided": pipeline(MODELS / "inpaint-tiny", "ddim", **GUIDED | SMALL),
    "pipeline-inpaint-tiny-euler-alone": pipeline(MODELS / "inpaint-tiny", "euler", **ALONE | SMALL),
    "pipeline-turbo-tiny-euler-one-step": pipeline(MODELS / "turbo-tiny", "euler", **ALONE | SMALL | dict(steps=1)),
    "pipeline-bk-sdm-tiny-taesd": pipeline(MODELS / "bk-sdm-tiny", "ddim", **GUIDED | SMALL, tiny=TAESD),
    "pipeline-sdxl-tiny-taesdxl": pipeline(XL, "euler", **GUIDED | SMALL, tiny=TAESDXL),
}
RECIPES |= {
    "pipeline-digits-ddim-seed0": pipeline(DIGITS, "ddim", **DIGIT, seed=0),
    "pipeline-digits-ddim-seed1": pipeline(DIGITS, "ddim", **DIGIT, seed=1),
    "pipeline-digits-euler-seed0": pipeline(DIGITS, "euler", **DIGIT, seed=0),
}
RECIPES |= lora.recipes(MODELS, DIGITS)
RECIPES |= images.recipes(MODELS, GOLDEN)
RECIPES |= words.recipes(MODELS, GOLDEN)
RECIPES |= sampling.recipes(MODELS)
RECIPES |= {f"losses-{_model.name}": lambda path, folder=_model: losses.losses(path, folder) for _model in (SD1, SD2, DIGITS)}
RECIPES |= inside.recipes(MODELS, DIGITS, FAMILY_CASES)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--only", action="append", choices=RECIPES, metavar="NAME")
    arguments.add_argument("--list", action="store_true")
    asked = arguments.parse_args()
    if asked.list:
        print("\n".join(RECIPES))
        return
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.set_grad_enabled(False)
    for name in asked.only or RECIPES:
        RECIPES[name](GOLDEN / f"{name}.safetensors")
        print(name, flush=True)


if __name__ == "__main__":
    main()
