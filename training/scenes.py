"""Scenes and their captions as numbers: which pictures go where, on which background, and the words that say so. Nothing is drawn here.

A scene is seeded by its number alone, so that training can stop anywhere and go on with the same scenes.
"""
import zlib

import numpy as np

BACKGROUNDS = {
    "white": (1, 1, 1), "black": (0.04, 0.04, 0.05), "gray": (0.55, 0.55, 0.56), "red": (0.84, 0.15, 0.16), "orange": (0.98, 0.57, 0.14),
    "yellow": (0.99, 0.87, 0.25), "green": (0.18, 0.63, 0.28), "blue": (0.16, 0.36, 0.86), "light blue": (0.64, 0.84, 0.98),
    "purple": (0.51, 0.24, 0.72), "pink": (0.98, 0.67, 0.79), "brown": (0.45, 0.29, 0.18),
}
HUES = {"red": 0, "orange": 28, "green": 120, "blue": 220, "purple": 275, "pink": 325}  # no yellow: at the brightness of most drawings it is olive
SMALL = ("small", "tiny", "little")
PAIRS = {  # the words between two names, and the places of both: across, down, in halves of the picture from the middle
    "next to": ((-0.5, 0.0), (0.5, 0.0)), "beside": ((-0.5, 0.0), (0.5, 0.0)), "and": ((-0.5, 0.0), (0.5, 0.0)), "above": ((0.0, -0.5), (0.0, 0.5)),
}
WORN = {"crown": "crown", "top hat": "top hat", "woman s hat": "sun hat", "graduation cap": "graduation cap"}  # by emojibase's names, and as captions say
START, END, LENGTH = 49406, 49407, 77


def held_out(percent, *words):
    """Whether a combination is kept from training; the same on every machine."""
    return zlib.crc32(" ".join(words).encode()) % 100 < percent


