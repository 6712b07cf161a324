#!/bin/bash
# Everything that can be judged without running Decant: formatting, lints, types, and the rules that a grep can hold.
set -euo pipefail
cd "$(dirname "$0")"

passed=0 failed=0

main() {
    rule "Rust is formatted (cargo fmt)" cargo fmt --all --check
    rule "clippy has nothing to say" cargo clippy --locked --quiet --workspace --all-targets -- -D warnings
    rule "clippy has nothing to say about the browser's build" cargo clippy --locked --quiet -p decant-app --target wasm32-unknown-unknown -- -D warnings
    rule "JavaScript and CSS are formatted (prettier)" node_modules/.bin/prettier --check --log-level warn "web/**/*.{js,css}" "tests/**/*.{mjs,js}" "bench/**/*.{mjs,js}" "tools/**/*.{mjs,js}"
    rule "JavaScript's types fit (tsc)" node_modules/.bin/tsc -p web
    rule "the browser tests' stand-in has every call of the program (tsc)" node_modules/.bin/tsc -p tests/browser/fake
    rule "the page's texts are in both languages (tests/words.mjs)" node tests/words.mjs
    rule "identifiers are the field's words, where they have become so (tests/field-words.mjs)" node tests/field-words.mjs
    rule "the page's settings are the program's (tests/settings.mjs)" node tests/settings.mjs
    rule "the page's modules import in no circle, its rooms one way (tests/imports.mjs)" node tests/imports.mjs
    rule "no files of a crate import each other in a circle, where none do (tests/rust-imports.mjs)" node tests/rust-imports.mjs
    rule "licences, sources, bans and doubles of what comes in from outside (tests/notices.mjs)" node tests/notices.mjs
    rule "BENCHMARKS.md's tables are those of bench/results (bench/tables.mjs)" node bench/tables.mjs --check
    rule "gpu knows no operation by name" gpu_knows_no_operation
    rule "sd knows no GPU" knows_not decant-sd "decant-gpu|wgpu|web-sys"
    rule "record knows no GPU and no browser" knows_not decant-record "decant-gpu|wgpu|web-sys|js-sys"
    rule "graph knows no model and no GPU" knows_not decant-graph "decant-sd|decant-gpu|wgpu"
    rule "solver depends on nothing" knows_not decant-solver "."
    rule "kernels depend on nothing" knows_not decant-kernels "."
    rule "WGSL is written in shaders/, not in Rust" nowhere '@compute|@group\(|var<(storage|uniform|workgroup)' crates/*/src
    rule "shaders have no #ifdef" nowhere '^ *#(if|else|endif|define)' shaders
    rule "a file of more than 300 lines says on top why" long_files_say_why
    rule "the page asks no other site for anything" nowhere 'https?://(?!www\.w3\.org/)' web
    rule "what comes with the page is got by parts.js, which may have it inside" only_parts_fetch
    echo "$passed passed, $failed failed, 0 skipped"
    [ "$failed" = 0 ]
}

rule() {
    local name=$1 said; shift
    if said=$("$@" 2>&1); then
        echo "ok   $name"; passed=$((passed + 1))
    else
        printf 'FAIL %s\n%s\n' "$name" "$said"; failed=$((failed + 1))
    fi
}

# Above its tests, that is: those make kernels to try it on. An operation's name is that of its file.
gpu_knows_no_operation() {
    local file operation found=0
    for file in $(find crates/gpu/src -name '*.rs'); do
        for operation in $(cd crates/graph/src/op && ls -- *.rs | sed 's/\.rs$//' | grep -vxE 'case|epilogue'); do
            sed '/^#\[cfg(test)\]/,$d; /^ *\/\//d' "$file" | grep -nP "\b$operation\b(?!!)" && echo "  in $file" && found=1
        done
    done
    [ "$found" = 0 ]
}

# Recordings are made by a program.
long_files_say_why() {
    local file found=0
    for file in $(git ls-files -- '*.rs' '*.js' '*.mjs' '*.css' '*.wgsl' '*.py' '*.sh' | grep -v 'recording\.js$'); do
        [ "$(wc -l <"$file")" -le 300 ] && continue
        head -25 "$file" | grep -qiw 'long\|longer' || { echo "$file has $(wc -l <"$file") lines"; found=1; }
    done
    [ "$found" = 0 ]
}

knows_not() {
    local crate=$1 others=$2
    ! cargo tree --locked --quiet -p "$crate" -e normal,build --prefix none | tail -n +2 | grep -E "^($others)"
}

only_parts_fetch() {
    ! grep -rnP '\bfetch\(|import\.meta' web --include='*.js' --exclude-dir=worker --exclude-dir=vendor --exclude=parts.js --exclude=sw.js --exclude=bench.js
}

nowhere() {
    local pattern=$1; shift
    ! grep -rnPI --exclude-dir=pkg "$pattern" "$@"
}

main
