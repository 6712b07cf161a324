"""The tiny random checkpoints under tests/models: what real Stable Diffusion folders look like, a thousand times smaller.

Every weight is awake: norms are away from (1, 0), biases away from 0, and layers that training starts at zero are not zero, so
that a forgotten norm, bias or residual shows. Queries and keys are large enough that attention is far from uniform.
Channels differ from level to level and are not all powers of two, so that a width taken from the wrong level does not fit.
No group norm has groups of one channel: those would hide the bias before them.
Only what make_goldens.py writes may read this; the folders are ordinary diffusers folders.
"""
import json
import zlib
from pathlib import Path

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel

from .files import write_json, write_safetensors, write_sharded

MERGES = 1500
VOCABULARY = 512 + MERGES + 2
MADE_WITH = "0.42.1"  # a constant, so that a newer diffusers does not change the folders

# --- sd1-tiny: the few keys of Stable Diffusion 1.5's files; everything else must come from the defaults -----------------------------

SD1_TEXT = {
    "architectures": ["CLIPTextModel"], "attention_dropout": 0.0, "bos_token_id": 0, "dropout": 0.0, "eos_token_id": 2,
    "hidden_act": "quick_gelu", "hidden_size": 32, "initializer_factor": 1.0, "initializer_range": 0.02, "intermediate_size": 128,
    "layer_norm_eps": 1e-05, "max_position_embeddings": 77, "model_type": "clip_text_model", "num_attention_heads": 4,
    "num_hidden_layers": 3, "pad_token_id": 1, "projection_dim": 32, "torch_dtype": "float32", "vocab_size": VOCABULARY,
}
SD1_UNET = {
    "_class_name": "UNet2DConditionModel", "_diffusers_version": MADE_WITH, "act_fn": "silu", "attention_head_dim": 2,
    "block_out_channels": [16, 24, 32], "center_input_sample": False, "cross_attention_dim": 32,
    "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"], "downsample_padding": 1,
    "flip_sin_to_cos": True, "freq_shift": 0, "in_channels": 4, "layers_per_block": 2, "mid_block_scale_factor": 1, "norm_eps": 1e-05,
    "norm_num_groups": 8, "out_channels": 4, "sample_size": 8,
    "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"],
}
SD1_VAE = {
    "_class_name": "AutoencoderKL", "_diffusers_version": MADE_WITH, "act_fn": "silu", "block_out_channels": [8, 12, 16, 16],
    "down_block_types": ["DownEncoderBlock2D"] * 4, "in_channels": 3, "latent_channels": 4, "layers_per_block": 1, "norm_num_groups": 4,
    "out_channels": 3, "sample_size": 64, "up_block_types": ["UpDecoderBlock2D"] * 4,
}
SD1_SCHEDULER = {
    "_class_name": "PNDMScheduler", "_diffusers_version": MADE_WITH, "beta_end": 0.012, "beta_schedule": "scaled_linear",
    "beta_start": 0.00085, "clip_sample": False, "num_train_timesteps": 1000, "set_alpha_to_one": False, "skip_prk_steps": True,
    "steps_offset": 1, "trained_betas": None,
}

# --- sd2-tiny: Stable Diffusion 2.1's keys, plus a level of only_cross_attention ------------------------------------------------------

SD2_TEXT = SD1_TEXT | {
    "hidden_act": "gelu", "hidden_size": 48, "intermediate_size": 96, "num_attention_heads": 3, "num_hidden_layers": 4, "projection_dim": 48,
}
SD2_UNET = SD1_UNET | {
    "attention_head_dim": [1, 2, 3], "block_out_channels": [16, 32, 48], "cross_attention_dim": 48, "dual_cross_attention": False,
    "layers_per_block": 1, "norm_num_groups": 8, "num_class_embeds": None, "only_cross_attention": [False, True, False],
    "upcast_attention": True, "use_linear_projection": True,
}
SD2_VAE = SD1_VAE | {
    "block_out_channels": [8, 16, 24], "down_block_types": ["DownEncoderBlock2D"] * 3, "up_block_types": ["UpDecoderBlock2D"] * 3,
    "layers_per_block": 2, "norm_num_groups": 4, "sample_size": 32, "scaling_factor": 0.43,
}
SD2_SCHEDULER = {
    "_class_name": "DDIMScheduler", "_diffusers_version": MADE_WITH, "beta_end": 0.012, "beta_schedule": "scaled_linear",
    "beta_start": 0.00085, "clip_sample": False, "num_train_timesteps": 1000, "prediction_type": "v_prediction",
    "set_alpha_to_one": False, "skip_prk_steps": True, "steps_offset": 1, "timestep_spacing": "leading", "trained_betas": None,
}

