"""What the words do: CLIP-skip, textual inversion, mixing, swapping, emphasis and long prompts, on the tiny checkpoints.

Each golden is a whole run of diffusers' pipeline, and says in its metadata what Decant is asked for (`request`, the settings' JSON) and which
files are added first (`inversions`). Clip-skip and textual inversions are diffusers' own; the rest is computed here in torch, from weights of
tokens that are written down by hand, and given to the pipeline as embeddings.
"""
import importlib.util
import json
import os
import sys
import zipfile

import torch
from safetensors.torch import save_file

from . import record
from .record import normal

SIZE = dict(height=16, width=24)
USUAL = dict(steps=2, guidance=5, seed=42, sampler="ddim", **SIZE)
SEA, DULL = "a red house by the water, old photo", "blurry, little"


def run(path, folder, asked, inversions=(), embeddings=None, **more):
    """The pipeline's latents and picture; `embeddings` (prompt, negative, and for XL pooled ones) replace the prompts."""
    judge = record.opened(folder, "ddim")
    # transformers 5 has the encoder's layers in itself, diffusers' clip_skip still looks for them one level below.
    judge.text_encoder.__dict__.setdefault("text_model", judge.text_encoder)
    for load in inversions:
        load(judge)
    words = dict(prompt=asked["prompt"], negative_prompt=asked.get("negative") or None)
    if embeddings:
        names = ("prompt_embeds", "negative_prompt_embeds", "pooled_prompt_embeds", "negative_pooled_prompt_embeds")
        words = dict(zip(names, embeddings(judge)))
    heard = {}
    record.overhear(judge, heard)
    request = asked | USUAL
    image = judge(**words, num_inference_steps=request["steps"], guidance_scale=request["guidance"], **SIZE, **more,
                  generator=torch.Generator("cpu").manual_seed(request["seed"]), output_type="pt").images
    kept = {"text_embeddings": heard["text_embeddings"], "latents": heard["latents_001"], "image": image}
    files = ",".join(load.file for load in inversions)
    record.write(path, kept, model=folder.name, request=json.dumps(request), **({"inversions": files} if files else {}))


# --- textual inversions: files as other tools write them, with vectors of our own ------------------------------------------------------

def learnt(width, vectors, seed):
    return 0.5 * normal((vectors, width), seed)


def inversion_files(folder):
    """The files, of 32 numbers a vector: diffusers' (one vector, and one in float16), the desktop tools' two, Stable Diffusion XL's."""
    folder.mkdir(exist_ok=True)
    torch.save({"<birb-style>": learnt(32, 1, 1)[0]}, folder / "birb.learned_embeds.bin")
    param = torch.nn.ParameterDict({"*": torch.nn.Parameter(learnt(32, 4, 2), requires_grad=True)})
    plain = {"*": learnt(32, 4, 2).requires_grad_()}
    about = {"name": "hiten-4", "step": 94999, "sd_checkpoint": "925997e9", "sd_checkpoint_name": None}
    torch.save({"string_to_token": {"*": 265}, "string_to_param": plain} | about, folder / "hiten.pt")
    torch.save({"string_to_token": {"*": torch.tensor(265)}, "string_to_param": param}, folder / "param-dict.pt", _use_new_zipfile_serialization=False)
    save_file({"emb_params": learnt(32, 3, 3)}, folder / "ink.safetensors")
    save_file({"<halves>": learnt(32, 2, 5).half()}, folder / "halves.safetensors")
    save_file({"clip_l": learnt(24, 2, 6), "clip_g": learnt(32, 2, 7)}, folder / "pair.safetensors")


def diffusers_own(file, folder, **options):
    """diffusers' own loading of such a file."""
    def load(judge):
        judge.load_textual_inversion(str(folder / file), **options)
    load.file = file
    return load


def pair(file, folder):
    """Stable Diffusion XL's, as its documentation does it: each half into its encoder."""
    def load(judge):
        from safetensors.torch import load_file
        halves = load_file(folder / file)
        judge.load_textual_inversion(halves["clip_l"], token=["pair", "pair_1"], text_encoder=judge.text_encoder, tokenizer=judge.tokenizer)
        judge.load_textual_inversion(halves["clip_g"], token=["pair", "pair_1"], text_encoder=judge.text_encoder_2, tokenizer=judge.tokenizer_2)
        # A configuration from before transformers 4.31 pools the highest number, which is now a learnt word's; the end's is meant.
        getattr(judge.text_encoder_2, "text_model", judge.text_encoder_2).eos_token_id = judge.tokenizer_2.eos_token_id
    load.file = file
    return load


# --- embeddings in torch ------------------------------------------------------------------------------------------------------------------

