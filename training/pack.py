"""The packs that data.py made, in memory: pictures as premultiplied RGBA, their words, and which of them have one colour that can be changed."""
import io
import json
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from PIL import Image


class Pack:
    """pixels u8 [n, 4, S, S] on the device; hue f32 [n], degrees, NaN where there is no one colour; span f32 [n, 2], top and bottom of what is
    drawn, in halves of the picture from the middle; dark bool [n], whether it could not be seen on black; concept and style of each; concepts."""

    def __init__(self, folder, settings, device):
        files = [file for file in (Path(folder) / "emoji.npz", Path(folder) / "clipart.npz") if file.exists()]
        if not files:
            raise SystemExit(f"{folder} has neither emoji.npz nor clipart.npz: make them with training/data.py --to {folder}")
        contents, self.concepts, self.concept, self.style = [], [], [], []
        for file in files:
            self._read(file, contents, settings.scenes)
        size = settings.data.size
        with ThreadPoolExecutor(settings.run.threads) as workers:
            pictures = np.stack(list(workers.map(lambda content: decoded(content, size), contents)))
        self.pixels = torch.from_numpy(pictures).permute(0, 3, 1, 2).contiguous().to(device)
        self.hue = np.array([one_hue(picture[::4, ::4]) for picture in pictures], np.float32)
        self.span = np.array([span(picture) for picture in pictures], np.float32)
        self.dark = np.array([picture[..., :3].mean(dtype=np.float32) < 0.12 * picture[..., 3].mean(dtype=np.float32) for picture in pictures])

    def _read(self, file, contents, scenes):
        arrays = np.load(file)
        words = json.loads(arrays["words"].tobytes())
        ends, data = arrays["ends"], arrays["bytes"].tobytes()
        chosen = [index for index, concept in enumerate(words["concepts"]) if (not scenes.groups or concept["group"] in scenes.groups) and (not scenes.names or concept["name"] in scenes.names)]
        unknown = set(scenes.names) - {concept["name"] for concept in words["concepts"]}
        if scenes.names and unknown and file.name == "emoji.npz":
            raise SystemExit(f"{file} has no {', no '.join(sorted(unknown))}; names are emojibase's, in [scenes] names")
        chosen = sorted(chosen, key=lambda index: zlib.crc32(words["concepts"][index]["name"].encode()))[: scenes.concepts or None]
        place = {index: len(self.concepts) + rank for rank, index in enumerate(chosen)}
        self.concepts += [renamed(words["concepts"][index], scenes.called) for index in chosen]
        for index, picture in enumerate(words["pictures"]):
            if picture["concept"] in place and (not scenes.styles or picture["style"] in scenes.styles):
                contents.append(data[ends[index - 1] if index else 0 : ends[index]])
                self.concept.append(place[picture["concept"]])
                self.style.append(picture["style"])

    def __len__(self):
        return len(self.concept)


def renamed(concept, called):
    """With `label`, emojibase's own name, beside what captions say."""
    return concept | {"name": called.get(concept["name"], concept["name"]), "label": concept["name"]}


def decoded(content, size):
    """WebP to premultiplied RGBA, u8 [size, size, 4]; smaller sizes by area."""
    picture = np.asarray(Image.open(io.BytesIO(content)).convert("RGBA")).astype(np.float32)
    picture[..., :3] *= picture[..., 3:] / 255
    factor = picture.shape[0] // size
    picture = picture.reshape(size, factor, size, factor, 4).mean((1, 3))
    return np.rint(picture).astype(np.uint8)


def span(picture):
    """Top and bottom of what is drawn, -1...1."""
    rows = np.flatnonzero(picture[..., 3].max(1) > 127)
    return (0.0, 0.0) if len(rows) == 0 else (2 * rows[0] / len(picture) - 1, 2 * (rows[-1] + 1) / len(picture) - 1)


def one_hue(picture):
    """The hue, in degrees, that nearly all of the coloured part has; NaN for gray and many-coloured pictures."""
    colour = picture[..., :3].reshape(-1, 3).astype(np.float32) / 255
    weight = colour.max(1) - colour.min(1)
    if weight.sum() < 0.12 * picture[..., 3].sum() / 255 or weight.sum() < 1:
        return np.nan
    red, green, blue = colour.T
    angle = np.arctan2(np.sqrt(3) * (green - blue), 2 * red - green - blue)
    mean = np.angle((weight * np.exp(1j * angle)).sum())
    near = np.abs(np.angle(np.exp(1j * (angle - mean)))) < np.radians(40)
    return np.degrees(mean) % 360 if weight[near].sum() > 0.8 * weight.sum() else np.nan
