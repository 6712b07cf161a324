"""Components with random weights, from diffusers' and transformers' own classes.

Twins get weights that are all awake (tests/golden/make/tiny.py): every norm, bias and residual shows in the result.
"""
from diffusers import AutoencoderKL, AutoencoderTiny, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

MADE_WITH = "0.42.1"  # a constant, so that a newer diffusers does not change the folders
COMPONENTS = ("text_encoder", "text_encoder_2", "unet", "vae")


def component(name, config):
    """An instance with PyTorch's own initial weights."""
    if name == "unet":
        return UNet2DConditionModel.from_config(config)
    if name == "vae":
        kind = AutoencoderTiny if config["_class_name"] == "AutoencoderTiny" else AutoencoderKL
        return kind.from_config(config)
    kind = CLIPTextModelWithProjection if name == "text_encoder_2" else CLIPTextModel
    return kind(CLIPTextConfig(**config))


def public_name(component, name):
    """Published text encoders say `text_model.`, which transformers 5 no longer does for CLIPTextModel."""
    if component.startswith("text_encoder") and not name.startswith(("text_model.", "text_projection.")):
        return f"text_model.{name}"
    return name


def state(component_name, module):
    named = module.state_dict().items()
    return {public_name(component_name, name): tensor for name, tensor in named if "position_ids" not in name}


def model_index(family):
    text = {"text_encoder": ["transformers", "CLIPTextModel"], "tokenizer": ["transformers", "CLIPTokenizer"]}
    index = {"_class_name": family["pipeline"], "_diffusers_version": MADE_WITH, "scheduler": ["diffusers", family["scheduler"]["_class_name"]]} | text
    if family["text_encoder_2"]:
        index |= {"text_encoder_2": ["transformers", "CLIPTextModelWithProjection"], "tokenizer_2": ["transformers", "CLIPTokenizer"]}
        index |= {"force_zeros_for_empty_prompt": True}
    else:
        index |= {"feature_extractor": [None, None], "safety_checker": [None, None], "requires_safety_checker": False}
    return index | {"unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"]}
