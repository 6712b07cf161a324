"""Fetches the drawings, makes pictures of them, and packs them with their words: what training reads, and nothing else has to be fetched.

usage: python3 training/data.py [--to training/pack] [--clipart] [--config FILE...]

Writes TO/emoji.npz and, with --clipart, TO/clipart.npz, each with
  bytes  u8[N]   every picture as WebP with transparency, one after the other
  ends   i64[n]  where each of them ends
  words  u8[M]   JSON: {size, pictures: [{concept, style}], concepts: [{name, tags, group}]}
The same packages give the same pack; their versions are in config.toml. Needs npm and node, for clip art apt-get and dpkg-deb.
"""
import argparse
import json
import re
import subprocess
from pathlib import Path

import numpy as np

from settings import read_settings

HERE = Path(__file__).resolve().parent


def main():
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--to", type=Path, default=HERE / "pack")
    asked.add_argument("--clipart", action="store_true", help="also Debian's openclipart-svg")
    asked.add_argument("--config", type=Path, nargs="*", default=[])
    asked = asked.parse_args()
    settings = read_settings(asked.config).data
    folder = asked.to.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    packages = [f"{name}@{version}" for name, version in settings.packages.items()]
    subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), *packages], check=True)
    make_pack(folder, "emoji", emoji(folder, settings), settings)
    if asked.clipart:
        make_pack(folder, "clipart", clipart(folder, settings), settings)


def emoji(folder, settings):
    """Every emoji without skin tones and country flags, once for each set that draws it: jobs and concepts."""
    modules = folder / "node_modules"
    groups = json.loads((modules / "emojibase-data/meta/groups.json").read_text())
    sets = {package: json.loads((modules / package / "icons.json").read_text()) for package in settings.styles}
    names = {}
    for package in settings.styles:
        for code, name in json.loads((modules / package / "chars.json").read_text()).items():
            names.setdefault(plain_code(code), name)
    jobs, concepts = [], []
    for entry in json.loads((modules / "emojibase-data/en/data.json").read_text()):
        name = names.get(plain_code(entry["hexcode"]))
        if "group" not in entry or name is None or groups["subgroups"][str(entry["subgroup"])] in settings.without:
            continue
        concepts.append({
            "name": plain_words(entry["label"]),
            "tags": [tag for tag in map(plain_words, entry.get("tags", [])) if len(tag) > 1],
            "group": groups["groups"][str(entry["group"])],
        })
        for package, style in settings.styles.items():
            if name in sets[package]["icons"]:
                jobs.append({"icons": str(modules / package / "icons.json"), "name": name, "style": style, "concept": len(concepts) - 1})
    return jobs, concepts


def plain_code(code):
    return re.sub(r"-?fe0f", "", code.lower())


def plain_words(text):
    return re.sub(r"\s+", " ", re.sub(r"[^a-z0-9'& -]", " ", text.lower())).strip()


def clipart(folder, settings):
    """Debian's openclipart: titles and keywords from the drawings' own metadata, without flags, texts, bitmaps and very large drawings."""
    if not list(folder.glob("openclipart-svg_*.deb")):
        subprocess.run(["apt-get", "download", "openclipart-svg"], cwd=folder, check=True)
    subprocess.run(["dpkg-deb", "-x", str(next(folder.glob("openclipart-svg_*.deb"))), "openclipart"], cwd=folder, check=True)
    jobs, concepts, seen = [], [], set()
    for file in sorted((folder / "openclipart").rglob("*.svg")):
        text = file.read_text(errors="replace")
        title, tags = described(text)
        unfit = len(text) > settings.clipart_bytes or "<image" in text or "<text" in text or any(word in str(file) for word in settings.clipart_without)
        if unfit or not re.search("[a-z]{3}", title) or len(title.split()) > 5 or title in seen:
            continue
        seen.add(title)
        concepts.append({"name": title, "tags": tags, "group": "clipart"})
        jobs.append({"svg": str(file), "style": settings.clipart_style, "concept": len(concepts) - 1})
    return jobs, concepts


def described(text):
    """A drawing's title, in plain words without numbers, and its keywords."""
    title = re.search(r"<dc:title>([^<]*)</dc:title>", text)
    title = re.sub(r"\b\w*\d\w*\b|\bclip ?art by .* - ", " ", plain_words((title[1] if title else "").replace("_", " ")))
    tags = re.search(r"<dc:subject>(.*?)</dc:subject>", text, re.S)
    tags = [plain_words(tag) for tag in re.findall(r"<rdf:li>([^<]*)</rdf:li>", tags[1])] if tags else []
    return " ".join(title.split()), [tag for tag in dict.fromkeys(tags) if len(tag) > 1]


def make_pack(folder, name, found, settings):
    jobs, concepts = found
    pictures = folder / f"{name}-{settings.size}-{settings.quality}"
    pictures.mkdir(exist_ok=True)
    for job in jobs:
        job["out"] = str(pictures / f"{job['concept']}-{job['style'].replace(' ', '-')}.webp")
    listed = pictures / "jobs.json"
    listed.write_text(json.dumps({"modules": str(folder), "size": settings.size, "quality": settings.quality, "jobs": jobs}))
    subprocess.run(["node", str(HERE / "rasterise.mjs"), str(listed)], check=True)
    drawn = [job for job in jobs if Path(job["out"]).exists()]
    contents = [Path(job["out"]).read_bytes() for job in drawn]
    words = {"size": settings.size, "pictures": [{key: job[key] for key in ("concept", "style")} for job in drawn], "concepts": concepts}
    np.savez(
        folder / f"{name}.npz", bytes=np.frombuffer(b"".join(contents), np.uint8), ends=np.cumsum([len(content) for content in contents]),
        words=np.frombuffer(json.dumps(words).encode(), np.uint8),
    )
    size = (folder / f"{name}.npz").stat().st_size / 1e6
    print(f"{folder / name}.npz: {len(drawn)} pictures of {len(concepts)} concepts, {size:.1f} MB; {len(jobs) - len(drawn)} could not be drawn")


if __name__ == "__main__":
    main()
