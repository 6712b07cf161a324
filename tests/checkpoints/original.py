"""diffusers' names to those of the original code: ldm's UNetModel and AutoencoderKL, CompVis' CLIP, OpenCLIP.

Written from the configuration by arithmetic (diffusers' scripts/convert_diffusers_to_original_*.py do it for one size each), not as Decant
does it; `check` has diffusers' own converter undo it.
"""
import re

import torch
from diffusers.loaders import single_file_utils as judge

RESNET = {"norm1": "in_layers.0", "conv1": "in_layers.2", "time_emb_proj": "emb_layers.1", "norm2": "out_layers.0", "conv2": "out_layers.3",
          "conv_shortcut": "skip_connection"}
UNET = {"conv_in": "input_blocks.0.0", "conv_norm_out": "out.0", "conv_out": "out.2", "time_embedding.linear_1": "time_embed.0",
        "time_embedding.linear_2": "time_embed.2", "time_embedding.cond_proj": "time_embed.cond_proj",
        "add_embedding.linear_1": "label_emb.0.0", "add_embedding.linear_2": "label_emb.0.2", "mid_block.resnets.0": "middle_block.0",
        "mid_block.attentions.0": "middle_block.1", "mid_block.resnets.1": "middle_block.2"}


def unet(name, config):
    layers = config["layers_per_block"]
    module, at = name.rsplit(".", 1)
    if match := re.match(r"(down|up)_blocks\.(\d+)\.(resnets|attentions|downsamplers|upsamplers)\.(\d+)\.(.*)", name):
        way, block, kind, layer, rest = match[1], int(match[2]), match[3], int(match[4]), match[5]
        if kind == "downsamplers":
            return f"input_blocks.{(block + 1) * (layers + 1)}.0.op.{at}"
        if kind == "upsamplers":
            after = 2 if config["up_block_types"][block].startswith("Cross") else 1
            return f"output_blocks.{block * (layers + 1) + layers}.{after}.conv.{at}"
        number = block * (layers + 1) + layer
        place = f"input_blocks.{number + 1}" if way == "down" else f"output_blocks.{number}"
        return f"{place}.1.{rest}" if kind == "attentions" else f"{place}.0.{inside(rest)}"
    for new, old in UNET.items():
        if name.startswith(new + "."):
            rest = name[len(new) + 1:]
            return f"{old}.{inside(rest) if 'resnets' in new else rest}"
    raise KeyError(name)


def inside(rest):
    layer, _, end = rest.rpartition(".")
    return f"{RESNET[layer]}.{end}"


def vae(name, config):
    levels = len(config["block_out_channels"])
    name = re.sub(r"down_blocks\.(\d+)\.resnets\.", r"down.\1.block.", name)
    name = re.sub(r"down_blocks\.(\d+)\.downsamplers\.0\.", r"down.\1.downsample.", name)
    name = re.sub(r"up_blocks\.(\d+)\.resnets\.", lambda m: f"up.{levels - 1 - int(m[1])}.block.", name)
    name = re.sub(r"up_blocks\.(\d+)\.upsamplers\.0\.", lambda m: f"up.{levels - 1 - int(m[1])}.upsample.", name)
    name = re.sub(r"mid_block\.resnets\.(\d+)\.", lambda m: f"mid.block_{int(m[1]) + 1}.", name)
    for new, old in {"to_q": "q", "to_k": "k", "to_v": "v", "to_out.0": "proj_out", "group_norm": "norm"}.items():
        name = name.replace(f"mid_block.attentions.0.{new}.", f"mid.attn_1.{old}.")
    return name.replace("conv_shortcut", "nin_shortcut").replace("conv_norm_out", "norm_out")


OPEN = {"text_model.encoder.layers": "transformer.resblocks", "text_model.final_layer_norm": "ln_final",
        "text_model.embeddings.token_embedding": "token_embedding", "text_model.embeddings.position_embedding.weight": "positional_embedding",
        "text_projection.weight": "text_projection", "layer_norm1": "ln_1", "layer_norm2": "ln_2", "mlp.fc1": "mlp.c_fc",
        "mlp.fc2": "mlp.c_proj", "self_attn": "attn"}


def open_clip(name):
    for new, old in OPEN.items():
        name = name.replace(new, old)
    return name


