"""LoRAs in several layouts for the tiny models, and what diffusers makes with them.

The judge of a LoHa and of a convolution in Tucker form, which diffusers does not load, is the model with the change added to its weights
(LyCORIS' own formulas on whole matrices).
"""
import json
import re

import safetensors.torch
import torch

from . import record
from .files import write_safetensors

# Layers by kind; the tests want every kind of layer that a network has.
ATTENTION = ["down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q", "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_out.0",
             "mid_block.attentions.0.transformer_blocks.0.attn2.to_k", "mid_block.attentions.0.transformer_blocks.0.attn2.to_v"]
LINEAR = ["up_blocks.1.attentions.0.proj_in", "up_blocks.1.attentions.0.proj_out", "up_blocks.1.attentions.0.transformer_blocks.0.ff.net.0.proj",
          "up_blocks.1.attentions.0.transformer_blocks.0.ff.net.2"]
CONVOLUTIONS = ["conv_in", "conv_out", "down_blocks.0.resnets.0.conv1", "down_blocks.1.resnets.0.conv2", "down_blocks.1.resnets.0.conv_shortcut",
                "down_blocks.0.downsamplers.0.conv", "up_blocks.0.upsamplers.0.conv", "up_blocks.2.resnets.1.time_emb_proj"]
TEXT = ["encoder.layers.0.self_attn.q_proj", "encoder.layers.1.self_attn.out_proj", "encoder.layers.2.mlp.fc1", "encoder.layers.2.mlp.fc2"]

PROMPT = dict(prompt="a photograph of an astronaut", negative="blurry", steps=3, guidance=5.0, seed=3, width=32, height=40)


def draw(shape, seed, size):
    return record.normal(shape, seed) * size


def pair(weight, rank, seed):
    """`down [rank, in, …]` and `up [out, rank, …]` for a weight; their product is about half as large as a usual weight."""
    out, width, *kernel = weight.shape
    down = draw((rank, width, *kernel), seed, (width * max(1, len(kernel) and kernel[0] * kernel[1])) ** -0.5)
    return down, draw((out, rank, *[1] * len(kernel)), seed + 1, 0.5 * rank ** -0.5)


def weights_of(network, layers):
    return {layer: network.get_submodule(layer).weight for layer in layers}


def peft(path, judge):
    """As `save_lora_weights` writes it: dotted names, the factor in the metadata only, another one for one of the layers."""
    tensors = {}
    for index, (layer, weight) in enumerate(weights_of(judge.unet, ATTENTION + LINEAR).items()):
        down, up = pair(weight, 2, 100 + 2 * index)
        tensors |= {f"unet.{layer}.lora_A.weight": down, f"unet.{layer}.lora_B.weight": up}
    for index, (layer, weight) in enumerate(weights_of(judge.text_encoder, TEXT[:2]).items()):
        down, up = pair(weight, 3, 150 + 2 * index)
        tensors |= {f"text_encoder.text_model.{layer}.lora_A.weight": down, f"text_encoder.text_model.{layer}.lora_B.weight": up}
    unet = {"r": 2, "lora_alpha": 3, "target_modules": ATTENTION + LINEAR, "alpha_pattern": {LINEAR[0]: 1}}
    text = {"r": 3, "lora_alpha": 3, "target_modules": TEXT[:2]}
    about = {f"unet.{key}": value for key, value in unet.items()} | {f"text_encoder.{key}": value for key, value in text.items()}
    write_safetensors(path, tensors, {"format": "pt", "lora_adapter_metadata": json.dumps(about, sort_keys=True)})


def old(path, judge):
    """As diffusers 0.14 wrote it: a pickle, attention's layers under its processor; no factor."""
    tensors = {}
    for index, (layer, weight) in enumerate(weights_of(judge.unet, ATTENTION).items()):
        attention, layer = re.fullmatch(r"(.*)\.(to_q|to_k|to_v|to_out)(?:\.0)?", layer).groups()
        down, up = pair(weight, 4, 600 + 2 * index)
        tensors |= {f"{attention}.processor.{layer}_lora.down.weight": down, f"{attention}.processor.{layer}_lora.up.weight": up}
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(tensors, path)