# --- UNets alone, one configuration each that the two models do not have ---------------------------------------------------------------

VARIANT = SD1_UNET | {
    "block_out_channels": [16, 24], "cross_attention_dim": 16, "layers_per_block": 1,
    "down_block_types": ["CrossAttnDownBlock2D", "DownBlock2D"], "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D"],
}
VARIANTS = {
    # as the distilled BK-SDM models: no middle, attention down to the last level
    "no-mid": VARIANT | {"mid_block_type": None, "down_block_types": ["CrossAttnDownBlock2D"] * 2, "up_block_types": ["CrossAttnUpBlock2D"] * 2},
    # only_cross_attention as one flag, which then also holds for the middle
    "only-cross": VARIANT | {"only_cross_attention": True, "use_linear_projection": True, "attention_head_dim": [2, 3]},
    # the asymmetric padding of the old downsampler: (0, 1) right and below
    "downsample-padding-0": VARIANT | {"downsample_padding": 0, "norm_num_groups": 4},
    # Stable Diffusion inpainting: latents, mask and masked latents side by side
    "inpaint": VARIANT | {"in_channels": 9},
}


def awake(model, seed):
    """Replaces every weight; each tensor has its own generator, so that adding one changes no other."""
    fresh = {}
    for name, old in model.state_dict().items():
        generator = torch.Generator("cpu").manual_seed(zlib.crc32(f"{seed}/{name}".encode()))
        if not old.is_floating_point():
            fresh[name] = old
        elif old.dim() == 1 and name.endswith("weight"):  # norms
            fresh[name] = 0.5 + torch.rand(old.shape, generator=generator)
        elif old.dim() == 1:
            fresh[name] = 0.2 * torch.randn(old.shape, generator=generator)
        else:
            fresh[name] = gain(name, old) * torch.randn(old.shape, generator=generator)
    model.load_state_dict(fresh)
    return fresh


def gain(name, weight):
    """The standard deviation that keeps activations near 1."""
    if "embedding.weight" in name:
        return 0.5
    sharper = 1.4 if any(part in name for part in ("to_q", "to_k", "q_proj", "k_proj")) else 1.0
    quieter = 0.5 if name == "decoder.conv_out.weight" else 1.0  # most of the picture stays inside [-1, 1]
    return sharper * quieter * weight[0].numel() ** -0.5


def model_index(scheduler):
    return {
        "_class_name": "StableDiffusionPipeline", "_diffusers_version": MADE_WITH, "feature_extractor": [None, None],
        "requires_safety_checker": False, "safety_checker": [None, None], "scheduler": ["diffusers", scheduler["_class_name"]],
        "text_encoder": ["transformers", "CLIPTextModel"], "tokenizer": ["transformers", "CLIPTokenizer"],
        "unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"],
    }


def sd1(folder, vocabulary_from):
    """f16 UNet; f32 text encoder with the `text_model.` prefix and the stored position_ids of old files; VAE with the old attention names."""
    write_json(folder / "model_index.json", model_index(SD1_SCHEDULER))
    write_json(folder / "scheduler/scheduler_config.json", SD1_SCHEDULER)
    tokenizer(folder / "tokenizer", vocabulary_from, pad="<|endoftext|>")
    text = {f"text_model.{name}": weight for name, weight in text_encoder(SD1_TEXT, "sd1").items()}
    text["text_model.embeddings.position_ids"] = torch.arange(77)[None]
    component(folder / "text_encoder", SD1_TEXT, text, "model")
    unet = awake(UNet2DConditionModel.from_config(SD1_UNET), "sd1/unet")
    component(folder / "unet", SD1_UNET, cast(unet, torch.float16))
    vae = awake(AutoencoderKL.from_config(SD1_VAE), "sd1/vae")
    component(folder / "vae", SD1_VAE, {old_attention_name(name): weight for name, weight in vae.items()})


