"""What `tests/make_checkpoints.py` is made of; no test of Decant runs Python.

families.py   the configurations of the families as published, and the small ones of their twins
build.py      components with random weights from diffusers' own classes
original.py   diffusers' names to those of the original code, written from diffusers' and the original's layouts, not from Decant's
full.py       full-size checkpoints of a family in a layout
twins.py      the committed small ones
write.py      weight files of each format, tensor by tensor
"""