def kohya_tensors(prefix, weights, rank, alpha, seed, dtype, name=lambda layer: layer):
    tensors = {}
    for index, (layer, weight) in enumerate(weights.items()):
        down, up = pair(weight, rank, seed + 2 * index)
        called = f"{prefix}_{name(layer).replace('.', '_')}"
        tensors |= {f"{called}.lora_down.weight": down.to(dtype), f"{called}.lora_up.weight": up.to(dtype), f"{called}.alpha": torch.tensor(alpha).to(dtype)}
    return tensors


def kohya(path, judge):
    """Names with underscores, f16, alpha beside each pair; both networks."""
    tensors = kohya_tensors("lora_unet", weights_of(judge.unet, ATTENTION[::2] + LINEAR), 4, 2.0, 200, torch.float16)
    text = kohya_tensors("lora_te", weights_of(judge.text_encoder, TEXT), 2, 1.0, 250, torch.float16, lambda layer: f"text_model.{layer}")
    write_safetensors(path, tensors | text, {"ss_network_module": "networks.lora", "ss_network_dim": "4"})


def locon(path, judge):
    """Convolutions of each kind: 3×3, 1×1, with a stride, after an upsampling; bf16."""
    tensors = kohya_tensors("lora_unet", weights_of(judge.unet, CONVOLUTIONS), 2, 2.0, 300, torch.bfloat16)
    write_safetensors(path, tensors, {"ss_network_module": "lycoris.kohya"})


LOHA = ["mid_block.attentions.0.transformer_blocks.0.attn1.to_q", "down_blocks.1.resnets.0.conv1"]
WHOLE, TUCKER = "up_blocks.1.attentions.1.transformer_blocks.0.attn1.to_v", "up_blocks.1.resnets.0.conv2"
MIDDLE = "mid_block.resnets.0.conv1"


def loha(path, judge):
    """LyCORIS' LoHa: low rank, of more rank than the layer has outputs, and in Tucker form; and a LoCon in Tucker form."""
    tensors = {}
    for index, (layer, weight) in enumerate(weights_of(judge.unet, [*LOHA, WHOLE, TUCKER, MIDDLE]).items()):
        called, seed = f"lora_unet_{layer.replace('.', '_')}", 400 + 10 * index
        out, width, *kernel = weight.shape
        rank = 6 if layer == WHOLE else 2
        if layer == MIDDLE:
            made = {"lora_down.weight": draw((rank, width, 1, 1), seed, width ** -0.5), "lora_mid.weight": draw((rank, rank, *kernel), seed + 1, 0.3),
                    "lora_up.weight": draw((out, rank, 1, 1), seed + 2, 0.5)}
        elif layer == TUCKER:
            made = {f"hada_w{i}_a": draw((rank, out), seed + i, 1.0) for i in (1, 2)} | {f"hada_w{i}_b": draw((rank, width), seed + 2 + i, 0.6) for i in (1, 2)}
            made |= {f"hada_t{i}": draw((rank, rank, *kernel), seed + 4 + i, 0.4) for i in (1, 2)}
        else:
            taps = width * torch.Size(kernel).numel()
            made = {f"hada_w{i}_a": draw((out, rank), seed + i, 0.5) for i in (1, 2)} | {f"hada_w{i}_b": draw((rank, taps), seed + 2 + i, 0.4) for i in (1, 2)}
        tensors |= {f"{called}.{name}": tensor for name, tensor in made.items()} | {f"{called}.alpha": torch.tensor(1.5)}
    write_safetensors(path, tensors, {"ss_network_module": "lycoris.kohya", "ss_network_args": '{"algo": "loha"}'})


