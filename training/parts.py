"""Carries folders over a channel that limits the size of a file: into parts and back.

usage: python3 training/parts.py split OUT FOLDER... [--megabytes 15]     writes OUT/part-00, part-01, ... (a tar in pieces)
       python3 training/parts.py join PARTS TO                            unpacks what is in PARTS below TO
"""
import argparse
import io
import tarfile
from pathlib import Path


def main():
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("way", choices=("split", "join"))
    asked.add_argument("first", type=Path)
    asked.add_argument("rest", type=Path, nargs="+")
    asked.add_argument("--megabytes", type=float, default=15)
    asked = asked.parse_args()
    if asked.way == "split":
        split(asked.first, asked.rest, int(asked.megabytes * 1e6))
    else:
        data = b"".join(part.read_bytes() for part in sorted(asked.first.glob("part-*")))
        tarfile.open(fileobj=io.BytesIO(data)).extractall(asked.rest[0], filter="data")


def split(out, folders, size):
    """Each folder or file keeps the last two parts of its path. Not compressed: trained weights hardly get smaller."""
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as tar:
        for folder in folders:
            if not folder.exists():
                print(f"{folder} is not there and is left out")
                continue
            tar.add(folder, arcname="/".join(folder.resolve().parts[-2:]))
    out.mkdir(parents=True, exist_ok=True)
    data = whole.getvalue()
    for number, first in enumerate(range(0, len(data), size)):
        (out / f"part-{number:02}").write_bytes(data[first : first + size])
    print(f"{len(data) / 1e6:.1f} MB in {-(-len(data) // size)} parts")


if __name__ == "__main__":
    main()