def sd2(folder, vocabulary_from):
    """bf16 UNet in two shards; f32 text encoder and VAE, new attention names; the tokenizer pads with `!`, as Stable Diffusion 2 does."""
    write_json(folder / "model_index.json", model_index(SD2_SCHEDULER))
    write_json(folder / "scheduler/scheduler_config.json", SD2_SCHEDULER)
    tokenizer(folder / "tokenizer", vocabulary_from, pad="!")
    text = {f"text_model.{name}": weight for name, weight in text_encoder(SD2_TEXT, "sd2").items()}
    component(folder / "text_encoder", SD2_TEXT, text, "model")
    unet = awake(UNet2DConditionModel.from_config(SD2_UNET), "sd2/unet")
    write_json(folder / "unet/config.json", SD2_UNET)
    write_sharded(folder / "unet", "diffusion_pytorch_model", cast(unet, torch.bfloat16), 2)
    component(folder / "vae", SD2_VAE, awake(AutoencoderKL.from_config(SD2_VAE), "sd2/vae"))


def unet_variants(folder):
    """UNets without the rest, f16."""
    for name, config in VARIANTS.items():
        weights = awake(UNet2DConditionModel.from_config(config), f"variant/{name}")
        component(folder / name, config, cast(weights, torch.float16))


def component(folder, config, weights, stem="diffusion_pytorch_model"):
    write_json(folder / "config.json", config)
    write_safetensors(folder / f"{stem}.safetensors", weights, {"format": "pt"})


def text_encoder(config, seed):
    """The weights without the `text_model.` prefix: public files have it, transformers 5 no longer does."""
    weights = awake(CLIPTextModel(CLIPTextConfig(**config)), f"{seed}/text_encoder")
    return {name.removeprefix("text_model."): weight for name, weight in weights.items() if "position_ids" not in name}


def cast(weights, dtype):
    return {name: weight.to(dtype) for name, weight in weights.items()}


def old_attention_name(name):
    """Attention in the VAE as files before diffusers 0.18 name it."""
    for new, old in {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}.items():
        name = name.replace(f"attentions.0.{new}.", f"attentions.0.{old}.")
    return name


def tokenizer(folder, vocabulary_from, pad, merge_count=MERGES):
    """The real vocabulary's 512 byte pieces and first merges, so that ids past 512 still mean frequent English pieces."""
    merges = (Path(vocabulary_from) / "merges.txt").read_text(encoding="utf-8").splitlines()[1 : merge_count + 1]
    real = json.loads((Path(vocabulary_from) / "vocab.json").read_text(encoding="utf-8"))
    pieces = sorted(real, key=real.get)[:512] + [merge.replace(" ", "") for merge in merges] + ["<|startoftext|>", "<|endoftext|>"]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *merges]) + "\n", encoding="utf-8")
    vocabulary = json.dumps({piece: id for id, piece in enumerate(pieces)}, ensure_ascii=False, separators=(",", ":"))
    (folder / "vocab.json").write_text(vocabulary + "\n", encoding="utf-8")
    plain = lambda text: {"content": text, "lstrip": False, "normalized": True, "rstrip": False, "single_word": False}
    special = {"bos_token": plain("<|startoftext|>"), "eos_token": plain("<|endoftext|>"), "unk_token": plain("<|endoftext|>")}
    write_json(folder / "special_tokens_map.json", special | {"pad_token": pad})
    typed = {name: {"__type": "AddedToken"} | token for name, token in special.items()}
    write_json(folder / "tokenizer_config.json", typed | {
        "add_prefix_space": False, "do_lower_case": True, "errors": "replace", "model_max_length": 77, "pad_token": "<|endoftext|>",
        "tokenizer_class": "CLIPTokenizer",
    })