def encode(encoder, ids, xl):
    out = encoder(torch.tensor([ids]), output_hidden_states=True)
    return out.hidden_states[-2] if xl else out.last_hidden_state, out


def pieces(tokenizer, text):
    return tokenizer(text, add_special_tokens=False).input_ids


def spans(tokenizer, weighted, chunks=1, room=75):
    """Words of known weights as chunks of (ids, weights), 77 each; `None` begins a chunk, and there are at least so many."""
    rows = [[]]
    for part in weighted:
        if part is None:
            rows.append([])
            continue
        for token in pieces(tokenizer, part[0]):
            if len(rows[-1]) == room:
                rows.append([])
            rows[-1].append((token, part[1]))
    rows += [[]] * (chunks - len(rows))
    for row in rows:
        ids = [tokenizer.bos_token_id, *(token for token, _ in row), tokenizer.eos_token_id]
        weights = [1.0, *(weight for _, weight in row), 1.0]
        yield ids + [tokenizer.pad_token_id] * (77 - len(ids)), weights + [1.0] * (77 - len(ids))


def stressed(encoder, tokenizer, weighted, xl=False, chunks=1):
    """Each chunk's embeddings times its weights, their mean restored; and what pools the text, of the first chunk."""
    parts, pooled = [], None
    for ids, weights in spans(tokenizer, weighted, chunks):
        states, out = encode(encoder, ids, xl)
        if any(weight != 1.0 for weight in weights):
            mean = states.mean()
            states = states * torch.tensor(weights)[None, :, None]
            states = states * (mean / states.mean())
        parts.append(states)
        pooled = getattr(out, "text_embeds", None) if pooled is None else pooled
    return torch.cat(parts, dim=1), pooled


def both(weighted, negative, chunks=1):
    """Prompt and negative prompt, of one encoder or two."""
    def embeddings(judge):
        if not hasattr(judge, "text_encoder_2"):
            return [stressed(judge.text_encoder, judge.tokenizer, text, chunks=chunks)[0] for text in (weighted, negative)]
        found = []
        for text in (weighted, negative):
            first, _ = stressed(judge.text_encoder, judge.tokenizer, text, True, chunks)
            second, pooled = stressed(judge.text_encoder_2, judge.tokenizer_2, text, True, chunks)
            found.append((torch.cat([first, second], dim=-1), pooled))
        return [found[0][0], found[1][0], found[0][1], found[1][1]]
    return embeddings


def mixture(prompt, negative, others):
    def embeddings(judge):
        said = [judge.encode_prompt(text, device="cpu", num_images_per_prompt=1, do_classifier_free_guidance=True, negative_prompt=negative) for text in (prompt, *(text for text, _ in others))]
        shares = [1 - sum(share for _, share in others), *(share for _, share in others)]
        mixed = lambda at: sum(share * one[at] for share, one in zip(shares, said))
        return [mixed(0), said[0][1]] + ([mixed(2), said[0][3]] if len(said[0]) > 2 else [])
    return embeddings


def swapped(rows):
    """Replaces rows of the token table: word → [(word, share)]."""
    def load(judge):
        one = lambda word: (lambda ids: ids[0] if len(ids) == 1 else 1 / 0)(pieces(judge.tokenizer, word))
        table = judge.text_encoder.get_input_embeddings().weight.data
        fresh = {one(word): sum(share * table[one(other)].clone() for other, share in shares) for word, shares in rows.items()}
        for token, row in fresh.items():
            table[token] = row
    load.file = ""
    return load


# --- the cases ----------------------------------------------------------------------------------------------------------------------------

LONG = [("the old city by the water, ", 1.0)] * 12 + [("a house, ", 1.2)] * 3


