"""The tensors of published checkpoints in the original naming, each with diffusers' name for it and its shape.

usage: python3 tests/make_names.py [--keymaps FOLDER] [--weightmaps FOLDER]      writes tests/golden/names-*.txt
needs: torch, diffusers, transformers; no weights are made

Names and shapes come from diffusers' and transformers' classes with the published configurations, and from tests/checkpoints/original.py;
diffusers' own converter must agree on every denoiser and autoencoder. With --keymaps, so must the maps of the package ostris-ai-toolkit
0.2.7 (`toolkit/keymaps`, MIT), and with --weightmaps those of imaginAIry 15.0.0 (`weight_management/weight_maps`, MIT), which were made
from the published files. Both agreed when the files were committed.

A line `= A B` says that names beginning with A begin with B in diffusers; below it is how they go on, and the shape in the checkpoint.
`! A` is a tensor that no picture needs. `> A` says that a tensor A is made of several of diffusers', one below the other, whose names follow.
"""
import argparse
import json
import sys
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests/golden")]

import torch  # noqa: E402

from checkpoints import build, families, full, original  # noqa: E402

FAMILIES = ("sd15", "sd21", "sdxl", "lcm", "bk-sdm-base", "bk-sdm-small", "bk-sdm-tiny")
UNCHANGED = ("lcm", "bk-sdm-base", "bk-sdm-small", "bk-sdm-tiny")  # all but their denoisers is sd15's
KEYMAPS = {"sd15": "sd1", "sd21": "sd2", "sdxl": "sdxl"}
# (family, component): (file, what our names have before theirs)
WEIGHTMAPS = {
    ("sd15", "unet"): ("stable-diffusion-1-5_unet_compvis_TO_diffusers.json", "model."),
    ("sd15", "vae"): ("stable-diffusion-1-5_vae_compvis_TO_diffusers.json", "first_stage_model."),
    ("sd15", "text_encoder"): ("stable-diffusion-1-5_text_compvis_TO_diffusers.json", "cond_stage_model."),
    ("sdxl", "unet"): ("Compvis-UNet-SDXL-to-Diffusers.weightmap.json", ""),
    ("sdxl", "vae"): ("Compvis-Autoencoder-SDXL-to-Diffusers.weightmap.json", ""),
    ("sdxl", "text_encoder"): ("Compvis-TextEncoder-SDXL-to-Diffusers.weightmap.json", ""),
    ("sdxl", "text_encoder_2"): ("Compvis-OpenClipTextEncoder-SDXL-to-Diffusers.weightmap.json", ""),
}


def rows(name):
    """(original name, shape, diffusers' name or names, how) of a family's tensors, by component."""
    family, found = families.FAMILIES[name], {}
    for part in ("unet",) if name in UNCHANGED else build.COMPONENTS:
        if family[part]:
            shapes = full.component_shapes(part, family[part])
            found[part] = list(original.entries(family, part, shapes))
            prefix = original.parts(family)[part] if part == "vae" else ""
            with torch.device("meta"):
                empty = {row[0].removeprefix(prefix): torch.empty(row[1]) for row in found[part]}
            original.check(family, part, empty, shapes)
    return found


def lines(parts):
    for part, found in parts.items():
        yield f"# {part}"
        before = None
        for old, shape, new, how in found:
            if how == "cat":
                yield f"> {old} {' '.join(map(str, shape))} : {' '.join(new)}"
                before = None
                continue
            a, b, end = old.split("."), new.split("."), []
            while len(a) > 1 and len(b) > 1 and a[-1] == b[-1]:
                end.insert(0, a.pop())
                b.pop()
            if not end:
                a, b, end = [old], [new], [""]
            if (a, b) != before:
                yield f"= {'.'.join(a)} {'.'.join(b)}"
                before = (a, b)
            yield f"{'.'.join(end) or '-'} {' '.join(map(str, shape))}{' T' if how == 'transpose' else ''}"


def agree_with_keymap(name, parts, folder):
    """ostris-ai-toolkit's: one flat map, diffusers' names behind unet_, vae_, te_ (XL: te0_, te1_)."""
    maps = json.loads((folder / f"stable_diffusion_{KEYMAPS[name]}.json").read_text())
    two = "text_encoder_2" in parts
    marks = {"unet": "unet_", "vae": "vae_", "text_encoder": "te0_" if two else "te_", "text_encoder_2": "te1_"}
    cats = {old: tuple(rule["cat"]) for old, rule in maps["ldm_diffusers_operator_map"].items()}
    ours, ours_cat = {}, {}
    for part, found in parts.items():
        for old, _, new, how in found:
            if how == "cat":
                ours_cat[old] = tuple(marks[part] + one for one in new)
            elif how != "transpose":  # the maps leave the projection out
                ours[old] = marks[part] + new
    published = {old: new for old, new in maps["ldm_diffusers_keymap"].items()}
    assert ours == published, sorted(set(ours.items()) ^ set(published.items()))[:8]
    assert ours_cat == cats, sorted(set(ours_cat) ^ set(cats))[:8]
    shapes = {old: tuple(shape) for found in parts.values() for old, shape, _, _ in found}
    for old, (ldm, _) in maps["ldm_diffusers_shape_map"].items():
        assert shapes[old] == tuple(ldm), old
    print(f"{name}: {len(ours)} names and {len(ours_cat)} fused tensors agree with ostris-ai-toolkit's map")


def agree_with_weightmap(name, part, found, folder):
    """imaginAIry's: one map to a component, names without their last part."""
    file, prefix = WEIGHTMAPS[name, part]
    published = json.loads((folder / file).read_text())
    published = published.get("mapping") or published["name_map"]
    checked = 0
    for old, _, new, how in found:
        old, new = (old.removeprefix(prefix), new) if how != "cat" else (old.removeprefix(prefix), "")
        for a, b in ((old, new), (old.rsplit(".", 1)[0], new.rsplit(".", 1)[0])):
            if a in published and how not in ("cat", "transpose"):
                assert published[a] == b, (a, published[a], b)
                checked += 1
    print(f"{name} {part}: {checked} of {len(found)} names are in imaginAIry's map and agree")
    assert checked > len(found) / 2, file


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--keymaps", type=Path)
    arguments.add_argument("--weightmaps", type=Path)
    asked = arguments.parse_args()
    for name in FAMILIES:
        parts = rows(name)
        if asked.keymaps and name in KEYMAPS:
            agree_with_keymap(name, parts, asked.keymaps)
        for part, found in parts.items():
            if asked.weightmaps and (name, part) in WEIGHTMAPS:
                agree_with_weightmap(name, part, found, asked.weightmaps)
        besides = {} if name in UNCHANGED else original.extras(families.FAMILIES[name])
        besides = [f"! {' '.join(map(str, (extra, *shape)))}" for extra, shape in besides.items()]
        text = "\n".join(["# python3 tests/make_names.py", *lines(parts), *besides]) + "\n"
        (ROOT / f"tests/golden/names-{name}.txt").write_text(text)
        print(f"names-{name}.txt", sum(map(len, parts.values())), flush=True)


if __name__ == "__main__":
    main()
