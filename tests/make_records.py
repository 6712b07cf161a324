"""Pictures as other tools write them, what independent readers say of them, and what those readers say of ours.

usage: python3 tests/make_records.py            writes tests/golden/records/*.png and readers.json
       python3 tests/make_records.py --check    reads tests/golden/records/decant.png, which is ours, by the same readers
needs: pip install pillow sd-parsers==0.6 sd-prompt-reader==1.3.5 (without a display: only its classes are used)

The files are written through Pillow's PngInfo.add_text, as AUTOMATIC1111's stable-diffusion-webui, ComfyUI and InvokeAI write theirs; the
texts follow their formats with settings of our own choice. decant.png is made by the command in tests/golden/records/README.md.
"""
import argparse
import json
from pathlib import Path

from PIL import Image, PngImagePlugin
from sd_parsers import ParserManager
from sd_prompt_reader.image_data_reader import ImageDataReader

FOLDER = Path(__file__).resolve().parent / "golden/records"


def graph():
    """ComfyUI's API graph of a text-to-image workflow with a LoRA and a second pass, and the links of its workflow."""
    nodes = {
        "3": ("KSampler", {"seed": 156680208700286, "steps": 20, "cfg": 7.5, "sampler_name": "dpmpp_2m", "scheduler": "karras", "denoise": 1,
                           "model": ["11", 0], "positive": ["6", 0], "negative": ["7", 0], "latent_image": ["5", 0]}),
        "4": ("CheckpointLoaderSimple", {"ckpt_name": "digits.safetensors"}),
        "5": ("EmptyLatentImage", {"width": 512, "height": 256, "batch_size": 1}),
        "6": ("CLIPTextEncode", {"text": "a \"blue\" seven, né 猫\nsecond line", "clip": ["12", 0]}),
        "7": ("CLIPTextEncode", {"text": "blurry", "clip": ["12", 0]}),
        "8": ("VAEDecode", {"samples": ["3", 0], "vae": ["4", 2]}),
        "9": ("SaveImage", {"filename_prefix": "ComfyUI", "images": ["8", 0]}),
        "11": ("LoraLoader", {"lora_name": "ink.safetensors", "strength_model": 0.5, "strength_clip": 1.0, "model": ["4", 0], "clip": ["4", 1]}),
        "12": ("CLIPSetLastLayer", {"stop_at_clip_layer": -2, "clip": ["11", 1]}),
    }
    kinds = {"model": "MODEL", "clip": "CLIP", "positive": "CONDITIONING", "negative": "CONDITIONING", "latent_image": "LATENT",
             "samples": "LATENT", "vae": "VAE", "images": "IMAGE"}
    links = [(int(source[0]), source[1], int(name), slot, kinds[key]) for name, (_, inputs) in nodes.items()
             for slot, (key, source) in enumerate(inputs.items()) if isinstance(source, list)]
    prompt = {name: {"inputs": inputs, "class_type": kind} for name, (kind, inputs) in nodes.items()}
    return prompt, {"links": [[i + 1, *link] for i, link in enumerate(links)], "nodes": []}


def texts():
    """File name: the texts of the picture."""
    prompt, workflow = graph()
    invoke = {"positive_prompt": "a blue seven, \"né\"", "negative_prompt": "blurry", "width": 512, "height": 256, "seed": 3141592653, "rand_device": "cpu",
              "cfg_scale": 7.5, "cfg_rescale_multiplier": 0.7, "steps": 30, "scheduler": "dpmpp_2m_k", "clip_skip": 1,
              "model": {"name": "digits", "model_name": "digits", "base": "sd-1", "type": "main"}, "generation_mode": "txt2img"}
    older = {"model": "stable diffusion", "model_weights": "digits", "model_hash": "0c83c3ac", "app_id": "invoke-ai/InvokeAI",
             "image": {"prompt": [{"prompt": "a blue seven", "weight": 1.0}], "steps": 30, "cfg_scale": 7.5, "width": 512, "height": 256,
                       "sampler": "k_euler_a", "seed": 31, "type": "txt2img"}}
    return {
        "parameters.png": {"parameters": "a (blue:1.2) \"seven\",\nsecond line <lora:ink:0.8>\nNegative prompt: blurry,\nlow contrast\nSteps: 25, Sampler: DPM++ 2M, "
                           "Schedule type: Karras, CFG scale: 7.5, Seed: 3141592653, Size: 512x768, Model hash: 6ce0161689, Model: v1-5-pruned-emaonly, "
                           "Clip skip: 2, RNG: CPU, Lora hashes: \"ink: 0123456789ab\", Version: v1.10.1"},
        "parameters-older.png": {"parameters": "né 猫 🐈\nNegative prompt: unscharf\nSteps: 20, Sampler: DPM++ 2M Karras, CFG scale: 7, Seed: 1, Size: 512x512, "
                                 "Model hash: 6ce0161689, Model: v1-5-pruned-emaonly, Version: v1.6.0"},
        "comfyui.png": {"prompt": json.dumps(prompt), "workflow": json.dumps(workflow)},
        "invokeai.png": {"invokeai_metadata": json.dumps(invoke)},
        "invokeai-older.png": {"sd-metadata": json.dumps(older)},
    }


def read(path):
    """What both readers say: sd-parsers' first sampler, and sd-prompt-reader's fields where it knows the tool."""
    info = ParserManager().parse(path)
    sampler = info.samplers[0]
    said = {"generator": info.generator.value, "sampler": sampler.name, "parameters": {k: str(v) for k, v in sampler.parameters.items()},
            "model": sampler.model.name if sampler.model else "", "prompt": info.full_prompt, "negative": info.full_negative_prompt}
    other = ImageDataReader(str(path))
    said["sd-prompt-reader"] = {"positive": other.positive, "negative": other.negative, **other.parameter}
    return said


def write():
    FOLDER.mkdir(exist_ok=True)
    said = {}
    for name, chunks in texts().items():
        info = PngImagePlugin.PngInfo()
        for keyword, text in chunks.items():
            info.add_text(keyword, text)
        Image.new("RGB", (2, 2), (40, 80, 160)).save(FOLDER / name, pnginfo=info, optimize=True)
        said[name] = read(FOLDER / name)
    (FOLDER / "readers.json").write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n")


def check():
    path = FOLDER / "decant.png"
    said, ours = read(path), json.loads(Image.open(path).text["decant"])
    settings, parameters, other = ours["settings"], said["parameters"], said["sd-prompt-reader"]
    expected = [
        ("generator", said["generator"], "AUTOMATIC1111"),
        ("prompt", said["prompt"], settings["prompt"]),
        ("negative", said["negative"], settings["negative"]),
        ("sampler", said["sampler"], "DPM++ 2M"),
        ("scheduler", parameters["scheduler"], "Karras"),
        ("steps", parameters["steps"], str(settings["steps"])),
        ("guidance", parameters["cfg_scale"], str(settings["guidance"])),
        ("seed", parameters["seed"], str(settings["seed"])),
        ("model", said["model"], ours["model"]["name"]),
        ("positive, other reader", other["positive"], settings["prompt"]),
        ("seed, other reader", other["seed"], str(settings["seed"])),
        ("size, other reader", other["size"], f"{settings['width']}x{settings['height']}"),
        ("Pillow's text", Image.open(path).text["parameters"].splitlines()[0], settings["prompt"].splitlines()[0]),
    ]
    for what, got, wanted in expected:
        assert got == wanted, f"{what}: expected {wanted!r}, got {got!r}"
    print(f"{len(expected)} of {len(expected)} as expected")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--check", action="store_true")
    (check if arguments.parse_args().check else write)()
