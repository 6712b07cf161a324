#!/usr/bin/env bash
# Builds the fuzz targets on the stable toolchain and runs one: ./fuzz/run.sh TARGET [SECONDS]; without arguments it only builds.
# The flags are those that `cargo fuzz --sanitizer none` gives (coverage for libFuzzer), which stable accepts, without -Clink-dead-code:
# with it pulp, a dependency of candle-core, does not compile.
set -euo pipefail
cd "$(dirname "$0")"
export RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table --cfg fuzzing"
triple=$(rustc -vV | sed -n 's/^host: //p')
# With --target, what only the build needs (build scripts) is built without the flags.
cargo build --locked --release --target "$triple" --bins
[ $# -gt 0 ] || exit 0
target=$1 seconds=${2:-600}
python3 seeds.py "$target"
mkdir -p "artifacts/$target"
exec "target/$triple/release/$target" "corpus/$target" -artifact_prefix="artifacts/$target/" \
  -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -malloc_limit_mb=512 -max_len=20000 -print_final_stats=1
