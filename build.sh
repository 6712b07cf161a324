#!/bin/bash
# Builds the page, serves it, tests everything.
#
#   ./build.sh                     dist/: a plain static folder, for any web server, at any path, without special headers
#   ./build.sh serve [--port N]    builds, serves on 127.0.0.1 and prints the address
#   ./build.sh page                dist/ with the program as it was built last: a second, for work on web/
#   ./build.sh package             target/npm/: the module alone, as a folder for npm, with what dist/ holds
#   ./build.sh screens             docs/screens/: pictures of every screen of dist/
#   ./build.sh test                all tests; the last lines say what was skipped and why
#
# What is missing is installed where that changes only this folder or rustup's; for the rest a sentence says what to do.
set -euo pipefail
cd "$(dirname "$0")"

main() {
    case ${1:-} in
        # One after the other and not joined by &&, which would let a function go on after a command of its own that failed.
        "")
            build
            echo "Built dist/. Any web server will do, for instance: ./build.sh serve"
            ;;
        page) need_node; need_packages; assemble ;;
        package) need_node; need_packages; package ;;
        serve)
            build
            exec node tests/browser/serve.mjs dist "${@:2}"
            ;;
        screens) need_node; need_packages; exec node tests/browser/screens.mjs "${@:2}" ;;
        test) test_all ;;
        *) sed -n '2,11s/^# \{0,1\}//p' "$0" && exit 2 ;;
    esac
}

# --- the page ---

build() {
    need_rust; need_node; need_packages; need_bindgen
    cargo build --locked --quiet --profile web --target wasm32-unknown-unknown -p decant-app
    bind target/wasm32-unknown-unknown/web/decant_app.wasm
    kernels simd128 ""
    kernels relaxed ,+relaxed-simd
    assemble
}

# The module and its JavaScript side, in target/pkg. Made anew only when the program changed: optimising takes a while.
bind() {
    local wanted; wanted=$(cksum "$1" tools/bindgen/src/main.rs "$0")
    [ "$(cat target/pkg/made-from 2>/dev/null)" = "$wanted" ] && return
    rm -rf target/pkg
    .tools/target/debug/decant-bindgen "$1" target/pkg decant_app
    mv target/pkg/decant_app_bg.wasm target/pkg/bound.wasm
    # -O2 and not -Oz: BENCHMARKS.md has sizes and times of both.
    node_modules/.bin/wasm-opt target/pkg/bound.wasm -o target/pkg/decant_app_bg.wasm -O2 \
        --enable-simd --enable-bulk-memory --enable-nontrapping-float-to-int --enable-sign-ext --enable-mutable-globals --enable-reference-types --enable-multivalue
    rm target/pkg/bound.wasm
    echo "$wanted" >target/pkg/made-from
}

# The CPU's kernels on a memory that workers share, with these instructions more: kilobytes. (rustc would warn that the name "atomics" is not settled.)
kernels() {
    local flags="-Awarnings -Cstrip=debuginfo -Ctarget-feature=+simd128$2,+atomics,+bulk-memory" argument
    for argument in --import-memory --shared-memory --max-memory=4294967296 --export=__stack_pointer --export=__heap_base -zstack-size=65536; do
        flags+=" -Clink-arg=$argument"
    done
    RUSTFLAGS=$flags CARGO_PROFILE_WEB_LTO=fat CARGO_PROFILE_WEB_CODEGEN_UNITS=1 \
        cargo build --locked --quiet --profile web --target wasm32-unknown-unknown -p decant-cores --target-dir "target/kernels-$1"
    cp "target/kernels-$1/wasm32-unknown-unknown/web/decant_cores.wasm" "target/pkg/kernels-$1.wasm"
}

