#!/bin/bash
# Everything about one GPU in two commands of nine minutes together, so that it only has to be started where a GPU is at hand.
#
#   bench/gpu.sh pack FOLDER                here: what the other two need, as a folder of 20 MB that runs on any x86-64 Linux with a Vulkan driver
#   bench/gpu.sh decant OUT [--quick]       there, 5 minutes: the command on Vulkan: every kernel of every operation, networks and pictures at
#                                           Stable Diffusion 1.5's shapes in f16 and f32, growth to 1024x1024, and a picture beside the CPU's
#   bench/gpu.sh torch OUT [--quick]        there, 4 minutes: PyTorch's UNet, decoder and text encoder, eager and compiled
#
# OUT gets a few JSON files and log.txt, each whole after every row: what is stopped, by its own limit or from outside, leaves what it had. In
# bench/results/gpu/NAME/ they are what bench/tables.mjs reads. --quick is a rehearsal: the embedded model, one operation, a tiny network.
# Needs there: python3 with numpy, for torch also torch, diffusers and transformers. DECANT and PYTHON say which programs; SECONDS_ALL
# how many seconds the command may take. Nothing is fetched.
set -uo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
python=${PYTHON:-python3}
decant=${DECANT:-$root/decant}
[ -x "$decant" ] || decant=$root/target/release/decant

main() {
    local what=${1:-} out=${2:-}
    [ -n "$out" ] || { sed -n '2,15s/^# \{0,1\}//p' "$0"; exit 2; }
    quick=${3:-}
    [ -z "$quick" ] || [ "$quick" = --quick ] || { echo "$quick: only --quick can follow" >&2; exit 2; }
    mkdir -p "$out" && out=$(cd "$out" && pwd)
    case $what in
        pack) pack ;;
        decant) limits "${SECONDS_ALL:-300}"; of_decant ;;
        torch) limits "${SECONDS_ALL:-235}"; of_torch ;;
        *) echo "$what: expected pack, decant or torch" >&2; exit 2 ;;
    esac
}

pack() {
    cargo build --locked --release -p decant-cli --manifest-path "$root/Cargo.toml" || exit 1
    mkdir -p "$out/bench" "$out/tests/golden"
    strip -o "$out/decant" "${CARGO_TARGET_DIR:-$root/target}/release/decant"
    cp "$root"/bench/{gpu.sh,gpu.py,model.py} "$out/bench/"
    cp "$root/tests/golden/shapes-sd15.txt" "$out/tests/golden/"
    du -sh "$out"
}

of_decant() {
    [ -x "$decant" ] || { echo "There is no command at $decant; DECANT says where it is, and cargo build --release -p decant-cli makes it." >&2; exit 1; }
    local model f16 others size sizes work
    work=$(mktemp -d)
    export XDG_CACHE_HOME=$work
    # shellcheck disable=SC2064 # the folder is known now
    trap "rm -rf '$work'" EXIT
    if [ -n "$quick" ]; then
        model=builtin:digits size=32 sizes=32,64
        f16=(--only "linear 256x1280x1280 f16") others=(--only "linear 256x1280x1280 q8_0")
    else
        model=$work/sd15.safetensors size=512 sizes=256,512,768,1024
        f16=(--only " f16" --only attention) others=(--only " f32" --only " q8_0" --only " q4_0")
        part 60 "a model of Stable Diffusion 1.5's shapes" "$python" "$root/bench/model.py" "$model" || exit 1
    fi
    # What matters most first; what comes last is what there may be no time for.
    part 40 "networks and pictures, f16" measure networks-f16 --no-ops --model "$model" --weights f16 --sizes "$size" --guidance 7.5 --steps 8
    # From here on with what was fastest, halves included where the adapter has them; it is kept in a folder of this run's own.
    part 45 "the same with the kernels that are tried first" measure networks-tuned --no-ops --model "$model" --weights f16 --sizes "$size" --guidance 7.5 --steps 8 --tune
    part 30 "the same by matrix units, where the adapter has them" measure networks-matrix --no-ops --model "$model" --weights f16 --sizes "$size" --guidance 7.5 --steps 8 --kernel matrix_f16
    part 90 "every kernel, f16 and attention" measure kernels-f16 --no-model --candidates "${f16[@]}"
    part 30 "networks and pictures, f32" measure networks-f32 --no-ops --model "$model" --weights f32 --sizes "$size" --guidance 7.5 --steps 4
    part 60 "growth, f16" measure growth --no-ops --model "$model" --weights f16 --sizes "$sizes" --guidance 1,7.5 --steps 2,4
    agreement "$model" "$size"
    part 90 "every kernel, other encodings" measure kernels-others --no-model --candidates "${others[@]}"
}

# One guided step by both devices: what the latents differ by, beside what they are.
agreement() {
    local traces; traces=$(mktemp -d)
    local made=(generate --model "$1" --weights f16 --prompt "a blue seven" --seed 1 --steps 1 --guidance 7.5 --width "$2" --height "$2" --quiet)
    part 30 "a picture by the GPU" "$decant" "${made[@]}" --device gpu --trace "$traces/gpu" --out "$traces/gpu.png" &&
        part 60 "the same by the CPU" "$decant" "${made[@]}" --device cpu --trace "$traces/cpu" --out "$traces/cpu.png" &&
        part 10 "both compared" "$python" "$root/bench/gpu.py" --compare "$traces/gpu" "$traces/cpu" --out "$out/agreement.json"
    rm -rf "$traces"
}

of_torch() {
    # It knows its own limit, and writes after each variant.
    part "$(left)" "PyTorch" "$python" "$root/bench/gpu.py" --out "$out/torch.json" --seconds "$(($(left) - 5))" --device "${TORCH_DEVICE:-cuda}" ${quick:+--quick --size 64}
}

# --- time ---

limits() {
    end=$((SECONDS + $1))
}

left() {
    echo $((end - SECONDS))
}

# Runs one part, at most so many seconds and no longer than is left; says so in log.txt, whatever becomes of it. `measure NAME …` is the
# command's benchmark on the GPU, with its JSON in NAME.json.
part() {
    local most=$1 title=$2 code start=$SECONDS; shift 2
    [ "$(left)" -lt "$most" ] && most=$(left)
    if [ "$most" -lt 5 ]; then
        echo "== $title: no time was left" | tee -a "$out/log.txt"
        return 1
    fi
    echo "== $title (at most $most s)" | tee -a "$out/log.txt"
    if [ "$1" = measure ]; then set -- "$decant" bench --device gpu --json "$out/$2.json" "${@:3}"; fi
    timeout --kill-after=5 "$most" "$@" 2>&1 | tee -a "$out/log.txt"
    code=${PIPESTATUS[0]}
    case $code in 124 | 137) echo "   stopped at its limit" | tee -a "$out/log.txt" ;; esac
    echo "   ended with $code after $((SECONDS - start)) s" | tee -a "$out/log.txt"
    return "$code"
}

main "$@"