class Scenes:
    """Makes batches of scenes from a Pack. `half`: None for all pictures, else 0 or 1 for one half of them; `without(name, style)`: more to leave out."""

    def __init__(self, pack, tokenizer, settings, half=None, without=lambda name, style: False):
        self.pack, self.tokenizer, self.settings, self.known = pack, tokenizer, settings.scenes, {}
        names = [pack.concepts[concept]["name"] for concept in pack.concept]
        groups = [pack.concepts[concept]["group"] for concept in pack.concept]
        shown = [
            not held_out(self.settings.held_out_styles, name, style) and not without(name, style) and (half is None or held_out(50, "half", name, style) == bool(half))
            for name, style in zip(names, pack.style)
        ]
        weights = np.array([self.settings.weights.get(group, 1.0) for group in groups]) * np.array(shown)
        self.names, self.sums = names, np.cumsum(weights / weights.sum())
        pairable = [index for index in range(len(pack)) if shown[index] and groups[index] in self.settings.pair_groups]
        labels = [pack.concepts[concept]["label"] for concept in pack.concept]
        self.worn = {(label, style): index for index, (label, style) in enumerate(zip(labels, pack.style)) if label in WORN}
        self.wears = [label in self.settings.wearers for label in labels]
        self.pairable = {style: [index for index in pairable if pack.style[index] == style] for style in set(pack.style)}

    def batch(self, numbers):
        """Scenes of these numbers: picture i64 [n, 2] (-1 for none), place f32 [n, 2, 3] (size, across, down), turn f32 [n, 2] (degrees of hue),
        background f32 [n, 3], tokens i64 [n, 77]."""
        scenes = [self.scene(np.random.default_rng([self.settings.seed, int(number)])) for number in numbers]
        kinds = {"picture": np.int64, "place": np.float32, "turn": np.float32, "background": np.float32, "tokens": np.int64}
        return {name: np.array([scene[name] for scene in scenes], kind) for name, kind in kinds.items()}

    def scene(self, random):
        settings = self.settings
        first = min(int(np.searchsorted(self.sums, random.random())), len(self.names) - 1)
        partners = self.pairable.get(self.pack.style[first], [])
        if random.random() < settings.pairs and first in partners and len(partners) > 1:
            scene, words, concepts = self.pair(random, first, partners)
        else:
            scene, words, concepts = self.single(random, first)
        colour, words_after = self.background(random, concepts)
        if colour == "black" and any(self.pack.dark[index] for index in scene["picture"] if index >= 0):
            colour, words_after = "white", ""
        scene["background"] = np.clip(np.array(BACKGROUNDS[colour]) + random.normal(0, settings.jitter if colour != "white" else 0, 3), 0, 1)
        scene["tokens"] = self.tokens(self.styled(random, words, words_after, self.pack.style[first]), random)
        return scene

    def single(self, random, index):
        name, size, turn, before = self.names[index], random.uniform(*self.settings.sizes), 0.0, ""
        draw = random.random()
        if self.wears[index] and self.settings.recoloured <= draw < self.settings.recoloured + self.settings.worn:
            dressed = self.dressed(random, index)
            if dressed:
                return dressed
        if draw < self.settings.recoloured and np.isfinite(self.pack.hue[index]):
            colour = list(HUES)[random.integers(len(HUES))]
            if not held_out(self.settings.held_out, name, "coloured", colour):
                before, turn = colour, turned(HUES[colour], self.pack.hue[index])
        elif draw > 1 - self.settings.small:
            before, size = SMALL[random.integers(len(SMALL))], random.uniform(0.38, 0.5)
        room = 1 - size
        place = (size, random.uniform(-room, room) * 0.5, random.uniform(-room, room) * 0.5)
        words = with_article(random, f"{before} {self.named(random, index)}".strip())
        return {"picture": (index, -1), "place": (place, (1, 0, 0)), "turn": (turn, 0)}, words, [name]

    def dressed(self, random, index):
        """A head with something on it; None for a combination that is never shown, or where this style has no such drawing."""
        label = list(WORN)[random.integers(len(WORN))]
        hat, name = self.worn.get((label, self.pack.style[index])), self.names[index]
        if hat is None or held_out(self.settings.held_out, name, "wears", label):
            return None
        size, larger = random.uniform(0.66, 0.72), random.uniform(0.36, 0.44)
        down = 0.95 - size * self.pack.span[index][1]
        brim = down + size * (self.pack.span[index][0] + 0.22)  # between the ears
        places = [(size, 0, down), (larger, 0, brim - larger * self.pack.span[hat][1])]
        between = ("with", "wearing")[random.integers(2)]
        words = f"{with_article(random, name)} {between} a {WORN[label]}"
        return {"picture": (index, hat), "place": places, "turn": (0, 0)}, words, [name, WORN[label]]

    def pair(self, random, first, partners):
        second = partners[random.integers(len(partners))]
        while held_out(self.settings.held_out, *sorted((self.names[first], self.names[second]))):
            second = partners[random.integers(len(partners))]
        between = list(PAIRS)[random.integers(len(PAIRS))]
        places = [(random.uniform(0.44, 0.49), across + random.normal(0, 0.01), down + random.normal(0, 0.01)) for across, down in PAIRS[between]]
        words = f"{with_article(random, self.names[first])} {between} {with_article(random, self.names[second])}"
        return {"picture": (first, second), "place": places, "turn": (0, 0)}, words, [self.names[first], self.names[second]]

    def named(self, random, index):
        concept = self.pack.concepts[self.pack.concept[index]]
        if concept["tags"] and random.random() < self.settings.tagged:
            tags = list(random.permutation(concept["tags"])[: random.integers(1, 3)])
            return " ".join(tags if random.random() < 0.5 else [concept["name"], *tags])
        return concept["name"]

    def background(self, random, concepts):
        if random.random() >= self.settings.background:
            return "white", ""
        colour = list(BACKGROUNDS)[random.integers(len(BACKGROUNDS))]
        if any(held_out(self.settings.held_out, concept, "on", colour) for concept in concepts):
            return "white", ""
        a_colour = f"an {colour}" if colour == "orange" else f"a {colour}"
        forms = (f"on {a_colour} background", f"on {a_colour} background", f"on {colour}", f", {colour} background")
        return colour, forms[random.integers(len(forms))]

    def styled(self, random, words, after, style):
        if random.random() >= self.settings.styled:
            return f"{words} {after}"
        forms = (f"{words} {after} , {style}", f"{words} {after} , {style} style", f"{words} , {style} {after}", f"{style} emoji of {words} {after}")
        return forms[random.integers(len(forms))]

    def tokens(self, words, random=None):
        """CLIP's ids for words, which it takes one by one: so each word is looked up once."""
        ids = []
        for word in words.split():
            if word not in self.known:
                self.known[word] = self.tokenizer(word, add_special_tokens=False).input_ids
            unknown = random is not None and random.random() < self.settings.unknown
            ids += [int(random.integers(START))] if unknown else self.known[word]
        ids = ids[: LENGTH - 2]
        return [START, *ids, *[END] * (LENGTH - 1 - len(ids))]


def with_article(random, words):
    return words if random.random() < 0.35 else f"{'an' if words[:1] in set('aeio') else 'a'} {words}"


def turned(wanted, hue):
    """The angle from one hue to another; none where it is that colour already."""
    angle = (wanted - hue + 180) % 360 - 180
    return 0.0 if abs(angle) < 15 else float(angle)