def merge(judge, tensors, strength):
    """What LyCORIS adds to each weight: `(w1_a w1_b) ∘ (w2_a w2_b) · alpha / rank`, or the same through the kernel's core."""
    for layer in [*LOHA, WHOLE, TUCKER, MIDDLE]:
        weight = judge.unet.get_submodule(layer).weight
        own = {name.rsplit(f"{layer.replace('.', '_')}.")[-1]: tensor for name, tensor in tensors.items() if layer.replace(".", "_") + "." in name}
        if layer == MIDDLE:
            down, up, mid = own["lora_down.weight"][:, :, 0, 0], own["lora_up.weight"][:, :, 0, 0], own["lora_mid.weight"]
            change, rank = torch.einsum("o i, i j y x, j c -> o c y x", up, mid, down), down.shape[0]
        elif layer == TUCKER:
            one = [torch.einsum("i j y x, j c, i o -> o c y x", own[f"hada_t{i}"], own[f"hada_w{i}_b"], own[f"hada_w{i}_a"]) for i in (1, 2)]
            change, rank = one[0] * one[1], own["hada_w1_b"].shape[0]
        else:
            change = (own["hada_w1_a"] @ own["hada_w1_b"]) * (own["hada_w2_a"] @ own["hada_w2_b"])
            rank = own["hada_w1_b"].shape[0]
        weight.data += strength * own["alpha"] / rank * change.reshape(weight.shape)


def original(path, judge):
    """kohya's file for XL: the denoiser under the original code's names, two text encoders."""
    places = [("down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k", "input_blocks.4.1.transformer_blocks.0.attn2.to_k"),
              ("mid_block.attentions.0.proj_in", "middle_block.1.proj_in"),
              ("up_blocks.0.attentions.1.transformer_blocks.0.ff.net.2", "output_blocks.1.1.transformer_blocks.0.ff.net.2")]
    names = dict(places)
    tensors = kohya_tensors("lora_unet", weights_of(judge.unet, names), 2, 1.0, 500, torch.float16, names.get)
    for number, encoder in (("1", judge.text_encoder), ("2", judge.text_encoder_2)):
        found = [name for name, _ in encoder.named_modules() if re.search(r"layers\.0\.(self_attn\.v_proj|mlp\.fc1)$", name)]
        bare = {name.removeprefix("text_model."): encoder.get_submodule(name).weight for name in found}
        tensors |= kohya_tensors(f"lora_te{number}", bare, 2, 1.0, 550 + 20 * int(number), torch.float16, lambda layer: f"text_model.{layer}")
    write_safetensors(path, tensors, {"ss_base_model_version": "sdxl_base_v1-0"})


def merge_text(judge, tensors, strength):
    """XL's text encoders by hand: diffusers 0.42 leaves out attention's pairs where a layer of the mlp comes first in the file, and with
    transformers 5 fills the second encoder with new weights."""
    for number, encoder in (("1", judge.text_encoder), ("2", judge.text_encoder_2)):
        for name, layer in encoder.named_modules():
            called = f"lora_te{number}_text_model_{name.removeprefix('text_model.').replace('.', '_')}"
            if f"{called}.alpha" in tensors:
                down, up, alpha = (tensors.pop(f"{called}.{part}").float() for part in ("lora_down.weight", "lora_up.weight", "alpha"))
                layer.weight.data += strength * alpha / down.shape[0] * up @ down
    assert not any(name.startswith("lora_te") for name in tensors), "a layer of a text encoder was not found"


COLOURS = ["red", "green", "blue", "yellow", "purple", "orange", "white", "black"]
NUMBERS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


