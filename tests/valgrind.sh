#!/bin/bash
# The kernels' `unsafe` under valgrind: every kernel at sizes that fill no vector, on memory that ends where its numbers end. Fails where a
# byte is touched beside an allocation, or decides something before it was written. AVX-512 is beyond valgrind: it stays out by itself, since
# valgrind's processor does not have it.
#
#   tests/valgrind.sh
set -euo pipefail
cd "$(dirname "$0")/.."
command -v valgrind >/dev/null || { echo "valgrind is missing: install it as your system installs programs, then this again." >&2; exit 1; }
program=$(cargo test -p decant-kernels --test bounds --no-run --message-format=json 2>/dev/null | grep -o '"executable":"[^"]*bounds-[^"]*"' | cut -d'"' -f4 | tail -1)
[ -n "$program" ] || { echo "The test did not build: cargo test -p decant-kernels --test bounds says why." >&2; exit 1; }
valgrind --quiet --error-exitcode=9 --expensive-definedness-checks=yes "$program" --test-threads=1