# Everything beside the old dist/ first, so that a server never sees half of it.
assemble() {
    rm -rf target/dist && mkdir -p target/dist/worker/pkg target/dist/models
    node tools/page.mjs web target/dist
    notices target/dist/licences.txt
    cp target/pkg/decant_app.js target/pkg/decant_app_bg.wasm target/pkg/kernels-*.wasm target/dist/worker/pkg/
    cp models/catalog.json target/dist/models/
    local model
    for model in models/*/; do
        cp -r "$model" target/dist/models/
        rm -f "target/dist/$model"*.{py,png,svg}
        leave_out_vocabulary "target/dist/${model}tokenizer"
        list_files "target/dist/$model"
    done
    node tools/shell.mjs target/dist
    node tools/single.mjs web target/dist target/dist/decant.html
    rm -rf dist && mv target/dist dist
}

package() {
    [ -f dist/decant.js ] || fail "There is no dist/ to package: ./build.sh makes it."
    node tools/npm.mjs dist target/npm && echo "Made target/npm/: npm install target/npm, or npm pack target/npm"
}

# What the page is made of, under which licences. The crates are those of the program as it was built last.
notices() {
    [ target/pkg/crates.json -nt Cargo.lock ] || { need_rust && node tools/notices/crates.mjs target/pkg/crates.json; }
    node tools/notices.mjs "$1"
}

# CLIP's vocabulary, which the program knows by itself (crates/sd/src/tokenizer/clip.rs): 1.4 MB of each model that brings it along.
leave_out_vocabulary() {
    local sums="9fd691f7c8039210e0fced15865466c65820d09b63988b0174bfe25de299051a  $1/merges.txt
4845b0e575739dbabfda3b54f086884b37d73e94b067988d925a7e52bfdfb8e8  $1/vocab.json"
    if sha256sum --check --status <<<"$sums" 2>/dev/null; then rm "$1/merges.txt" "$1/vocab.json"; fi
}

# A model's folder says what it holds, so that the page need not ask the server for files under names that others use.
list_files() {
    node --input-type=module - "$1" <<'END'
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
const folder = process.argv[2];
const files = readdirSync(folder, { recursive: true }).filter((name) => statSync(`${folder}/${name}`).isFile()).sort();
const about = JSON.parse(readFileSync(`${folder}/decant.json`, "utf8"));
writeFileSync(`${folder}/decant.json`, `${JSON.stringify({ ...about, files }, null, 1)}\n`);
END
}

# --- what it takes ---

need_rust() {
    command -v cargo >/dev/null || fail "Rust is missing: install rustup from rustup.rs, then this again."
    # rustup reads rust-toolchain.toml and installs version and target by itself; a cargo without rustup must bring the target.
    [ -d "$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown" ] && return
    command -v rustup >/dev/null && rustup target add wasm32-unknown-unknown && return
    fail "Rust's wasm32-unknown-unknown target is missing: install it as your Rust came, or use rustup."
}

need_node() {
    if ! command -v node >/dev/null || [ "$(node -p 'parseInt(process.versions.node)')" -lt 20 ]; then
        fail "Node 20 or newer is missing: install nodejs and npm, then this again."
    fi
}

need_packages() {
    [ node_modules/.package-lock.json -nt package-lock.json ] && return
    npm ci --no-audit --no-fund --loglevel=error && touch node_modules/.package-lock.json
}

# wasm-bindgen's command, of the very version that the program was compiled with.
need_bindgen() {
    [ .tools/target/debug/decant-bindgen -nt tools/bindgen/src/main.rs ] && return
    CARGO_TARGET_DIR=.tools/target cargo build --locked --quiet --manifest-path tools/bindgen/Cargo.toml
}

fail() {
    echo "$1" >&2
    exit 1
}

# --- the tests ---

log=target/test.log

test_all() {
    need_rust && need_node && need_packages
    mkdir -p target && : >"$log"
    part "rules" ./check.sh
    part "Rust" test_rust
    part "a GPU's compiler" test_instructions
    part "build" build
    part "browser" test_browser
    report
}

# Runs one part whatever became of the others. Each prints `N passed, N failed, N skipped`, or is one test itself.
part() {
    local name=$1 code counted; shift
    echo "== $name"
    set +e
    (set -euo pipefail; "$@") 2>&1 | tee target/part.log
    code=${PIPESTATUS[0]}
    set -e
    cat target/part.log >>"$log"
    counted=$(grep -cE '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$|^test result: ' target/part.log || true)
    if [ "$counted" = 0 ] || { [ "$code" != 0 ] && ! grep -qE '[1-9][0-9]* failed' target/part.log; }; then
        echo "$((code == 0)) passed, $((code != 0)) failed, 0 skipped" | tee -a "$log" >/dev/null
    fi
    if [ "$code" != 0 ]; then echo "failed: $name" >>"$log"; fi
}

test_rust() {
    if tests/rig/setup_vulkan.sh; then
        export CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER=$PWD/.tools/vulkan/run-lvp
        cargo test --locked --workspace --no-fail-fast
    else
        echo "skipped: the tests of decant-gpu and all others that need a Vulkan driver; tests/rig/README.md says how to get one"
        # The comparisons with diffusers are called …s_agree and run on the GPU as well.
        cargo test --locked --workspace --no-fail-fast --exclude decant-gpu -- --skip gpu --skip s_agree
    fi
}

# On the shaders that the Rust tests composed.
test_instructions() {
    if tests/rig/isa/setup.sh; then
        node tests/rig/isa/gate.mjs
    else
        echo "skipped: what a GPU's compiler makes of the kernels; tests/rig/README.md says what it takes"
        echo "0 passed, 0 failed, 1 skipped"
    fi
}

test_browser() {
    [ -f dist/worker/pkg/decant_app.js ] || { echo "There is no dist/ to test."; return 1; }
    node tests/browser/run.mjs
}

report() {
    echo && echo "== in all"
    grep -hE '^skipped: ' "$log" || true
    # cargo's own lines, and everybody else's
    awk '/^test result:/ { passed += $4; failed += $6; ignored += $8 }
         /^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$/ { passed += $1; failed += $3; ignored += $5 }
         END { printf "%d passed, %d failed, %d skipped\n", passed, failed, ignored }' "$log"
    if grep -h '^failed: ' "$log"; then exit 1; fi
}

main "$@"
