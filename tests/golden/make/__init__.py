"""What `tests/make_goldens.py` is made of. Only that command may import it, but for gguf.py; no test of Decant runs Python.

gguf.py     reading Decant's GGUF files into diffusers' classes (models/digits/train.py uses it, too)
files.py    writing files whose bytes depend on their content alone
prompts.py  the awkward prompts
tiny.py     the tiny random checkpoints (configurations and weights)
record.py   running diffusers and writing down what it computed
"""
