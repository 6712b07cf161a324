#!/bin/bash
# The NEON kernels on a machine without them: compiled for 64-bit ARM and run in QEMU's emulation. First each kernel against plain Rust at sizes
# that fill no vector, then every operation's cases against candle's f64, on one and on three threads. An emulated processor says nothing about speed.
#
#   tests/neon.sh            needs (Debian) gcc-aarch64-linux-gnu, libc6-dev-arm64-cross and qemu-user-static
set -euo pipefail
cd "$(dirname "$0")/.."
emulator=$(command -v qemu-aarch64-static || command -v qemu-aarch64) || { echo "QEMU's user emulation is missing: apt-get install qemu-user-static, then this again." >&2; exit 1; }
command -v aarch64-linux-gnu-gcc >/dev/null || { echo "A linker for 64-bit ARM is missing: apt-get install gcc-aarch64-linux-gnu libc6-dev-arm64-cross, then this again." >&2; exit 1; }
target=aarch64-unknown-linux-gnu
rustup target add "$target" >/dev/null 2>&1 || [ -d "$(rustc --print sysroot)/lib/rustlib/$target" ] || { echo "Rust's $target target is missing: install it as your Rust came, or use rustup." >&2; exit 1; }
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="$emulator -L /usr/aarch64-linux-gnu"
cargo test --locked --target "$target" -p decant-kernels
cargo test --locked --target "$target" -p decant-graph --test kernels
