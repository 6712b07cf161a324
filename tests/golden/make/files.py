"""Writing files whose bytes depend on their content alone.

The usual safetensors writer orders `__metadata__` by a hash that changes with each run, and JSON writers differ in spacing;
goldens should show a difference in version control only when a number changed. Hence these few lines.
"""
import json
import struct
from pathlib import Path

import torch

NAMES = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64", torch.int32: "I32"}


def write_safetensors(path, tensors, metadata):
    """Tensors in name order, each aligned to 8 bytes by ordering wide types first; metadata sorted by key."""
    header, offset, ordered = {"__metadata__": dict(sorted(metadata.items()))}, 0, []
    for name, tensor in sorted(tensors.items(), key=lambda item: (-item[1].element_size(), item[0])):
        raw = tensor.detach().contiguous().cpu().flatten().view(torch.uint8).numpy().tobytes()
        header[name] = {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [offset, offset + len(raw)]}
        offset += len(raw)
        ordered.append(raw)
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(ordered))


def write_sharded(folder, stem, tensors, shards):
    """The layout of a checkpoint too large for one file: `stem-00001-of-0000N.safetensors` and an index naming each tensor's file."""
    names, total = sorted(tensors), sum(t.numel() * t.element_size() for t in tensors.values())
    weight_map, per_shard = {}, total / shards
    filled = 0
    for name in names:
        shard = min(shards, int(filled / per_shard) + 1)
        weight_map[name] = f"{stem}-{shard:05}-of-{shards:05}.safetensors"
        filled += tensors[name].numel() * tensors[name].element_size()
    for file in sorted(set(weight_map.values())):
        write_safetensors(Path(folder) / file, {n: tensors[n] for n in names if weight_map[n] == file}, {"format": "pt"})
    write_json(Path(folder) / f"{stem}.safetensors.index.json", {"metadata": {"total_size": total}, "weight_map": weight_map})


def write_json(path, value):
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