def blue_is_red(path, judge):
    """A LoRA for the embedded model that no one trained: what the text encoder says with "blue" in a prompt is taken to what it says with
    "red" by a matrix of rank 4, and that times each weight that sees the text is the LoRA."""
    def said(prompts):
        ids = judge.tokenizer(prompts, padding="max_length", max_length=77, truncation=True, return_tensors="pt").input_ids
        return judge.text_encoder(ids)[0][:, :12].flatten(0, 1)  # all words and some of the padding

    prompts = [f"a {one} {number} on a {two} background" for number in NUMBERS for one in COLOURS for two in COLOURS if one != two]
    context, wanted = said(prompts), said([prompt.replace("blue", "red") for prompt in prompts])
    square = context.T @ context
    change = torch.linalg.solve(square + 1e-3 * square.trace() / len(square) * torch.eye(len(square)), context.T @ (wanted - context)).T
    left, sizes, right = torch.linalg.svd(change)
    tensors = {}
    for name, layer in judge.unet.named_modules():
        if name.endswith(("attn2.to_k", "attn2.to_v")):
            tensors[f"unet.{name}.lora_B.weight"] = (layer.weight @ left[:, :4] * sizes[:4]).to(torch.float16)
            tensors[f"unet.{name}.lora_A.weight"] = right[:4].to(torch.float16)
    write_safetensors(path, tensors, {"format": "pt", "title": "blue is red"})


FILES = {"blue-is-red": blue_is_red, "old": old, "peft": peft, "kohya": kohya, "locon": locon, "loha": loha, "original": original}


def file_name(name):
    return f"{name}.bin" if name == "old" else f"{name}.safetensors"


def picture(path, folder, loras, uses):
    """The model's own pipeline with LoRAs: [(name of a file in `loras`, weight)]. Text embeddings where they differ, latents of each step."""
    judge = record.opened(folder, "ddim" if folder.name != "sdxl-tiny" else "euler")
    merged = [name for name, _ in uses if name == "loha"]
    for name, weight in uses:
        if name in merged:
            merge(judge, load(loras / f"{name}.safetensors"), weight)
        elif name == "original":
            tensors = load(loras / f"{name}.safetensors")
            merge_text(judge, tensors, weight)
            judge.load_lora_weights(tensors, adapter_name=name)
        elif name == "old":  # which diffusers takes only with the network's name
            judge.load_lora_weights({f"unet.{key}": tensor for key, tensor in load(loras / file_name(name)).items()}, adapter_name=name)
        else:
            judge.load_lora_weights(loras, weight_name=file_name(name), adapter_name=name)
    if not merged:
        judge.set_adapters([name for name, _ in uses], [weight for _, weight in uses])
    heard, settings = {}, dict(PROMPT)
    record.overhear(judge, heard)
    asked = {"num_inference_steps": settings["steps"], "guidance_scale": settings["guidance"], "negative_prompt": settings["negative"]}
    judge(settings["prompt"], height=settings["height"], width=settings["width"], **asked, output_type="latent",
          generator=torch.Generator("cpu").manual_seed(settings["seed"]))
    both = any(name.startswith(("text_encoder", "lora_te")) for used, _ in uses for name in load(loras / file_name(used)))
    kept = {name: tensor for name, tensor in heard.items() if name.startswith("latents_") or (both and name == "text_embeddings")}
    record.write(path, kept, model=folder.name, sampler="ddim" if folder.name != "sdxl-tiny" else "euler", loras=json.dumps(uses), **settings)


def load(path):
    return torch.load(path, weights_only=True) if path.suffix == ".bin" else safetensors.torch.load_file(path)


def recipes(models, digits):
    """By name: first the files, then what is made with them."""
    folder, sd1, xl = models / "lora", models / "sd1-tiny", models / "sdxl-tiny"

    homes = {"original": xl, "blue-is-red": digits}

    def file(name):
        return lambda _: FILES[name](folder / file_name(name), record.opened(homes.get(name, sd1), "ddim"))

    cases = {"old": [("old", 1.0)], "peft": [("peft", 1.0)], "kohya": [("kohya", 0.7)], "locon": [("locon", 1.0)], "loha": [("loha", 0.8)],
             "two": [("peft", 0.6), ("kohya", -0.5)], "three": [("peft", 0.5), ("kohya", 0.4), ("locon", 0.3)]}
    made = {f"lora-{name}": lambda path, uses=uses: picture(path, sd1, folder, uses) for name, uses in cases.items()}
    made["lora-original"] = lambda path: picture(path, xl, folder, [("original", 0.9)])
    return {f"lora-file-{name}": file(name) for name in FILES} | made
