#!/bin/bash
# What one machine says: each part writes into bench/results/, and BENCHMARKS.md's tables are made of that. A quarter of an hour on two cores.
#
#   bench/run.sh [PART …]        operations pictures torch rival-cpu rival-gpu, all where none is named; then the tables
#
# Needs dist/ (./build.sh) for the rival, target/release/decant (cargo build --release -p decant-cli; $DECANT says another) for the others, and for
# torch and the rival a $PYTHON with what bench/rival/make.py names. A real GPU is taken by itself; where there is none, results say so.
# What a part lacks is said, and the others go on.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
decant=${DECANT:-target/release/decant} python=${PYTHON:-python3} results=bench/results
parts=("$@"); [ ${#parts[@]} = 0 ] && parts=(operations pictures torch rival-cpu rival-gpu)
failed=()

operations() { "$decant" bench --no-model --candidates --only " f16" --only attention --json "$results/operations.json"; }
pictures() { "$decant" bench --no-ops --sizes 128,256 --guidance 1,3 --steps 4,8 --json "$results/pictures.json"; }
torch() { "$python" bench/torch_cpu.py "$decant" --out "$results/torch-cpu.json"; }
rival-cpu() { node bench/rival/run.mjs --device cpu && node bench/rival/run.mjs --device cpu --precision f16; }
rival-gpu() { node bench/rival/run.mjs --device gpu && node bench/rival/run.mjs --device gpu --precision f16; }

mkdir -p "$results"
for part in "${parts[@]}"; do
    case $part in operations | pictures | torch | rival-cpu | rival-gpu) ;; *) echo "$part: expected operations, pictures, torch, rival-cpu or rival-gpu" >&2; exit 2 ;; esac
    echo "== $part"
    "$part" || failed+=("$part")
done
node bench/tables.mjs || failed+=(tables)
[ ${#failed[@]} = 0 ] || { echo "without a whole result: ${failed[*]}" >&2; exit 1; }
