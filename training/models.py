"""diffusers' and transformers' classes made from config.toml, and the folders they are saved in. Nothing is trained here."""
import copy
import json
import shutil

import torch
from diffusers import AutoencoderKL, DDIMScheduler, LCMScheduler, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from scenes import BACKGROUNDS, HUES, PAIRS, SMALL, WORN

FEW = 500  # words that can be shown at once
TOKENIZER = "models/digits/tokenizer"  # CLIP's own vocabulary, which Decant has already


def new_vae(settings):
    return AutoencoderKL(**settings.vae.model, sample_size=settings.data.size, scaling_factor=1.0)


def new_text(settings):
    return CLIPTextModel(CLIPTextConfig(**settings.text.model))


def new_unet(settings):
    halvings = len(settings.vae.model["block_out_channels"]) - 1
    return UNet2DConditionModel(**settings.unet.model, sample_size=settings.data.size >> halvings)


def tokenizer(root):
    return CLIPTokenizer.from_pretrained(root / TOKENIZER)


def load(folder, device):
    """Whatever of vae, text_encoder and unet the folder has, in f32, not learning. Reads safetensors, and the GGUF files that `decant quantize` writes."""
    classes = {"vae": AutoencoderKL, "text_encoder": CLIPTextModel, "unet": UNet2DConditionModel}
    found = {name: opened(kind, folder / name) for name, kind in classes.items() if (folder / name / "config.json").exists()}
    return {name: module.float().to(device).eval().requires_grad_(False) for name, module in found.items()}


def opened(kind, folder):
    files = sorted(folder.glob("*.gguf"))
    if not files or list(folder.glob("*.safetensors")):
        return kind.from_pretrained(folder)
    module = kind(CLIPTextConfig.from_pretrained(folder)) if kind is CLIPTextModel else kind.from_config(kind.load_config(folder))
    weights = dequantized(files[0])
    text = {name.removeprefix("text_model."): values for name, values in weights.items()} if kind is CLIPTextModel else weights
    module.load_state_dict({name: text[name].reshape(own.shape) for name, own in module.state_dict().items() if name in text} if text else {}, strict=True)
    return module


def dequantized(file):
    """A GGUF file's tensors in f32, by PyTorch's shapes: `decant quantize` keeps a convolution's input channels last."""
    import gguf  # nothing else needs it

    reader = gguf.GGUFReader(file)
    arrays = {tensor.name: gguf.quants.dequantize(tensor.data, tensor.tensor_type) for tensor in reader.tensors}
    shapes = {tensor.name: [int(count) for count in reversed(tensor.shape)] for tensor in reader.tensors}
    weights = {name: torch.from_numpy(array.astype("float32")).reshape(shapes[name]) for name, array in arrays.items()}
    return {name: values.permute(0, 3, 1, 2).contiguous() if values.ndim == 4 else values for name, values in weights.items()}


def save(module, folder, name):
    """f16 safetensors, from a copy: the module goes on in f32. The configuration does not say which folder it was read from."""
    copy.deepcopy(module).cpu().to(memory_format=torch.contiguous_format).half().save_pretrained(folder / name, safe_serialization=True)
    file = folder / name / "config.json"
    config = json.loads(file.read_text())
    config.pop("_name_or_path", None)
    file.write_text(json.dumps(config, indent=2) + "\n")


def save_frame(folder, root, settings, words, twin):
    """The rest of a diffusers folder: tokenizer, scheduler, model_index.json, and what Decant offers for it: defaults, and the words if they are few."""
    shutil.copytree(root / TOKENIZER, folder / "tokenizer", dirs_exist_ok=True)
    scheduler = latent_consistency(settings) if twin else DDIMScheduler(**vars(settings.schedule))
    scheduler.save_pretrained(folder / "scheduler")
    index = {
        "_class_name": "StableDiffusionPipeline", "scheduler": ["diffusers", type(scheduler).__name__], "text_encoder": ["transformers", "CLIPTextModel"],
        "tokenizer": ["transformers", "CLIPTokenizer"], "unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"],
        "feature_extractor": [None, None], "image_encoder": [None, None], "safety_checker": [None, None], "requires_safety_checker": False,
    }
    (folder / "model_index.json").write_text(json.dumps(index, indent=2) + "\n")
    fast = {"steps": 4, "guidance": 1.0, "sampler": "lcm"}
    defaults = {"title": "Emoji" + (", in few steps" if twin else ""), "prompt": "a fox on a light blue background"}
    defaults |= fast if twin else {"steps": 8, "guidance": 3.0, "sampler": "dpmpp_2m"}
    defaults |= {"words": sorted(words)} if len(words) <= FEW else {}
    defaults |= {"examples": settings.scenes.examples} if settings.scenes.examples else {}
    defaults |= {"grammar": grammar(settings.scenes)} if "words" in defaults else {}
    (folder / "decant.json").write_text(json.dumps(defaults, indent=2) + "\n")


def grammar(scenes):
    """What captions are made of besides names (scenes.py), so that the page can say which words mean nothing to the model."""
    worn = ["with", "wearing", *WORN.values()] if scenes.worn else []
    return {"styles": scenes.styles, "backgrounds": list(BACKGROUNDS), "words": ["a", "an", "on", "of", "background", "style", "emoji", *PAIRS, *SMALL, *HUES, *worn]}


def latent_consistency(settings):
    own = {"original_inference_steps": settings.distil.solver_steps, "timestep_scaling": settings.distil.timestep_scaling}
    return LCMScheduler(**vars(settings.schedule), **own)


def autocast(device, run):
    """bf16 where it is exact enough, if [run] says so."""
    return torch.autocast(device.type, torch.bfloat16, enabled=run.bf16)


def embedded(text, tokens):
    """tokens i64 [n, 77] -> [n, 77, D]"""
    return text(tokens).last_hidden_state