def recipes(models, golden):
    sd1, xl, files = models / "sd1-tiny", models / "sdxl-tiny", golden / "inversions"
    guided = dict(prompt=SEA, negative=DULL)
    shares = [("dog", 0.5), ("ink", 0.75)]
    mixes = [dict(prompt="a dog in the city", factor=0.25), dict(prompt="ink", factor=0.5)]
    mix = mixture(SEA, DULL, [(one["prompt"], one["factor"]) for one in mixes])
    text = lambda weighted, weigh: "".join(weigh.get(weight, "{}").format(words) for words, weight in weighted)
    long = dict(prompt=text(LONG, {1.2: "({}:1.2)"}), negative=DULL, emphasis=True, long="chunks")
    emphasis = dict(prompt=r"a (red) [house] by (the (water:1.5), old:0.5) \(photo\)", negative="((blurry)), little", emphasis=True)
    weights = [("a ", 1.0), ("red", 1.1), (" ", 1.0), ("house", 1 / 1.1), (" by ", 1.0), ("the ", 0.5), ("water", 0.75), (", old", 0.5), (" (photo)", 1.0)]
    broken = dict(prompt="a red house BREAK old photo", negative=DULL, emphasis=True, long="chunks")
    return {
        "inversions": lambda _: inversion_files(files),
        "words-sd1-clip-skip": lambda path: run(path, sd1, guided | dict(clipSkip=1), clip_skip=1),
        "words-sdxl-clip-skip": lambda path: run(path, xl, guided | dict(clipSkip=2), clip_skip=2),
        "words-sd1-inversion": lambda path: run(path, sd1, dict(prompt="a <birb-style> house, old", negative="<birb-style>"),
                                                [diffusers_own("birb.learned_embeds.bin", files)]),
        "words-sd1-inversion-4": lambda path: run(path, sd1, dict(prompt="a house by hiten-4, old", negative=DULL), [diffusers_own("hiten.pt", files)]),
        "words-sdxl-inversion": lambda path: run(path, xl, dict(prompt="a house by pair, old", negative=DULL), [pair("pair.safetensors", files)]),
        "words-sd1-mix": lambda path: run(path, sd1, guided | dict(mixes=mixes), embeddings=mix),
        "words-sdxl-mix": lambda path: run(path, xl, guided | dict(mixes=mixes), embeddings=mix),
        "words-sd1-swap": lambda path: run(path, sd1, guided | dict(swaps=[
            dict(token="house", **{"with": [dict(token=word, weight=share) for word, share in shares]})]), [swapped({"house": shares})]),
        "words-sd1-emphasis": lambda path: run(path, sd1, emphasis, embeddings=both(weights, [("blurry", 1.21), (", little", 1.0)])),
        "words-sd1-chunks": lambda path: run(path, sd1, long, embeddings=both(LONG, [(DULL, 1.0)], 2)),
        "words-sdxl-chunks": lambda path: run(path, xl, broken, embeddings=both([("a red house", 1.0), None, ("old photo", 1.0)], [(DULL, 1.0)], 2)),
        "emphasis": parsed,
    }


# --- the rules of brackets, by another reader of them -----------------------------------------------------------------------------------

BRACKETS = [
    "", "a cat", "(cat)", "[cat]", "((cat))", "[[cat]]", "([cat])", "a (red:1.5) cat", "(a (red:1.5) cat:0.5)", "(cat:+.5)", "(cat:-1)",
    "(cat:0)", "\\(cat\\)", "\\[cat\\]", "a\\\\b", "a\\b", "(\\(cat\\):1.5)", "(a)(b)", "(cat", "[cat", "cat)", "cat]", "cat:1.5)", "(cat:1.5", "(cat:dog)",
    "a: b, 12:30", "[cat:1.5]", "(a [b) c]", "(ä 猫:1.2) é", "a cat AND a dog", "a BREAK b", "a  BREAK\nb BREAK", "BREAK", "aBREAK BREAKS _BREAK break", ":",
    "(:1.2)", "(a:1.5)(b:1.5) (c:1.50)", "((((a:1.2):1.1)))", "[(a:2)]", "(a\\)", "\\", "(a]b)c]", "masterpiece, (best quality:1.2), [[blurry]], \\(cat\\) AND dog",
]


def parsed(path):
    """Texts and weights (but for spaces around a weight, which newer versions of the rules allow) by the parser in the package dgenerate 5.0.0 (BSD-3), the file alone: `pip install lark`, and its wheel's path in DGENERATE."""
    if "DGENERATE" not in os.environ:
        sys.exit("emphasis: set DGENERATE to the wheel of dgenerate 5.0.0 (pip download --no-deps dgenerate==5.0.0)")
    with zipfile.ZipFile(os.environ["DGENERATE"]) as wheel:
        source = wheel.read("dgenerate/extras/sd_embed/prompt_parser.py").decode()
    spec = importlib.util.spec_from_loader("prompt_parser", loader=None)
    judge = importlib.util.module_from_spec(spec)
    exec(compile(source, "prompt_parser.py", "exec"), judge.__dict__)
    rows = [json.dumps({"prompt": text, "parts": judge.parse_prompt_attention(text)}) for text in BRACKETS]
    about = {"command": "DGENERATE=dgenerate-5.0.0-py3-none-any.whl python3 tests/make_goldens.py --only emphasis", "judge": "dgenerate 5.0.0, parse_prompt_attention"}
    path.with_suffix(".json").write_text('{"about": %s,\n"prompts": [\n%s\n]}\n' % (json.dumps(about), ",\n".join(rows)))
