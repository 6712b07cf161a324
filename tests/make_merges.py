"""CLIP's vocabulary, for models that bring none: crates/sd/src/tokenizer/clip_merges.bin.

usage: python3 tests/make_merges.py
needs: open_clip_torch (MIT), whose bpe_simple_vocab_16e6.txt.gz is OpenAI CLIP's (MIT): <https://github.com/openai/CLIP>

The file holds each of the 48,894 merges as the numbers of the two pieces that it joins, u16 little endian; the piece that it makes
has the next number after 511. Numbers 0 to 255 are the bytes in CLIP's order, 256 to 511 the same at a word's end.
"""
import gzip
import struct
from pathlib import Path

import open_clip

MERGES = 49152 - 256 - 2  # of the file's 262,144, as CLIP's tokenizer takes them


def characters():
    """CLIP's `bytes_to_unicode`, in its order: printable bytes stand for themselves, the others for the characters from 256 on."""
    printable = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAC + 1), *range(0xAE, 0xFF + 1)]
    return [chr(byte) for byte in printable] + [chr(256 + i) for i in range(256 - len(printable))]


text = gzip.open(Path(open_clip.__file__).parent / "bpe_simple_vocab_16e6.txt.gz").read().decode()
merges = [line.split() for line in text.split("\n")[1 : MERGES + 1]]
numbers = {piece: at for at, piece in enumerate([*characters(), *(letter + "</w>" for letter in characters())])}
packed = bytearray()
for first, second in merges:
    packed += struct.pack("<HH", numbers[first], numbers[second])
    numbers[first + second] = len(numbers)
assert len(numbers) == 49406
Path(__file__).resolve().parent.parent.joinpath("crates/sd/src/tokenizer/clip_merges.bin").write_bytes(packed)
print(len(packed), "bytes")