def parts(family, cpp=False):
    """Per component the prefix, and how its names are written. `cpp`: stable-diffusion.cpp's GGUF files."""
    xl = bool(family["text_encoder_2"])
    second = not xl and family["unet"]["use_linear_projection"]
    first = "cond_stage_model.model." if second and not cpp else "conditioner.embedders.0.transformer." if xl and not cpp else "cond_stage_model.transformer."
    return {
        "unet": "model.diffusion_model.", "vae": "first_stage_model.", "text_encoder": first,
        "text_encoder_2": "cond_stage_model.1.transformer." if cpp else "conditioner.embedders.1.model.",
    }


def entries(family, component, tensors, cpp=False):
    """(original name, shape, source name or names, how) of a component's tensors, given as {diffusers' name: shape}.

    how: None (as it is), "square" (a matrix as a 1×1 convolution), "transpose", "cat".
    """
    prefix, config = parts(family, cpp)[component], family[component]
    fused = ".model." in prefix and component.startswith("text")
    newer = cpp and component == "text_encoder_2"  # newer versions keep queries, keys and values fused under transformers' names
    for name, shape in tensors.items():
        if component == "unet":
            yield prefix + unet(name, config), shape, name, None
        elif component == "vae":
            square = len(shape) == 2
            yield prefix + vae(name, config), (*shape, 1, 1) if square else shape, name, "square" if square else None
        elif name == "text_projection.weight":
            yield prefix + ("text_model.text_projection" if cpp else "text_projection"), shape[::-1], name, "transpose"
        elif (fused or newer) and ".q_proj." in name:
            three = [name.replace("q_proj", f"{which}_proj") for which in "qkv"]
            whole = name.replace("q_proj.", "in_proj.") if newer else open_clip(name).replace(".q_proj.", ".in_proj_")
            yield prefix + whole, (3 * shape[0], *shape[1:]), three, "cat"
        elif (fused or newer) and (".k_proj." in name or ".v_proj." in name):
            continue
        else:
            yield prefix + (open_clip(name) if fused else name), shape, name, None


def taesd(name):
    """Both halves in one file: the decoder counts the clamp before its first layer."""
    half, number, rest = re.match(r"(encoder|decoder)\.layers\.(\d+)\.(.*)", name).groups()
    return f"{half}.{int(number) + (half == 'decoder')}.{rest}"


def extras(family):
    """What original checkpoints have besides, and no picture needs: {name: shape}."""
    found = {"betas": (1000,), "alphas_cumprod": (1000,), "sqrt_alphas_cumprod": (1000,), "posterior_variance": (1000,), "model_ema.decay": (),
             "model_ema.diffusion_modelinput_blocks00bias": tuple([family["unet"]["block_out_channels"][0]])}
    prefix, config = parts(family)["text_encoder"], family["text_encoder"]
    if not prefix.endswith("model."):
        return found | {prefix + "text_model.embeddings.position_ids": (1, 77)}
    width, layers = config["hidden_size"], config["num_hidden_layers"]
    last = {f"text_model.encoder.layers.{layers}.{name}": shape for name, shape in layer_shapes(width, config["intermediate_size"]).items()}
    unused = {name: shape for name, shape, _, _ in entries(family, "text_encoder", last)}
    return found | unused | {prefix + "logit_scale": (), prefix + "text_projection": (width, width)}


def layer_shapes(width, feed):
    shapes = {"mlp.fc1": (feed, width), "mlp.fc2": (width, feed), "layer_norm1": (width,), "layer_norm2": (width,)}
    shapes |= {f"self_attn.{name}_proj": (width, width) for name in ("q", "k", "v", "out")}
    return {f"{name}.weight": shape for name, shape in shapes.items()} | {f"{name}.bias": shape[:1] for name, shape in shapes.items()}


def joined(sources, how, read):
    """The tensor of an entry."""
    if how == "cat":
        return torch.cat([read(name) for name in sources])
    tensor = read(sources)
    return tensor[:, :, None, None] if how == "square" else tensor.T.contiguous() if how == "transpose" else tensor


def check(family, component, originals, tensors):
    """diffusers' converter must give the names back. `originals`: {original name: tensor}, `tensors`: {diffusers' name: shape}."""
    config = family[component]
    if component == "unet":
        back = judge.convert_ldm_unet_checkpoint(dict(originals), config | {"layers_per_block": config["layers_per_block"]})
        missing = {"time_embedding.cond_proj.weight"}  # a key that diffusers' converter does not know
    elif component == "vae":
        back, missing = judge.convert_ldm_vae_checkpoint(dict(originals), config), set()
    else:
        return
    got = {name: tuple(tensor.shape) for name, tensor in back.items() if tensor is not None}
    expected = {name: tuple(shape) for name, shape in tensors.items() if name not in missing}
    assert got == expected, (component, sorted(set(got.items()) ^ set(expected.items()))[:6])
